package arm64

import "fmt"

// What EL0 may do with a register that nothing traps.
const (
	userNone  = iota // UNDEFINED
	userRead         // MRS; MSR is UNDEFINED
	userWrite        // both
)

// sysreg is a system register of the CPU. Those of the generic timer and of the interrupt controller are the board's.
type sysreg struct {
	name    string
	at      SysReg
	user    uint8
	read    func(*CPU) uint64  // nil: MRS is UNDEFINED
	write   func(*CPU, uint64) // nil: MSR is UNDEFINED
	trap    func(c *CPU) bool  // at EL0: the access is trapped to EL1
	what    string             // for the documentation
	feature string             // that it comes with
}

// sr is an encoding: S<op0>_<op1>_C<n>_C<m>_<op2>.
func sr(op0, op1, n, m, op2 int) SysReg { return SysReg(op0<<14 | op1<<11 | n<<7 | m<<3 | op2) }

// String is the generic name of an encoding.
func (r SysReg) String() string {
	return fmt.Sprintf("S%d_%d_C%d_C%d_%d", r>>14, r>>11&7, r>>7&15, r>>3&15, r&7)
}

// sysregs is the table of the CPU's system registers, in the order in which a debugger shows them.
var sysregs = concat(controlRegisters(), exceptionRegisters(), translationRegisters(), threadRegisters(), stateRegisters(),
	keyRegisters(), idRegisters(), cacheRegisters(), debugRegisters())

