package arm64

import (
	"encoding/binary"
	"testing"

	"stasis/cpu"
	"stasis/mmu"
)

// The tables of pagedRig: one of each level, a page each, from 40100000h on; the last maps pages of testVA.
const (
	tableBase = ramBase + 0x100000
	leaves    = tableBase + 0x3000
	testVA    = uint64(0x12_3440_0000)
	leafAF    = 1<<10 | 3
	leafUser  = 1 << 6
	leafRO    = 1 << 7
	leafNG    = 1 << 11
	leafDev   = 1 << 2
)

// pagedRig is a CPU with translation on, 4K and 48 bits; page n of testVA shows page n of RAM from 40200000h on, with attributes.
func pagedRig(t *testing.T, attrs ...uint64) (*CPU, *board) {
	c, b := newRig(t)
	for level := range 3 {
		at := tableBase + uint64(level)*0x1000
		put(b, at+testVA>>(39-9*level)&511*8, at+0x1000|3)
	}
	for n, a := range attrs {
		putLeaf(b, n, n, a)
	}
	c.Sys.TTBR0, c.Sys.TCR, c.Sys.MAIR = tableBase, 16|2<<30|5<<32, 0xff
	c.Sys.SCTLR |= sctlrM
	c.refresh()
	return c, b
}

func putLeaf(b *board, n, page int, attr uint64) {
	put(b, leaves+uint64(n)*8, ramBase+0x200000+uint64(page)*0x1000|attr)
}

func put(b *board, pa, v uint64) {
	_ = b.ram.WriteAt(binary.LittleEndian.AppendUint64(nil, v), pa)
}

func get(b *board, pa uint64) uint64 {
	var p [8]byte
	_ = b.ram.ReadAt(p[:], pa)
	return binary.LittleEndian.Uint64(p[:])
}

// page is the address of page n of testVA.
func page(n int) uint64 { return testVA + uint64(n)*0x1000 }

// esrOf is ESR_EL1 of the exception that an access raises, or 0.
func esrOf(c *CPU, do func()) uint64 {
	c.Sys.ESR = 0
	el, sp := c.EL, c.SPSel
	attempt(c, do)
	c.setEL(el, sp)
	return c.Sys.ESR
}

// TestTLBKeeps finds that a changed table is not seen before an invalidation, whatever becomes of the inline arrays.
func TestTLBKeeps(t *testing.T) {
	c, b := pagedRig(t, leafAF)
	put(b, ramBase+0x200000, 111)
	put(b, ramBase+0x203000, 333)
	if got := load[uint64](c, page(0)); got != 111 {
		t.Fatalf("read %d", got)
	}
	putLeaf(b, 0, 3, leafAF)
	c.DropInline()
	if got := load[uint64](c, page(0)); got != 111 || c.stats.Walks != 1 {
		t.Errorf("after DropInline: read %d, %d walks", got, c.stats.Walks)
	}
	for _, inst := range []struct {
		name string
		raw  uint32
		xt   uint64
	}{{"VMALLE1", 0xd508871f, 0}, {"VAE1", 0xd5088720, testVA >> 12}, {"VAALE1IS", 0xd50883e0, testVA >> 12 & (1<<44 - 1)}, {"VMALLE1IS", 0xd508831f, 0}} {
		old := load[uint64](c, page(0))
		putLeaf(b, 0, map[uint64]int{111: 3, 333: 0}[old], leafAF)
		c.R[0] = inst.xt
		execute(c, inst.raw, sys)
		if got := load[uint64](c, page(0)); got == old {
			t.Errorf("after TLBI %s: read %d", inst.name, got)
		}
	}
	if len(b.tlbi) != 2 || b.tlbi[0] != (TLBI{TLBIVA, testVA, 0}) || b.tlbi[1].Kind != TLBIAll {
		t.Errorf("told the others %+v", b.tlbi)
	}
}

