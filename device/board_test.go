// Package device has tests of all devices wired together.
package device

import (
	"io"
	"math/rand"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stasis/cpu"
	"stasis/device/acpipm"
	"stasis/device/apic"
	"stasis/device/fwcfg"
	"stasis/device/hpet"
	"stasis/device/i8042"
	"stasis/device/internal/vclock"
	"stasis/device/ioapic"
	"stasis/device/pci"
	"stasis/device/pic"
	"stasis/device/pit"
	"stasis/device/reset"
	"stasis/device/rtc"
	"stasis/device/serial"
	"stasis/irq"
	"stasis/timer"
)

// pins is what a local APIC has told its CPU.
type pins struct {
	INTR        bool
	NMI, INIT   int
	SIPI, SIPIs int
}

func (p *pins) SetINTR(high bool)          { p.INTR = high }
func (p *pins) RaiseNMI()                  { p.NMI++ }
func (p *pins) RaiseINIT()                 { p.INIT++ }
func (p *pins) RaiseSIPI(v uint8)          { p.SIPI, p.SIPIs = int(v), p.SIPIs+1 }
func (*pins) ReadAt([]byte, uint64) error  { return nil }
func (*pins) WriteAt([]byte, uint64) error { return nil }

// part is one device: the address of its State, and how to load a saved one.
type part struct {
	state any
	load  func()
}

// board is a PC without CPUs and memory.
type board struct {
	*vclock.Clock
	cpus  [2]pins
	apics [2]*apic.LAPIC
	uart  *serial.UART
	ports []port
	parts []part
}

type port struct {
	size   uint64
	device interface {
		Read(offset uint64, size int) uint64
		Write(offset uint64, size int, value uint64)
	}
}

const ips = 1_000_000_000

func newBoard() *board {
	b := &board{Clock: vclock.New()}
	fabric := &apic.Fabric{}
	chips := pic.New(irq.Func(func(high bool) {
		if b.apics[0] != nil {
			b.apics[0].LINT0().Set(high)
		}
	}))
	for i := range b.apics {
		c := apic.Config{ID: uint32(i), BSP: i == 0, IPS: ips, X2APIC: true, TSCDeadline: true}
		l := apic.New(fabric, b.Queue, c, &b.cpus[i], chips.Ack)
		b.apics[i] = l
		add(b, &l.State, l.SetState, port{apic.WindowSize, l})
	}
	io := ioapic.New(fabric.MSI)
	fabric.OnEOI(io.EOI)
	both := func(n, pin int) irq.Line {
		p, q := chips.Line(n), io.Line(pin)
		return irq.Func(func(high bool) { p.Set(high); q.Set(high) })
	}
	add(b, &chips.State, chips.SetState, port{2, chips.Master()}, port{2, chips.Slave()}, port{2, chips.ELCR()})
	add(b, &io.State, io.SetState, port{0x50, io})
	b.addTimers(both, io)
	b.addRest(both)
	b.apics[0].VirtualWire()
	return b
}

func (b *board) addTimers(both func(n, pin int) irq.Line, io *ioapic.IOAPIC) {
	var wires []irq.Line
	for i := range ioapic.Pins {
		wires = append(wires, io.Line(i))
	}
	h := hpet.New(b.Queue, ips, hpet.Lines{IRQ0: both(0, 2), IRQ8: both(8, 8), Pins: wires})
	p := pit.New(b.Queue, ips, h.PITLine())
	r := rtc.New(b.Queue, ips, h.RTCLine(), rtc.Config{Epoch: rtc.DefaultEpoch})
	pm := acpipm.New(b.Queue, ips, both(9, 9), func(uint8) {})
	add(b, &h.State, h.SetState, port{0x170, h})
	add(b, &p.State, p.SetState, port{4, p.Ports()}, port{1, p.Port61()})
	add(b, &r.State, r.SetState, port{2, r})
	add(b, &pm.State, pm.SetState, port{acpipm.Size, pm})
}

