package pit

import "stasis/bus"

// Port 61h.
const (
	portGate2    = 1 << 0
	portWritable = 0x0f // gate 2, speaker data, and the masks of two parity errors that do not happen
	portRefresh  = 1 << 4
	portOut2     = 1 << 5

	refreshPulses = 18 // CLK pulses between two memory refreshes
)

// port61 is the one port.
type port61 struct{ *PIT }

// Port61 returns port 61h: the gate and the output of channel 2, and the bit that every memory refresh inverts.
func (p *PIT) Port61() bus.Device { return port61{p} }

func (p port61) Read(uint64, int) uint64 {
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

func (p port61) Write(_ uint64, _ int, value uint64) {
	p.Control = uint8(value) & portWritable
	p.Channels[2].setGate(p.now(), p.Control&portGate2 != 0)
}
