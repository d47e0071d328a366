package gic

// read reads a register of a kind about interrupts from number n on.
func (b *Bank) read(reg, n int) uint32 {
	switch reg {
	case regGroup:
		return b.Group
	case regSetEnable, regClrEnable:
		return b.Enabled
	case regSetPend, regClrPend:
		return b.pending()
	case regSetActive, regClrActive:
		return b.Active
	case regPriority:
		return lanes(b.Priority[n:])
	case regConfig:
		var v uint32
		for i := range 16 {
			v |= b.Edge >> (n + i) & 1 << (2*i + 1)
		}
		return v
	}
	return 0
}

// write writes one, as far as mask goes. SGIs are always edges.
func (b *Bank) write(reg, n int, v, mask uint32) {
	switch reg {
	case regGroup:
		b.Group = b.Group&^mask | v
	case regSetEnable:
		b.Enabled |= v
	case regClrEnable:
		b.Enabled &^= v
	case regSetPend:
		b.Pending |= v
	case regClrPend:
		b.Pending &^= v
	case regSetActive:
		b.Active |= v
	case regClrActive:
		b.Active &^= v
	case regPriority:
		for i := range 4 {
			if mask>>(8*i)&0xff != 0 {
				b.Priority[n+i] = uint8(v>>(8*i)) & priorityMask
			}
		}
	case regConfig:
		for i := range 16 {
			if mask>>(2*i+1)&1 != 0 {
				b.Edge = b.Edge&^(1<<(n+i)) | v>>(2*i+1)&1<<(n+i)
			}
		}
	}
}