// TestAddressSpaces switches between ASIDs: entries that are not global stay apart, and TLBI ASIDE1 drops one's.
func TestAddressSpaces(t *testing.T) {
	c, b := pagedRig(t, leafAF|leafNG, leafAF)
	for n := range 4 {
		put(b, ramBase+0x200000+uint64(n)*0x1000, uint64(n))
	}
	space := func(asid uint64) {
		c.R[0] = tableBase | asid<<48
		execute(c, msrWord(sr(3, 0, 2, 0, 0), 0), msrReg)
	}
	space(1)
	load[uint64](c, page(0))
	load[uint64](c, page(1))
	putLeaf(b, 0, 2, leafAF|leafNG)
	putLeaf(b, 1, 3, leafAF)
	space(2)
	if own, global := load[uint64](c, page(0)), load[uint64](c, page(1)); own != 2 || global != 1 {
		t.Errorf("ASID 2 reads %d and %d", own, global)
	}
	putLeaf(b, 0, 3, leafAF|leafNG)
	c.R[0] = 2 << 48
	execute(c, 0xd5088740, sys) // TLBI ASIDE1
	if own, global := load[uint64](c, page(0)), load[uint64](c, page(1)); own != 3 || global != 1 {
		t.Errorf("after TLBI ASIDE1: %d and %d", own, global)
	}
}

// TestPrivilege finds the syndromes of loads and stores at each level, unprivileged ones among them.
func TestPrivilege(t *testing.T) {
	const kernel, readOnly, user = 0, 1, 2
	const lower, same, level3, write = 0x24<<26 | 1<<25, 0x25<<26 | 1<<25, 0x0f, 1 << 6
	c, _ := pagedRig(t, leafAF, leafAF|leafRO, leafAF|leafUser)
	read := func(n int, unprivileged bool) func() { return func() { loadAs[uint64](c, page(n)+8, unprivileged) } }
	writes := func(n int, unprivileged bool) func() {
		return func() { storeAs[uint64](c, page(n)+8, 1, unprivileged) }
	}
	for _, r := range []struct {
		name     string
		el       uint8
		pan, uao bool
		do       func()
		esr      uint64
	}{
		{"EL1 reads its page", 1, false, false, read(kernel, false), 0},
		{"EL1 writes a read-only page", 1, false, false, writes(readOnly, false), same | level3 | write},
		{"EL1 reads EL0's page", 1, false, false, read(user, false), 0},
		{"PAN", 1, true, false, read(user, false), same | level3},
		{"PAN, LDTR", 1, true, false, read(user, true), 0},
		{"LDTR of EL1's page", 1, false, false, read(kernel, true), same | level3},
		{"STTR to EL1's page", 1, false, false, writes(kernel, true), same | level3 | write},
		{"UAO, LDTR of EL1's page", 1, false, true, read(kernel, true), 0},
		{"UAO and PAN, LDTR of EL0's page", 1, true, true, read(user, true), same | level3},
		{"EL0 reads EL1's page", 0, false, false, read(kernel, false), lower | level3},
		{"EL0 writes its page", 0, false, false, writes(user, false), 0},
	} {
		c.setEL(r.el, r.el)
		c.UAO = r.uao
		c.setPAN(r.pan)
		for _, again := range []string{"", ", again"} { // from the inline arrays
			if esr := esrOf(c, r.do); esr != r.esr {
				t.Errorf("%s%s: ESR %#x, want %#x", r.name, again, esr, r.esr)
			}
			c.UAO = r.uao
			c.setPAN(r.pan)
		}
	}
}

// TestSplit writes nothing if the second page of a store faults, and reports its address.
func TestSplit(t *testing.T) {
	c, b := pagedRig(t, leafAF, leafAF|leafRO)
	if esr := esrOf(c, func() { store(c, page(1)-4, all64) }); esr != 0x25<<26|1<<25|0x4f || c.Sys.FAR != page(1) {
		t.Errorf("ESR %#x, FAR %#x", esr, c.Sys.FAR)
	}
	if get(b, ramBase+0x200ff8) != 0 {
		t.Error("the first page was written")
	}
	if esrOf(c, func() { store128(c, page(1)-8, 1, 2) }) == 0 || get(b, ramBase+0x200ff8) != 0 {
		t.Error("half of 16 bytes was written")
	}
	putLeaf(b, 1, 1, leafAF)
	store(c, page(1)-4, uint64(0x1122334455667788))
	if lo, hi := get(b, ramBase+0x200ff8)>>32, get(b, ramBase+0x201000); lo != 0x55667788 || hi != 0x11223344 {
		t.Errorf("%#x, %#x", lo, hi)
	}
	if got := load[uint64](c, page(1)-4); got != 0x1122334455667788 {
		t.Errorf("read back %#x", got)
	}
}

