package conformance

import (
	"bytes"
	"context"
	"debug/elf"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"stasis/debug"
	"stasis/debug/target"
	"stasis/internal/initramfs"
	"stasis/machine"
	script "stasis/replay"
)

// Debuggers inside the guest, with the debugger outside at the same instructions, and without it: kprobes, ptrace, and the kernel's
// own test of INT3.

// probed is a function of the kernel that runs when the guest's program asks for it, 1,000 times.
const probed = "__x64_sys_getppid"

// probeScript has kprobes at offsets into that function, and at its return, count: as INT3 and single steps, and then as the jumps
// that the kernel makes of them where it can.
const probeScript = `
mount -t tracefs tracefs /sys/kernel/tracing
cd /sys/kernel/tracing
for optimized in 0 1; do
	echo $optimized >/proc/sys/debug/kprobes-optimization
	for offset in $*; do echo "p:at$offset ` + probed + `+$offset" >>kprobe_events; done
	echo "r:ret ` + probed + `" >>kprobe_events
	echo 1 >events/kprobes/enable
	sleep 0.3
	/traced hot
	echo 0 >events/kprobes/enable
	cat kprobe_profile
	echo >kprobe_events
done
`

// guestDebug is a machine with a shell in it that can debug.
type guestDebug struct {
	t      *testing.T
	m      *machine.Machine
	out    bytes.Buffer
	config machine.Config
	traced map[string]uint64 // symbols of the guest's program
}

// newGuestDebug boots up to the prompt.
func newGuestDebug(t *testing.T, smp int) *guestDebug {
	g := &guestDebug{t: t, config: linuxConfig(t), traced: map[string]uint64{}}
	g.config.SMP = smp
	g.config.Append += " nokaslr"
	busybox, err := os.ReadFile(linuxBusybox)
	if err != nil {
		t.Fatal(err)
	}
	var archive bytes.Buffer
	files := []initramfs.File{{Path: "traced", Data: g.compile(), Executable: true}, {Path: "probe", Data: []byte(probeScript)}}
	if err := initramfs.Build(&archive, initramfs.Options{Busybox: busybox, Shell: true, Files: files}); err != nil {
		t.Fatal(err)
	}
	g.config.Initrds[0].Data = archive.Bytes()
	if g.m, err = machine.New(g.config, machine.Host{Serial: [2]io.Writer{&g.out}, Until: linuxLimit}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.m.Close() })
	g.untilPrompt()
	return g
}

// compile makes the guest's program, for addresses that no other program uses, and notes its symbols.
func (g *guestDebug) compile() []byte {
	needTool(g.t, "gcc")
	path := filepath.Join(g.t.TempDir(), "traced")
	out, err := child(g.t, "gcc", "-O1", "-static", "-nostdlib", "-fno-pie", "-no-pie", "-fno-stack-protector",
		"-fcf-protection=none", "-Wl,-Ttext-segment=0x10000000", "-o", path, "testdata/guest/traced.c").CombinedOutput()
	if err != nil {
		g.t.Fatalf("gcc: %v\n%s", err, out)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		g.t.Fatal(err)
	}
	f, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		g.t.Fatal(err)
	}
	symbols, err := f.Symbols()
	if err != nil {
		g.t.Fatal(err)
	}
	for _, s := range symbols {
		g.traced[s.Name] = s.Value
	}
	return data
}

// untilPrompt runs until the shell waits for a command, and returns what has been written meanwhile.
func (g *guestDebug) untilPrompt() string {
	g.t.Helper()
	from := g.out.Len()
	for range 10_000 {
		s := g.m.Resume(machine.Plan{Units: 500_000})
		if text := g.out.String()[from:]; strings.Contains(text, prompt) {
			return text
		}
		if s.Reason.Over() {
			g.t.Fatalf("stopped: %+v", s)
		}
	}
	g.t.Fatalf("no prompt:\n%s", g.out.String())
	return ""
}

