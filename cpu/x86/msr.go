package x86

import (
	"fmt"

	decode "stasis/decode/x86"
)

// Model-specific registers by their numbers. Source: SDM Vol. 4; APM Vol. 2, "MSR Cross-Reference".
const (
	msrTSC         = 0x10
	msrAPICBase    = 0x1b
	msrPlatformID  = 0x17
	msrTSCAdjust   = 0x3b
	msrPatchLevel  = 0x8b
	msrMTRRCap     = 0xfe
	msrSysenterCS  = 0x174
	msrSysenterESP = 0x175
	msrSysenterEIP = 0x176
	msrMCGCap      = 0x179
	msrMCGStatus   = 0x17a
	msrMiscEnable  = 0x1a0
	msrDebugCtl    = 0x1d9
	msrMTRRVar     = 0x200
	msrPAT         = 0x277
	msrMTRRDefType = 0x2ff
	msrTSCDeadline = 0x6e0
	msrXSS         = 0xda0
	msrX2APIC      = 0x800
	msrEFER        = 0xc0000080
	msrSTAR        = 0xc0000081
	msrLSTAR       = 0xc0000082
	msrCSTAR       = 0xc0000083
	msrSFMASK      = 0xc0000084
	msrFSBase      = 0xc0000100
	msrGSBase      = 0xc0000101
	msrKernelGS    = 0xc0000102
	msrTSCAux      = 0xc0000103
	msrSYSCFG      = 0xc0010010
	msrHWCR        = 0xc0010015
	msrVMCR        = 0xc0010114
	msrDECfg       = 0xc0011029
	msrNBCfg       = 0xc001001f
	msrLSCfg       = 0xc0011020
	msrLSCfg2      = 0xc001102e
	msrDECfg2      = 0xc00110e3
)

// rdmsr is RDMSR: EDX:EAX := MSR[ECX]. An unknown register is #GP(0), counted.
func rdmsr(c *CPU, i *Inst) {
	c.needCPL0()
	n := uint32(c.R[1])
	v, ok := c.readMSR(n)
	if !ok {
		c.note(fmt.Sprintf("RDMSR %#x", n))
		c.raise(vecGP, 0)
	}
	c.R[0], c.R[2] = v&0xffffffff, v>>32
	c.accessedMSR(n)
}

// wrmsr is WRMSR: MSR[ECX] := EDX:EAX.
func wrmsr(c *CPU, i *Inst) {
	c.needCPL0()
	n := uint32(c.R[1])
	if !c.writeMSR(n, c.R[2]<<32|c.R[0]&0xffffffff) {
		c.note(fmt.Sprintf("WRMSR %#x", n))
		c.raise(vecGP, 0)
	}
	c.accessedMSR(n)
}

// plainMSR is the state of an MSR that just holds a value, and the bits that may be set.
func (c *CPU) plainMSR(n uint32) (v *uint64, mask uint64) {
	amd := c.config.Vendor == "amd"
	switch n {
	case msrSTAR:
		return &c.STAR, ^uint64(0)
	case msrSFMASK:
		return &c.SFMASK, 0xffffffff
	case msrSysenterCS:
		return &c.SysenterCS, 0xffffffff
	case msrTSCAux:
		if c.features.on["RDTSCP"] || c.features.on["RDPID"] {
			return &c.TSCAux, 0xffffffff
		}
	case msrMCGStatus:
		return &c.MCGStatus, 7
	case msrDebugCtl:
		return &c.DebugCtl, 3
	case msrXSS:
		if c.features.on["XSAVES"] {
			return &c.XSS, 0 // no supervisor components
		}
	case msrHWCR:
		if amd {
			return &c.HWCR, ^uint64(0)
		}
	case msrMiscEnable:
		if !amd {
			return &c.MiscEnable, ^uint64(0)
		}
	}
	if amd {
		if v = c.chickenMSR(n); v != nil {
			return v, ^uint64(0)
		}
	}
	return c.mtrr(n)
}

// chickenMSR is the state of one of AMD's configuration registers: they hold what software writes and change nothing here.
func (c *CPU) chickenMSR(n uint32) *uint64 {
	switch n {
	case msrNBCfg:
		return &c.NBCfg
	case msrLSCfg:
		return &c.LSCfg
	case msrLSCfg2:
		return &c.LSCfg2
	case msrDECfg:
		return &c.DECfg
	case msrDECfg2:
		return &c.DECfg2
	}
	return nil
}

// canonicalMSR is the state of an MSR that holds a linear address.
func (c *CPU) canonicalMSR(n uint32) *uint64 {
	switch n {
	case msrLSTAR:
		return &c.LSTAR
	case msrCSTAR:
		return &c.CSTAR
	case msrSysenterESP:
		return &c.SysenterESP
	case msrSysenterEIP:
		return &c.SysenterEIP
	case msrKernelGS:
		return &c.KernelGSBase
	}
	return nil
}

