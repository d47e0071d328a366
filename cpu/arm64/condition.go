package arm64

// Conditional selection and comparison. Source: Arm ARM, "A64 Base Instructions".

// csel is CSEL: Rn if the condition holds, else Rm; its kin change Rm.
func csel(c *CPU, i *Inst)  { c.choose(i, c.x(i.Rm())) }
func csinc(c *CPU, i *Inst) { c.choose(i, c.x(i.Rm())+1) }
func csinv(c *CPU, i *Inst) { c.choose(i, ^c.x(i.Rm())) }
func csneg(c *CPU, i *Inst) { c.choose(i, -c.x(i.Rm())) }

func (c *CPU) choose(i *Inst, other uint64) {
	if c.conditionHolds(uint8(i.Field(15, 12))) {
		other = c.x(i.Rn())
	}
	c.put(i, other)
}

// ccmpReg is CCMP (register): the flags of a comparison if the condition holds, else those in the instruction.
func ccmpReg(c *CPU, i *Inst) { c.compareIf(i, c.x(i.Rm())) }
func ccmpImm(c *CPU, i *Inst) { c.compareIf(i, uint64(i.Rm())) }
func ccmnReg(c *CPU, i *Inst) { c.compareIf(i, c.x(i.Rm())) }
func ccmnImm(c *CPU, i *Inst) { c.compareIf(i, uint64(i.Rm())) }

func (c *CPU) compareIf(i *Inst, y uint64) {
	if !c.conditionHolds(uint8(i.Field(15, 12))) {
		c.nzcv = uint8(i.Field(3, 0))
		return
	}
	carry := uint64(0)
	if i.Bit(30) {
		y, carry = ^y, 1
	}
	_, c.nzcv = addWithCarry(c.x(i.Rn()), y, carry, wide(i))
}
