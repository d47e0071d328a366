package x86

// Virtual-8086 mode extensions and protected-mode virtual interrupts. Source: SDM Vol. 3B, "Interrupt and Exception Handling in
// Virtual-8086 Mode", "Protected-Mode Virtual Interrupts".

// virtualIF reports whether CLI and STI work on VIF instead of IF; #GP(0) if they may do neither.
func (c *CPU) virtualIF() bool {
	if c.CR0&cr0PE == 0 || c.CPL <= c.iopl() && !c.v86() || c.v86() && c.iopl() == 3 {
		return false
	}
	enabled := c.v86() && c.CR4&cr4VME != 0 || !c.v86() && c.CPL == 3 && c.CR4&cr4PVI != 0
	c.gpIf(!enabled)
	return true
}

// virtualFlags is the image of FLAGS that a virtual-8086 program with IOPL < 3 sees: VIF in the place of IF, and IOPL 3.
func (c *CPU) virtualFlags() uint64 {
	v := c.rflags()&^flagIF | flagIOPL
	if c.eflags&flagVIF != 0 {
		v |= flagIF
	}
	return v & 0xffff
}

// checkVirtualIF is #GP(0) for an image of FLAGS that sets TF, or enables interrupts while one is pending.
func (c *CPU) checkVirtualIF(v uint64) {
	c.gpIf(v&flagTF != 0 || v&flagIF != 0 && c.eflags&flagVIP != 0)
}

// loadVirtualIF loads the masked bits of an image of FLAGS, IF into VIF; IF and IOPL stay.
func (c *CPU) loadVirtualIF(v, mask uint64) {
	mask &^= flagIF | flagIOPL
	flags := c.rflags()&^mask | v&mask
	if flags &^= flagVIF; v&flagIF != 0 {
		flags |= flagVIF
	}
	c.setRFLAGS(flags)
}

// redirected reports whether INT n of a virtual-8086 program goes to the protected-mode handler: its bit in the map that ends where
// the I/O permission map begins.
func (c *CPU) redirected(vector uint8) bool {
	c.gpIf(c.TR.Attr&8 == 0 || c.TR.Limit < tss32.limit)
	at := uint32(loadSys[uint16](c, c.TR.Base+102)) - 32 + uint32(vector)/8
	c.gpIf(at > c.TR.Limit)
	return loadSys[uint8](c, c.TR.Base+uint64(at))>>(vector&7)&1 != 0
}

// interruptV86 is INT n through the vector table at 0, without leaving virtual-8086 mode.
func (c *CPU) interruptV86(vector uint8) {
	entry := load[uint32](c, uint64(vector)*4)
	flags, masked := c.rflags()&0xffff, uint64(flagIF)
	if c.iopl() < 3 {
		flags, masked = c.virtualFlags(), flagVIF
	}
	words := []uint64{flags, uint64(c.Seg[1].Selector), c.next}
	for n := range words { // all must have room before one is written
		c.probeWrite(c.stackAt(-2*int64(n+1), 2, true), 2)
	}
	for _, v := range words {
		c.pushValue(v, 2)
	}
	c.setEFLAGS(c.eflags &^ (flagTF | masked))
	c.traced = false
	c.loadRealSegment(1, uint16(entry>>16))
	c.next = uint64(entry & 0xffff)
	c.updateAttention()
}
