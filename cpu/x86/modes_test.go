package x86

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"stasis/cpu"
	decode "stasis/decode/x86"
)

// fuzzModes are the modes and page-table shapes in which random code runs. Each changes a CPU in 32-bit protected mode at CPL 0.
var fuzzModes = []struct {
	name  string
	setup func(c *CPU)
}{
	{"real", func(c *CPU) {
		c.setCR0(c.CR0 &^ cr0PE)
		for n := range c.Seg {
			c.Seg[n].Limit, c.Seg[n].Attr = 0xffff, attrP|attrS|attrWritable|attrAccessed
			c.loadRealSegment(n, uint16(n)<<4)
		}
		c.IDTR = Table{0, 0x3ff}
	}},
	{"16-bit", func(c *CPU) {
		c.setSegment(decode.SS, parseDescriptor(selSmall, descriptorOf(0, 0xffff, 0x93)))
		c.enterCode(parseDescriptor(selCode16, descriptorOf(0, 0xffff, 0x9b)), 0)
	}},
	{"32-bit", func(*CPU) {}},
	{"32-bit, CPL 3", (*CPU).user},
	{"32-bit, not flat", func(c *CPU) {
		c.setSegment(decode.DS, parseDescriptor(selSmall, descriptorOf(0x100, 0xfff, 0x93)))
		c.setSegment(decode.ES, parseDescriptor(selDown, descriptorOf(0, 0x7fff, 0x4097)))
	}},
	{"virtual-8086", func(c *CPU) { c.CR4 |= cr4VME; c.virtual(3) }},
	{"virtual-8086, IOPL 0", func(c *CPU) { c.CR4 |= cr4VME; c.virtual(0) }},
	{"32-bit paging", func(c *CPU) {
		c.putWords(testPD, 0x87, testPT|7)
		c.setCR4(c.CR4 | cr4PSE | cr4PGE)
		c.setCR3(testPD)
		c.setCR0(c.CR0 | cr0PG | cr0WP)
	}},
	{"PAE", func(c *CPU) {
		c.put64(testPDPT, testPD|1)
		c.put64(testPD, testPT|7)
		c.identity(7)
		c.setCR4(c.CR4 | cr4PAE | cr4PGE)
		c.setCR3(testPDPT)
		c.setCR0(c.CR0 | cr0PG | cr0WP)
	}},
	{"64-bit", func(c *CPU) { c.toLong(0) }},
	{"64-bit, CPL 3, alignment check", func(c *CPU) {
		c.toLong(cr4FSGSBASE | cr4PKE)
		c.setCR0(c.CR0 | cr0AM)
		c.user64()
		c.setRFLAGS(c.rflags() | flagAC)
	}},
	{"64-bit, SMAP", func(c *CPU) {
		c.toLong(cr4SMEP | cr4PCIDE | cr4PGE)
		c.identity(3)
		c.setCR4(c.CR4 | cr4SMAP)
	}},
	{"5 levels", func(c *CPU) { c.toLong(cr4LA57) }},
	{"compatibility", func(c *CPU) {
		c.toLong(0)
		c.enterCode(flatCode(selCode, 0, false), 0)
	}},
}

// identity maps the memory to itself.
func (c *CPU) identity(flags uint64) {
	for n := range uint64(16) {
		c.put64(testPT+n*8, n<<12|flags)
	}
}

// toLong enters 64-bit mode with the machine of longCPU.
func (c *CPU) toLong(cr4 uint64) {
	c.put64(testGDT+selCode, descriptorOf(0, 0xfffff, 0xa09b))
	for n := range uint64(0x80) {
		c.put64(testIDT+n*16, gateOf(selCode, testHandlers+16*uint32(n), 0xee), 0)
	}
	c.put64(testPML5, testPML4|7)
	c.put64(testPML4, testPDPT|7)
	c.put64(testPDPT, testPD|7)
	c.put64(testPD, testPT|7)
	c.identity(7)
	s := c.Snapshot()
	s.CR0 |= cr0PG | cr0WP
	s.CR4 |= cr4PAE | cr4OSFXSR | cr4OSXSAVE | cr4
	s.EFER = eferLME | eferLMA | eferNXE | eferSCE
	s.CR3 = testPML4
	if cr4&cr4LA57 != 0 {
		s.CR3 = testPML5
	}
	s.IDTR.Limit = 0x7ff
	s.Seg[decode.CS] = flatCode(selCode, 0, true)
	c.SetState(s)
}