// TestAlignment is the alignment fault of Device memory, of SCTLR_EL1.A, of atomics, and of everything while translation is off.
func TestAlignment(t *testing.T) {
	const fault = 0x25<<26 | 1<<25 | 0x21
	c, _ := pagedRig(t, leafAF, leafAF|leafDev)
	unaligned := func(n int) func() { return func() { load[uint32](c, page(n)+2) } }
	if esr := esrOf(c, unaligned(0)); esr != 0 {
		t.Errorf("Normal memory: ESR %#x", esr)
	}
	if esr := esrOf(c, unaligned(1)); esr != fault || c.Sys.FAR != page(1)+2 {
		t.Errorf("Device memory: ESR %#x, FAR %#x", esr, c.Sys.FAR)
	}
	if esr := esrOf(c, func() { c.probeAtomic(page(0)+4, 8) }); esr != fault {
		t.Errorf("an atomic: ESR %#x", esr)
	}
	if esr := esrOf(c, func() { load128(c, page(1)+8) }); esr != fault {
		t.Errorf("16 bytes of Device memory: ESR %#x", esr)
	}
	c.setSCTLR(c.Sys.SCTLR | sctlrA)
	if esr := esrOf(c, unaligned(0)); esr != fault {
		t.Errorf("SCTLR_EL1.A: ESR %#x", esr)
	}
	if esr := esrOf(c, func() { store(c, page(7)+1, uint16(0)) }); esr != fault|1<<6 {
		t.Errorf("SCTLR_EL1.A, before translation: ESR %#x", esr)
	}
	c.setSCTLR(sctlrSPAN)
	if esr := esrOf(c, func() { load[uint32](c, ramBase+2) }); esr != fault {
		t.Errorf("translation off: ESR %#x", esr)
	}
	if esr := esrOf(c, func() { load[uint32](c, 1<<52) }); esr != 0x25<<26|1<<25 {
		t.Errorf("beyond the physical addresses: ESR %#x", esr)
	}
}

// TestByteOrder reads and writes in the order of each level.
func TestByteOrder(t *testing.T) {
	c, b := pagedRig(t, leafAF|leafUser)
	put(b, ramBase+0x200000, 0x0706050403020100)
	put(b, ramBase+0x200008, 0x0f0e0d0c0b0a0908)
	load[uint64](c, page(0)) // the inline array knows the page
	c.setSCTLR(c.Sys.SCTLR | sctlrE0E)
	if got := load[uint64](c, page(0)); got != 0x0706050403020100 {
		t.Errorf("EL1: %#x", got)
	}
	c.setEL(0, 0)
	lo, hi := load128(c, page(0))
	if w := load[uint32](c, page(0)+2); w != 0x02030405 || lo != 0x08090a0b0c0d0e0f || hi != 0x0001020304050607 {
		t.Errorf("EL0: %#x, %#x %#x", w, hi, lo)
	}
	store(c, page(0)+16, uint32(0x11223344))
	store128(c, page(0)+32, 1, 2)
	if got := get(b, ramBase+0x200010); got != 0x44332211 || get(b, ramBase+0x200020) != 2<<56 || get(b, ramBase+0x200028) != 1<<56 {
		t.Errorf("EL0 wrote %#x", got)
	}
}

// TestDevice leaves Run after an access to a device that has changed something for the machine, and after no other.
func TestDevice(t *testing.T) {
	for _, restless := range []bool{false, true} {
		c, b := newRig(t)
		b.device, b.restless = 0x55, restless
		if got := load[uint32](c, 0x9000000); got != 0x55 || c.leaving != restless {
			t.Errorf("read %#x, leaves %v", got, c.leaving)
		}
		c.leaving = false
		store(c, 0x9000000, uint8(0x77))
		if b.device != 0x77 || c.leaving != restless {
			t.Errorf("wrote %#x, leaves %v", b.device, c.leaving)
		}
	}
}

