package x86

// SetPhysicalBreakpoints replaces the host's breakpoints on physical addresses: they hold for every linear address that is
// translated to one of them. Blocks end before them and none begins there, so the look at boundaries sees each.
func (c *CPU) SetPhysicalBreakpoints(addrs []uint64) {
	old := c.physical
	c.physical = nil
	if len(addrs) > 0 {
		c.physical = make(map[uint64]bool, len(addrs))
	}
	for _, a := range addrs {
		c.physical[a] = true
		if !old[a] {
			c.InvalidateCode(a)
		}
	}
	c.stopsChanged()
}

// physicalHere reports whether a physical breakpoint stands at the next instruction. It leaves no trace: no accessed bit, no
// entry of the TLB.
func (c *CPU) physicalHere() bool {
	lin := c.PC()
	if c.fetchPage != nil && c.fetchVA == lin&^pageMask {
		return c.physical[c.fetchPA|lin&pageMask]
	}
	pa, ok := c.Translate(lin)
	return ok && c.physical[pa]
}