// snippets make random code do more than fault: pieces that change modes, segments, tables and rights.
var snippets = [][]byte{{0xcf}, {0xcb}, {0xcd, 0x60}, {0x9c}, {0x9d}, {0xfa}, {0xfb}, {0x8e, 0xd8}, {0x8e, 0xd0}, {0xb8, selData, 0}, {0xb8, selCode3, 0},
	{0xea, 0, 0x40, 0, 0, selCode, 0}, {0xea, 0, 0x40, selCode16, 0}, {0x9a, 0, 0, 0, 0, selTSS32, 0}, {0xea, 0, 0, 0, 0, selTSS16, 0},
	{0x9a, 0, 0, 0, 0, selGate, 0}, {0x9a, 0, 0x40, 0, 0, selCallGate, 0}, {0x0f, 0x20, 0xc0}, {0x0f, 0x22, 0xc0}, {0x0f, 0x22, 0xd8}, {0x0f, 0x20, 0xe0},
	{0x0f, 0x22, 0xe0}, {0x0f, 0x32}, {0x0f, 0x30}, {0x0f, 0x01, 0xcb}, {0x0f, 0x01, 0xca}, {0x0f, 0x05}, {0x0f, 0x07}, {0x48, 0x0f, 0x07}, {0x0f, 0x34},
	{0x0f, 0x35}, {0x0f, 0x01, 0x3b}, {0x0f, 0x00, 0xd8}, {0x0f, 0x00, 0xd0}, {0x0f, 0x01, 0xf0}, {0x0f, 0x06}, {0x0f, 0x01, 0xef}, {0xa4},
	{0xab}, {0xf3, 0xa4}, {0xf3, 0x48, 0xab}, {0xf2, 0xae}, {0xf3, 0xa7}, {0xf3, 0x66, 0xa5}, {0xf3, 0x6c}, {0xf2, 0xa6}, {0xf3, 0xac}, {0xb9, 9, 0}, {0xb1, 5}, {0xfd}, {0xfc}, {0x0f, 0xae, 0x23}, {0x0f, 0xae, 0x2b}, {0x66, 0x0f, 0x38, 0x82, 0x03}, {0x60}, {0x61}, {0x55}, {0xc9}, {0xc8, 4, 0, 2}, {0x89, 0x03},
	{0x8b, 0x03}, {0x31, 0xc0}, {0x40}, {0xe2, 0xf0}, {0xeb, 0xee}, {0x75, 0x04}, {0x66, 0x90}, {0x0f, 0xa2}, {0x0f, 0x31}, {0x0f, 0xc7, 0x0b}}

// fuzzImage is 64 KiB of memory: the test machine's tables, and random code elsewhere.
func fuzzImage(r *rand.Rand) []byte {
	b := make([]byte, 0x10000)
	for n := 0x4000; n < 0x6000; {
		if r.IntN(3) == 0 {
			n += copy(b[n:0x6000], snippets[r.IntN(len(snippets))])
		} else {
			b[n] = byte(r.Uint32())
			n++
		}
	}
	for n := range 0x400 { // the vector table of real mode
		b[n] = byte(r.IntN(0x60))
	}
	return b
}

// fuzzCPU is a CPU that keeps its blocks and its memory in step.
func fuzzCPU(t testing.TB) *CPU {
	c := protectedCPU(t)
	c.ram.OnCodeWrite, c.ram.OnCode, c.ram.OnClean = c.InvalidateCode, c.ProtectCode, c.DropInlineWrites
	return c
}

// layOut writes the machine for a program: the same for both engines.
func (c *CPU) layOut(base *State, image []byte, r *rand.Rand, mode int) {
	c.SetState(base)
	tables := make([]byte, 0x3000)
	c.ram.ReadAt(tables, testGDT)
	c.ram.WriteAt(image, 0)
	c.ram.WriteAt(tables, testGDT)
	c.newTask(uint32(r.IntN(4)) << 17 & flagVM)
	fuzzModes[mode].setup(c)
	for n := range 16 {
		if n != 4 {
			c.R[n] = uint64(r.IntN(0x10000))
		}
	}
	if c.mode != decode.Mode64 {
		clear(c.R[8:16])
	}
}

// TestModes runs random code in every mode in both engines, the block engine in pieces: they must agree on everything.
// STASIS_FUZZ is how many units a mode runs, in programs that go on for longer, and STASIS_FUZZ_FROM the number of the first program.
func TestModes(t *testing.T) { fuzzModesWith(t, fuzzer{}) }

// TestModesWatched is TestModes with watchpoints: the engines stop at the same accesses too, one of them with nothing in its inline
// arrays.
func TestModesWatched(t *testing.T) { fuzzModesWith(t, fuzzer{watching: true}) }

