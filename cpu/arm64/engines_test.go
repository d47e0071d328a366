package arm64

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"stasis/cpu"
	decode "stasis/decode/arm64"
)

// Places in the memory of random code, which is mapped where it lies by one table of 2 MiB blocks and one of pages.
const (
	codeBase    = ramBase + 0x10000
	codeSize    = 0x3000 // three pages, each its own
	codeData    = ramBase + 0x20000
	codeTables  = ramBase + 0x100000
	codeVectors = ramBase + 0x1000
)

// engineRig is a CPU with its memory for each engine.
type engineRig struct {
	cpus   [2]*CPU
	boards [2]*board
}

func newEngineRig(t testing.TB) *engineRig {
	r := &engineRig{}
	for n := range r.cpus {
		r.cpus[n], r.boards[n] = newRig(t)
		c := r.cpus[n]
		r.boards[n].ram.OnCode = c.ProtectCode
		r.boards[n].ram.OnCodeWrite = c.InvalidateCode
		r.boards[n].ram.OnClean = c.DropInlineWrites
	}
	r.cpus[1].SetSingleStep(true)
	return r
}

func (b *board) put64(pa, v uint64) {
	var p [8]byte
	for n := range p {
		p[n] = byte(v >> (8 * n))
	}
	if err := b.ram.WriteAt(p[:], pa); err != nil {
		panic(err)
	}
}

func (b *board) put32(pa uint64, v ...uint32) {
	for n, w := range v {
		if err := b.ram.WriteAt([]byte{byte(w), byte(w >> 8), byte(w >> 16), byte(w >> 24)}, pa+4*uint64(n)); err != nil {
			panic(err)
		}
	}
}

// Attributes of a page: valid, a page, inner shareable, accessed, and EL0 may.
const (
	pageValid    = 3 | 3<<8 | 1<<10
	pageUser     = 1 << 6
	pageReadOnly = 1 << 7
	pageGuarded  = 1 << 50
)

// mapPages makes tables of 4 KiB pages with 39-bit addresses: the first 2 MiB at ramBase.
func (b *board) mapPages(rng *rand.Rand) {
	b.put64(codeTables+8*1, codeTables+0x1000|3) // 1 GiB each: 40000000h is the second
	b.put64(codeTables+0x1000, codeTables+0x2000|3)
	guarded := uint64(0)
	if rng.IntN(2) == 0 {
		guarded = pageGuarded
	}
	for page := range uint64(512) {
		entry := ramBase + page<<12 | pageValid
		switch at := ramBase + page<<12; {
		case at == codeVectors:
		case at >= codeBase && at < codeBase+codeSize:
			entry |= [...]uint64{pageUser | pageReadOnly, pageUser | pageReadOnly, pageUser, 0}[rng.IntN(4)]
		default:
			entry |= uint64(rng.IntN(3)/2*pageReadOnly | rng.IntN(2)*pageUser)
			entry ^= uint64(rng.IntN(40) / 39)
		}
		b.put64(codeTables+0x2000+8*page, entry|guarded)
	}
}

// randomState has registers that are often addresses.
func randomState(rng *rand.Rand, s *State) {
	for n := range s.X {
		switch rng.IntN(4) {
		case 0:
			s.X[n] = rng.Uint64() >> rng.IntN(64)
		case 1:
			s.X[n] = codeBase + rng.Uint64N(codeSize)&^3
		default:
			s.X[n] = codeData + rng.Uint64N(0x4000)&^uint64([]int{0, 7, 15}[rng.IntN(3)])
		}
	}
	for n := range s.SP {
		s.SP[n] = codeData + 0x2000 + rng.Uint64N(0x1000)&^15
	}
	for n := range s.V {
		s.V[n] = [2]uint64{rng.Uint64(), rng.Uint64()}
	}
	s.PC = codeBase
	s.NZCV = uint8(rng.IntN(16))
	s.EL, s.SPSel = uint8(rng.IntN(2)), uint8(rng.IntN(2))
	if s.EL == 0 {
		s.SPSel = 0
	}
	s.DAIF = 0
	s.Sys.VBAR = codeVectors
	s.Sys.TTBR0, s.Sys.TTBR1 = codeTables, codeTables
	s.Sys.TCR = 25 | 25<<16 | 2<<30 | 2<<32 // 39 bits in both halves, 4 KiB, 40-bit output
	s.Sys.MAIR = 0xff
	s.Sys.SCTLR = sctlrReset | sctlrM | sctlrSA | sctlrSA0 | sctlrEnIA*uint64(rng.IntN(2)) | sctlrBT1*uint64(rng.IntN(2))
	if rng.IntN(8) == 0 {
		s.Sys.SCTLR |= sctlrA
	}
	s.Sys.CPACR = 3 << 20 * uint64(rng.IntN(2))
	s.FPSR = fpsrIXC * uint64(rng.IntN(2))
	s.Sys.APIA = [2]uint64{rng.Uint64(), rng.Uint64()}
}

