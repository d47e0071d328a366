package x86

import "testing"

// walkCPU is a CPU with 32-bit paging that executes code in its page table, with EDI in page 0x14.
func walkCPU(t *testing.T, single bool, code uint64, words ...uint32) *CPU {
	c := fuzzCPU(t)
	c.SetSingleStep(single)
	c.putWords(testPD, testPT|7)
	for n := range uint32(16) {
		c.putWords(uint64(testPT+n*4), n<<12|7)
	}
	c.putWords(code, words...)
	s := c.Snapshot()
	s.CR3, s.CR0 = testPD, s.CR0|cr0PG
	s.RIP, s.GPR[0], s.GPR[7] = code, testUser+0x0a, 0x14000
	c.SetState(s)
	return c
}

// TestWalkChangesCode: where code stands in a page table, the dirty bit that an instruction's page walk sets is code of the
// instructions behind it at once, in both engines.
func TestWalkChangesCode(t *testing.T) {
	for _, single := range []bool{false, true} {
		c := walkCPU(t, single, testPT+18*4,
			0x90900788, 0x90909090, // MOV [EDI],AL; NOP, six times
			0x00009027, // the entry of EDI: DAA; NOP; ADD [EAX],AL. With the dirty bit DAA is a prefix of NOP
			0x000000f4) // HLT
		if x := c.Run(20); !c.Halted() || c.R[0] != testUser+0x0a {
			t.Errorf("single %v: %v, at %#x, RAX %#x", single, x, c.rip, c.R[0])
		}
	}
}

// TestWalkChangesItself: an instruction whose own walk changes its bytes is the one that was fetched.
func TestWalkChangesItself(t *testing.T) {
	for _, single := range []bool{false, true} {
		c := walkCPU(t, single, testPT+19*4,
			0x00909090, // NOP, three times; ADD [EDI],AH begins
			0x0000f427) // its last byte and HLT are the entry of EDI. With the dirty bit it is ADD [EDI-12],AH
		if x := c.Run(5); c.rip != testPT+20*4+2 {
			t.Errorf("single %v: %v, at %#x", single, x, c.rip)
		}
	}
}