func fuzzModesWith(t *testing.T, f fuzzer) {
	f.programs, f.longest = 60, 60
	if n, err := strconv.ParseUint(os.Getenv("STASIS_FUZZ"), 10, 64); err == nil {
		f.programs, f.least, f.longest = 0, n, 6000
	}
	f.from, _ = strconv.Atoi(os.Getenv("STASIS_FUZZ_FROM"))
	f.a, f.b = fuzzCPU(t), fuzzCPU(t)
	f.b.SetSingleStep(true)
	f.b.takesLongWay()
	f.base, f.tables = *f.a.Snapshot(), make([]byte, 0x3000)
	f.a.ram.ReadAt(f.tables, testGDT)
	for mode := range fuzzModes {
		t.Run(fuzzModes[mode].name, func(t *testing.T) {
			units, seed := uint64(0), f.from
			for ; units < f.least || seed < f.from+f.programs; seed++ {
				units += f.program(t, mode, seed)
			}
			t.Logf("%d units in %d programs, %d hits of watchpoints so far", units, seed-f.from, f.hits)
		})
	}
}

// fuzzer is two CPUs that run the same programs, and for how long they do.
type fuzzer struct {
	a, b     *CPU // by blocks, by single steps
	base     State
	tables   []byte
	from     int
	programs int    // that every mode runs, and
	least    uint64 // units
	longest  uint64 // units between two comparisons
	watching bool
	hits     int // of watchpoints
	float    bool
}

// program runs one in both engines and says how many units it took. What differs at its end is looked for piece by piece.
func (f *fuzzer) program(t *testing.T, mode, seed int) (units uint64) {
	f.layOut(mode, seed)
	r := rand.New(rand.NewPCG(uint64(seed), 2))
	before := [2]map[string]uint64{f.a.Stats(), f.b.Stats()}
	for range f.pieces(seed) {
		f.stir(r)
		n := f.piece(r)
		done, x := f.a.runAll(n)
		same, y := f.other(n)
		units += done
		if done != same || x != y {
			f.report(t, mode, seed)
		}
		if x.Kind == cpu.ExitWatchpoint {
			f.hits++
		} else if x.Kind != cpu.ExitBudget {
			break
		}
	}
	if differ(f.a, f.b) != "" {
		f.report(t, mode, seed)
	}
	if a, b := counted(f.a, before[0], "units"), counted(f.b, before[1], "units"); !maps.Equal(a, b) || a["units"] != units {
		t.Errorf("program %d: %v by blocks, %v by single steps, of %d", seed, a, b, units)
	}
	return units
}

// other runs n units by single steps; where there are watchpoints, every access is looked at.
func (f *fuzzer) other(n uint64) (done uint64, exit cpu.Exit) {
	if !f.watching {
		return f.b.runAll(n)
	}
	for done < n && exit.Kind == cpu.ExitBudget {
		var one uint64
		f.b.DropInline()
		one, exit = f.b.runAll(1)
		done += one
	}
	return done, exit
}

// piece is how many units run before the next stop.
func (f *fuzzer) piece(r *rand.Rand) uint64 { return 1 + r.Uint64N([]uint64{60, f.longest}[r.IntN(2)]) }

// isCalm reports whether a program is a calm one: few, because making one takes long, or most, where they run for long.
func (f *fuzzer) isCalm(seed int) bool { return (seed%8 == 0) != (f.least > 0) }

// pieces is how many pieces a program runs.
func (f *fuzzer) pieces(seed int) int {
	if f.isCalm(seed) && f.least > 0 {
		return 200
	}
	return 20
}

// layOut lays a program out for both engines.
func (f *fuzzer) layOut(mode, seed int) {
	if f.float {
		f.floats(seed, mode)
	} else if f.isCalm(seed) {
		f.calm(seed, mode)
	} else {
		f.start(mode, seed)
	}
}

// start lays a program of random bytes out for both engines.
func (f *fuzzer) start(mode, seed int) {
	image := fuzzImage(rand.New(rand.NewPCG(uint64(seed), uint64(mode))))
	for _, c := range []*CPU{f.a, f.b} {
		c.ram.WriteAt(f.tables, testGDT)
		c.layOut(&f.base, image, rand.New(rand.NewPCG(uint64(seed), 1)), mode)
		if f.watching {
			c.SetWatchpoints(randomWatches(rand.New(rand.NewPCG(uint64(seed), 3))))
		}
	}
}

