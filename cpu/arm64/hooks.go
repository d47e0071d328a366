package arm64

// evictCode and dropCode keep the jump cache below the TLB's instruction side.
func (c *CPU) evictCode(slot int) {}
func (c *CPU) dropCode()          {}

func (c *CPU) breakpointsChanged(old, now map[uint64]uint8) {}
