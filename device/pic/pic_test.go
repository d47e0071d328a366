package pic

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"stasis/irq"
)

type bench struct {
	*testing.T
	*Pair
	intr  bool
	edges int
}

func newBench(t *testing.T) *bench {
	b := &bench{T: t}
	b.Pair = New(irq.Func(func(high bool) {
		if high && !b.intr {
			b.edges++
		}
		b.intr = high
	}))
	return b
}

// start initializes both chips as a PC does, at vectors 20h and 28h, with nothing masked.
func (b *bench) start(icw4 uint64) *bench {
	b.master(0, 0x11)
	b.master(1, 0x20)
	b.master(1, 0x04)
	b.master(1, icw4)
	b.slave(0, 0x11)
	b.slave(1, 0x28)
	b.slave(1, 0x02)
	b.slave(1, 0x01)
	return b
}

func (b *bench) master(offset, v uint64) { b.Master().Write(offset, 1, v) }
func (b *bench) slave(offset, v uint64)  { b.Slave().Write(offset, 1, v) }

func (b *bench) pulse(n int) {
	b.Line(n).Set(true)
	b.Line(n).Set(false)
}

// acks acknowledges all that gets through, without an EOI.
func (b *bench) acks() (got []uint8) {
	for b.intr {
		got = append(got, b.Ack())
	}
	return got
}

