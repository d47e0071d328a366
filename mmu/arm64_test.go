package mmu

import (
	"fmt"
	"math/bits"
	"testing"
)

// words is sparse physical memory that holds translation tables; from missing on there is none.
type words struct {
	at      map[uint64]uint64
	missing uint64
}

func (m words) ReadTable(pa uint64) (uint64, bool) { return m.at[pa], m.missing == 0 || pa < m.missing }
func (m words) WriteTable(pa, v uint64)            { m.at[pa] = v }

// Values of TCR_EL1 fields for tests.
const (
	tg0Of16K = 2 << 14
	tg0Of64K = 1 << 14
	tg1Of4K  = 2 << 30
	tg1Of16K = 1 << 30
	tg1Of64K = 3 << 30
	ips48    = 5 << 32
	ips52    = 6 << 32
)

// armTables is a walker whose root is at 100000h and whose tables follow each other by 64 KiB; attrs are the attributes of the
// descriptors from the first level on, the last of them the leaf, which maps to pa.
func armTables(tcr, va, pa uint64, attrs ...uint64) (*Arm64, words) {
	m := words{at: map[uint64]uint64{}}
	w := &Arm64{Mem: m, On: true, TTBR: [2]uint64{0x100000, 0x100000}, TCR: tcr, MAIR: 0x44_00_ff} // 0 Normal, 1 Device, 2 not cached
	w.Derive()
	s := walk{region: &w.regions[half(va)], va: w.Untagged(va, Read)}
	s.level = s.region.level
	width, table := s.input-s.shift(), uint64(0x100000)
	for n, attr := range attrs {
		desc := table + 0x10000 | 3
		if n == len(attrs)-1 {
			desc = pa &^ (1<<s.shift() - 1)
			if s.wide {
				desc = desc&(1<<48-1) | pa>>48&15<<12
			}
			desc |= leafBits(s.level)
		}
		m.at[table+s.va>>s.shift()&(1<<width-1)<<3] = desc ^ attr
		table += 0x10000
		s.level++
		width = s.grain - 3
	}
	return w, m
}

func leafBits(level uint) uint64 {
	if level == 3 {
		return 3
	}
	return 1
}

const armVA = 0x0000_7123_4567_8abc

