package x86

import (
	"math"
	"testing"

	"stasis/bus"
	decode "stasis/decode/x86"
)

// deaf is a System without devices.
type deaf struct{ ram *bus.RAM }

func (s deaf) Clock() uint64                 { return 0 }
func (s deaf) RAM() *bus.RAM                 { return s.ram }
func (s deaf) ReadMMIO(uint64, int) uint64   { return 0 }
func (s deaf) WriteMMIO(uint64, int, uint64) {}
func (s deaf) In(uint16, int) uint32         { return 0 }
func (s deaf) Out(uint16, int, uint32)       {}
func (s deaf) Steady() bool                  { return true }
func (s deaf) AckInterrupt() (uint8, bool)   { return 0, false }
func (s deaf) ReadMSR(uint32) (uint64, bool) { return 0, false }
func (s deaf) WriteMSR(uint32, uint64) bool  { return false }
func (s deaf) TPR() uint8                    { return 0 }
func (s deaf) SetTPR(uint8)                  {}

// Where floatImages lie in the test's memory.
const (
	imageFX  = 0x4000
	imageMem = 0x8000 // what RDI points to
)

// floatImage is all that a floating-point instruction reads and writes: FXSAVE64's area, three registers, the flags and memory.
type floatImage struct {
	RAX, RCX, RDX, RFLAGS uint64
	FX                    [512]byte
	Mem                   [128]byte
}

// floatCPU is a CPU in 64-bit mode, without paging, that may use everything.
func floatCPU(t testing.TB) *CPU {
	ram, err := bus.NewRAM(64<<10, 3<<30, 4<<30)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ram.Close() })
	c := New(deaf{ram}, 0, Config{Vendor: "amd", CPUs: 1, IPS: 1e9})
	s := c.Snapshot()
	s.CR0, s.CR4, s.XCR0 = cr0PE|cr0NE, cr4OSFXSR|cr4OSXMMEXCPT|cr4OSXSAVE, xcr0X87|xcr0SSE
	c.SetState(s)
	c.mode = decode.Mode64
	return c
}

var fx64 = &Inst{Prefix: decode.PrefixREX | decode.PrefixREXW}

func (c *CPU) loadImage(m *floatImage) {
	c.R[0], c.R[1], c.R[2], c.R[7] = m.RAX, m.RCX, m.RDX, imageMem
	c.flags.put(m.RFLAGS)
	c.ram.WriteAt(m.FX[:], imageFX)
	c.ram.WriteAt(m.Mem[:], imageMem)
	x87 := c.loadX87(fx64, imageFX)
	c.FPU.setX87(&x87)
	c.FPU.XMM, c.FPU.MXCSR = c.loadXMM(imageFX), load[uint32](c, imageFX+fxMXCSR)
}

func (c *CPU) saveImage() (m floatImage) {
	m.RAX, m.RCX, m.RDX, m.RFLAGS = c.R[0], c.R[1], c.R[2], c.flags.get()
	c.storeX87(fx64, imageFX)
	c.storeMXCSR(imageFX)
	c.storeXMM16(imageFX)
	c.ram.ReadAt(m.FX[:], imageFX)
	c.ram.ReadAt(m.Mem[:], imageMem)
	return m
}

// runImage executes one instruction and returns the state after it, and the vector of the exception it raised or -1.
func (c *CPU) runImage(t testing.TB, code []byte, in *floatImage) (out floatImage, vector int) {
	i, err := decode.Decode(code, decode.Mode64)
	if err != nil {
		return *in, vecUD
	}
	c.loadImage(in)
	c.next = uint64(len(code))
	vector = c.catching(func() { handlerOf(&i)(c, &i) })
	return c.saveImage(), vector
}

// catching runs f and returns the vector that it raised, or -1.
func (c *CPU) catching(f func()) (vector int) {
	defer func() {
		if r := recover(); r != nil {
			if r != any(&c.exc) {
				panic(r)
			}
			vector = int(c.exc.vector)
		}
	}()
	f()
	return -1
}

// unpointed clears what processors differ in: the pointers, FOP, and the mask of MXCSR.
func (m floatImage) unpointed() floatImage {
	clear(m.FX[6:24])
	clear(m.FX[28:32])
	for n := range 8 { // the rest of each register's 16 bytes
		clear(m.FX[fxST+16*n+10 : fxST+16*n+16])
	}
	clear(m.FX[416:])
	m.RFLAGS &= flagsStatus
	return m
}

func widened(v uint32) float64 { return float64(math.Float32frombits(v)) }
