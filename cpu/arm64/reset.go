package arm64

import (
	"stasis/cpu"
)

// New is CPU number index of a machine, as after power-on.
func New(sys System, index int, config Config) *CPU {
	c := &CPU{sys: sys, ram: sys.RAM(), index: index, config: config, unimplemented: map[string]uint64{}}
	c.features, c.id = newFeatures(&config)
	c.hidden, c.spsrHeld = concealedRows(c.features), stateHeld(c.features)
	c.engine.init(c.features)
	c.Reset()
	return c
}

// Reset is power-on: CPU 0 starts, the others wait for PowerOn. Source: Arm ARM, "PE state on reset to AArch64 state".
func (c *CPU) Reset() {
	c.powerReset()
	c.RandState = c.config.Seed ^ uint64(c.index+1)*0x9e3779b97f4a7c15
	c.Off = c.index != 0
	c.refresh()
}

// powerReset is the state in which a CPU begins, wires and the seed of RNDR apart.
func (c *CPU) powerReset() {
	old := &c.State
	c.State = State{EL: 1, SPSel: 1, DAIF: 15, RandState: old.RandState, IRQ: old.IRQ, FIQ: old.FIQ}
	c.Sys = SystemRegisters{SCTLR: sctlrReset, OSLSR: oslsrLocked | oslsrModel}
	c.R = [regCount]uint64{}
	c.nzcv, c.pc = 0, 0
	c.delivering, c.skip = false, false
}

// refresh derives everything that is not State from it.
func (c *CPU) refresh() {
	c.large.All()
	c.filled.All()
	c.pagingChanged()
	c.DropInline()
	c.levelChanged()
	c.stopsChanged()
	c.updateAttention()
}

// Snapshot returns the whole state in canonical form.
func (c *CPU) Snapshot() *State {
	s := c.State
	copy(s.X[:], c.R[:31])
	s.SP[c.bank()] = c.R[regSP]
	s.PC, s.NZCV = c.pc, c.nzcv
	if c.delivering {
		e := &c.event
		s.Delivering = Event{true, e.kind, e.ec, e.hasFAR, e.iss, e.far}
	}
	return &s
}

// SetState loads a whole state.
func (c *CPU) SetState(s *State) {
	c.State = *s
	copy(c.R[:31], s.X[:])
	c.R[regSP] = s.SP[c.bank()]
	c.pc, c.nzcv = s.PC, s.NZCV
	e := &s.Delivering
	c.delivering = e.Pending
	c.event = exception{e.Kind, e.Class, e.HasFAR, e.ISS, e.FAR}
	c.State.X, c.State.PC, c.State.NZCV, c.State.Delivering = [31]uint64{}, 0, 0, Event{}
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

// note counts something that is not implemented; under --strict it ends the run at this instruction.
func (c *CPU) note(name string) {
	c.unimplemented[name]++
	if c.config.Strict {
		c.leave(cpu.Exit{Kind: cpu.ExitStrict, Addr: c.pc, Detail: name})
	}
}

// Unimplemented counts what was met and is not there, by name.
func (c *CPU) Unimplemented() map[string]uint64 { return c.unimplemented }