// TestArmShapes walks every granule to each level at which there are leaves, with the sizes of address space around them.
func TestArmShapes(t *testing.T) {
	type shape struct {
		name   string
		tcr    uint64
		va     uint64
		levels int // from the first to the leaf
		span   uint8
		pa     uint64 // of the page
		want   uint64
	}
	const out = 0x0000_0042_8765_4000
	for _, c := range []shape{
		{"4K page, 48 bits", 16, armVA, 4, 12, out, out},
		{"4K 2 MiB block", 16, armVA, 3, 21, out, out&^0x1fffff | armVA&0x1ff000},
		{"4K 1 GiB block", 16, armVA, 2, 30, out, out&^0x3fffffff | armVA&0x3ffff000},
		{"4K, 39 bits", 25, armVA & (1<<39 - 1), 3, 12, out, out},
		{"4K, 40 bits: a first table of two entries", 24, armVA&(1<<40-1) | 1<<39, 4, 12, out, out},
		{"4K, 31 bits", 33, 0x12345678, 3, 12, out, out},
		{"4K, 25 bits", 39, 0x1345678, 2, 12, out, out},
		{"16K page, 48 bits", 16 | tg0Of16K, armVA, 4, 14, out, out | armVA&0x3000},
		{"16K page, 47 bits", 17 | tg0Of16K, armVA, 3, 14, out, out | armVA&0x3000},
		{"16K 32 MiB block", 17 | tg0Of16K, armVA, 2, 25, out, out&^0x1ffffff | armVA&0x1fff000},
		{"16K page, 36 bits", 28 | tg0Of16K, armVA & (1<<36 - 1), 2, 14, out, out | armVA&0x3000},
		{"64K page, 48 bits", 16 | tg0Of64K, armVA, 3, 16, out, out&^0xffff | armVA&0xf000},
		{"64K 512 MiB block", 16 | tg0Of64K, armVA, 2, 29, out, out&^0x1fffffff | armVA&0x1ffff000},
		{"64K page, 42 bits", 22 | tg0Of64K, armVA & (1<<42 - 1), 2, 16, out, out&^0xffff | armVA&0xf000},
		{"64K page, 52 bits", 12 | tg0Of64K | ips52, 0x000a_7123_4567_8abc, 3, 16, 0x000b_0042_8765_0000, 0x000b_0042_8765_0000 | armVA&0xf000},
		{"64K 4 TiB block, 52 bits", 12 | tg0Of64K | ips52, 0x000a_7123_4567_8abc, 1, 42, 0x000b_0000_0000_0000, 0x000b_0000_0000_0000 | armVA&(1<<42-1)&^0xfff},
		{"upper half, 4K", 16<<16 | tg1Of4K, ^uint64(0xfff), 4, 12, out, out},
		{"upper half, 16K", 16<<16 | tg1Of16K, 0xffff_8123_4567_8000, 4, 14, out, out},
		{"upper half, 64K", 16<<16 | tg1Of64K, 0xffff_8123_4567_8000, 3, 16, out, out&^0xffff | 0x8000},
	} {
		if c.tcr>>32&7 == 0 {
			c.tcr |= ips48
		}
		attrs := make([]uint64, c.levels)
		attrs[c.levels-1] = descAF
		w, _ := armTables(c.tcr, c.va, c.pa, attrs...)
		e, fault, ok := w.Walk(c.va, Read)
		if !ok || e.PA != c.want || e.Span != c.span || !e.Holds(c.va, w.ASID) {
			t.Errorf("%s: %v, fault %#x, entry %+v; want %#x", c.name, ok, fault, e, c.want)
		}
	}
}

