package x86

import (
	"testing"

	decode "stasis/decode/x86"
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
