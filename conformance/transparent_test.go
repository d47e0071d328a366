package conformance

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"stasis/debug"
	"stasis/debug/target"
	"stasis/internal/guests"
	"stasis/loader"
	"stasis/machine"
	script "stasis/replay"
)

// The debugger changes nothing: whatever a session does, short of writing, the guest computes the same. Sessions are random; each
// has a seed, which a failure names.

// view is what an undisturbed and a debugged run must have in common at their end.
type view struct {
	retired uint64
	hash    [32]byte
	output  string
}

// bounded is a machine that ends at a position, and is interrupted at others.
type bounded struct {
	*target.Machine
	end    uint64
	alarm  uint64 // 0: none
	ring   func() // called at the alarm; must not wait
	paused bool   // the alarm has rung, and nobody has come yet
}

// Resume runs up to the alarm or the end.
func (b *bounded) Resume(p debug.Plan) debug.Stop {
	at := b.Retired()
	switch {
	case at >= b.end:
		return debug.Stop{Kind: debug.StopEnd, Reason: "the end of the window"}
	case b.paused:
		time.Sleep(20 * time.Microsecond)
		return debug.Stop{Kind: debug.StopInterrupt}
	}
	units := b.end - at
	if b.alarm > at {
		units = min(units, b.alarm-at)
	}
	if p.Units == 0 || units < p.Units {
		p.Units = units
	}
	stop := b.Machine.Resume(p)
	if b.alarm != 0 && b.Retired() >= b.alarm && stop.Kind == debug.StopInterrupt {
		b.alarm, b.paused = 0, true
		b.ring()
	}
	return stop
}

// meddler is a session with a will of its own.
type meddler struct {
	t     *testing.T
	rng   *rand.Rand
	b     *bounded
	d     *debug.Debugger
	stops chan debug.Stop
	terms
	places []uint64 // where CPUs have been seen
	pace   uint64   // units that a continue may last
	did    map[string]int
}

// terms are the words of an instruction set, and of its board, in which a meddler thinks.
type terms struct {
	space    string   // register that names the address space
	pointers []string // registers near whose values data is
	looked   []string // registers at whose values a front end looks
	devices  []uint64 // physical addresses of devices
}

var termsOf = map[string]terms{
	"i386:x86-64": {"cr3", []string{"rsp", "rbp", "rdi", "rsi", "rax", "gs_base"}, []string{"rip", "rsp", "rdi", "cr3"},
		[]uint64{0xfee00000, 0xfec00000, 0xfed00000, 0xa0000}},
	"aarch64": {"TTBR0_EL1", []string{"sp", "x29", "x0", "x1", "x19", "SP_EL0"}, []string{"pc", "sp", "x0", "TTBR1_EL1"},
		[]uint64{0x08000000, 0x080a0000, 0x09000000, 0x09010000, 0x4010000000}},
}

// Stopped is called by the debugger.
func (x *meddler) Stopped(s debug.Stop) { x.stops <- s }

// meddle debugs a machine to its end, or to a position. It makes so many moves at most, and then lets go.
func meddle(t *testing.T, m *machine.Machine, seed, moves, end, length uint64) {
	x := &meddler{t: t, rng: rand.New(rand.NewPCG(seed, moves)), stops: make(chan debug.Stop, 8), pace: length/moves*2 + 2, did: map[string]int{}}
	x.b = &bounded{Machine: target.New(m), end: end}
	x.d = debug.New(x.b)
	x.terms = termsOf[x.d.Architecture().Name]
	over := make(chan struct{})
	go func() {
		defer close(over)
		x.d.Run(context.Background(), true)
	}()
	x.do(func() {
		if err := x.d.Attach(x); err != nil {
			t.Error(err)
		}
	})
	for range moves {
		if !x.move() {
			break
		}
	}
	x.do(func() { x.b.alarm = 0; x.d.Detach(x) })
	<-over
	t.Logf("seed %d: %v", seed, x.did)
}

// do runs f at a boundary, and reports whether the machine is still there.
func (x *meddler) do(f func()) bool { return x.d.Do(f) == nil }

// move makes one move on the stopped machine, and reports whether the session can go on.
func (x *meddler) move() bool {
	x.note()
	for range x.rng.IntN(3) {
		f := []func(){x.look, x.breakpoint, x.breakpoint, x.watch, x.clear, x.expensive}[x.rng.IntN(6)]
		if !x.do(f) {
			return false
		}
	}
	switch x.rng.IntN(8) {
	case 0, 1:
		return x.steps(debug.Arch)
	case 2, 3:
		return x.steps(debug.Through)
	case 4:
		return x.leave()
	}
	return x.resume("continue", debug.Request{Actions: x.actions(debug.Continue, 0)})
}

