package arm64

// Atomics of the Large System Extensions: what reads and writes must be writable before it is read. Source: Arm ARM, "Atomic
// instructions".

// operate is Rt := memory; memory := f(memory, Rs).
func (c *CPU) operate(i *Inst, f func(old, v uint64, size uint32) uint64) {
	va, size := c.base(i), i.Field(31, 30)
	c.probeAtomic(va, 1<<size)
	old := c.readSized(va, size)
	c.writeSized(va, size, f(old, c.x(i.Rm()), size))
	c.setX(i.Rd(), old)
}

func ldadd(c *CPU, i *Inst) {
	c.operate(i, func(old, v uint64, _ uint32) uint64 { return old + v })
}
func ldclr(c *CPU, i *Inst) {
	c.operate(i, func(old, v uint64, _ uint32) uint64 { return old &^ v })
}
func ldeor(c *CPU, i *Inst) {
	c.operate(i, func(old, v uint64, _ uint32) uint64 { return old ^ v })
}
func ldset(c *CPU, i *Inst) {
	c.operate(i, func(old, v uint64, _ uint32) uint64 { return old | v })
}
func swp(c *CPU, i *Inst) {
	c.operate(i, func(_, v uint64, _ uint32) uint64 { return v })
}
func ldsmax(c *CPU, i *Inst) {
	c.operate(i, func(old, v uint64, size uint32) uint64 { return uint64(max(signedOf(old, size), signedOf(v, size))) })
}
func ldsmin(c *CPU, i *Inst) {
	c.operate(i, func(old, v uint64, size uint32) uint64 { return uint64(min(signedOf(old, size), signedOf(v, size))) })
}
func ldumax(c *CPU, i *Inst) {
	c.operate(i, func(old, v uint64, size uint32) uint64 { return max(old, unsignedOf(v, size)) })
}
func ldumin(c *CPU, i *Inst) {
	c.operate(i, func(old, v uint64, size uint32) uint64 { return min(old, unsignedOf(v, size)) })
}

// signedOf and unsignedOf are the low bytes of a value: size is the logarithm of their number.
func signedOf(v uint64, size uint32) int64    { return int64(extendReg(v, uint8(4|size), 0)) }
func unsignedOf(v uint64, size uint32) uint64 { return extendReg(v, uint8(size), 0) }

// cas is CAS: memory := Rt if it is Rs; Rs := what it was.
func cas(c *CPU, i *Inst) {
	va, size := c.base(i), i.Field(31, 30)
	c.probeAtomic(va, 1<<size)
	old := c.readSized(va, size)
	if old == unsignedOf(c.x(i.Rm()), size) {
		c.writeSized(va, size, c.x(i.Rd()))
	}
	c.setX(i.Rm(), old)
}

// casp is CASP, of two registers each.
func casp(c *CPU, i *Inst) {
	va, size := c.base(i), 2+i.Field(30, 30)
	s, t := i.Rm(), i.Rd()
	c.probeAtomic(va, 2<<size)
	old1, old2 := c.readSized(va, size), c.readSized(va+1<<size, size)
	if old1 == unsignedOf(c.x(s), size) && old2 == unsignedOf(c.x(s+1), size) {
		c.writeSized(va, size, c.x(t))
		c.writeSized(va+1<<size, size, c.x(t+1))
	}
	c.setX(s, old1)
	c.setX(s+1, old2)
}
