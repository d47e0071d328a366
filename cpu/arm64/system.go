package arm64

// MSR, MRS and the exception-generating instructions. Source: Arm ARM, "The A64 System Instruction Class".

// sysRegOf is the register that an MRS or MSR names.
func sysRegOf(i *Inst) SysReg { return SysReg(i.Raw >> 5) }

// mrs is MRS: Xt := system register.
func mrs(c *CPU, i *Inst) {
	at := sysRegOf(i)
	n := sysregAt[at]
	if n == 0 {
		c.setXt(i, c.readBoard(at, i))
		c.accessed(at)
		return
	}
	r := &sysregs[n-1]
	c.checkSysreg(r, i, r.read == nil, r.user >= userRead)
	c.setXt(i, r.read(c))
	c.accessed(at)
}

// setXt writes Rt, unless it is XZR.
func (c *CPU) setXt(i *Inst, v uint64) {
	if i.Rd() != regZero {
		c.R[i.Rd()] = v
	}
}

// msrReg is MSR (register): system register := Xt.
func msrReg(c *CPU, i *Inst) {
	at := sysRegOf(i)
	n := sysregAt[at]
	if n == 0 {
		c.writeBoard(at, i)
		c.accessed(at)
		return
	}
	r := &sysregs[n-1]
	c.checkSysreg(r, i, r.write == nil, r.user == userWrite)
	r.write(c, c.R[i.Rd()])
	c.accessed(at)
}

// checkSysreg is UNDEFINED for what there is not, or not at EL0, and the traps of EL0.
func (c *CPU) checkSysreg(r *sysreg, i *Inst, missing, user bool) {
	if r.feature != "" && !c.features[r.feature] {
		c.unknownSysreg(r.at)
	}
	if missing || c.EL == 0 && !user {
		c.undefined()
	}
	if c.EL == 0 && r.trap != nil && r.trap(c) {
		c.trapSystem(i)
	}
}

// unknownSysreg is a register that is not there: UNDEFINED, counted.
func (c *CPU) unknownSysreg(at SysReg) {
	c.note(at.String())
	c.undefined()
}

// trapSystem raises the trap of an MSR, MRS or system instruction. Source: Arm ARM, "ISS encoding for an exception from MSR, MRS,
// or System instruction execution in AArch64 state".
func (c *CPU) trapSystem(i *Inst) {
	op0, op1, n, m := i.Field(20, 19), i.Field(18, 16), i.Field(15, 12), i.Field(11, 8)
	op2, rt, dir := i.Field(7, 5), i.Field(4, 0), i.Field(21, 21)
	c.raise(ecSystem, op0<<20|op2<<17|op1<<14|n<<10|rt<<5|m<<1|dir)
}

// readBoard reads a register of the generic timer or of the interrupt controller.
func (c *CPU) readBoard(at SysReg, i *Inst) uint64 {
	c.checkBoard(at, i)
	v, ok := c.sys.ReadSystem(at)
	if !ok {
		c.unknownSysreg(at)
	}
	return v
}

func (c *CPU) writeBoard(at SysReg, i *Inst) {
	c.checkBoard(at, i)
	if !c.sys.WriteSystem(at, c.R[i.Rd()]) {
		c.unknownSysreg(at)
	}
	c.touched()
}

// Bits of CNTKCTL_EL1.
const (
	cntEL0PCTEN = 1 << 0
	cntEL0VCTEN = 1 << 1
	cntEVNTEN   = 1 << 2
	cntEL0VTEN  = 1 << 8
	cntEL0PTEN  = 1 << 9
)

// checkBoard is what EL0 may do with the board's registers: the timer's as CNTKCTL_EL1 says, and no other. Source: Arm ARM,
// "CNTKCTL_EL1, Counter-timer Kernel Control Register".
func (c *CPU) checkBoard(at SysReg, i *Inst) {
	if c.EL != 0 {
		return
	}
	enable := uint64(0)
	switch {
	case at == sr(3, 3, 14, 0, 0) && i.Bit(21):
		enable = cntEL0PCTEN | cntEL0VCTEN
	case at == sr(3, 3, 14, 0, 1) && i.Bit(21):
		enable = cntEL0PCTEN
	case at == sr(3, 3, 14, 0, 2) && i.Bit(21):
		enable = cntEL0VCTEN
	case at&^7 == sr(3, 3, 14, 2, 0) && at&7 < 3:
		enable = cntEL0PTEN
	case at&^7 == sr(3, 3, 14, 3, 0) && at&7 < 3:
		enable = cntEL0VTEN
	default:
		c.unknownSysreg(at)
	}
	if c.Sys.CNTKCTL&enable == 0 {
		c.trapSystem(i)
	}
}

// Traps of SCTLR_EL1 for EL0.
func (c *CPU) trapUMA() bool { return c.Sys.SCTLR&sctlrUMA == 0 }
func (c *CPU) trapUCT() bool { return c.Sys.SCTLR&sctlrUCT == 0 }

func (c *CPU) trapTSCXT() bool { return c.Sys.SCTLR&sctlrTSCXT != 0 }

// msrImm is MSR (immediate): a field of PSTATE.
func msrImm(c *CPU, i *Inst) {
	imm := uint8(i.Field(11, 8))
	on := imm&1 != 0
	switch op := i.Field(18, 16)<<3 | i.Field(7, 5); op {
	case 0o03:
		c.needField("UAO", true)
		c.UAO = on
	case 0o04:
		c.needField("PAN", true)
		c.setPAN(on)
	case 0o05:
		c.needField("", true)
		c.setEL(c.EL, imm&1)
	case 0o31:
		c.needField("SSBS", false)
		c.SSBS = on
	case 0o32:
		c.needField("DIT", false)
		c.DIT = on
	case 0o36, 0o37:
		c.maskDAIF(i, op == 0o36, imm)
	default:
		c.undefined()
	}
}

