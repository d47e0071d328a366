// Command pairs chooses the pairs of micro-operations that the block engine has as one, by what Linux does: it builds Stasis with
// a count of which follows which, boots each kernel that is given and lets its user programs work, and prints the most
// frequent pairs. Each kernel weighs the same.
//
//	go run ./internal/gen/pairs .guests/vmlinuz .guests/vmlinuz-amd64 > internal/gen/x86/pairs.txt
package main

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"stasis/internal/initramfs"
)

// counting is added to package cpu/x86, and load is what the guest's users do.
var (
	//go:embed counting.go.txt
	counting []byte
	//go:embed load.sh
	load []byte
)

const dispatch = "\t\tswitch in.op {"

// ends are operations that end a block or call: none of them is in a pair in that place.
var ends = regexp.MustCompile(`_J\d+$|^uJCC|^uJMP|^uCALL|^uRET|^uGo|^uSlow|^uMiss|^uTerm|^uDead|^uExit`)
var calls = regexp.MustCompile(`^uSlow|^uMiss|^uTerm|^uDead|^uExit|^uGo`)

func main() {
	log.SetFlags(0)
	n := flag.Int("n", 256, "how many `pairs`")
	busybox := flag.String("busybox", ".guests/busybox", "static `program`")
	flag.Parse()
	if err := run(*n, *busybox, flag.Args()); err != nil {
		log.Fatal(err)
	}
}

func run(n int, busybox string, kernels []string) error {
	dir, err := os.MkdirTemp("", "pairs")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	names, err := build(dir)
	if err != nil {
		return err
	}
	initrd := filepath.Join(dir, "initramfs")
	if err := archive(initrd, busybox); err != nil {
		return err
	}
	weight := map[string]float64{}
	for _, k := range kernels {
		if err := count(dir, k, initrd, names, weight); err != nil {
			return fmt.Errorf("%s: %w", k, err)
		}
	}
	list := slices.SortedFunc(maps.Keys(weight), func(a, b string) int {
		return cmp.Or(cmp.Compare(weight[b], weight[a]), cmp.Compare(a, b))
	})
	list = list[:min(n, len(list))]
	slices.Sort(list)
	fmt.Println(strings.Join(list, "\n"))
	return nil
}

// build makes the counting program, and returns the names of the micro-operations by number.
func build(dir string) (names []string, err error) {
	uops, err := os.ReadFile("cpu/x86/zuops.go")
	if err != nil {
		return nil, fmt.Errorf("%w: run this in the project's folder", err)
	}
	for _, m := range regexp.MustCompile(`(?m)^\t(u[A-Z]\w*)( uint16 = iota)?$`).FindAllSubmatch(uops, -1) {
		names = append(names, string(m[1]))
	}
	code, err := os.ReadFile("cpu/x86/zrun.go")
	if err != nil {
		return nil, err
	}
	code = bytes.Replace(code, []byte(dispatch), []byte("\t\tcountPair(in.op)\n"+dispatch), 1)
	overlay := map[string]string{}
	for name, text := range map[string][]byte{"zrun.go": code, "counting.go": counting} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, text, 0o644); err != nil {
			return nil, err
		}
		overlay["cpu/x86/"+name] = path
	}
	text, err := json.Marshal(map[string]any{"Replace": overlay})
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "overlay.json"), text, 0o644); err != nil {
		return nil, err
	}
	out, err := exec.Command("go", "build", "-overlay", filepath.Join(dir, "overlay.json"), "-o", filepath.Join(dir, "stasis"), "./cmd/stasis").CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%w\n%s", err, out)
	}
	return names, nil
}

func archive(path, busybox string) error {
	program, err := os.ReadFile(busybox)
	if err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := initramfs.Build(f, initramfs.Options{Busybox: program, Script: load}); err != nil {
		return err
	}
	return f.Close()
}

// count runs a kernel and adds what share each pair has of all.
func count(dir, kernel, initrd string, names []string, weight map[string]float64) error {
	file := filepath.Join(dir, "pairs.json")
	cmd := exec.Command(filepath.Join(dir, "stasis"), "run", "--kernel", kernel, "--initrd", initrd, "--append", "console=ttyS0", "--serial", "none")
	cmd.Env, cmd.Stderr = append(os.Environ(), "PAIRS="+file), os.Stderr
	if err := cmd.Run(); err != nil {
		return err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var pairs []struct{ First, Second, Count uint32 }
	if err := json.Unmarshal(text, &pairs); err != nil {
		return err
	}
	total := 0.0
	for _, p := range pairs {
		total += float64(p.Count)
	}
	for _, p := range pairs {
		first, second := names[p.First], names[p.Second]
		if !ends.MatchString(first) && !calls.MatchString(second) {
			weight[first+" "+second] += float64(p.Count) / total
		}
	}
	return nil
}
