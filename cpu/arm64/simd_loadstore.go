package arm64

// Loads and stores of SIMD&FP registers. Everything that can fault does so before a register or memory changes. Source: Arm ARM, "Loads
// and Stores".

// readVector reads 2^size bytes as one element.
func (c *CPU) readVector(va uint64, size uint32) (v vec) {
	if size == 4 {
		v[0], v[1] = load128(c, va)
		return v
	}
	return vec{c.readSized(va, size)}
}

func (c *CPU) writeVector(va uint64, size uint32, v *vec) {
	if size == 4 {
		store128(c, va, v[0], v[1])
		return
	}
	c.writeSized(va, size, v[0])
}

// vectorSize is the logarithm of the size by size:opc<1>.
func vectorSize(i *Inst) uint32 { return i.Field(31, 30) | i.Field(23, 23)<<2 }

// The addressing modes.
func (c *CPU) vectorScaled(i *Inst) uint64 {
	return c.base(i) + uint64(i.Field(21, 10))<<vectorSize(i)
}
func (c *CPU) vectorRegister(i *Inst) uint64 {
	return c.base(i) + extendReg(c.x(i.Rm()), uint8(i.Field(15, 13)), uint(i.Field(12, 12)*vectorSize(i)))
}

func (c *CPU) loadV(i *Inst, va uint64)  { c.V[i.Rd()] = c.readVector(va, vectorSize(i)) }
func (c *CPU) storeV(i *Inst, va uint64) { c.writeVector(va, vectorSize(i), &c.V[i.Rd()]) }

func ldrImmV(c *CPU, i *Inst) { c.checkFP(); c.loadV(i, c.vectorScaled(i)) }
func ldurV(c *CPU, i *Inst)   { c.checkFP(); c.loadV(i, c.base(i)+unscaledOffset(i)) }
func ldrRegV(c *CPU, i *Inst) { c.checkFP(); c.loadV(i, c.vectorRegister(i)) }
func strImmV(c *CPU, i *Inst) { c.checkFP(); c.storeV(i, c.vectorScaled(i)) }
func sturV(c *CPU, i *Inst)   { c.checkFP(); c.storeV(i, c.base(i)+unscaledOffset(i)) }
func strRegV(c *CPU, i *Inst) { c.checkFP(); c.storeV(i, c.vectorRegister(i)) }

func ldrPostV(c *CPU, i *Inst) {
	c.checkFP()
	at := c.base(i)
	c.loadV(i, at)
	c.setXSP(i.Rn(), at+unscaledOffset(i))
}

func ldrPreV(c *CPU, i *Inst) {
	c.checkFP()
	at := c.base(i) + unscaledOffset(i)
	c.loadV(i, at)
	c.setXSP(i.Rn(), at)
}

func strPostV(c *CPU, i *Inst) {
	c.checkFP()
	at := c.base(i)
	c.storeV(i, at)
	c.setXSP(i.Rn(), at+unscaledOffset(i))
}

func strPreV(c *CPU, i *Inst) {
	c.checkFP()
	at := c.base(i) + unscaledOffset(i)
	c.storeV(i, at)
	c.setXSP(i.Rn(), at)
}

func ldrLitV(c *CPU, i *Inst) {
	c.checkFP()
	c.V[i.Rd()] = c.readVector(c.pc+uint64(i.Signed(23, 5)<<2), 2+i.Field(31, 30))
}

// pairAt is where a pair lies, and what Rn becomes if it is written.
func (c *CPU) pairAt(i *Inst, size uint32) (at, after uint64) {
	at = c.base(i)
	after = at + uint64(i.Signed(21, 15)<<size)
	if i.Field(24, 23) != 1 {
		at = after
	}
	return at, after
}

func ldpV(c *CPU, i *Inst) {
	c.checkFP()
	size := 2 + i.Field(31, 30)
	at, after := c.pairAt(i, size)
	a, b := c.readVector(at, size), c.readVector(at+1<<size, size)
	c.V[i.Rd()], c.V[i.Ra()] = a, b
	c.writeBack(i, after)
}

func stpV(c *CPU, i *Inst) {
	c.checkFP()
	size := 2 + i.Field(31, 30)
	at, after := c.pairAt(i, size)
	c.probeWrite(at, 2<<size)
	c.writeVector(at, size, &c.V[i.Rd()])
	c.writeVector(at+1<<size, size, &c.V[i.Ra()])
	c.writeBack(i, after)
}

// writeBack writes Rn in the indexed modes of a pair.
func (c *CPU) writeBack(i *Inst, v uint64) {
	if i.Bit(23) {
		c.setXSP(i.Rn(), v)
	}
}

func ldnpV(c *CPU, i *Inst) { ldpV(c, i) }
func stnpV(c *CPU, i *Inst) { stpV(c, i) }