func (b *board) addRest(both func(n, pin int) irq.Line) {
	b.uart = serial.New(b.Queue, ips, both(4, 4), io.Discard)
	k := i8042.New(both(1, 1), both(12, 12), irq.Unconnected, func() {})
	cf9 := reset.NewControl(func(reset.Kind) {})
	p92 := reset.NewPort92(func() {}, irq.Unconnected)
	host := pci.NewHost(cf9)
	isa := pci.NewISABridge([]irq.Line{5: both(5, 5), 10: both(10, 10)}, nil)
	fw := fwcfg.New(&b.cpus[0])
	_ = host.Add(0, 0, pci.NewHostBridge(true))
	_ = host.Add(1, 0, isa)
	add(b, &b.uart.State, b.uart.SetState, port{8, b.uart})
	add(b, &k.State, k.SetState, port{1, k.Data()}, port{1, k.Command()})
	add(b, &cf9.ControlState, cf9.SetState)
	add(b, &p92.Port92State, p92.SetState, port{1, p92})
	add(b, &host.State, host.SetState, port{8, host})
	add(b, &isa.ISABridgeState, isa.SetState)
	add(b, &fw.State, fw.SetState, port{fwcfg.Size, fw})
}

// add puts a device on the board, with what loads a State that was decoded into a copy.
func add[S any](b *board, state *S, set func(S), ports ...port) {
	b.parts = append(b.parts, part{state, func() { s := *state; set(s) }})
	b.ports = append(b.ports, ports...)
}

// save encodes everything that has state.
func (b *board) save() []byte {
	var p []byte
	for _, d := range b.parts {
		p = cpu.Encode(p, d.state)
	}
	return cpu.Encode(p, b.Queue.State())
}

// restore decodes what save has encoded, and has the devices drive their lines, in order or against it.
func (b *board) restore(t *testing.T, p []byte, backwards bool) {
	var err error
	for _, d := range b.parts {
		if p, err = cpu.Decode(p, d.state); err != nil {
			t.Fatal(err)
		}
	}
	var q timer.State
	if _, err = cpu.Decode(p, &q); err != nil {
		t.Fatal(err)
	}
	for i := range b.parts {
		if backwards {
			i = len(b.parts) - 1 - i
		}
		b.parts[i].load()
	}
	if err = b.Queue.SetState(q); err != nil {
		t.Fatal(err)
	}
}

// step does one random thing, and returns what the guest sees of it.
func (b *board) step(r *rand.Rand) uint64 {
	p := b.ports[r.Intn(len(b.ports))]
	size := 1 << r.Intn(4)
	offset := uint64(r.Int63n(int64(p.size)))
	if r.Intn(2) == 0 {
		offset &^= 15 // where the registers of APICs are
	}
	value, kind, pass := r.Uint64()>>r.Intn(64), r.Intn(8), uint64(r.Intn(1<<r.Intn(20)))
	switch {
	case kind == 0:
		b.Advance(pass)
		return b.Now()
	case kind == 1:
		b.uart.Receive(byte(value))
		return uint64(b.uart.Room())
	case kind == 2:
		n := value % 2
		if !b.cpus[n].INTR {
			return 0
		}
		v, _ := b.apics[n].Ack()
		return uint64(v)
	case kind == 3:
		msr := []uint32{0x1b, 0x6e0, 0x80b, 0x80f, 0x830, 0x832, 0x838}[value%7]
		b.apics[pass%2].WriteMSR(msr, 0xfee0_0000|value>>8<<8)
		return 0
	case offset+uint64(size) > p.size:
		return 0
	case kind < 6:
		p.device.Write(offset, size, value)
		return 0
	}
	return p.device.Read(offset, size)
}

// TestRandomGuests runs random accesses, once straight on, and once moved to a new board every thousand steps: the
// guest must not be able to tell. That also shows that no access makes a device panic.
func TestRandomGuests(t *testing.T) {
	const moves, steps = 20, 1000
	for seed := range int64(20) {
		straight, moved := newBoard(), newBoard()
		r, r2 := rand.New(rand.NewSource(seed)), rand.New(rand.NewSource(seed))
		for move := range moves {
			for i := range steps {
				if got, want := moved.step(r2), straight.step(r); got != want {
					t.Fatalf("seed %d, move %d, step %d: saw %#x, want %#x", seed, move, i, got, want)
				}
			}
			if d := cmp.Diff(straight.cpus, moved.cpus); d != "" {
				t.Fatalf("seed %d, move %d: pins (-want +got):\n%s", seed, move, d)
			}
			saved := moved.save()
			if d := cmp.Diff(straight.save(), saved); d != "" {
				t.Fatalf("seed %d, move %d: states differ", seed, move)
			}
			next := newBoard()
			next.To(moved.Now())
			next.cpus = moved.cpus
			next.restore(t, saved, move%2 == 1)
			moved = next
		}
	}
}
