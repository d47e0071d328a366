package main

import "strings"

// qemuSpelling are flags of QEMU's that mean the same here, by their name without the dash.
var qemuSpelling = map[string]string{
	"kernel":  "--kernel",
	"initrd":  "--initrd",
	"append":  "--append",
	"bios":    "--firmware",
	"m":       "--mem",
	"smp":     "--smp",
	"serial":  "--serial",
	"gdb":     "--gdb",
	"cpu":     "--cpu",
	"s":       "--gdb=127.0.0.1:1234",
	"S":       "--wait",
	"machine": "--board",
	"M":       "--board",
}

// respell turns QEMU's single-dash flags into ours. An argument that follows a flag with a value is left as it is, so
// that `-append -s` appends.
func respell(args []string) []string {
	out := make([]string, 0, len(args))
	for i := 0; i < len(args); i++ {
		a := args[i]
		if a == "--" {
			return append(out, args[i:]...)
		}
		name, value, hasValue := strings.Cut(strings.TrimPrefix(a, "-"), "=")
		ours, ok := qemuSpelling[name]
		if !ok || !strings.HasPrefix(a, "-") || strings.HasPrefix(a, "--") {
			out = append(out, a)
			if takesValue[a] && i+1 < len(args) {
				i++
				out = append(out, args[i])
			}
			continue
		}
		if hasValue {
			ours += "=" + value
		}
		out = append(out, ours)
		if takesValue[ours] && i+1 < len(args) {
			i++
			out = append(out, args[i])
		}
	}
	return out
}

// takesValue are the flags of ours that QEMU knows too and whose value is an argument of its own.
var takesValue = map[string]bool{
	"--kernel": true, "--initrd": true, "--append": true, "--firmware": true, "--mem": true, "--smp": true,
	"--serial": true, "--gdb": true, "--cpu": true, "--board": true,
}
