package mmu

import "testing"

// tables is sparse physical memory.
type tables map[uint64]uint64

func (t tables) ReadPhys(pa uint64, size int) uint64     { return t[pa] }
func (t tables) WritePhys(pa uint64, size int, v uint64) { t[pa] = v }

// chain maps va through entries with the given bits, root at 1000h, each table a page further, and the page at 77000h.
func chain(levels int, va uint64, bits ...uint64) tables {
	t := tables{}
	table := uint64(0x1000)
	for n, b := range bits {
		size, shift, width := uint64(8), uint(12+9*(levels-1-n)), uint64(511)
		if levels == 2 {
			size, shift, width = 4, uint(22-10*n), 1023
		}
		next := table + 0x1000
		if n == len(bits)-1 {
			next = 0x77000
			if shift > 12 {
				next = 0
			}
		}
		t[table+va>>shift&width*size] = next | b
		table += 0x1000
	}
	return t
}

const (
	testVA = 0x7f1234567abc
	pwu    = pteP | pteW | pteU
	pw     = pteP | pteW
)

func TestWalkRights(t *testing.T) {
	w := X86{CR3: 0x1000, Levels: 4, NXE: true, WP: true, PhysBits: 40}
	with := func(f func(*X86)) X86 { v := w; f(&v); return v }
	smep := with(func(w *X86) { w.SMEP = true })
	smap := with(func(w *X86) { w.SMAP = true })
	smapAC := with(func(w *X86) { w.SMAP, w.AC = true, true })
	keys := with(func(w *X86) { w.PKE, w.PKRU = true, 1<<2|2<<4 }) // key 1: no access, key 2: no writes
	lax := with(func(w *X86) { w.PKE, w.PKRU, w.WP = true, 1<<2|2<<4, false })
	key := func(n uint64) uint64 { return pwu | n<<pteKeyShift }
	for _, c := range []struct {
		name string
		w    X86
		leaf uint64
		a    Access
		want uint32 // #PF error code, 0 for success
	}{
		{"missing", w, 0, Read, 0},
		{"read", w, pwu, Read | User, 0},
		{"user reads supervisor page", w, pw, Read | User, FaultP | FaultU},
		{"user writes read-only page", w, pteP | pteU, Write | User, FaultP | FaultU | FaultW},
		{"supervisor writes read-only page", w, pteP, Write, FaultP | FaultW},
		{"without WP", with(func(w *X86) { w.WP = false }), pteP, Write, 0},
		{"no execute", w, pwu | pteNX, Fetch | User, FaultP | FaultU | FaultI},
		{"SMEP", smep, pwu, Fetch, FaultP | FaultI},
		{"SMEP, supervisor page", smep, pw, Fetch, 0},
		{"SMAP", smap, pwu, Read, FaultP},
		{"SMAP, AC", smapAC, pwu, Write, 0},
		{"SMAP, AC, implicit", smapAC, pwu, Read | Implicit, FaultP},
		{"key, no access", keys, key(1), Read | User, FaultP | FaultU | FaultPK},
		{"key, no access for the supervisor", keys, key(1), Read, FaultP | FaultPK},
		{"key, fetch", keys, key(1), Fetch | User, 0},
		{"key, read", keys, key(2), Read | User, 0},
		{"key, write", keys, key(2), Write | User, FaultP | FaultU | FaultW | FaultPK},
		{"key, supervisor writes", keys, key(2), Write, FaultP | FaultW | FaultPK},
		{"key, supervisor writes without WP", lax, key(2), Write, 0},
		{"key on a supervisor page", keys, pw | 1<<pteKeyShift, Read, 0},
		{"reserved", w, pwu | 1<<45, Read, FaultP | FaultRSVD},
		{"NX without NXE", with(func(w *X86) { w.NXE = false }), pwu | pteNX, Read, FaultP | FaultRSVD},
	} {
		mem := chain(4, testVA, pwu, pwu, pwu, c.leaf)
		c.w.Mem = mem
		e, fault, ok := c.w.Walk(testVA, c.a)
		if ok != (c.want == 0 && c.leaf != 0) || !ok && fault.Code != c.want {
			t.Errorf("%s: %v, code %#x, want %#x", c.name, ok, fault.Code, c.want)
		}
		if ok && (e.PA != 0x77000 || !c.w.Allowed(&e, c.a)) {
			t.Errorf("%s: entry %+v", c.name, e)
		}
	}
}