// symbols asks the guest for the kernel's.
func (g *guestDebug) symbols(names ...string) map[string]uint64 {
	g.t.Helper()
	g.m.Input(script.Bytes(0, []byte("grep -E ' ("+strings.Join(names, "|")+")$' /proc/kallsyms\n")))
	text, found := g.untilPrompt(), map[string]uint64{}
	for _, m := range regexp.MustCompile(`(?m)^([0-9a-f]{16}) \w (\w+)\r?$`).FindAllStringSubmatch(text, -1) {
		found[m[2]], _ = strconv.ParseUint(m[1], 16, 64)
	}
	for _, name := range names {
		if found[name] == 0 {
			g.t.Fatalf("the kernel has no %s:\n%s", name, text)
		}
	}
	return found
}

// offsets are where some of a function's instructions begin, behind the place where the kernel's tracer has its call.
func (g *guestDebug) offsets(at uint64) (list []uint64) {
	const traceable = 9 // ENDBR64 and the call
	for _, i := range debug.New(target.New(g.m)).Disassemble(0, at, 8, debug.GNU) {
		if i.Addr-at >= traceable && len(list) < 3 {
			list = append(list, i.Addr-at)
		}
	}
	return list
}

// again is a machine that goes on where the first one is.
func (g *guestDebug) again(s *machine.Snapshot, out io.Writer) *machine.Machine {
	g.t.Helper()
	m, err := machine.New(g.config, machine.Host{Serial: [2]io.Writer{out}, Until: linuxLimit})
	if err != nil {
		g.t.Fatal(err)
	}
	m.Play(g.m.Inputs())
	if err := m.Restore(s); err != nil {
		g.t.Fatal(err)
	}
	return m
}

// TestGuestDebuggers runs the guest's debuggers, alone and with an outer one.
func TestGuestDebuggers(t *testing.T) {
	t.Parallel()
	for _, smp := range []int{1, 4} {
		if smp > 1 && !soak() {
			continue
		}
		t.Run(fmt.Sprintf("smp %d", smp), func(t *testing.T) {
			g := newGuestDebug(t, smp)
			kernel := g.symbols(probed, "asm_exc_int3", "asm_exc_debug")
			at := kernel[probed]
			var places []uint64
			command := "sh /probe"
			for _, o := range g.offsets(at) {
				command += fmt.Sprint(" ", o)
				places = append(places, at+o)
			}
			g.m.Input(script.Bytes(0, []byte(command+"; /traced step; /traced break; poweroff -f\n")))
			start, from := g.m.Snapshot(), g.out.Len()
			g.m.Resume(machine.Plan{})
			want := view{g.m.Retired(), g.m.Hash(), g.out.String()[from:]}
			checkProbes(t, "alone", want.output, len(places))
			places = append(places, at, kernel["asm_exc_int3"], kernel["asm_exc_debug"])
			for _, name := range []string{"l0", "l1", "l2", "l3", "trap"} {
				places = append(places, g.traced[name])
			}
			var out bytes.Buffer
			m := g.again(start, &out)
			defer m.Close()
			hits := stepThere(t, m, append(places, g.traced["trap"]+3))
			checkProbes(t, "with an outer debugger", out.String(), len(places)-8)
			sameView(t, "with an outer debugger", view{m.Retired(), m.Hash(), out.String()}, want)
			for name, n := range map[string]int{"l0": 250, "l1": 250, "l2": 250, "l3": 250, "trap": 1000} {
				if got := hits[g.traced[name]]; got != n {
					t.Errorf("the outer debugger has stopped %d times at %s, want %d", got, name, n)
				}
			}
			t.Logf("hits at probes %d, INT3 %d, #DB %d", hits[places[0]], hits[kernel["asm_exc_int3"]], hits[kernel["asm_exc_debug"]])
		})
	}
}

