package arm64

import (
	"testing"

	"stasis/bus"
	"stasis/cpu"
)

// board is what a CPU under test sees: RAM at 40000000h, one device register, and a list of what it was told.
type board struct {
	ram      *bus.RAM
	clock    uint64
	device   uint64
	restless bool // the device changes what the machine has to look at
	told     []string
	tlbi     []TLBI
	system   map[SysReg]uint64
}

func (b *board) Clock() uint64                           { return b.clock }
func (b *board) RAM() *bus.RAM                           { return b.ram }
func (b *board) ReadMMIO(pa uint64, size int) uint64     { return b.device }
func (b *board) WriteMMIO(pa uint64, size int, v uint64) { b.device = v }
func (b *board) ReadSystem(r SysReg) (uint64, bool)      { v, ok := b.system[r]; return v, ok }
func (b *board) WriteSystem(r SysReg, v uint64) bool {
	_, ok := b.system[r]
	b.system[r] = v
	return ok
}
func (b *board) Hypercall(x *[31]uint64) bool {
	if x[0] != 0x84000000 {
		return false
	}
	x[0] = 0x10001
	return true
}
func (b *board) Steady() bool                   { return !b.restless }
func (b *board) BroadcastTLBI(from int, t TLBI) { b.tlbi = append(b.tlbi, t) }
func (b *board) SendEvent()                     { b.told = append(b.told, "event") }

const ramBase = 0x40000000

// newRig is a CPU at ramBase, with its vectors at 40001000h.
func newRig(t testing.TB, hide ...string) (*CPU, *board) {
	t.Helper()
	ram, err := bus.NewRAM(16<<20, 0, ramBase)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ram.Close() })
	b := &board{ram: ram, system: map[SysReg]uint64{}}
	c := New(b, 0, Config{IPS: 1e9, Hide: hide})
	c.pc, c.Sys.VBAR, c.budget = ramBase, ramBase+0x1000, 1000
	return c, b
}

// attempt does what an engine does for one instruction, and takes the exception that it raises.
func attempt(c *CPU, do func()) {
	func() {
		defer c.catch()
		c.next = c.pc + 4
		do()
		c.pc = c.next
	}()
	if c.delivering {
		c.deliverEvent()
	}
}

// execute attempts an instruction by its handler.
func execute(c *CPU, raw uint32, handler func(*CPU, *Inst)) {
	attempt(c, func() { handler(c, &Inst{Raw: raw}) })
}

// status is the exception that c has taken: its offset in the vector table, and ESR.
func status(c *CPU) (offset, esr uint64) { return c.pc - c.Sys.VBAR, c.Sys.ESR }

func wantStatus(t *testing.T, c *CPU, name string, offset, esr uint64) {
	t.Helper()
	if o, e := status(c); o != offset || e != esr {
		t.Errorf("%s: vector %#x, ESR %#x; want %#x, %#x", name, o, e, offset, esr)
	}
}

// encodings of MRS and MSR.
func mrsWord(at SysReg, rt uint32) uint32 { return 0xd5200000 | uint32(at)<<5 | rt }
func msrWord(at SysReg, rt uint32) uint32 { return 0xd5000000 | uint32(at)<<5 | rt }

var _ interface {
	Registers() []cpu.Register
	Translate(va uint64) (uint64, bool)
	EncodeState(b []byte) []byte
} = (*CPU)(nil)