// lowered are the rows with micro-operations that few programs would reach by chance.
var lowered = func() (rows []*decode.Row) {
	for n := range decode.Rows {
		row := &decode.Rows[n]
		_, ordered := orderedOps[row.Op]
		_, float := floatOps[row.Op]
		if ordered || float || row.Op == decode.LD1multi || row.Op == decode.ST1multi {
			rows = append(rows, row)
		}
	}
	return rows
}()

// randomInst is a word of some row, its branches near.
func randomInst(rng *rand.Rand) uint32 {
	for {
		row := &decode.Rows[1+rng.IntN(len(decode.Rows)-1)]
		if rng.IntN(8) == 0 {
			row = lowered[rng.IntN(len(lowered))]
		} else if rng.IntN(3) > 0 && (strings.Contains(row.Feature, "S") || len(row.Op.String()) > 1 && strings.HasSuffix(row.Op.String(), "V")) {
			continue
		}
		raw := rng.Uint32()
		for n, bit := range row.Pattern {
			at := uint32(1) << (31 - n)
			switch bit {
			case '0':
				raw &^= at
			case '1':
				raw |= at
			}
		}
		return near(rng, row.Op, raw)
	}
}

// exclusivePair is what ends well only in a row: LDXR and STXR at one address, with a store between them or without, or a load and CAS of
// what it has loaded.
func exclusivePair(rng *rand.Rand) []uint32 {
	size, base := rng.Uint32N(4)<<30, rng.Uint32N(31)<<5
	old := (base>>5 + 1 + rng.Uint32N(29)) % 31 // another register than the base
	if rng.IntN(2) == 0 {
		return []uint32{size | 0x39400000 | base | old, size | 0x08a07c00 | old<<16 | base | rng.Uint32N(32)} // LDR, CAS
	}
	order := rng.Uint32N(2) << 15
	load, store := size|0x085f7c00|order|base|old, size|0x08007c00|order|rng.Uint32N(32)<<16|base|rng.Uint32N(32)
	if rng.IntN(3) == 0 {
		return []uint32{load, size | 0x39000000 | base | rng.Uint32N(32), store}
	}
	return []uint32{load, store}
}

// near shortens the offsets of branches and literals, so that they stay in the code.
func near(rng *rand.Rand, op decode.Op, raw uint32) uint32 {
	offset := uint32(rng.IntN(64)-24) & 0x3ffffff
	switch op {
	case decode.B, decode.BL:
		return raw&^0x3ffffff | offset
	case decode.Bcond, decode.CBZ, decode.CBNZ, decode.LDRlit, decode.LDRSWlit:
		return raw&^(0x7ffff<<5) | offset&0x7ffff<<5
	case decode.TBZ, decode.TBNZ:
		return raw&^(0x3fff<<5) | offset&0x3fff<<5
	case decode.LD1multi, decode.ST1multi:
		return raw | 31<<16&-(raw>>23&1)
	case decode.BR, decode.BLR, decode.RET, decode.WFI, decode.WFE, decode.ERET, decode.SYS, decode.MSRreg, decode.MSRimm:
		if rng.IntN(4) > 0 {
			return 0x8b000000 | raw&0x1f03ff // ADD
		}
	}
	return raw
}

// place fills memory and registers from a seed, alike for both engines.
func (r *engineRig) place(n int, seed uint64) *CPU {
	rng := rand.New(rand.NewPCG(seed, 3))
	b := r.boards[n]
	b.system, b.device = map[SysReg]uint64{}, 0
	b.mapPages(rng)
	for pa := uint64(0); pa < codeSize; pa += 4 {
		b.put32(codeBase+pa, randomInst(rng))
	}
	for range codeSize / 4 / 24 {
		b.put32(codeBase+rng.Uint64N(codeSize/4-2)*4, exclusivePair(rng)...)
	}
	for pa := uint64(0); pa < 0x5000; pa += 8 {
		b.put64(codeData+pa, rng.Uint64())
	}
	for v := range uint64(16) { // vectors go back to the code, a little further
		b.put32(codeVectors+v*0x80, 0xd5384020, 0x91001000, 0x92403000, 0xd2a80021, 0x8b010000, 0xd5184020, 0xd69f03e0)
	}
	var s State
	randomState(rng, &s)
	c := r.cpus[n]
	c.Reset()
	c.SetState(&s)
	return c
}

// exitAt is why a CPU came back before its budget was used up, and after how many units in all.
type exitAt struct {
	cpu.Exit
	at uint64
}