// TestArmFaults finds the status code, and its level, of every way in which a walk fails.
func TestArmFaults(t *testing.T) {
	af := uint64(descAF)
	type c struct {
		name  string
		tcr   uint64
		va    uint64
		attrs []uint64 // flipped
		pa    uint64
		a     Access
		want  uint8
	}
	for _, c := range []c{
		{"no entry at level 0", 16, armVA, []uint64{1}, 0, Read, FaultTranslation},
		{"level 1", 16, armVA, []uint64{0, 1}, 0, Read, FaultTranslation + 1},
		{"level 2", 16, armVA, []uint64{0, 0, 1}, 0, Read, FaultTranslation + 2},
		{"level 3", 16, armVA, []uint64{0, 0, 0, 1}, 0, Read, FaultTranslation + 3},
		{"level 3, a block", 16, armVA, []uint64{0, 0, 0, 2}, 0, Read, FaultTranslation + 3},
		{"level 0, a block", 16, armVA, []uint64{af}, 0, Read, FaultTranslation},
		{"16K level 1, a block", 16 | tg0Of16K, armVA, []uint64{0, af}, 0, Read, FaultTranslation + 1},
		{"64K level 1, a block of 48 bits", 16 | tg0Of64K, armVA, []uint64{af}, 0, Read, FaultTranslation + 1},
		{"outside TTBR0's half", 17, armVA | 1<<47, []uint64{af}, 0, Read, FaultTranslation},
		{"outside TTBR1's half", 17 << 16, 0xffff_7fff_ffff_f000, []uint64{af}, 0, Read, FaultTranslation},
		{"the hole", 16 | 16<<16, 0x0010_0000_0000_0000, []uint64{af}, 0, Read, FaultTranslation},
		{"a tag without TBI", 16, armVA | 0x5a<<56, []uint64{0, 0, 0, af}, 0, Read, FaultTranslation},
		{"EPD0", 16 | 1<<7, armVA, []uint64{0, 0, 0, af}, 0, Read, FaultTranslation},
		{"EPD1", 16<<16 | 1<<23, ^uint64(0), []uint64{0, 0, 0, af}, 0, Read, FaultTranslation},
		{"T0SZ below its least", 15, armVA, []uint64{af}, 0, Read, FaultTranslation},
		{"access flag, page", 16, armVA, []uint64{0, 0, 0, 0}, 0, Read, FaultAccessFlag + 3},
		{"access flag, 2 MiB", 16, armVA, []uint64{0, 0, 0}, 0, Read, FaultAccessFlag + 2},
		{"access flag, 1 GiB", 16, armVA, []uint64{0, 0}, 0, Read, FaultAccessFlag + 1},
		{"a page beyond IPS", 16, armVA, []uint64{0, 0, 0, af}, 1 << 32, Read, FaultAddressSize + 3},
		{"a table beyond IPS", 16, armVA, []uint64{0, 1 << 40, 0, af}, 0, Read, FaultAddressSize + 1},
		{"bits 51 to 48 of a page where addresses have 48", 12 | tg0Of64K | ips48, armVA, []uint64{0, 0, af | 3<<12}, 0, Read, 0xff},
		{"read-only", 16, armVA, []uint64{0, 0, 0, af | descRO}, 0, Write, FaultPermission + 3},
		{"EL0 at EL1's page", 16, armVA, []uint64{0, 0, af}, 0, User, FaultPermission + 2},
		{"EL0 writes a read-only page", 16, armVA, []uint64{0, 0, 0, af | descUser | descRO}, 0, User | Write, FaultPermission + 3},
		{"EL1 executes what EL0 can write", 16, armVA, []uint64{0, 0, 0, af | descUser}, 0, Fetch, FaultPermission + 3},
		{"PXN", 16, armVA, []uint64{0, 0, 0, af | descPXN}, 0, Fetch, FaultPermission + 3},
		{"UXN", 16, armVA, []uint64{0, 0, 0, af | descUser | descUXN}, 0, User | Fetch, FaultPermission + 3},
		{"PXNTable", 16, armVA, []uint64{0, tablePXN, 0, af}, 0, Fetch, FaultPermission + 3},
		{"UXNTable", 16, armVA, []uint64{tableUXN, 0, 0, af | descUser}, 0, User | Fetch, FaultPermission + 3},
		{"APTable, no EL0", 16, armVA, []uint64{0, 0, tableNoEL, af | descUser}, 0, User, FaultPermission + 3},
		{"APTable, read-only", 16, armVA, []uint64{0, 0, tableRO, af}, 0, Write, FaultPermission + 3},
		{"HPD0", 16 | 1<<41, armVA, []uint64{0, tablePXN, tableRO, af}, 0, Write, 0xff},
		{"EL1 executes", 16, armVA, []uint64{0, 0, 0, af}, 0, Fetch, 0xff},
		{"EL0 executes what it cannot read", 16, armVA, []uint64{0, 0, 0, af}, 0, User | Fetch, 0xff},
		{"maintenance at EL1 of what cannot be read", 16, armVA, []uint64{0, 0, 0, af | descRO}, 0, Maintenance, 0xff},
		{"maintenance at EL0 of EL1's page", 16, armVA, []uint64{0, 0, 0, af}, 0, Maintenance | User, FaultPermission + 3},
		{"E0PD0, EL0", 16 | 1<<55, armVA, []uint64{0, 0, 0, af | descUser}, 0, User, FaultTranslation},
		{"E0PD0, EL0 runs", 16 | 1<<55, armVA, []uint64{0, 0, 0, af | descUser}, 0, User | Fetch, FaultTranslation},
		{"E0PD0, EL1", 16 | 1<<55, armVA, []uint64{0, 0, 0, af | descUser}, 0, Read, 0xff},
		{"E0PD1, EL0 in the lower half", 16 | 1<<56, armVA, []uint64{0, 0, 0, af | descUser}, 0, User, 0xff},
		{"TBI0", 16 | 1<<37, armVA | 0x5a<<56, []uint64{0, 0, 0, af}, 0, Read, 0xff},
		{"TBI0, fetch", 16 | 1<<37, armVA | 0x5a<<56, []uint64{0, 0, 0, af}, 0, Fetch, 0xff},
		{"TBI0 and TBID0, fetch", 16 | 1<<37 | 1<<51, armVA | 0x5a<<56, []uint64{0, 0, 0, af}, 0, Fetch, FaultTranslation},
		{"TBI1", 16<<16 | tg1Of4K | 1<<38, 0x5aff_ffff_ffff_f000, []uint64{0, 0, 0, af}, 0, Read, 0xff},
	} {
		w, _ := armTables(c.tcr, c.va, c.pa, c.attrs...)
		_, fault, ok := w.Walk(c.va, c.a)
		if ok != (c.want == 0xff) || !ok && fault != c.want {
			t.Errorf("%s: %v, fault %#x, want %#x", c.name, ok, fault, c.want)
		}
	}
}

