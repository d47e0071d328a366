package x86

import (
	"math/rand/v2"
	"testing"

	"stasis/cpu"
	decode "stasis/decode/x86"
	"stasis/mmu"
)

// quickMachine makes a CPU in 64-bit mode whose tables, stacks and flags are mostly ordinary, and in places are not. The code is
// interrupts, and their handler returns.
func quickMachine(c *CPU, base *State, image []byte, r *rand.Rand) {
	one := func(n int) bool { return r.IntN(n) == 0 }
	c.SetState(base)
	c.ram.WriteAt(image, 0)
	c.toLong([...]uint64{0, cr4PCIDE | cr4PGE, cr4PKE}[r.IntN(3)])
	for _, page := range []uint64{testGDT >> 12, testTSS >> 12, testStack0 >> 12} {
		c.put64(testPT+page*8, page<<12|3) // not the user's
	}
	c.put64(testGDT+selCode3&^7, descriptorOf(0, 0xfffff, 0xa0fb))
	for n := uint64(8); n < 0x40; n += 8 {
		if one(6) {
			d := c.loadAs(testGDT+n, 8, 0)
			c.put64(testGDT+n, d^1<<(40+r.IntN(16)))
		}
	}
	attr, ist := uint16(0xee), uint64(0)
	if one(4) {
		attr = uint16(r.Uint32()) & 0xff
	}
	if one(8) {
		ist = uint64(r.IntN(8))
	}
	selector := uint16(selCode)
	if one(8) {
		selector = uint16(r.IntN(0x90))
	}
	c.put64(testIDT+0x60*16, gateOf(selector, testHandlers+0x600, attr)|ist<<32, uint64(r.IntN(8)/7)<<uint(r.IntN(32)))
	stack := uint64(testStack0)
	if one(4) {
		stack = stack&^0xfff | uint64(r.IntN(0x60))
	}
	if one(8) { // the frame lies on the descriptors
		stack = testGDT + uint64(r.IntN(0x90))
	}
	if one(16) {
		stack |= 1 << 47
	}
	if one(3) {
		page := uint64(r.IntN(16))
		c.put64(testPT+page*8, page<<12|uint64(r.IntN(8)))
	}
	code := []byte{0xcd, 0x60, 0xcd, 0x60, 0xcd, 0x60, 0xeb, 0xf8}
	if one(2) {
		code = []byte{0x48, 0xcf}
	}
	if one(8) { // the frame's end lies on the interrupt, which comes again
		code, stack = append([]byte{0xeb, 0x3c}, make([]byte, 0x40)...), testCode+0x40
		copy(code[0x3e:], []byte{0xcd, 0x60, 0xeb, 0xfc})
	}
	c.put64(testTSS+4, stack)
	c.ram.WriteAt(code, testCode)
	c.ram.WriteAt([]byte{0x48, 0xcf}, testHandlers+0x600)
	c.quickRegisters(r)
}

// quickRegisters sets registers, and the frame that an IRETQ finds.
func (c *CPU) quickRegisters(r *rand.Rand) {
	one := func(n int) bool { return r.IntN(n) == 0 }
	s := c.Snapshot()
	for _, n := range []int{decode.ES, decode.DS, decode.FS, decode.GS} {
		s.Seg[n] = flatData(selData3, uint8(r.IntN(2)*3))
		s.Seg[n].Attr ^= uint16(r.IntN(2)) << r.IntN(8)
	}
	if one(6) {
		s.TR.Limit = uint32(r.IntN(16))
	}
	if one(6) {
		s.GDTR.Limit = uint16(r.IntN(0x40))
	}
	if one(6) {
		s.IDTR.Limit = uint16(0x60*16 + r.IntN(20))
	}
	s.RFLAGS |= uint64(r.Uint32()) & (flagIF | flagIOPL | flagsStatus)
	if one(4) {
		s.RFLAGS |= uint64(r.Uint32()) & (flagAC | flagNT | flagDF)
	}
	s.CR0 |= cr0AM * uint64(r.IntN(2))
	c.SetState(s)
	if one(3) {
		c.user64()
	}
	if one(3) {
		c.R[4] ^= uint64(r.IntN(0x1000))
	}
	cs := [...]uint64{selCode, selCode3, selCode3, selData}[r.IntN(4)]
	ss := [...]uint64{selData, selData3, selData3 &^ 3, 0, 3}[r.IntN(5)]
	flags := uint64(r.Uint32())&^flagVM | uint64(r.IntN(2))*flagNT
	if !one(4) {
		cs, ss, flags = selCode3, selData3, flags&^(flagNT|flagTF)
	}
	ip := uint64(testCode)
	if one(16) {
		ip |= 1 << 60
	}
	c.put64(c.R[4]&0xfff8, ip, cs, flags, testStack3, ss)
	c.R[4] &^= 7 * uint64(r.IntN(2))
	c.warm(r)
	s = c.Snapshot()
	s.CR4 |= cr4SMAP * uint64(r.IntN(2))
	c.SetState(s)
	c.reach(c.R[4], c.access(mmu.Read))
}

// warm has the TLB hold what a short cut wants there.
func (c *CPU) warm(r *rand.Rand) {
	for _, lin := range []uint64{testGDT, testTSS} {
		c.reach(lin, [...]mmu.Access{mmu.Read, mmu.Write}[r.IntN(2)]|mmu.Implicit)
	}
	for _, lin := range []uint64{testStack0 - 8, testStack0, testStack - 8, testStack, testCode} {
		c.reach(lin, [...]mmu.Access{mmu.Write, mmu.Write, mmu.Write, mmu.Read}[r.IntN(4)])
	}
}

// takesLongWay has a CPU take no short cut: the debugger waits for a port that there is not.
func (c *CPU) takesLongWay() {
	c.SetCatches([]cpu.Catch{{Kind: cpu.CatchPort, First: 1 << 20, Last: 1 << 20}})
}

// TestQuickTransfers has interrupts and IRETQ do the same with their short cuts and without.
func TestQuickTransfers(t *testing.T) {
	a, b := fuzzCPU(t), fuzzCPU(t)
	b.takesLongWay()
	base, image := *a.Snapshot(), make([]byte, 0x10000)
	a.ram.ReadAt(image, 0)
	for seed := range uint64(6000) {
		quickMachine(a, &base, image, rand.New(rand.NewPCG(seed, 1)))
		quickMachine(b, &base, image, rand.New(rand.NewPCG(seed, 1)))
		for unit := range 8 {
			_, x := a.runAll(1)
			_, y := b.runAll(1)
			if d := differ(a, b); d != "" || x != y {
				t.Fatalf("seed %d, unit %d: %s, exits %+v, %+v", seed, unit, d, x, y)
			}
			if x.Kind != cpu.ExitBudget {
				break
			}
		}
	}
}