func (c *CPU) readMSR(n uint32) (v uint64, ok bool) {
	if p, _ := c.plainMSR(n); p != nil {
		return *p, true
	}
	if p := c.canonicalMSR(n); p != nil {
		return *p, true
	}
	switch n {
	case msrTSC:
		return c.tsc(), true
	case msrTSCAdjust:
		return c.TSCAdjust, c.features.on["TSC_ADJUST"]
	case msrEFER:
		return c.EFER, true
	case msrFSBase:
		return c.Seg[decode.FS].Base, true
	case msrGSBase:
		return c.Seg[decode.GS].Base, true
	case msrPAT:
		return c.PAT, true
	case msrMTRRCap:
		return mtrrCap, true
	case msrMCGCap:
		return 0, true
	case msrPatchLevel:
		return c.patchLevel(), true
	}
	if c.zeroMSR(n) {
		return 0, true
	}
	if c.isSystemMSR(n) {
		v, ok := c.readSystemMSR(n)
		c.touched()
		return v, ok
	}
	return 0, false
}

// zeroMSR reports whether an MSR always reads 0.
func (c *CPU) zeroMSR(n uint32) bool {
	if c.config.Vendor == "amd" {
		return n == msrSYSCFG || n == msrVMCR
	}
	return n == msrPlatformID
}

// isSystemMSR reports whether an MSR belongs to the local APIC.
func (c *CPU) isSystemMSR(n uint32) bool {
	switch {
	case n == msrAPICBase:
		return true
	case n == msrTSCDeadline:
		return c.features.on["TSC_DEADLINE"]
	}
	return n >= msrX2APIC && n < msrX2APIC+0x100 && c.features.on["X2APIC"]
}

// The TSC deadline is kept in Clock units; software sees it through its own TSC offset.
func (c *CPU) readSystemMSR(n uint32) (uint64, bool) {
	v, ok := c.sys.ReadMSR(n)
	if n == msrTSCDeadline && v != 0 {
		v += c.TSCOffset
	}
	return v, ok
}

func (c *CPU) writeSystemMSR(n uint32, v uint64) bool {
	if n == msrAPICBase && v&apicExtended != 0 && !c.features.on["X2APIC"] {
		return false
	}
	if n == msrTSCDeadline && v != 0 {
		v = c.deadline(v)
	}
	return c.sys.WriteMSR(n, v)
}

// deadline is the Clock of a TSC deadline; one that has passed is at the beginning of time.
func (c *CPU) deadline(tsc uint64) uint64 {
	if tsc <= c.tsc() {
		return 1
	}
	return max(tsc-c.TSCOffset, 1)
}

// moveTSC changes the offset of the TSC from Clock. An armed deadline stays at its TSC value, so it moves in Clock.
func (c *CPU) moveTSC(offset uint64) {
	armed, _ := c.readSystemMSR(msrTSCDeadline)
	c.TSCOffset = offset
	if armed != 0 {
		c.writeSystemMSR(msrTSCDeadline, armed)
		c.touched()
	}
}

func (c *CPU) writeMSR(n uint32, v uint64) bool {
	if p, mask := c.plainMSR(n); p != nil {
		c.gpIf(v&^mask != 0 || !validMTRR(n, v))
		*p = v
		return true
	}
	if p := c.canonicalMSR(n); p != nil {
		c.gpIf(!c.canonicalBase(v))
		*p = v
		return true
	}
	switch n {
	case msrTSC:
		c.TSCAdjust += v - c.tsc()
		c.moveTSC(v - c.sys.Clock())
	case msrTSCAdjust:
		c.gpIf(!c.features.on["TSC_ADJUST"])
		c.moveTSC(c.TSCOffset + v - c.TSCAdjust)
		c.TSCAdjust = v
	case msrEFER:
		c.writeEFER(v)
	case msrFSBase, msrGSBase:
		c.gpIf(!c.canonicalBase(v))
		c.setBase(decode.FS+int(n-msrFSBase), v)
	case msrPAT:
		c.writePAT(v)
	case msrPatchLevel: // a signature read sequence of Intel writes 0 first
		return c.config.Vendor == "intel"
	default:
		if c.isSystemMSR(n) {
			ok := c.writeSystemMSR(n, v)
			c.touched()
			return ok
		}
		_, readOnly := c.readMSR(n)
		c.gpIf(readOnly)
		return false
	}
	return true
}

func (c *CPU) writeEFER(v uint64) {
	c.gpIf(v&^c.features.efer != 0)
	old := c.EFER
	c.gpIf((v^old)&eferLME != 0 && c.CR0&cr0PG != 0)
	c.EFER = v&^eferLMA | old&eferLMA
	if (v^old)&eferNXE != 0 {
		c.pagingChanged()
		c.flushTLB(false)
	}
}

func (c *CPU) writePAT(v uint64) {
	for n := 0; n < 64; n += 8 {
		kind := v >> n & 0xff
		c.gpIf(kind > 7 || kind == 2 || kind == 3)
	}
	c.PAT = v
}

// patchLevel is the microcode revision, fixed per vendor.
func (c *CPU) patchLevel() uint64 {
	if c.config.Vendor == "intel" {
		return 0x42e << 32
	}
	return 0x0830107c
}
