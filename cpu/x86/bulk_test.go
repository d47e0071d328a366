package x86

import (
	"bytes"
	"testing"
)

// REP MOVSD and REP STOSD of 32-bit code leave the same by pages as one by one, whatever stands in the upper halves of registers of
// 64-bit mode that the code cannot see.
func TestBulk32(t *testing.T) {
	for name, code := range map[string][]byte{"REP MOVSD": {0xf3, 0xa5, 0xf4}, "REP STOSD": {0xf3, 0xab, 0xf4}} {
		var memory [2][0x3000]byte
		var cpus [2]*CPU
		for n := range cpus {
			c := protectedCPU(t, code...)
			c.SetSingleStep(n == 1)
			c.R[0], c.R[1], c.R[6], c.R[7] = 0xa5a5a5a5, 0x500, testCode, 0x8004
			for range 3 {
				c.Run(1000)
			}
			if !c.State.Halted {
				t.Fatalf("%s: at %#x after 3000 units", name, c.rip)
			}
			if err := c.ram.ReadAt(memory[n][:], 0x8000); err != nil {
				t.Fatal(err)
			}
			cpus[n] = c
		}
		if cpus[0].R != cpus[1].R || !bytes.Equal(memory[0][:], memory[1][:]) {
			t.Errorf("%s: the two ways differ: %x, %x", name, cpus[0].R, cpus[1].R)
		}
	}
}