// drive runs a CPU in pieces, with interrupts between them.
func drive(c *CPU, seed uint64) (exits []exitAt) {
	rng := rand.New(rand.NewPCG(seed, 5))
	at := uint64(0)
	for range rng.IntN(12) + 1 {
		c.SetIRQ(rng.IntN(4) == 0)
		left := rng.Uint64N(300)
		for left > 0 {
			e := c.Run(left)
			left -= min(left, c.Units())
			if at += c.Units(); e.Kind != cpu.ExitBudget {
				exits = append(exits, exitAt{e, at})
			}
			if e.Kind == cpu.ExitHalted {
				break
			}
		}
		if rng.IntN(6) == 0 {
			c.DropInline()
		}
	}
	return exits
}

// TestEngines runs random code on both engines: they must agree in every bit of state and of memory.
func TestEngines(t *testing.T) {
	r := newEngineRig(t)
	count := 400
	if testing.Short() {
		count = 100
	}
	for seed := range uint64(count) {
		r.compare(t, seed, nil)
		if t.Failed() {
			return
		}
	}
	if s := r.cpus[0].stats; s.Blocks < 100 || s.Steps > s.Blocks*200 {
		t.Errorf("the block engine has done little: %+v", s)
	}
}

// TestEnginesWatched is TestEngines with watchpoints of every sort: the engines stop at the same accesses, and the state is what it is
// without any.
func TestEnginesWatched(t *testing.T) {
	r := newEngineRig(t)
	hits := 0
	for seed := range uint64(150) {
		watches := randomWatches(rand.New(rand.NewPCG(seed, 7)))
		r.clear()
		for _, e := range r.compare(t, seed, watches) {
			if e.Kind == cpu.ExitWatchpoint {
				hits++
			}
		}
		watched, hash := *r.cpus[0].Snapshot(), r.boards[0].ram.Hash()
		r.clear()
		r.compare(t, seed, nil)
		if bare := *r.cpus[0].Snapshot(); bare != watched || r.boards[0].ram.Hash() != hash {
			t.Errorf("seed %d: watching moves the run", seed)
			differences(t, seed, reflect.ValueOf(watched), reflect.ValueOf(bare))
		}
		if t.Failed() {
			t.Logf("%+v", watches)
			return
		}
	}
	if hits < 5 {
		t.Errorf("%d hits", hits)
	}
}

// clear empties the memory that code can reach.
func (r *engineRig) clear() {
	for _, b := range r.boards {
		if err := b.ram.WriteAt(make([]byte, 2<<20), ramBase); err != nil {
			panic(err)
		}
	}
}

// randomWatches are up to three watchpoints, some on the same bytes.
func randomWatches(rng *rand.Rand) (list []cpu.Watch) {
	place := codeData + rng.Uint64N(0x4000)
	for range 1 + rng.IntN(3) {
		if rng.IntN(2) == 0 {
			place = codeData + rng.Uint64N(0x4000)
		}
		w := cpu.Watch{Addr: place + rng.Uint64N(8), Len: []uint64{1, 2, 4, 8, 100, 4096}[rng.IntN(6)], Read: rng.IntN(2) == 0}
		w.Write = !w.Read || rng.IntN(2) == 0
		w.Changed = w.Write && rng.IntN(2) == 0
		list = append(list, w)
	}
	return list
}

// compare runs a seed's code in both engines.
func (r *engineRig) compare(t *testing.T, seed uint64, watches []cpu.Watch) []exitAt {
	t.Helper()
	var states [2]*State
	var hashes [2][32]byte
	var exits [2][]exitAt
	var counts [2]map[string]uint64
	for n := range r.cpus {
		c := r.place(n, seed)
		before := c.Stats()
		c.SetWatchpoints(watches)
		exits[n] = drive(c, seed)
		states[n], hashes[n], counts[n] = c.Snapshot(), r.boards[n].ram.Hash(), counted(c, before)
	}
	for _, name := range []string{"units_el0", "units_el1"} {
		if counts[0][name] != counts[1][name] {
			t.Errorf("seed %d: %s is %d with blocks, %d with steps", seed, name, counts[0][name], counts[1][name])
		}
	}
	if !slices.Equal(exits[0], exits[1]) {
		t.Errorf("seed %d: exits %v with blocks, %v with steps", seed, exits[0], exits[1])
	}
	if hashes[0] != hashes[1] {
		t.Errorf("seed %d: the memories differ", seed)
	}
	if *states[0] != *states[1] {
		differences(t, seed, reflect.ValueOf(*states[0]), reflect.ValueOf(*states[1]))
	}
	return exits[0]
}