func (b *bench) want(what string, got, want any) {
	b.Helper()
	if d := cmp.Diff(want, got); d != "" {
		b.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func TestPowerOnIsSilent(t *testing.T) {
	b := newBench(t)
	for i := range 16 {
		b.pulse(i)
	}
	b.want("INTR", b.intr, false)
}

func TestNesting(t *testing.T) {
	b := newBench(t).start(1)
	b.pulse(4)
	b.want("IRQ 4", b.acks(), []uint8{0x24})
	b.pulse(5)
	b.pulse(12)
	b.want("IRQ 12 comes before IRQ 4, IRQ 5 does not", b.acks(), []uint8{0x2c})
	b.pulse(9)
	b.want("the master holds the slave's next back", b.acks(), []uint8(nil))
	b.slave(0, 0x20)
	b.master(0, 0x20)
	b.want("IRQ 9", b.acks(), []uint8{0x29})
	b.slave(0, 0x61)
	b.master(0, 0x62)
	b.master(0, 0x20)
	b.want("IRQ 5", b.acks(), []uint8{0x25})
}

func TestEdgeAndLevel(t *testing.T) {
	b := newBench(t).start(1)
	b.Line(3).Set(true)
	b.want("edge", b.acks(), []uint8{0x23})
	b.master(0, 0x20)
	b.Line(3).Set(true)
	b.want("no edge", b.acks(), []uint8(nil))

	b.ELCR().Write(0, 2, 0xffff)
	b.want("ELCR", b.ELCR().Read(0, 2), uint64(0xdef8))
	b.want("level", b.acks(), []uint8{0x23})
	b.master(0, 0x20)
	b.want("still high", b.acks(), []uint8{0x23})
	b.Line(3).Set(false)
	b.master(0, 0x20)
	b.want("low", b.acks(), []uint8(nil))
	b.pulse(10)
	b.want("a level that fell is no request", b.intr, false)
}

func TestSpurious(t *testing.T) {
	b := newBench(t).start(1)
	b.want("master", b.Ack(), uint8(0x27))
	b.want("nothing is in service", b.Chips[0].ISR, uint8(0))
	b.ELCR().Write(1, 1, 0x04)
	b.Line(10).Set(true)
	b.Chips[1].Lines = 0 // gone between the master's part of the cycle and the slave's
	b.want("slave", b.Ack(), uint8(0x2f))
	b.want("in service", []uint8{b.Chips[0].ISR, b.Chips[1].ISR}, []uint8{4, 0})
}

func TestRegisters(t *testing.T) {
	b := newBench(t).start(1)
	b.master(1, 0xa5)
	b.want("IMR", b.Master().Read(1, 1), uint64(0xa5))
	b.pulse(1)
	b.pulse(4)
	b.want("IRR", b.Master().Read(0, 1), uint64(0x12))
	b.acks()
	b.master(0, 0x0b)
	b.want("ISR", b.Master().Read(0, 1), uint64(0x02))
	b.master(0, 0x08)
	b.want("the selection stays", b.Master().Read(0, 1), uint64(0x02))
	b.master(0, 0x0a)
	b.want("IRR", b.Master().Read(0, 1), uint64(0x10))
	b.want("both ports at once", b.Master().Read(0, 2), uint64(0xa510))
}

func TestInitialization(t *testing.T) {
	b := newBench(t).start(1)
	b.master(1, 0xff)
	b.pulse(3)
	b.Line(4).Set(true)
	b.ELCR().Write(0, 1, 0x20)
	b.master(0, 0x12) // single, no ICW4
	b.master(1, 0x43)
	b.want("chip", b.Chips[0], Chip{Lines: 0x10, ELCR: 0x20, Base: 0x40, Lowest: 7, Single: true})
	b.master(1, 0x7f)
	b.want("then IMR", b.Chips[0].IMR, uint8(0x7f))
}

func TestPoll(t *testing.T) {
	b := newBench(t).start(1)
	b.master(0, 0x0c)
	b.want("nothing", b.Master().Read(0, 1)&0x80, uint64(0))
	b.pulse(6)
	b.master(0, 0x0c)
	b.want("level 6", b.Master().Read(0, 1), uint64(0x86))
	b.want("INTR", b.intr, false)
	b.want("in service", b.Chips[0].ISR, uint8(0x40))
	b.pulse(9)
	b.master(0, 0x0c)
	b.want("the slave", b.Master().Read(1, 1), uint64(0x82))
	b.slave(0, 0x0c)
	b.want("its level 1", b.Slave().Read(0, 1), uint64(0x81))
	b.want("one poll, one read", b.Master().Read(1, 1), uint64(0))
}

func TestAutoEOI(t *testing.T) {
	b := newBench(t).start(3)
	b.pulse(5)
	b.pulse(3)
	b.want("vectors", b.acks(), []uint8{0x23, 0x25})
	b.want("in service", b.Chips[0].ISR, uint8(0))
	b.master(0, 0x80) // rotate automatically
	b.pulse(3)
	b.want("vector", b.acks(), []uint8{0x23})
	b.pulse(3)
	b.pulse(4)
	b.want("3 is lowest now", b.acks(), []uint8{0x24, 0x23})
	b.master(0, 0x00)
	b.pulse(4)
	b.acks()
	b.want("rotation is off", b.Chips[0].Lowest, uint8(3))
}

func TestRotation(t *testing.T) {
	for _, c := range []struct {
		name   string
		ocw2   uint64
		lowest uint8
		isr    uint8
	}{
		{"non-specific EOI", 0x20, 7, 0x20},
		{"specific EOI", 0x65, 7, 0x08},
		{"rotate on non-specific EOI", 0xa0, 3, 0x20},
		{"rotate on specific EOI", 0xe5, 5, 0x08},
		{"set priority", 0xc4, 4, 0x28},
		{"no operation", 0x44, 7, 0x28},
	} {
		b := newBench(t).start(1)
		b.pulse(5)
		b.acks()
		b.pulse(3)
		b.acks()
		b.master(0, c.ocw2)
		b.want(c.name, []uint8{b.Chips[0].Lowest, b.Chips[0].ISR}, []uint8{c.lowest, c.isr})
	}
	b := newBench(t).start(1)
	b.master(0, 0xa0)
	b.want("nothing in service, nothing rotates", b.Chips[0].Lowest, uint8(7))
}

func TestSpecialMask(t *testing.T) {
	b := newBench(t).start(1)
	b.pulse(3)
	b.acks()
	b.master(1, 0x08)
	b.pulse(6)
	b.want("blocked", b.intr, false)
	b.master(0, 0x68)
	b.want("a masked level in service blocks no more", b.acks(), []uint8{0x26})
	b.master(0, 0x20)
	b.want("and is not what a non-specific EOI ends", b.Chips[0].ISR, uint8(0x08))
	b.master(0, 0x48)
	b.master(0, 0x20)
	b.want("out of the mode it is", b.Chips[0].ISR, uint8(0))
}

func TestSpecialFullyNested(t *testing.T) {
	b := newBench(t).start(0x11)
	b.pulse(12)
	b.want("IRQ 12", b.acks(), []uint8{0x2c})
	b.pulse(14)
	b.want("IRQ 14 is lower", b.acks(), []uint8(nil))
	b.pulse(8)
	b.want("IRQ 8 is higher", b.acks(), []uint8{0x28})
}

func TestEachAcknowledgeMakesAnEdge(t *testing.T) {
	b := newBench(t).start(3)
	b.pulse(3)
	b.pulse(4)
	b.acks()
	b.want("edges of INTR", b.edges, 2)
}

func TestSetStateDrivesINTR(t *testing.T) {
	b := newBench(t).start(1)
	b.pulse(3)
	saved := b.State
	b.acks()
	b.SetState(saved)
	b.want("INTR", b.intr, true)
	b.want("state", b.State, saved)
}
