package arm64

// Branches. Source: Arm ARM, "Branches, Exception Generating and System instructions".

// b is B, bl BL: the offset counts words.
func b(c *CPU, i *Inst) { c.next = c.pc + uint64(i.Signed(25, 0)<<2) }

func bl(c *CPU, i *Inst) {
	c.R[30] = c.next
	c.next = c.pc + uint64(i.Signed(25, 0)<<2)
}

func bCond(c *CPU, i *Inst) { c.branchIf(c.conditionHolds(uint8(i.Field(3, 0))), i.Signed(23, 5)) }
func cbz(c *CPU, i *Inst)   { c.branchIf(cut(i, c.x(i.Rd())) == 0, i.Signed(23, 5)) }
func cbnz(c *CPU, i *Inst)  { c.branchIf(cut(i, c.x(i.Rd())) != 0, i.Signed(23, 5)) }
func tbz(c *CPU, i *Inst)   { c.branchIf(c.x(i.Rd())>>testedBit(i)&1 == 0, i.Signed(18, 5)) }
func tbnz(c *CPU, i *Inst)  { c.branchIf(c.x(i.Rd())>>testedBit(i)&1 != 0, i.Signed(18, 5)) }

// testedBit is the number of the bit that TBZ tests.
func testedBit(i *Inst) uint32 { return i.Field(31, 31)<<5 | i.Field(23, 19) }

func (c *CPU) branchIf(taken bool, words int64) {
	if taken {
		c.next = c.pc + uint64(words<<2)
	}
}

func br(c *CPU, i *Inst)  { c.jump(i, c.x(i.Rn())) }
func blr(c *CPU, i *Inst) { c.callTo(c.x(i.Rn())) }
func ret(c *CPU, i *Inst) { c.next = c.branchTarget(c.x(i.Rn())) }

// jump is BR: PSTATE.BTYPE tells the target what has led to it. Source: Arm ARM, "BR".
func (c *CPU) jump(i *Inst, to uint64) {
	c.next = c.branchTarget(to)
	c.setBType(jumpType(i.Rn(), c.inGuarded()))
}

// callTo is BLR.
func (c *CPU) callTo(to uint64) {
	c.R[30] = c.next
	c.next = c.branchTarget(to)
	c.setBType(btypeCall)
}

// Values of PSTATE.BTYPE.
const (
	btypeLinker = 1 // BR by X16 or X17, or from a page that is not guarded
	btypeCall   = 2
	btypeJump   = 3
)

func jumpType(rn uint8, guarded bool) uint8 {
	if !guarded || rn == 16 || rn == 17 {
		return btypeLinker
	}
	return btypeJump
}

// inGuarded reports whether the instruction stands in a guarded page.
func (c *CPU) inGuarded() bool {
	c.codePage(c.pc)
	return c.fetchGuarded
}

// setBType is what PSTATE.BTYPE will be behind this instruction.
func (c *CPU) setBType(v uint8) {
	if c.engine.targets {
		c.BTYPE = v
	}
}

// checkTarget is the Branch Target exception: what stands at the target of an indirect branch in a guarded page must be made for it.
// Source: Arm ARM pseudocode, "BranchTargetCheck" and "BTypeCompatible".
func (c *CPU) checkTarget(i *Inst) {
	if c.inGuarded() && landing(i, c.strictPAC())>>c.BTYPE&1 == 0 {
		c.raise(ecBTI, uint32(c.BTYPE))
	}
}

// strictPAC reports whether PACIASP is no target of BTYPE 3: SCTLR_EL1.BT0 and BT1.
func (c *CPU) strictPAC() bool {
	if c.EL == 0 {
		return c.Sys.SCTLR&sctlrBT0 != 0
	}
	return c.Sys.SCTLR&sctlrBT1 != 0
}

// landing has a bit for each value of PSTATE.BTYPE that an instruction is a target of.
func landing(i *Inst, strictPAC bool) uint8 {
	switch {
	case i.Raw&^0xc0 == 0xd503241f: // BTI with its targets: none, c, j, jc
		return [...]uint8{0b0001, 0b0111, 0b1011, 0b1111}[i.Raw>>6&3]
	case i.Raw&^0x40 == 0xd503233f: // PACIASP, PACIBSP
		if strictPAC {
			return 0b0111
		}
		return 0b1111
	case i.Raw&0xffe0001f == 0xd4200000, i.Raw&0xffe0001f == 0xd4400000: // BRK, HLT
		return 0b1111
	}
	return 0b0001
}