// TestArmFaultOutside finds the external abort of a table outside memory, and the address size fault of a base.
func TestArmFaultOutside(t *testing.T) {
	for level := range uint64(4) {
		w, m := armTables(16, armVA, 0, 0, 0, 0, descAF)
		m.missing = 0x100000 + level*0x10000
		w.Mem = m
		if _, fault, ok := w.Walk(armVA, Read); ok || fault != uint8(FaultWalk+level) {
			t.Errorf("level %d: %v, fault %#x", level, ok, fault)
		}
	}
	w, _ := armTables(16, armVA, 0, 0, 0, 0, descAF)
	w.SetTTBR(0, 1<<33)
	if _, fault, ok := w.Walk(armVA, Read); ok || fault != FaultAddressSize {
		t.Errorf("base: %v, fault %#x", ok, fault)
	}
}

// TestArmE0PDHit finds that an entry which EL1 has brought in does not serve EL0 under E0PD.
func TestArmE0PDHit(t *testing.T) {
	w, _ := armTables(16|1<<55, armVA, 0, 0, 0, 0, descAF|descUser)
	if e, _, ok := w.Walk(armVA, Read); !ok || !w.Allowed(&e, Read) || w.Allowed(&e, Read|User) {
		t.Errorf("%v, %+v", ok, e)
	}
}

// TestArmPAN keeps EL1 off the pages of EL0, but not the unprivileged accesses and fetches.
func TestArmPAN(t *testing.T) {
	w, _ := armTables(16, armVA, 0, 0, 0, 0, descAF|descUser|descRO)
	w.PAN = true
	for a, want := range map[Access]bool{Read: false, Write: false, User: true, Fetch: true, Maintenance: true} {
		if _, _, ok := w.Walk(armVA, a); ok != want {
			t.Errorf("access %#x: %v", a, ok)
		}
	}
}

// TestArmWXN makes what can be written not executable, at the level that can write it.
func TestArmWXN(t *testing.T) {
	for _, c := range []struct {
		attr     uint64
		el1, el0 bool
	}{{0, false, true}, {descRO, true, true}, {descUser, false, false}, {descUser | descRO, true, true}} {
		w, _ := armTables(16, armVA, 0, 0, 0, 0, descAF|c.attr)
		w.WXN = true
		_, _, el1 := w.Walk(armVA, Fetch)
		_, _, el0 := w.Walk(armVA, Fetch|User)
		if el1 != c.el1 || el0 != c.el0 {
			t.Errorf("%#x: EL1 %v, EL0 %v", c.attr, el1, el0)
		}
	}
}

