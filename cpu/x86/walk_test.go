package x86

import "testing"

// TestWalkChangesCode: where code stands in a page table, the dirty bit that an instruction's page walk sets is code of the
// instructions behind it at once, in both engines.
func TestWalkChangesCode(t *testing.T) {
	const code = testPT + 18*4
	for _, single := range []bool{false, true} {
		c := fuzzCPU(t)
		c.SetSingleStep(single)
		c.putWords(testPD, testPT|7)
		for n := range uint32(16) {
			c.putWords(uint64(testPT+n*4), n<<12|7)
		}
		c.putWords(code,
			0x90900788, 0x90909090, // MOV [EDI],AL; NOP, six times
			0x00009027, // the entry of EDI: DAA; NOP; ADD [EAX],AL. With the dirty bit DAA is a prefix of NOP
			0x000000f4) // HLT
		s := c.Snapshot()
		s.CR3, s.CR0 = testPD, s.CR0|cr0PG
		s.RIP, s.GPR[0], s.GPR[7] = code, testUser+0x0a, 0x14000
		c.SetState(s)
		if x := c.Run(20); !c.Halted() || c.R[0] != testUser+0x0a {
			t.Errorf("single %v: %v, at %#x, RAX %#x", single, x, c.rip, c.R[0])
		}
	}
}
