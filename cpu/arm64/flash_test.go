package arm64

import "testing"

// TestStartOutsideRAM starts at address 0, where a device answers, as firmware in flash does: nothing is known of it beforehand.
func TestStartOutsideRAM(t *testing.T) {
	c, b := newRig(t)
	b.device = 0xd503201f // NOP
	c.pc = 0
	for units := uint64(0); units < 3; units += c.Units() {
		c.Run(3 - units)
	}
	if c.PC() != 12 {
		t.Errorf("PC %#x", c.PC())
	}
}