// TestArmHardwareFlags follows the access flag and the dirty state: what a walk sets, and what the entry then grants.
func TestArmHardwareFlags(t *testing.T) {
	const ha, hd = tcrHA, tcrHD
	at := func(w *Arm64) uint64 { return 0x130000 + armVA>>12&511<<3 }
	for _, c := range []struct {
		name      string
		tcr, attr uint64
		a         Access
		ok        bool
		set, drop uint64 // bits of the leaf
		writable  bool   // the entry grants a write
	}{
		{"HA, read", ha, descRO, Read, true, descAF, 0, false},
		{"HA, a fault sets nothing", ha, descRO, Write, false, 0, 0, false},
		{"HD, read leaves it clean", ha | hd, descAF | descRO | descDBM, Read, true, 0, 0, false},
		{"HD, write", ha | hd, descAF | descRO | descDBM, Write, true, 0, descRO, true},
		{"HD, both flags", ha | hd, descRO | descDBM, Write, true, descAF, descRO, true},
		{"HD, dirty", ha | hd, descAF | descDBM, Write, true, 0, 0, true},
		{"HD without HA", hd, descAF | descRO | descDBM, Write, false, 0, 0, false},
		{"DBM without HD", ha, descAF | descRO | descDBM, Write, false, 0, 0, false},
		{"HD, EL0 without a right", ha | hd, descAF | descRO | descDBM, Write | User, false, 0, 0, false},
	} {
		w, m := armTables(16|c.tcr, armVA, 0, 0, 0, 0, c.attr)
		before := m.at[at(w)]
		e, _, ok := w.Walk(armVA, c.a)
		if after := m.at[at(w)]; ok != c.ok || after != before&^c.drop|c.set {
			t.Errorf("%s: %v, %#x before, %#x after", c.name, ok, before, after)
		}
		if ok && w.Allowed(&e, Write) != c.writable {
			t.Errorf("%s: the entry grants a write: %v", c.name, !c.writable)
		}
	}
	w, m := armTables(16|ha|hd, armVA, 0, 0, 0, 0, descRO|descDBM)
	before := fmt.Sprint(m.at)
	w.NoSetBits = true
	if _, _, ok := w.Walk(armVA, Write); !ok || fmt.Sprint(m.at) != before {
		t.Errorf("NoSetBits: %v", ok)
	}
}

// TestArmAttributes reads what a leaf says besides rights.
func TestArmAttributes(t *testing.T) {
	for _, c := range []struct {
		attr uint64
		want uint16
	}{
		{0, PermGlobal}, {descNG, 0}, {1 << 2, PermDevice | PermGlobal}, {2 << 2, PermGlobal}, {descGP | descNG, PermGuarded},
		{1<<52 | descNG, 0}, // contiguous: a hint
	} {
		w, _ := armTables(16, armVA, 0, 0, 0, 0, descAF|c.attr)
		e, _, ok := w.Walk(armVA, Read)
		if got := e.Perm & (PermGlobal | PermDevice | PermGuarded | PermLarge); !ok || got != c.want {
			t.Errorf("%#x: %#x", c.attr, got)
		}
	}
}

// TestArmASID reads the address space from the base that TCR_EL1.A1 chooses, in the size that AS says.
func TestArmASID(t *testing.T) {
	for tcr, want := range map[uint64]uint16{0: 0x34, tcrAS: 0x1234, tcrA1: 0x78, tcrA1 | tcrAS: 0x5678} {
		w := Arm64{TTBR: [2]uint64{0x1234 << 48, 0x5678 << 48}, TCR: tcr}
		w.Derive()
		if w.ASID != want {
			t.Errorf("TCR %#x: ASID %#x", tcr, w.ASID)
		}
	}
}

// TestArmBigEndianTables walks tables in the other byte order, and writes them back in it.
func TestArmBigEndianTables(t *testing.T) {
	w, m := armTables(16|tcrHA, armVA, 0x77000, 0, 0, 0, 0)
	for pa, v := range m.at {
		m.at[pa] = bits.ReverseBytes64(v)
	}
	w.BigEndian = true
	leaf := 0x130000 + uint64(armVA)>>12&511<<3
	if e, _, ok := w.Walk(armVA, Read); !ok || e.PA != 0x77000 || bits.ReverseBytes64(m.at[leaf])&descAF == 0 {
		t.Errorf("%v, %+v, leaf %#x", ok, e, m.at[leaf])
	}
}
