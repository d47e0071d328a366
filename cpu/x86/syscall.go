package x86

import (
	decode "stasis/decode/x86"
)

// flatCode and flatData are the fixed hidden parts that SYSCALL and its kin load.
func flatCode(selector uint16, dpl uint8, long bool) Segment {
	s := Segment{Selector: selector, Limit: 0xffffffff, Attr: attrP | attrS | attrCode | attrReadable | attrAccessed | attrG | uint16(dpl)<<attrDPLShift}
	if long {
		s.Attr |= attrL
	} else {
		s.Attr |= attrDB
	}
	return s
}

func flatData(selector uint16, dpl uint8) Segment {
	return Segment{Selector: selector, Limit: 0xffffffff, Attr: attrP | attrS | attrWritable | attrAccessed | attrDB | attrG | uint16(dpl)<<attrDPLShift}
}

// syscall is SYSCALL. Source: SDM Vol. 2B, "SYSCALL"; APM Vol. 3, "SYSCALL".
func syscall(c *CPU, i *Inst) {
	c.udIf(c.EFER&eferSCE == 0 || !c.longMode() && c.config.Vendor != "amd" || c.mode != decode.Mode64 && c.config.Vendor != "amd")
	selector := uint16(c.STAR>>32) &^ 3
	if !c.longMode() {
		c.legacySyscall(selector)
		c.judgeTF()
		return
	}
	target := c.LSTAR
	if c.mode != decode.Mode64 {
		target = c.CSTAR
	}
	c.enterSyscall(selector, target)
}

// enterSyscall is SYSCALL in IA-32e mode, after the checks.
func (c *CPU) enterSyscall(selector uint16, target uint64) {
	flags := c.rflags() &^ flagRF
	c.R[1], c.R[11] = c.next, flags
	if c.SFMASK&flagsStatus != 0 {
		c.flags.put(flags &^ c.SFMASK)
	}
	c.setEFLAGS(c.eflags &^ (c.SFMASK | flagRF))
	c.setSegment(decode.SS, flatData(selector+8, 0))
	c.enterCode(flatCode(selector, 0, true), 0)
	c.updateAttention()
	c.next = target
	c.judgeTF()
}

// legacySyscall is AMD's SYSCALL outside IA-32e mode.
func (c *CPU) legacySyscall(selector uint16) {
	c.gpIf(!c.protected())
	c.R[1] = c.next & 0xffffffff
	c.setRFLAGS(c.rflags() &^ (flagIF | flagRF | flagVM))
	c.setSegment(decode.SS, flatData(selector+8, 0))
	c.enterCode(flatCode(selector, 0, false), 0)
	c.next = c.STAR & 0xffffffff
}

// sysret is SYSRET: to 64-bit code with REX.W, else to 32-bit code.
func sysret(c *CPU, i *Inst) {
	c.udIf(c.EFER&eferSCE == 0 || c.mode != decode.Mode64 && c.config.Vendor != "amd")
	c.gpIf(c.CPL != 0 || !c.protected())
	c.gpIf(i.OpSize == 8 && c.config.Vendor == "intel" && !c.canonical(c.R[1]))
	c.leaveSyscall(i.OpSize == 8)
}

// leaveSyscall is SYSRET after the checks, to 64-bit or 32-bit code.
func (c *CPU) leaveSyscall(long bool) {
	selector, to := uint16(c.STAR>>48)|3, c.R[1]
	if long {
		selector += 16
	} else {
		to &= 0xffffffff
	}
	ss := uint16(c.STAR>>48)&^3 + 8 | 3
	if c.longMode() {
		c.setRFLAGS(c.R[11]&(flagsAll&^(flagRF|flagVM)) | flagOne)
	} else {
		c.setRFLAGS(c.rflags() | flagIF)
	}
	data := flatData(ss, 3)
	if c.config.Vendor == "amd" { // AMD loads the selector only
		data = c.Seg[decode.SS]
		data.Selector = ss
		data.Attr |= attrP | attrS | attrWritable | attrAccessed | 3<<attrDPLShift
	}
	c.setSegment(decode.SS, data)
	c.enterCode(flatCode(selector, 3, long), 3)
	c.next = to
	c.judgeTF()
}

// sysenter is SYSENTER; #UD on AMD in IA-32e mode.
func sysenter(c *CPU, i *Inst) {
	c.udIf(!c.vendor().sysenterLong && c.longMode())
	c.gpIf(!c.protected() && !c.v86() || c.SysenterCS&0xfffc == 0)
	selector := uint16(c.SysenterCS) &^ 3
	c.eflags &^= flagIF | flagVM | flagRF
	c.setSegment(decode.SS, flatData(selector+8, 0))
	c.R[4], c.next = c.SysenterESP, c.SysenterEIP
	if !c.longMode() {
		c.R[4], c.next = c.R[4]&0xffffffff, c.next&0xffffffff
	}
	c.enterCode(flatCode(selector, 0, c.longMode()), 0)
	c.updateAttention()
}

