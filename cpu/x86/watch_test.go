package x86

import (
	"testing"

	"stasis/cpu"
)

// A CALL through a register or memory writes what stands on the stack already, time and again, and then another instruction changes
// it: a watchpoint that waits for changes sees that.
func TestWatchBehindCall(t *testing.T) {
	for name, code := range map[string][]byte{
		"CALL RAX":   {0xff, 0xd0, 0x48, 0x89, 0x5c, 0x24, 0xf8, 0xeb, 0xf7},
		"CALL [RDI]": {0xff, 0x17, 0x48, 0x89, 0x5c, 0x24, 0xf8, 0xeb, 0xf7}, // then MOV [RSP-8], RBX; JMP to the beginning
	} {
		c := longCPU(t, code...)
		const callee, stack, pointer = testCode + 0x100, testUser + 0x800, testUser + 0x200
		if err := c.ram.WriteAt([]byte{0xc3}, callee); err != nil {
			t.Fatal(err)
		}
		c.put64(pointer, callee)
		c.put64(stack-8, testCode+2)
		c.R[0], c.R[7], c.R[4], c.R[3] = callee, pointer, stack, testCode+2
		c.SetWatchpoints([]cpu.Watch{{Addr: stack - 8, Len: 8, Write: true, Changed: true}})
		for range 3 {
			if exit := c.Run(4); exit.Kind != cpu.ExitBudget || c.rip != testCode {
				t.Fatalf("%s: %v at %#x, although nothing has changed", name, exit.Kind, c.rip)
			}
		}
		c.R[3]++
		if exit := c.Run(4); exit.Kind != cpu.ExitWatchpoint || c.rip != testCode+7 {
			t.Errorf("%s: %v at %#x, want a watchpoint behind the store", name, exit.Kind, c.rip)
		}
	}
}