func concat[T any](parts ...[]T) (all []T) {
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

// sysregAt is the index into sysregs plus one, by encoding.
var sysregAt = func() (at [1 << 16]uint16) {
	for n := range sysregs {
		at[sysregs[n].at] = uint16(n + 1)
	}
	return at
}()

// held is a register of EL1 that holds the bits of mask, and does nothing else.
func held(name string, at SysReg, mask uint64, field func(*SystemRegisters) *uint64, what string) sysreg {
	return sysreg{name: name, at: at, what: what,
		read:  func(c *CPU) uint64 { return *field(&c.Sys) },
		write: func(c *CPU, v uint64) { *field(&c.Sys) = v & mask }}
}

// with is held with something to do after a write.
func with(r sysreg, after func(*CPU)) sysreg {
	write := r.write
	r.write = func(c *CPU, v uint64) {
		write(c, v)
		after(c)
	}
	return r
}

// constant is a register that always reads the same.
func constant(name string, at SysReg, v uint64, what string) sysreg {
	return sysreg{name: name, at: at, what: what, read: func(*CPU) uint64 { return v }}
}

// ignored is a register without bits.
func ignored(name string, at SysReg, what string) sysreg {
	r := constant(name, at, 0, what)
	r.write = func(*CPU, uint64) {}
	return r
}

const all64 = ^uint64(0)

func controlRegisters() []sysreg {
	return []sysreg{
		{name: "SCTLR_EL1", at: sr(3, 0, 1, 0, 0), what: "bits of features that are not there are RES0 or RES1",
			read: func(c *CPU) uint64 { return c.Sys.SCTLR }, write: (*CPU).setSCTLR},
		ignored("ACTLR_EL1", sr(3, 0, 1, 0, 1), "RES0"),
		with(held("CPACR_EL1", sr(3, 0, 1, 0, 2), 3<<20, func(s *SystemRegisters) *uint64 { return &s.CPACR }, "FPEN"), (*CPU).trapsChanged),
	}
}

func exceptionRegisters() []sysreg {
	return []sysreg{
		held("SPSR_EL1", sr(3, 0, 4, 0, 0), 0xffffffff, func(s *SystemRegisters) *uint64 { return &s.SPSR }, ""),
		held("ELR_EL1", sr(3, 0, 4, 0, 1), all64, func(s *SystemRegisters) *uint64 { return &s.ELR }, ""),
		ignored("AFSR0_EL1", sr(3, 0, 5, 1, 0), "RES0"),
		ignored("AFSR1_EL1", sr(3, 0, 5, 1, 1), "RES0"),
		held("ESR_EL1", sr(3, 0, 5, 2, 0), 0xffffffff, func(s *SystemRegisters) *uint64 { return &s.ESR }, ""),
		held("FAR_EL1", sr(3, 0, 6, 0, 0), all64, func(s *SystemRegisters) *uint64 { return &s.FAR }, ""),
		held("VBAR_EL1", sr(3, 0, 12, 0, 0), all64&^0x7ff, func(s *SystemRegisters) *uint64 { return &s.VBAR }, ""),
		{name: "RVBAR_EL1", at: sr(3, 0, 12, 0, 1), what: "0", read: func(*CPU) uint64 { return 0 }},
		{name: "ISR_EL1", at: sr(3, 0, 12, 1, 0), what: "the wires of IRQ and FIQ", read: (*CPU).isr},
	}
}

// isr is ISR_EL1: which interrupts are pending, masked or not.
func (c *CPU) isr() uint64 { return b2u(c.State.IRQ)<<7 | b2u(c.State.FIQ)<<6 }

func b2u(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

func translationRegisters() []sysreg {
	return []sysreg{
		{name: "TTBR0_EL1", at: sr(3, 0, 2, 0, 0), what: "ASID of 16 bits",
			read: func(c *CPU) uint64 { return c.Sys.TTBR0 }, write: func(c *CPU, v uint64) { c.setTTBR(0, v) }},
		{name: "TTBR1_EL1", at: sr(3, 0, 2, 0, 1), what: "ASID of 16 bits",
			read: func(c *CPU) uint64 { return c.Sys.TTBR1 }, write: func(c *CPU, v uint64) { c.setTTBR(1, v) }},
		with(held("TCR_EL1", sr(3, 0, 2, 0, 2), tcrHeld, func(s *SystemRegisters) *uint64 { return &s.TCR }, "see ID_AA64MMFR0_EL1 to ID_AA64MMFR2_EL1"), (*CPU).pagingChanged),
		held("PAR_EL1", sr(3, 0, 7, 4, 0), all64, func(s *SystemRegisters) *uint64 { return &s.PAR }, ""),
		with(held("MAIR_EL1", sr(3, 0, 10, 2, 0), all64, func(s *SystemRegisters) *uint64 { return &s.MAIR }, ""), (*CPU).pagingChanged),
		ignored("AMAIR_EL1", sr(3, 0, 10, 3, 0), "RES0"),
		with(held("CONTEXTIDR_EL1", sr(3, 0, 13, 0, 1), 0xffffffff, func(s *SystemRegisters) *uint64 { return &s.CONTEXTIDR }, ""), (*CPU).debugChanged),
	}
}

// tcrHeld are the bits of TCR_EL1 that exist with these features.
const tcrHeld = 0x3f | 0xff80 | 0x3f<<16 | 0x3ff<<22 | 7<<32 | 0x7f<<36 | 3<<51 | 3<<55

// setTTBR writes a translation table base. What the TLB holds stays; the address space may be another one.
func (c *CPU) setTTBR(n int, v uint64) {
	if n == 0 {
		c.Sys.TTBR0 = v
	} else {
		c.Sys.TTBR1 = v
	}
	asid := c.walker.ASID
	c.walker.SetTTBR(n, v)
	c.fetchPage = nil
	if c.walker.ASID != asid {
		c.useSpace()
	}
}

func threadRegisters() []sysreg {
	user := func(r sysreg, user uint8) sysreg { r.user = user; return r }
	return []sysreg{
		user(held("TPIDR_EL0", sr(3, 3, 13, 0, 2), all64, func(s *SystemRegisters) *uint64 { return &s.TPIDR }, ""), userWrite),
		user(held("TPIDRRO_EL0", sr(3, 3, 13, 0, 3), all64, func(s *SystemRegisters) *uint64 { return &s.TPIDRRO }, ""), userRead),
		held("TPIDR_EL1", sr(3, 0, 13, 0, 4), all64, func(s *SystemRegisters) *uint64 { return &s.TPIDREL1 }, ""),
		held("SCXTNUM_EL1", sr(3, 0, 13, 0, 7), all64, func(s *SystemRegisters) *uint64 { return &s.SCXTNUM[1] }, "no effect"),
		{name: "SCXTNUM_EL0", at: sr(3, 3, 13, 0, 7), user: userWrite, trap: (*CPU).trapTSCXT, what: "no effect; EL0: SCTLR_EL1.TSCXT",
			read: func(c *CPU) uint64 { return c.Sys.SCXTNUM[0] }, write: func(c *CPU, v uint64) { c.Sys.SCXTNUM[0] = v }},
		held("CNTKCTL_EL1", sr(3, 0, 14, 1, 0), 0x3ff, func(s *SystemRegisters) *uint64 { return &s.CNTKCTL }, "EL0's access to the timers; with EVNTEN, WFE does not wait"),
	}
}

// stateRegisters are views of PSTATE, the stack pointers, and the floating-point registers.
func stateRegisters() []sysreg {
	return []sysreg{
		{name: "SP_EL0", at: sr(3, 0, 4, 1, 0), what: "UNDEFINED while it is SP", read: (*CPU).spEL0, write: (*CPU).setSPEL0},
		{name: "SPSel", at: sr(3, 0, 4, 2, 0), read: func(c *CPU) uint64 { return uint64(c.SPSel) }, write: func(c *CPU, v uint64) { c.setEL(c.EL, uint8(v&1)) }},
		{name: "CurrentEL", at: sr(3, 0, 4, 2, 2), read: func(c *CPU) uint64 { return uint64(c.EL) << 2 }},
		{name: "PAN", at: sr(3, 0, 4, 2, 3), feature: "PAN", read: func(c *CPU) uint64 { return b2u(c.PAN) << 22 }, write: func(c *CPU, v uint64) { c.setPAN(v>>22&1 != 0) }},
		{name: "UAO", at: sr(3, 0, 4, 2, 4), feature: "UAO", read: func(c *CPU) uint64 { return b2u(c.UAO) << 23 }, write: func(c *CPU, v uint64) { c.UAO = v>>23&1 != 0 }},
		{name: "NZCV", at: sr(3, 3, 4, 2, 0), user: userWrite, read: func(c *CPU) uint64 { return uint64(c.nzcv) << 28 }, write: func(c *CPU, v uint64) { c.nzcv = uint8(v >> 28 & 15) }},
		{name: "DAIF", at: sr(3, 3, 4, 2, 1), user: userWrite, trap: (*CPU).trapUMA, what: "EL0: SCTLR_EL1.UMA",
			read: func(c *CPU) uint64 { return uint64(c.DAIF) << 6 }, write: func(c *CPU, v uint64) { c.setDAIF(uint8(v >> 6 & 15)) }},
		{name: "DIT", at: sr(3, 3, 4, 2, 5), feature: "DIT", user: userWrite, read: func(c *CPU) uint64 { return b2u(c.DIT) << 24 }, write: func(c *CPU, v uint64) { c.DIT = v>>24&1 != 0 }},
		{name: "SSBS", at: sr(3, 3, 4, 2, 6), feature: "SSBS", user: userWrite, read: func(c *CPU) uint64 { return b2u(c.SSBS) << 12 }, write: func(c *CPU, v uint64) { c.SSBS = v>>12&1 != 0 }},
		{name: "FPCR", at: sr(3, 3, 4, 4, 0), user: userWrite, what: "AHP, DN, FZ, RMode, FZ16; CPACR_EL1.FPEN traps",
			read: func(c *CPU) uint64 { c.checkFP(); return c.FPCR }, write: func(c *CPU, v uint64) { c.checkFP(); c.FPCR = v & c.fpcrMask() }},
		{name: "FPSR", at: sr(3, 3, 4, 4, 1), user: userWrite, what: "QC and the cumulative flags; CPACR_EL1.FPEN traps",
			read: func(c *CPU) uint64 { c.checkFP(); return c.FPSR }, write: func(c *CPU, v uint64) { c.checkFP(); c.FPSR = v & fpsrHeld }},
		{name: "RNDR", at: sr(3, 3, 2, 4, 0), feature: "RNG", user: userRead, what: "seeded; never fails", read: (*CPU).random},
		{name: "RNDRRS", at: sr(3, 3, 2, 4, 1), feature: "RNG", user: userRead, what: "as RNDR", read: (*CPU).random},
	}
}

// fpsrHeld are the bits of FPSR: QC and the cumulative flags.
const fpsrHeld = 0x0800009f

// fpcrMask are the bits of FPCR that exist.
func (c *CPU) fpcrMask() uint64 {
	if c.features["FP16"] {
		return 0x07c80000
	}
	return 0x07c00000
}

// stackPointers are SP_EL0 and SP_EL1 as they are now.
func (c *CPU) stackPointers() [2]uint64 {
	sp := c.State.SP
	sp[c.bank()] = c.R[regSP]
	return sp
}

func (c *CPU) spEL0() uint64 {
	if c.SPSel == 0 {
		c.undefined()
	}
	return c.State.SP[0]
}

func (c *CPU) setSPEL0(v uint64) {
	if c.SPSel == 0 {
		c.undefined()
	}
	c.State.SP[0] = v
}

func (c *CPU) setPAN(on bool) {
	c.PAN = on
	c.useContext()
}

func (c *CPU) setDAIF(v uint8) {
	c.DAIF = v
	c.debugChanged()
}

// random is RNDR: the next value of the seeded generator, and NZCV 0000. The generator is SplitMix64.
func (c *CPU) random() uint64 {
	c.RandState += 0x9e3779b97f4a7c15
	z := c.RandState
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	c.nzcv = 0
	return z ^ z>>31
}

// keyRegisters are the keys of pointer authentication.
func keyRegisters() (list []sysreg) {
	for n, k := range []struct {
		name string
		key  func(*SystemRegisters) *[2]uint64
	}{
		{"APIA", func(s *SystemRegisters) *[2]uint64 { return &s.APIA }},
		{"APIB", func(s *SystemRegisters) *[2]uint64 { return &s.APIB }},
		{"APDA", func(s *SystemRegisters) *[2]uint64 { return &s.APDA }},
		{"APDB", func(s *SystemRegisters) *[2]uint64 { return &s.APDB }},
		{"APGA", func(s *SystemRegisters) *[2]uint64 { return &s.APGA }},
	} {
		for half, suffix := range []string{"KeyLo_EL1", "KeyHi_EL1"} {
			r := held(k.name+suffix, sr(3, 0, 2, 1+n/2, n%2*2+half), all64, func(s *SystemRegisters) *uint64 { return &k.key(s)[half] }, "")
			r.feature = "PAuth"
			list = append(list, r)
		}
	}
	return list
}