// checkProbes looks for what the guest's debuggers must have counted.
func checkProbes(t *testing.T, name, output string, probes int) {
	t.Helper()
	if probes < 2 {
		t.Errorf("only %d places for probes", probes)
	}
	for pattern, want := range map[string]int{
		`(?m)^  at\d+ +1000 +0\r?$`: 2 * probes,
		`(?m)^  ret +1000 +0\r?$`:   2,
		`(?m)^steps 1000\r?$`:       1,
		`(?m)^rounds 250\r?$`:       1,
		`(?m)^traps 1000\r?$`:       1,
	} {
		if got := len(regexp.MustCompile(pattern).FindAllString(output, -1)); got != want {
			t.Errorf("%s: %q is %d times in the output, want %d:\n%s", name, pattern, got, want, output)
		}
	}
	if trouble.MatchString(output) {
		t.Errorf("%s: the kernel complains:\n%s", name, output)
	}
}

// client passes on stops.
type client chan debug.Stop

// Stopped is called by the debugger.
func (c client) Stopped(s debug.Stop) { c <- s }

// stepThere debugs a machine to its end, with breakpoints at the places. At some of the stops it makes steps, under one policy and
// another. The result is how often each place was come to.
func stepThere(t *testing.T, m *machine.Machine, places []uint64) map[uint64]int {
	d, stops, over := debug.New(target.New(m)), make(client, 8), make(chan struct{})
	go func() {
		defer close(over)
		d.Run(context.Background(), true)
	}()
	hits := map[uint64]int{}
	d.Do(func() {
		if err := d.Attach(stops); err != nil {
			t.Error(err)
		}
		for _, at := range places {
			d.SetBreakpoint(stops, at, func(int) bool { hits[at]++; return hits[at]%5 == 1 })
		}
	})
	for n := 0; ; n++ {
		q := debug.Request{Actions: make([]debug.Action, len(d.CPUs()))}
		for i := range q.Actions {
			q.Actions[i] = debug.Continue
		}
		d.Do(func() {
			if n%4 != 0 { // three steps, and on
				q.Actions[d.Last().CPU] = debug.Step
				d.SetPolicy([]debug.Policy{debug.Through, debug.Arch}[n/4%2])
			}
			d.Resume(q)
		})
		select {
		case s := <-stops:
			if s.Kind != debug.StopEnd {
				continue
			}
		case <-over:
		}
		<-over
		t.Logf("%d stops", n)
		return hits
	}
}

// TestGuestSelftest: the kernel's own test of INT3 passes, with breakpoints of the outer debugger at its instructions and at the
// handler, and steps from there.
func TestGuestSelftest(t *testing.T) {
	t.Parallel()
	const end = 400_000_000 // behind the test
	g := newGuestDebug(t, 1)
	kernel := g.symbols("int3_selftest_ip", "int3_magic", "int3_exception_notify", "asm_exc_int3")
	run := func(debugged func(m *machine.Machine)) view {
		var out bytes.Buffer
		m, err := machine.New(g.config, machine.Host{Serial: [2]io.Writer{&out}, Until: end})
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close()
		debugged(m)
		m.Resume(machine.Plan{})
		return view{m.Retired(), m.Hash(), out.String()}
	}
	want := run(func(*machine.Machine) {})
	if !strings.Contains(want.output, "SMP alternatives") || trouble.MatchString(want.output) {
		t.Fatalf("the boot does not get past the test:\n%s", want.output)
	}
	var places []uint64
	for _, at := range kernel {
		places = append(places, at)
	}
	got := run(func(m *machine.Machine) {
		hits := stepThere(t, m, places)
		for _, name := range []string{"int3_selftest_ip", "int3_exception_notify"} {
			if hits[kernel[name]] != 1 {
				t.Errorf("%d stops at %s, want 1", hits[kernel[name]], name)
			}
		}
	})
	sameView(t, "with an outer debugger", got, want)
}