// note remembers where the CPUs are.
func (x *meddler) note() {
	x.do(func() {
		for _, c := range x.d.CPUs() {
			x.places = append(x.places, c.PC())
		}
	})
}

// cpu is one of the stopped machine's CPUs, and seldom one that waits: to step that lets the machine run.
func (x *meddler) cpu() int {
	i := x.rng.IntN(len(x.d.CPUs()))
	for range 2 * len(x.d.CPUs()) {
		if !x.d.CPUs()[i].Halted() {
			break
		}
		i = x.rng.IntN(len(x.d.CPUs()))
	}
	return i
}

// place is an address near which something may happen.
func (x *meddler) place() uint64 {
	at := x.places[x.rng.IntN(len(x.places))]
	if x.rng.IntN(3) == 0 {
		at += x.rng.Uint64N(64) - 16
	}
	return at
}

// breakpoint sets one of any kind.
func (x *meddler) breakpoint() {
	x.did["breakpoints"]++
	b := debug.Breakpoint{Addr: x.place()}
	if list := x.d.Disassemble(x.cpu(), b.Addr, 8, debug.GNU); len(list) > 0 && x.rng.IntN(2) == 0 {
		b.Addr = list[x.rng.IntN(len(list))].Addr
	}
	if pa, ok := x.d.Translate(x.cpu(), b.Addr); ok && x.rng.IntN(4) == 0 {
		b.Addr, b.Physical = pa, true
	}
	if x.rng.IntN(4) == 0 {
		b.One, b.CPU = true, x.cpu()
	}
	if x.rng.IntN(4) == 0 {
		b.InSpace = true
		b.Space, _ = x.d.Register(x.cpu(), x.space)
	}
	var c debug.Condition
	if every := x.rng.IntN(6); every > 1 {
		n := 0
		c = func(int) bool { n++; return n%every == 0 }
	}
	x.d.Break(x, b, c)
}

// watch sets a watchpoint near where a register points.
func (x *meddler) watch() {
	x.did["watchpoints"]++
	at, _ := x.d.Register(x.cpu(), x.pointers[x.rng.IntN(len(x.pointers))])
	size := uint64(1) << x.rng.IntN(8)
	at += x.rng.Uint64N(256) - 128
	if at+size < at {
		return
	}
	if x.rng.IntN(3) == 0 && size <= 8 {
		x.d.WatchChange(x, at, size)
		return
	}
	x.d.SetWatchpoint(x, at, size, debug.Access(1+x.rng.IntN(3)))
}

// look reads what a front end shows at a stop, and what is not there.
func (x *meddler) look() {
	x.did["looks"]++
	cpu := x.cpu()
	for i := range x.d.Registers() {
		x.d.CPUs()[cpu].ReadRegister(i)
	}
	for _, name := range x.looked {
		at, _ := x.d.Register(cpu, name)
		x.d.ReadMemory(cpu, at, 1+x.rng.IntN(300))
	}
	x.d.Disassemble(cpu, x.place(), 10, debug.Manual)
	x.d.ReadMemory(cpu, x.rng.Uint64(), 64)
	x.d.ReadPhysical(x.rng.Uint64N(5<<30), 64)
	for _, device := range x.devices {
		x.d.ReadPhysical(device, 64)
	}
	for _, line := range []string{"info registers", "info breakpoints", "timers", "help", "x/1 0"} {
		x.d.Monitor(cpu, line)
	}
}

// expensive looks at everything.
func (x *meddler) expensive() {
	if x.rng.IntN(4) == 0 {
		x.did["hashes"]++
		x.d.Hash()
	}
}

// clear takes all away, as detaching does.
func (x *meddler) clear() {
	x.did["clears"]++
	x.d.Detach(x)
	if err := x.d.Attach(x); err != nil {
		x.t.Error(err)
	}
}

// steps makes some steps of one CPU; the others take their turns.
func (x *meddler) steps(p debug.Policy) bool {
	cpu, n := x.cpu(), 1+x.rng.IntN(40)
	x.do(func() { x.d.SetPolicy(p) })
	for range n {
		q := debug.Request{Actions: x.actions(debug.Step, cpu)}
		if x.rng.IntN(20) == 0 {
			pc := x.places[len(x.places)-1]
			q.Range = &debug.Range{From: pc &^ 63, To: pc&^63 + 64}
		}
		if !x.resume(p.String(), q) {
			return false
		}
	}
	return true
}

