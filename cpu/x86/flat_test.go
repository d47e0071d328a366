package x86

import (
	"testing"

	decode "stasis/decode/x86"
	"stasis/mmu"
)

// Segments that only look flat: blocks must not take them for that. An expand-down segment with the greatest limit has nothing in
// it, and a 16-bit stack wraps at 64 KiB.
func TestNotFlat(t *testing.T) {
	expandDown := []byte{0x8b, 0x03, 0xf4} // MOV EAX, [EBX]; HLT
	c := protectedCPU(t, expandDown...)
	c.setSegment(decode.DS, Segment{selData, attrP | attrS | attrWritable | attrAccessed | attrExpandDown | attrDB | attrG, 0xffffffff, 0})
	c.R[3] = testStack
	c.Run(2)
	if vector, _ := c.handler(1); vector != vecGP {
		t.Errorf("a read through an empty segment: vector %d at %#x, want #GP", vector, c.rip)
	}
	push := []byte{0x50, 0x50, 0xf4} // PUSH EAX; PUSH EAX; HLT
	c = protectedCPU(t, push...)
	c.setSegment(decode.SS, Segment{selData, attrP | attrS | attrWritable | attrAccessed | attrG, 0xffffffff, 0})
	c.R[4] = 0x10004
	c.Run(3)
	if c.R[4] != 0x1fffc {
		t.Errorf("two pushes on a 16-bit stack: ESP is %#x, want 0x1fffc", c.R[4])
	}
}

// Branches through a table in memory, with an index and without: only a call pushes.
func TestBranchThroughTable(t *testing.T) {
	const table, target = testStack - 0x100, testCode + 0x40
	for _, mode := range []struct {
		name string
		new  func(testing.TB, ...byte) *CPU
		word int
	}{{"64-bit", longCPU, 8}, {"32-bit", protectedCPU, 4}} {
		for _, b := range []struct {
			text   string
			code   []byte
			pushes int
		}{
			{"JMP [RBX]", []byte{0xff, 0x23}, 0},
			{"JMP [RBX+RCX*2]", []byte{0xff, 0x24, 0x4b}, 0},
			{"CALL [RBX]", []byte{0xff, 0x13}, 1},
			{"CALL [RBX+RCX*2]", []byte{0xff, 0x14, 0x4b}, 1},
		} {
			c := mode.new(t, append([]byte{0x90}, b.code...)...) // NOP: a block of its own
			c.ram.WriteAt([]byte{0xf4}, target)
			c.put64(table, target)
			c.R[3], c.R[1] = table, 0
			for range 2 { // the first time fills what the fast path looks into
				c.rip, c.R[4], c.State.Halted = testCode, testStack, false
				c.Run(100)
			}
			if c.rip != target+1 || c.R[4] != uint64(testStack-b.pushes*mode.word) {
				t.Errorf("%s, %s: at %#x with the stack at %#x", mode.name, b.text, c.rip, c.R[4])
			}
		}
	}
}

// A CALL through memory whose pointer and stack have the same place in the TLB, page by page, is a call.
func TestCallWithOneTLBEntry(t *testing.T) {
	const far, target = mmu.Entries * mmu.PageSize, testCode + 0x40
	c := longCPU(t, 0x90, 0xff, 0x13)            // NOP; CALL [RBX]
	c.put64(testPD+far>>21<<3, testPT|pageFlags) // the page tables again, with the same frames
	c.ram.WriteAt([]byte{0xf4}, target)
	c.put64(testUser, target)
	for range 3 {
		c.rip, c.State.Halted = testCode, false
		c.R[3], c.R[4] = testUser, testUser+far+0x800
		c.Run(3)
		if c.rip != target+1 || c.R[4] != testUser+far+0x7f8 || c.Units() != 3 {
			t.Fatalf("at %#x with the stack at %#x after %d units", c.rip, c.R[4], c.Units())
		}
	}
}
