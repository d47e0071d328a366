package pit

// Port 61h.
const (
	portGate2    = 1 << 0
	portWritable = 0x0f // gate 2, speaker data, and the masks of two parity errors that do not happen
	portRefresh  = 1 << 4
	portOut2     = 1 << 5

	refreshPulses = 18 // CLK pulses between two memory refreshes
)

// Port61 is the gate and the output of channel 2, and the bit that every memory refresh inverts.
type Port61 struct{ pit *PIT }

// Port61 returns port 61h.
func (p *PIT) Port61() Port61 { return Port61{p} }

// Read reads the port.
func (d Port61) Read(uint64, int) uint64 {
	p := d.pit
	t := p.now()
	v := p.Control
	if t/refreshPulses%2 != 0 {
		v |= portRefresh
	}
	if c := p.Channels[2].at(t); c.out(t) {
		v |= portOut2
	}
	return uint64(v)
}

// Write writes the port.
func (d Port61) Write(_ uint64, _ int, value uint64) {
	p := d.pit
	p.Control = uint8(value) & portWritable
	p.Channels[2].setGate(p.now(), p.Control&portGate2 != 0)
}