// randomWatches are up to three watchpoints of every sort, some on the same bytes.
func randomWatches(r *rand.Rand) (list []cpu.Watch) {
	place := r.Uint64N(0x10000)
	for range 1 + r.IntN(3) {
		if r.IntN(2) == 0 {
			place = r.Uint64N(0x10000)
		}
		w := cpu.Watch{Addr: place + r.Uint64N(8), Len: []uint64{1, 2, 4, 8, 100, 4096}[r.IntN(6)], Read: r.IntN(2) == 0}
		w.Write = !w.Read || r.IntN(2) == 0
		w.Changed = w.Write && r.IntN(2) == 0
		list = append(list, w)
	}
	return list
}

// report runs a program again and fails where the engines first differ.
func (f *fuzzer) report(t *testing.T, mode, seed int) {
	f.layOut(mode, seed)
	r := rand.New(rand.NewPCG(uint64(seed), 2))
	for range f.pieces(seed) {
		f.stir(r)
		n := f.piece(r)
		before := checkpoint{*f.b.Snapshot(), make([]byte, 0x10000)}
		f.b.ram.ReadAt(before.memory, 0)
		done, x := f.a.runAll(n)
		same, y := f.other(n)
		if diff := differ(f.a, f.b); x != y || done != same || diff != "" {
			k, least := first(f.a, f.b, &before, n)
			t.Fatalf("program %d: exits %v and %v; %s\nafter %d units %s\n%s", seed, x, y, diff, k, least, trail(f.b, &before, n))
		}
		if x.Kind != cpu.ExitBudget && x.Kind != cpu.ExitWatchpoint {
			break
		}
	}
	t.Fatalf("program %d: the engines differ at its end, and not in a second run", seed)
}

// checkpoint is a CPU's state and memory.
type checkpoint struct {
	state  State
	memory []byte
}

// first is the least number of units from a checkpoint after which the engines differ, and how.
func first(a, b *CPU, from *checkpoint, n uint64) (k uint64, diff string) {
	for k = 1; k < n; k++ {
		for _, c := range []*CPU{a, b} {
			c.SetState(&from.state)
			c.ram.WriteAt(from.memory, 0)
			c.runAll(k)
		}
		if diff = differ(a, b); diff != "" {
			break
		}
	}
	return k, diff
}

// trail lists the instructions of n units from a checkpoint on.
func trail(c *CPU, from *checkpoint, n uint64) (text string) {
	c.SetState(&from.state)
	c.ram.WriteAt(from.memory, 0)
	for range n {
		var code [8]byte
		if pa, ok := c.Translate(c.PC()); ok {
			c.ram.ReadAt(code[:], pa)
		}
		i, _ := c.decode(code[:])
		text += fmt.Sprintf("%x:%x [% x] %v\n", c.Seg[decode.CS].Selector, c.rip, code[:i.Len], &i)
		c.runAll(1)
	}
	return text
}

// runAll runs n units, however often the CPU asks for a new budget, and says how many it has run.
func (c *CPU) runAll(n uint64) (done uint64, exit cpu.Exit) {
	for done < n {
		exit = c.Run(n - done)
		done += c.Units()
		if exit.Kind != cpu.ExitBudget {
			break
		}
	}
	return done, exit
}

// changedFields names the fields that differ.
func changedFields(x, y *State) (text string) {
	v, w := reflect.ValueOf(*x), reflect.ValueOf(*y)
	for n := range v.NumField() {
		if p, q := v.Field(n).Interface(), w.Field(n).Interface(); !reflect.DeepEqual(p, q) {
			text += fmt.Sprintf("\n%s %+x | %+x", v.Type().Field(n).Name, p, q)
		}
	}
	return text
}

// differ compares two CPUs and their memory.
func differ(a, b *CPU) string {
	x, y := a.Snapshot(), b.Snapshot()
	if *x != *y {
		if x.TLB != y.TLB {
			for n := range x.TLB.I {
				if x.TLB.I[n] != y.TLB.I[n] || x.TLB.D[n] != y.TLB.D[n] {
					return fmt.Sprintf("TLB slot %d: %+v %+v, %+v %+v", n, x.TLB.D[n], x.TLB.I[n], y.TLB.D[n], y.TLB.I[n])
				}
			}
		}
		return "state:" + changedFields(x, y)
	}
	p, q := make([]byte, 0x10000), make([]byte, 0x10000)
	a.ram.ReadAt(p, 0)
	b.ram.ReadAt(q, 0)
	if !slices.Equal(p, q) {
		return "memory"
	}
	return ""
}
