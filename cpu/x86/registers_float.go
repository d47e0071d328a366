package x86

import (
	"fmt"

	"stasis/cpu"
)

// floatRows are the x87 registers: ST(0)–ST(7) as seen through TOP, then control, status, tags and last-instruction pointers.
func floatRows() (list []row) {
	for i := range uint8(8) {
		list = append(list, row{
			Register: cpu.Register{Name: fmt.Sprintf("st%d", i), Bits: 80, Type: "i387_ext", Feature: featureCore, Group: "float"},
			Get:      func(c *CPU) [2]uint64 { st := &c.FPU.ST[c.physicalST(i)]; return [2]uint64{st.Mant, uint64(st.SE)} },
			Set: func(c *CPU, v [2]uint64) error {
				st := &c.FPU.ST[c.physicalST(i)]
				st.Mant, st.SE = v[0], uint16(v[1])
				return nil
			},
		})
	}
	word := func(name string, get func(*CPU) uint64, set func(*CPU, uint64)) {
		list = append(list, integer(name, 32, "int", featureCore, "float", get, func(c *CPU, v uint64) error { set(c, v); return nil }))
	}
	word("fctrl", func(c *CPU) uint64 { return uint64(c.FPU.CW) }, func(c *CPU, v uint64) { c.FPU.CW = uint16(v)&0x1f3f | 0x40 })
	word("fstat", func(c *CPU) uint64 { return uint64(c.FPU.SW) }, func(c *CPU, v uint64) { c.FPU.SW = uint16(v) })
	word("ftag", func(c *CPU) uint64 { return uint64(c.FPU.TW) }, func(c *CPU, v uint64) { c.FPU.TW = uint16(v) })
	word("fiseg", func(c *CPU) uint64 { return uint64(c.FPU.FCS) }, func(c *CPU, v uint64) { c.FPU.FCS = uint16(v) })
	word("fioff", func(c *CPU) uint64 { return c.FPU.FIP }, func(c *CPU, v uint64) { c.FPU.FIP = low32(c.FPU.FIP, v) })
	word("foseg", func(c *CPU) uint64 { return uint64(c.FPU.FDS) }, func(c *CPU, v uint64) { c.FPU.FDS = uint16(v) })
	word("fooff", func(c *CPU) uint64 { return c.FPU.FDP }, func(c *CPU, v uint64) { c.FPU.FDP = low32(c.FPU.FDP, v) })
	word("fop", func(c *CPU) uint64 { return uint64(c.FPU.FOP) }, func(c *CPU, v uint64) { c.FPU.FOP = uint16(v) & 0x7ff })
	return list
}

// physicalST is the physical register behind ST(i).
func (c *CPU) physicalST(i uint8) uint8 { return (uint8(c.FPU.SW>>11) + i) & 7 }

// low32 replaces the low half of old.
func low32(old, v uint64) uint64 { return old&^0xffffffff | v&0xffffffff }

func sseRows() (list []row) {
	for i := range 16 {
		list = append(list, row{
			Register: cpu.Register{Name: fmt.Sprintf("xmm%d", i), Bits: 128, Type: "vec128", Feature: featureSSE, Group: "vector"},
			Get:      func(c *CPU) [2]uint64 { return c.FPU.XMM[i] },
			Set:      func(c *CPU, v [2]uint64) error { c.FPU.XMM[i] = v; return nil },
		})
	}
	return append(list, integer("mxcsr", 32, "i386_mxcsr", featureSSE, "vector",
		func(c *CPU) uint64 { return uint64(c.FPU.MXCSR) }, (*CPU).hostMXCSR))
}

func (c *CPU) hostMXCSR(v uint64) error {
	if v&^mxcsrMask != 0 {
		return cpu.ErrValue
	}
	c.FPU.MXCSR = uint32(v)
	return nil
}