// TestHostWatchpoints sees each access to a watched page, and none after the watchpoint has gone.
func TestHostWatchpoints(t *testing.T) {
	c, _ := pagedRig(t, leafAF)
	store(c, page(0)+8, uint64(1))
	c.SetWatchpoints([]cpu.Watch{{Addr: page(0) + 12, Len: 1, Write: true}})
	load[uint64](c, page(0)+8)
	store(c, page(0)+16, uint64(1))
	if c.leaving {
		t.Errorf("left for %+v", c.exit)
	}
	store(c, page(0)+8, uint64(1))
	if !c.leaving || c.exit != (cpu.Exit{Kind: cpu.ExitWatchpoint, Addr: page(0) + 12, Write: true}) {
		t.Errorf("%+v", c.exit)
	}
	c.leaving = false
	c.SetWatchpoints(nil)
	if store(c, page(0)+8, uint64(1)); c.leaving {
		t.Error("left without a watchpoint")
	}
}

// TestTranslate maps without a side effect.
func TestTranslate(t *testing.T) {
	c, b := pagedRig(t, leafAF|leafRO, 3)
	before := string(c.EncodeState(nil))
	if pa, ok := c.Translate(page(0) + 0x123); !ok || pa != ramBase+0x200123 {
		t.Errorf("%#x, %v", pa, ok)
	}
	if _, ok := c.Translate(page(1)); ok {
		t.Error("a page without the access flag is mapped")
	}
	if string(c.EncodeState(nil)) != before || get(b, leaves+8)&(1<<10) != 0 {
		t.Error("a look has left a trace")
	}
	c.setSCTLR(0)
	if pa, ok := c.Translate(0x1234); !ok || pa != 0x1234 {
		t.Errorf("translation off: %#x, %v", pa, ok)
	}
}

// TestFetchGuarded finds the GP bit of the page that instructions come from.
func TestFetchGuarded(t *testing.T) {
	c, _ := pagedRig(t, leafAF|leafRO|1<<50, leafAF|leafRO)
	if pa := c.codePage(page(0) + 8); pa != ramBase+0x200000 || !c.fetchGuarded {
		t.Errorf("%#x, guarded %v", pa, c.fetchGuarded)
	}
	if pa := c.codePage(page(1)); pa != ramBase+0x201000 || c.fetchGuarded {
		t.Errorf("%#x, guarded %v", pa, c.fetchGuarded)
	}
	if esr := esrOf(c, func() { c.checkFetch(page(0) + 2) }); esr != 0x22<<26|1<<25 {
		t.Errorf("ESR %#x", esr)
	}
}

// TestFetchLevels asks anew for the right to execute when the level changes.
func TestFetchLevels(t *testing.T) {
	const uxn = 1 << 54
	c, _ := pagedRig(t, leafAF|leafRO|uxn)
	c.codePage(page(0))
	c.setEL(0, 0)
	if esr := esrOf(c, func() { c.codePage(page(0)) }); esr != 0x20<<26|1<<25|0x0f {
		t.Errorf("ESR %#x", esr)
	}
}

// TestContexts draws ids for many address spaces and levels, and begins anew when they are used up.
func TestContexts(t *testing.T) {
	c, b := pagedRig(t, leafAF|leafUser|leafNG)
	put(b, ramBase+0x200000, 42)
	for n := range uint64(6000) {
		c.setTTBR(0, tableBase|n&0xff<<48)
		c.setEL(uint8(n&1), uint8(n&1))
		c.walker.Derive()
		if n%3 == 0 {
			c.flushASID(c.walker.ASID)
		}
		if got := load[uint64](c, page(0)); got != 42 {
			t.Fatalf("space %d: read %d", n, got)
		}
		if e := &c.tlbR[mmu.Index(testVA)]; e.tag != testVA|c.ctx || c.ctx == 0 || c.ctx > pageMask {
			t.Fatalf("space %d: tag %#x, context %#x", n, e.tag, c.ctx)
		}
	}
}
