package x86

import "testing"

// Branches through memory find their target with and without an index, and only calls push.
func TestBranchThroughMemory(t *testing.T) {
	const table, target = testUser, testCode + 0x80
	for name, c := range map[string]struct {
		code []byte
		call bool
	}{
		"JMP [RBX]":          {[]byte{0xff, 0x23}, false},
		"JMP [RBX + RCX*8]":  {[]byte{0xff, 0x24, 0xcb}, false},
		"CALL [RBX]":         {[]byte{0xff, 0x13}, true},
		"CALL [RBX + RCX*8]": {[]byte{0xff, 0x14, 0xcb}, true},
	} {
		cpu := longCPU(t, c.code...)
		cpu.put64(table, target)
		cpu.put64(target, 0xfeeb) // JMP to itself
		for range 3 {             // the first finds the block
			cpu.rip = testCode
			cpu.R[3], cpu.R[1], cpu.R[4] = table, 0, testStack
			cpu.Run(2)
			want := uint64(testStack)
			if c.call {
				want -= 8
			}
			if cpu.rip != target || cpu.R[4] != want {
				t.Errorf("%s: at %#x with RSP %#x, want %#x and %#x", name, cpu.rip, cpu.R[4], target, want)
			}
		}
	}
}