func differences(t *testing.T, seed uint64, a, b reflect.Value) {
	t.Helper()
	for n := range a.NumField() {
		if x, y := a.Field(n).Interface(), b.Field(n).Interface(); !reflect.DeepEqual(x, y) && a.Type().Field(n).Name != "TLB" {
			t.Errorf("seed %d: %s is %x with blocks, %x with steps", seed, a.Type().Field(n).Name, x, y)
		} else if x != y {
			t.Errorf("seed %d: the TLBs differ", seed)
		}
	}
}

// TestNoAllocation: once its code is decoded, a run takes nothing from the heap, with faults, interrupts and dropped code. What Go's
// runtime takes for itself meanwhile is not there the second time.
func TestNoAllocation(t *testing.T) {
	r := newEngineRig(t)
	for seed := range uint64(20) {
		if r.allocations(seed) > 0 {
			if n := r.allocations(seed); n > 0 {
				t.Errorf("seed %d: %.0f allocations", seed, n)
			}
		}
	}
}

// allocations is how often a run takes from the heap when its code has been decoded.
func (r *engineRig) allocations(seed uint64) float64 {
	c, b := r.place(0, seed), r.boards[0]
	b.told, b.tlbi, b.system = make([]string, 0, 10000), make([]TLBI, 0, 10000), make(map[SysReg]uint64, 10000)
	c.SetIRQ(false)
	c.Run(2000)
	c.unimplemented = map[string]uint64{} // counting a new name may grow the map
	n := testing.AllocsPerRun(1, func() { c.Run(2000) })
	if len(c.unimplemented) > 0 {
		return 0
	}
	return n
}

// TestExactBudget stops at every unit of a loop: the block engine is where the single-step engine is.
func TestExactBudget(t *testing.T) {
	for units := range uint64(130) {
		r := newEngineRig(t)
		for n, c := range r.cpus {
			r.place(n, 7)
			if c.Run(units); c.Units() != units {
				t.Fatalf("%d of %d units", c.Units(), units)
			}
		}
		if a, b := r.cpus[0].Snapshot(), r.cpus[1].Snapshot(); *a != *b {
			differences(t, units, reflect.ValueOf(*a), reflect.ValueOf(*b))
		}
	}
}

// TestCodeWrites: an instruction that the running block has just written is the one that runs, whatever the guest does about caches.
func TestCodeWrites(t *testing.T) {
	r := newEngineRig(t)
	for n, c := range r.cpus {
		// STR W1, [X0]; NOP; NOP, which becomes ADD X2, X2, #1; B -12
		r.boards[n].put32(ramBase, 0xb9000001, 0xd503201f, 0xd503201f, 0x17fffffd)
		c.R[0], c.R[1] = ramBase+8, 0x91000442
		c.Sys.SCTLR |= sctlrM
		c.Sys.TTBR0, c.Sys.TCR, c.Sys.MAIR = codeTables, 25|2<<32, 0xff
		r.boards[n].put64(codeTables+8, ramBase|pageValid&^2)
		c.refresh()
		if c.Run(40); c.R[2] != 10 {
			t.Errorf("engine %d: X2 = %d after 10 rounds, want 10", n, c.R[2])
		}
	}
}

// TestTrapsChange: an instruction that has run from a block is trapped as soon as CPACR_EL1 says so, in another page too.
func TestTrapsChange(t *testing.T) {
	r := newEngineRig(t)
	for n, c := range r.cpus {
		// EOR X3, X3, X4; MSR CPACR_EL1, X3; ISB; B to FADD D0, D0, D1; B back: the second round turns floating point off
		r.boards[n].put32(ramBase, 0xca040063, msrWord(sr(3, 0, 1, 0, 2), 3), 0xd5033fdf, 0x140007fd)
		r.boards[n].put32(ramBase+0x2000, 0x1e612800, 0x17fff7ff)
		r.boards[n].put32(ramBase+0x1200, 0xd503201f)
		c.V[0][0], c.V[1][0], c.FPSR = 0x3ff8000000000000, 0x3ff0000000000000, fpsrIXC
		c.Sys.CPACR, c.R[4] = 3<<20, 3<<20
		c.Sys.SCTLR |= sctlrM
		c.Sys.TTBR0, c.Sys.TCR, c.Sys.MAIR = codeTables, 25|2<<32, 0xff
		r.boards[n].put64(codeTables+8, ramBase|pageValid&^2)
		c.refresh()
		c.Run(12)
		wantStatus(t, c, "FADD", 0x204, ecFPAccess<<26|1<<25|issFPTrap)
		if c.Sys.ELR != ramBase+0x2000 || c.V[0][0] != 0x4004000000000000 {
			t.Errorf("engine %d: ELR %#x, D0 %#x after a round", n, c.Sys.ELR, c.V[0][0])
		}
	}
}

// FuzzEngines compares the engines for any seed.
func FuzzEngines(f *testing.F) {
	r := newEngineRig(f)
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) { r.compare(t, seed, nil) })
}
