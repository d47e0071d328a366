package x86

import (
	"encoding/hex"
	"testing"

	decode "stasis/decode/x86"
)

// TestLimits: both engines agree on accesses around the end of a segment that ends anywhere in a page, in code and on stacks of 16 and
// 32 bits.
func TestLimits(t *testing.T) {
	const limit = 0x2345
	programs := []string{"8b03", "668b03", "8a03", "8903", "668903", "8803", "0303", "ff03", "678b07", "67668907", "8b0433", "58", "6658", "50", "6650", "6a05", "666a05",
		"c9", "66c9", "e800000000", "66e80000", "c3", "66c3", "c20200", "ff13", "66ff13", "ff23", "ffd0", "66ffd0", "8b4500", "2e8b03", "648b03"}
	c := [2]*CPU{fuzzCPU(t), fuzzCPU(t)}
	c[1].SetSingleStep(true)
	base := c[0].Snapshot()
	for mode := range 4 {
		for off := uint64(limit - 9); off < limit+6; off++ {
			for _, text := range programs {
				code, err := hex.DecodeString(text)
				if err != nil {
					t.Fatal(err)
				}
				for n := range c {
					c[n].SetState(base)
					c[n].limited(limit, mode&1 != 0, mode&2 != 0)
					c[n].ram.WriteAt(append(code, 0x90, 0xf4), 0x4000)
					c[n].R[3], c[n].R[4], c[n].R[5], c[n].R[6], c[n].R[7] = off, off, off, 0, off
					c[n].runAll(4)
				}
				if diff := differ(c[0], c[1]); diff != "" {
					t.Fatalf("mode %d, offset %#x, %s: %s", mode, off, text, diff)
				}
			}
		}
	}
}

// limited sets data and stack segments with a limit up, and a code segment, each of 16 or of 32 bits.
func (c *CPU) limited(limit uint32, code32, stack32 bool) {
	attr := func(big bool, typ uint16) uint16 {
		if big {
			return attrP | attrS | attrDB | typ
		}
		return attrP | attrS | typ
	}
	data := Segment{Selector: selSmall, Base: 0x5000, Limit: limit, Attr: attr(stack32, attrWritable|attrAccessed)}
	for _, n := range []int{decode.DS, decode.ES, decode.SS, decode.FS} {
		c.setSegment(n, data)
	}
	c.enterCode(Segment{Selector: selCode16, Limit: 0xffff, Attr: attr(code32, attrCode|attrReadable|attrAccessed)}, 0)
	c.rip = 0x4000
}
