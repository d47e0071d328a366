package x86

import (
	"stasis/cpu"
	decode "stasis/decode/x86"
)

// hwcrTscFreqSel says that the TSC counts at the P0 frequency. Source: APM Vol. 2, "HWCR".
const hwcrTscFreqSel = 1 << 24

// Reset is power-on. Source: SDM Vol. 3A, "Processor State After Reset". Every CPU but the first waits for SIPI.
func (c *CPU) Reset() {
	c.account()
	c.countLevel(0)
	c.State = State{
		GDTR: Table{Limit: 0xffff}, IDTR: Table{Limit: 0xffff},
		CR0: cr0ET | cr0NW | cr0CD, XCR0: 1, DR6: dr6Ones, DR7: dr7One,
		PAT: 0x0007040600070406, MiscEnable: 1, MTRRDefType: 0, RandState: c.config.Seed ^ uint64(c.index+1)*0x9e3779b97f4a7c15,
	}
	c.HWCR = hwcrTscFreqSel
	c.resetSegments()
	c.R = [regCount]uint64{}
	c.R[2] = uint64(c.signature())
	c.eflags, c.rip = 0, 0xfff0
	c.flags.put(0)
	c.setSegment(decode.CS, Segment{0xf000, attrP | attrS | attrCode | attrReadable | attrAccessed, 0xffff, 0xffff0000})
	c.FPU = FPU{CW: 0x40, TW: 0x5555, MXCSR: 0x1f80}
	c.WaitSIPI = c.index != 0
	c.delivering, c.skip, c.traced, c.shadowed = false, false, false, false
	c.refresh()
}

func (c *CPU) resetSegments() {
	for n := range c.Seg {
		c.setSegment(n, Segment{0, attrP | attrS | attrWritable | attrAccessed, 0xffff, 0})
	}
	c.LDTR = Segment{0, attrP | typeLDT, 0xffff, 0}
	c.TR = Segment{0, attrP | typeTSSBusy, 0xffff, 0}
}

// initReset is INIT: like reset, but FPU, PKRU, most MSRs, caches' control and the TSC stay. Source: SDM Vol. 3A, table "IA-32 and
// Intel 64 Processor States Following Power-up, Reset, or INIT".
func (c *CPU) initReset() {
	old := c.State
	c.Reset()
	keep := &c.State
	keep.CR0 = cr0ET | old.CR0&(cr0NW|cr0CD)
	keep.FPU, keep.XCR0, keep.XSS, keep.PKRU = old.FPU, old.XCR0, old.XSS, old.PKRU
	keep.MTRRDefType, keep.MTRRFixed, keep.MTRRVar, keep.PAT = old.MTRRDefType, old.MTRRFixed, old.MTRRVar, old.PAT
	keep.STAR, keep.LSTAR, keep.CSTAR, keep.SFMASK, keep.KernelGSBase = old.STAR, old.LSTAR, old.CSTAR, old.SFMASK, old.KernelGSBase
	keep.SysenterCS, keep.SysenterESP, keep.SysenterEIP = old.SysenterCS, old.SysenterESP, old.SysenterEIP
	keep.TSCOffset, keep.TSCAdjust, keep.TSCAux = old.TSCOffset, old.TSCAdjust, old.TSCAux
	keep.MiscEnable, keep.MCGStatus, keep.HWCR, keep.NBCfg = old.MiscEnable, old.MCGStatus, old.HWCR, old.NBCfg
	keep.LSCfg, keep.LSCfg2, keep.DECfg, keep.DECfg2 = old.LSCfg, old.LSCfg2, old.DECfg, old.DECfg2
	keep.RandState, keep.INTR = old.RandState, old.INTR
	keep.SIPIPending, keep.SIPIVector = old.SIPIPending, old.SIPIVector
	c.refresh()
}

// refresh derives everything that is not State from it.
func (c *CPU) refresh() {
	for n := range c.Seg {
		c.R[regSegBase+n] = c.Seg[n].Base
	}
	c.large.All()
	c.filled.All()
	c.pagingChanged()
	c.DropInline()
	c.codeChanged()
	c.debugChanged()
	c.updateAttention()
}

// Snapshot returns the whole state in canonical form: flags materialised.
func (c *CPU) Snapshot() *State {
	s := c.State
	copy(s.GPR[:], c.R[:16])
	s.RIP, s.RFLAGS = c.rip, c.rflags()
	if c.delivering {
		s.Delivering, s.EventVector, s.EventKind, s.EventCode = true, c.event.vector, c.event.kind, c.event.code
	}
	return &s
}

// SetState loads a whole state.
func (c *CPU) SetState(s *State) {
	c.State = *s
	copy(c.R[:16], s.GPR[:])
	c.rip = s.RIP
	c.setRFLAGS(s.RFLAGS)
	c.delivering = s.Delivering
	c.event = exception{s.EventVector, s.EventKind, s.EventCode}
	c.GPR, c.RIP, c.RFLAGS, c.Delivering, c.EventVector, c.EventKind, c.EventCode = [16]uint64{}, 0, 0, false, 0, 0, 0
	c.refresh()
}

// EncodeState appends the canonical encoding of the state.
func (c *CPU) EncodeState(b []byte) []byte { return cpu.Encode(b, c.Snapshot()) }

// DecodeState loads what EncodeState wrote.
func (c *CPU) DecodeState(b []byte) (rest []byte, err error) {
	var s State
	if rest, err = cpu.Decode(b, &s); err != nil {
		return nil, err
	}
	c.SetState(&s)
	return rest, nil
}

// SetBreakpoints replaces the host's breakpoints.
func (c *CPU) SetBreakpoints(addrs []uint64) {
	c.hostBreaks = append([]uint64(nil), addrs...)
	c.stopsChanged()
}

// SkipBreakpoint lets the very next attempt of the instruction at PC pass host breakpoints.
func (c *CPU) SkipBreakpoint() { c.skip = true }

// SetSingleStep chooses the engine that runs one handler at a time.
func (c *CPU) SetSingleStep(on bool) { c.singleStep = on }

// Unimplemented counts what was met and is not there, by name.
func (c *CPU) Unimplemented() map[string]uint64 { return c.unimplemented }

// note counts something that is not implemented; under --strict it ends the run at this instruction.
func (c *CPU) note(name string) {
	c.unimplemented[name]++
	if c.config.Strict {
		c.leave(cpu.Exit{Kind: cpu.ExitStrict, Addr: c.PC(), Detail: name})
	}
}