func TestWalkShapes(t *testing.T) {
	const s = FaultP | FaultRSVD
	for _, c := range []struct {
		name   string
		w      X86
		va     uint64
		bits   []uint64
		pa     uint64
		span   uint8
		failed uint32
	}{
		{"32-bit", X86{Levels: 2}, 0x12345678, []uint64{pwu, pwu}, 0x77000, 12, 0},
		{"4 MiB", X86{Levels: 2, PSE: true}, 0x12345678, []uint64{pwu | ptePS}, 0x345000, 22, 0},
		{"PSE-36", X86{Levels: 2, PSE: true}, 0x12345678, []uint64{pwu | ptePS | 0x81<<13}, 0x8100345000, 22, 0},
		{"4 MiB, bit 21", X86{Levels: 2, PSE: true}, 0x12345678, []uint64{pwu | ptePS | 1<<21}, 0, 0, s},
		{"2 MiB", X86{Levels: 4}, testVA, []uint64{pwu, pwu, pwu | ptePS}, 0x167000, 21, 0},
		{"2 MiB, bit 13", X86{Levels: 4}, testVA, []uint64{pwu, pwu, pwu | ptePS | 1<<13}, 0, 0, s},
		{"1 GiB", X86{Levels: 4}, testVA, []uint64{pwu, pwu | ptePS}, 0x34567000, 30, 0},
		{"1 GiB hidden", X86{Levels: 4, NoGiant: true}, testVA, []uint64{pwu, pwu | ptePS}, 0, 0, s},
		{"PS at the root", X86{Levels: 4}, testVA, []uint64{pwu | ptePS}, 0, 0, s},
		{"5 levels", X86{Levels: 5}, 0xab7f1234567abc, []uint64{pwu, pwu, pwu, pwu, pwu}, 0x77000, 12, 0},
	} {
		c.w.CR3, c.w.PhysBits, c.w.Mem = 0x1000, 40, chain(c.w.Levels, c.va, c.bits...)
		e, fault, ok := c.w.Walk(c.va, Read)
		if ok != (c.failed == 0) || fault.Code != c.failed || e.PA != c.pa || e.Span != c.span {
			t.Errorf("%s: %v %+v %+v", c.name, ok, e, fault)
		}
	}
}

func TestFlush(t *testing.T) {
	fill := func() *State {
		s := &State{}
		copy(s.D[:], []Entry{{1, 0, 0, 1, 12}, {0x1001, 0, PermGlobal, 1, 12}, {0x2001, 0, 0, 2, 12}, {0x200001, 0, 0, 1, 21}})
		return s
	}
	count := func(s *State) (n int) {
		for i := range s.D {
			if s.D[i].Tag != 0 {
				n++
			}
		}
		return n
	}
	for _, c := range []struct {
		name  string
		flush func(*State)
		left  int
	}{
		{"all", func(s *State) { s.Flush(false) }, 0},
		{"all but global", func(s *State) { s.Flush(true) }, 1},
		{"an address space", func(s *State) { s.FlushPCID(1) }, 2},
		{"a page", func(s *State) { s.FlushPage(0x2fff, everywhere()) }, 3},
		{"a piece of a large page", func(s *State) { s.FlushPage(0x3ff000, everywhere()) }, 3},
	} {
		s := fill()
		if c.flush(s); count(s) != c.left {
			t.Errorf("%s: %d entries left, want %d", c.name, count(s), c.left)
		}
	}
}

// everywhere is a filter that lets everything through.
func everywhere() *LargePages {
	var l LargePages
	l.All()
	return &l
}

func TestLargePagesNotes(t *testing.T) {
	var l LargePages
	l.Note(&Entry{Tag: 5<<21 | 1, Span: 12})
	if l.May(5 << 21) {
		t.Error("a small page was noted")
	}
	l.Note(&Entry{Tag: 5<<21 | 0x3000 | 1, Span: 21})
	if !l.May(5<<21 | 0x1ff000) {
		t.Error("a large page was not noted")
	}
	l.Note(&Entry{Tag: 1, Span: 30})
	if !l.May(77 << 21) {
		t.Error("a 1 GiB page was not noted everywhere")
	}
	if l.May(5<<30 | 5<<21) {
		t.Error("a page was noted that is not there")
	}
}