// sysexit is SYSEXIT: RIP from RDX, RSP from RCX.
func sysexit(c *CPU, i *Inst) {
	c.gpIf(c.CPL != 0)
	c.udIf(!c.vendor().sysenterLong && c.longMode())
	c.gpIf(!c.protected() || c.SysenterCS&0xfffc == 0)
	long := i.OpSize == 8
	base := uint16(c.SysenterCS) &^ 3
	sp, to, code := c.R[1]&0xffffffff, c.R[2]&0xffffffff, base+16
	if long {
		sp, to, code = c.R[1], c.R[2], base+32
		c.gpIf(!c.canonical(sp) || !c.canonical(to))
	}
	c.setSegment(decode.SS, flatData(code+8|3, 3))
	c.enterCode(flatCode(code|3, 3, long), 3)
	c.R[4], c.next = sp, to
}

// swapgs is SWAPGS.
func swapgs(c *CPU, i *Inst) {
	c.gpIf(c.CPL != 0)
	c.swapGS()
}

func (c *CPU) swapGS() {
	gs := &c.Seg[decode.GS]
	gs.Base, c.KernelGSBase = c.KernelGSBase, gs.Base
	c.R[regSegBase+decode.GS] = gs.Base
}

// The FS and GS base instructions. An operand-size prefix does nothing.

func (c *CPU) needFSGSBase() { c.udIf(c.CR4&cr4FSGSBASE == 0) }

func rdfsbase(c *CPU, i *Inst) {
	c.needFSGSBase()
	c.R[i.RM] = cutSize(c.Seg[decode.FS].Base, max(i.OpSize, 4))
}
func rdgsbase(c *CPU, i *Inst) {
	c.needFSGSBase()
	c.R[i.RM] = cutSize(c.Seg[decode.GS].Base, max(i.OpSize, 4))
}
func wrfsbase(c *CPU, i *Inst) { c.writeBase(i, decode.FS) }
func wrgsbase(c *CPU, i *Inst) { c.writeBase(i, decode.GS) }

func (c *CPU) writeBase(i *Inst, n int) {
	c.needFSGSBase()
	v := cutSize(c.R[i.RM], max(i.OpSize, 4))
	c.gpIf(!c.canonicalBase(v))
	c.setBase(n, v)
}

func (c *CPU) setBase(n int, v uint64) {
	c.Seg[n].Base = v
	c.R[regSegBase+n] = v
}

// The time-stamp counter: Clock plus an offset, so it never depends on who looks.

func (c *CPU) tsc() uint64 { return c.sys.Clock() + c.TSCOffset }

func rdtsc(c *CPU, i *Inst) {
	c.gpIf(c.CR4&cr4TSD != 0 && c.CPL != 0)
	t := c.tsc()
	c.R[0], c.R[2] = t&0xffffffff, t>>32
}

func rdtscp(c *CPU, i *Inst) {
	rdtsc(c, i)
	c.R[1] = c.TSCAux & 0xffffffff
}

func rdpid(c *CPU, i *Inst) { c.R[i.RM] = c.TSCAux & 0xffffffff }

// rdpmc: there are no performance counters.
func rdpmc(c *CPU, i *Inst) { c.raise(vecGP, 0) }

// random is the next number of the seeded generator (SplitMix64); it is machine state.
func (c *CPU) random() uint64 {
	c.RandState += 0x9e3779b97f4a7c15
	z := c.RandState
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

func rdrand(c *CPU, i *Inst) {
	switch i.OpSize {
	case 2:
		setReg(c, i.RM, i.Prefix, uint16(c.random()))
	case 4:
		setReg(c, i.RM, i.Prefix, uint32(c.random()))
	default:
		setReg(c, i.RM, i.Prefix, c.random())
	}
	c.flags.put(flagCF)
}

func rdseed(c *CPU, i *Inst) { rdrand(c, i) }

// clzero is CLZERO: zeroes the 64-byte line at rAX.
func clzero(c *CPU, i *Inst) {
	lin := c.lin(i.Seg, addrMask(i.AddrSize, c.R[0]), 1, true) &^ 63
	c.probeWrite(lin, 64)
	for n := uint64(0); n < 64; n += 8 {
		store(c, lin+n, uint64(0))
	}
}