// actions is one for a CPU, and continue for the rest: to leave one out moves what the guest computes.
func (x *meddler) actions(a debug.Action, cpu int) []debug.Action {
	list := make([]debug.Action, len(x.d.CPUs()))
	for i := range list {
		list[i] = debug.Continue
	}
	list[cpu] = a
	return list
}

// resume lets the machine run until it stops, at the latest after a Ctrl-C at some position. It reports whether the machine is still there.
func (x *meddler) resume(name string, q debug.Request) bool {
	x.did[name]++
	if !x.do(func() {
		x.setAlarm(func() {
			x.did["Ctrl-C"]++
			go x.do(func() { x.b.paused = false; x.d.Stop() })
		})
		x.d.Resume(q)
	}) {
		return false
	}
	return x.wait()
}

func (x *meddler) setAlarm(ring func()) {
	x.b.alarm, x.b.ring = x.d.Retired()+1+x.rng.Uint64N(x.pace), ring
}

// wait waits for the stop.
func (x *meddler) wait() bool {
	select {
	case s := <-x.stops:
		return s.Kind != debug.StopEnd && s.Kind != debug.StopFatal
	case <-x.d.Over():
		return false
	}
}

// leave detaches and comes back later.
func (x *meddler) leave() bool {
	x.did["detached"]++
	back := make(chan struct{})
	if !x.do(func() {
		x.setAlarm(func() { close(back) })
		x.d.Detach(x)
	}) {
		return false
	}
	select {
	case <-back:
	case <-x.d.Over():
		return false
	}
	return x.do(func() {
		x.b.paused = false
		if err := x.d.Attach(x); err != nil {
			x.t.Error(err)
		}
	})
}

// few is the tenth of a number that is enough for every day.
func few(n uint64) uint64 {
	if soak() {
		return n
	}
	return max(n/10, 1)
}

// embedded is a run of one of the project's own guests.
type embedded struct {
	name      string
	smp       int
	hz, loops uint64 // of the demo
	ips       uint64
}

// image is the guest with its variables patched.
func (e embedded) image(t *testing.T) []byte {
	t.Helper()
	image := guests.ELF(e.name)
	for symbol, v := range map[string]uint64{guests.DemoHz: e.hz, guests.DemoLoops: e.loops} {
		var err error
		if v == 0 {
			continue
		}
		if image, err = guests.Patch(image, symbol, v); err != nil {
			t.Fatal(err)
		}
	}
	return image
}