// needField is UNDEFINED for a field that is not there, or not at EL0.
func (c *CPU) needField(feature string, privileged bool) {
	if feature != "" && !c.features[feature] || privileged && c.EL == 0 {
		c.undefined()
	}
}

// maskDAIF is MSR DAIFSet and DAIFClr.
func (c *CPU) maskDAIF(i *Inst, set bool, bits uint8) {
	if c.EL == 0 && c.trapUMA() {
		c.trapSystem(i)
	}
	if set {
		c.setDAIF(c.DAIF | bits)
		return
	}
	c.setDAIF(c.DAIF &^ bits)
}

// svc is SVC: the return address is behind it.
func svc(c *CPU, i *Inst) { c.call(ecSVC, i.Field(20, 5)) }

// call takes an exception as part of its instruction, which counts as completed.
func (c *CPU) call(ec uint8, iss uint32) {
	e := exception{kind: kindSync, ec: ec, iss: iss}
	if c.awaiting {
		c.catchSoftware(&e)
	}
	c.advanceStep()
	c.take(&e, c.next)
	c.updateAttention()
}

// hvc is HVC: firmware answers at EL1. There is no EL2, so what it does not know is UNDEFINED.
func hvc(c *CPU, i *Inst) {
	if c.EL == 0 {
		c.undefined()
	}
	if !c.sys.Hypercall((*[31]uint64)(c.R[:31])) {
		c.undefined()
	}
	c.touched()
}

// smc is SMC: UNDEFINED without EL3.
func smc(c *CPU, i *Inst) { c.undefined() }

// brk is BRK.
func brk(c *CPU, i *Inst) { c.raise(ecBRK, i.Field(20, 5)) }

// hlt is HLT, and the DCPS instructions and DRPS are its kin: halting debug is not there.
func hlt(c *CPU, i *Inst)   { c.undefined() }
func dcps1(c *CPU, i *Inst) { c.undefined() }
func dcps2(c *CPU, i *Inst) { c.undefined() }
func dcps3(c *CPU, i *Inst) { c.undefined() }
func drps(c *CPU, i *Inst)  { c.undefined() }

// udf is UDF.
func udf(c *CPU, i *Inst) { c.undefined() }

// eret is ERET.
func eret(c *CPU, i *Inst) {
	if c.EL == 0 {
		c.undefined()
	}
	c.exceptionReturn(c.Sys.ELR)
}

// exceptionReturn restores PSTATE from SPSR_EL1. Source: Arm ARM pseudocode, "AArch64.ExceptionReturn" and
// "SetPSTATEFromPSR".
func (c *CPU) exceptionReturn(target uint64) {
	v := c.Sys.SPSR
	c.ExclusiveOpen, c.Event = false, true
	source := c.debugEnabled()
	c.nzcv, c.DAIF = uint8(v>>28&15), uint8(v>>6&15)
	if illegalReturn(v) {
		c.IL, c.SS = true, false
	} else {
		c.restore(v)
	}
	c.SS = v&spsrSS != 0 && c.Sys.MDSCR&mdscrSS != 0 && !source && c.debugEnabled()
	c.next = c.branchTarget(target)
	c.debugChanged()
}

// restore is the part of an exception return that an illegal one leaves out.
func (c *CPU) restore(v uint64) {
	v &= c.spsrHeld
	c.IL, c.DIT, c.PAN, c.UAO, c.SSBS = v&spsrIL != 0, v&spsrDIT != 0, v&spsrPAN != 0, v&spsrUAO != 0, v&spsrSSBS != 0
	c.BTYPE = uint8(v >> 10 & 3)
	c.setEL(uint8(v&spsrEL>>2), uint8(v&spsrSPSel))
}

// illegalReturn reports a level or a state that there is not: AArch32, a reserved mode, EL2 or EL3.
func illegalReturn(spsr uint64) bool {
	switch spsr & 31 {
	case 0, 4, 5:
		return false
	}
	return true
}

// wfi and wfe wait, or are trapped at EL0 where they would. Source: Arm ARM, "Wait for Interrupt" and "Wait for Event".
func wfi(c *CPU, i *Inst) {
	if c.State.IRQ || c.State.FIQ {
		return
	}
	c.wait(false, sctlrNTWI)
}

func wfe(c *CPU, i *Inst) {
	if c.Event {
		c.Event = false
		return
	}
	// The event stream may send an event at any time, and so may the store of another CPU that clears the exclusive monitor.
	if c.State.IRQ || c.State.FIQ || c.Sys.CNTKCTL&cntEVNTEN != 0 || c.ExclusiveOpen {
		return
	}
	c.wait(true, sctlrNTWE)
}

// issWFx is the syndrome of a trapped WFI: CV and COND are those of an A64 instruction.
const issWFx = 1<<24 | 0xe<<20

func (c *CPU) wait(event bool, enable uint64) {
	if c.EL == 0 && c.Sys.SCTLR&enable == 0 {
		c.raise(ecWFx, issWFx|uint32(b2u(event)))
	}
	c.State.Halted, c.WFE = true, event
	c.updateAttention()
}

// sev is SEV: every CPU's event register is set. One that waits may run now, so this one's turn has to be computed anew.
func sev(c *CPU, i *Inst) {
	c.sys.SendEvent()
	c.touched()
}

// sevl is SEVL: this CPU's event register is set.
func sevl(c *CPU, i *Inst) { c.Event = true }

// setSCTLR writes SCTLR_EL1.
func (c *CPU) setSCTLR(v uint64) {
	c.Sys.SCTLR = v&sctlrHeld | sctlrOnes
	c.pagingChanged()
	c.fetchPage = nil
	c.levelChanged()
}