func (e embedded) machine(t *testing.T, out io.Writer) *machine.Machine {
	t.Helper()
	config := machine.Config{Kernel: loader.File{Name: e.name, Data: e.image(t)}, Mem: 128 << 20, SMP: e.smp, IPS: e.ips}
	m, err := machine.New(config, machine.Host{Serial: [2]io.Writer{out, nil}})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestTransparentGuests debugs whole runs of the embedded guests.
func TestTransparentGuests(t *testing.T) {
	t.Parallel()
	list := []embedded{
		{name: guests.Demo, smp: 1, hz: 1000, loops: 40_000, ips: rigIPS},
		{name: guests.Demo, smp: 4, hz: 3000, loops: 40_000, ips: rigIPS},
		{name: guests.Tests, smp: 1, ips: rigIPS},
		{name: guests.Tests, smp: 4, ips: rigIPS},
		{name: guests.DemoARM64, smp: 1, hz: 1000, loops: 40_000, ips: rigIPS},
		{name: guests.DemoARM64, smp: 4, hz: 3000, loops: 40_000, ips: rigIPS},
		{name: guests.TestsARM64, smp: 1},
		{name: guests.TestsARM64, smp: 2},
	}
	for _, e := range list {
		t.Run(fmt.Sprintf("%s smp %d", e.name, e.smp), func(t *testing.T) {
			var want, got view
			want = wholeRun(t, e, func(m *machine.Machine) { m.Resume(machine.Plan{}) })
			if want.retired < 100_000 || !strings.Contains(want.output, "\n") {
				t.Fatalf("undisturbed: %d units, output %q", want.retired, want.output)
			}
			for seed := range few(200) / 4 {
				got = wholeRun(t, e, func(m *machine.Machine) { meddle(t, m, seed, 60, math.MaxUint64, want.retired) })
				sameView(t, fmt.Sprintf("seed %d", seed), got, want)
			}
		})
	}
}

func wholeRun(t *testing.T, e embedded, run func(m *machine.Machine)) view {
	var out bytes.Buffer
	m := e.machine(t, &out)
	defer m.Close()
	run(m)
	m.Resume(machine.Plan{}) // nothing, but for the output that is on its way
	return view{m.Retired(), m.Hash(), out.String()}
}

func sameView(t *testing.T, name string, got, want view) {
	t.Helper()
	if got.retired != want.retired || got.hash != want.hash {
		t.Errorf("%s: %x at %d; undisturbed %x at %d", name, got.hash[:4], got.retired, want.hash[:4], want.retired)
	}
	if got.output != want.output {
		t.Errorf("%s: the output is %q, undisturbed %q", name, got.output, want.output)
	}
}

// Windows of a boot that are debugged.
const (
	windows      = 10
	windowFirst  = 30_000_000
	windowApart  = 90_000_000
	windowLength = 50_000_000
)

// window is a piece of a boot: how it begins, and how it ends.
type window struct {
	start *machine.Snapshot
	end   view
}

// TestTransparentLinux debugs pieces of the boot of Linux.
func TestTransparentLinux(t *testing.T) {
	t.Parallel()
	for _, smp := range []int{1, 4} {
		t.Run(fmt.Sprintf("smp %d", smp), func(t *testing.T) {
			config := linuxConfig(t)
			config.SMP = smp
			debugWindows(t, config)
		})
		t.Run(fmt.Sprintf("AArch64 smp %d", smp), func(t *testing.T) { debugWindows(t, arm64Config(t, 3, smp)) })
	}
}

// debugWindows debugs pieces of a boot.
func debugWindows(t *testing.T, config machine.Config) {
	list := undisturbed(t, config)
	for seed := range few(200) / 2 / windows {
		for i, w := range list {
			debugWindow(t, config, w, seed*windows+uint64(i))
		}
	}
}

// undisturbed runs the boot once and takes the windows.
func undisturbed(t *testing.T, config machine.Config) (list []window) {
	var out bytes.Buffer
	m, err := machine.New(config, machine.Host{Serial: [2]io.Writer{&out}})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	for i := range uint64(windows) {
		m.Resume(machine.Plan{Until: windowFirst + i*windowApart})
		w := window{start: m.Snapshot()}
		from := out.Len()
		if s := m.Resume(machine.Plan{Until: m.Retired() + windowLength}); s.Reason != machine.StopUntil {
			t.Fatalf("the boot has stopped: %+v", s)
		}
		w.end = view{m.Retired(), m.Hash(), out.String()[from:]}
		list = append(list, w)
	}
	return list
}

func debugWindow(t *testing.T, config machine.Config, w window, seed uint64) {
	var out bytes.Buffer
	m, err := machine.New(config, machine.Host{Serial: [2]io.Writer{&out}})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if err := m.Restore(w.start); err != nil {
		t.Fatal(err)
	}
	meddle(t, m, seed, 60, w.end.retired, windowLength)
	sameView(t, fmt.Sprintf("seed %d, from %d", seed, w.start.Retired), view{m.Retired(), m.Hash(), out.String()}, w.end)
}

// TestTransparentBoots debugs whole boots, with work typed into the shell.
func TestTransparentBoots(t *testing.T) {
	if !soak() {
		t.Skip("whole boots are for the long form")
	}
	t.Parallel()
	for seed, smp := range []int{1, 4, 1} {
		t.Run(fmt.Sprintf("seed %d smp %d", seed, smp), func(t *testing.T) {
			config := linuxConfig(t)
			config.SMP = smp
			want := runLinux(t, config, machine.Host{}, typed("date"))
			last := want.hashes[len(want.hashes)-1]
			var out bytes.Buffer
			typing, err := script.ParseScript(strings.NewReader(typed("date")), 0)
			if err != nil {
				t.Fatal(err)
			}
			m, err := machine.New(config, machine.Host{Serial: [2]io.Writer{&out}, Script: typing})
			if err != nil {
				t.Fatal(err)
			}
			defer m.Close()
			meddle(t, m, uint64(seed), 300, math.MaxUint64, last.Retired)
			m.Resume(machine.Plan{})
			sameView(t, "boot", view{m.Retired(), m.Hash(), out.String()}, view{last.Retired, last.Hash, want.log})
		})
	}
}
