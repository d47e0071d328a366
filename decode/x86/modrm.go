package x86

// modRM reads what the ModRM byte says: registers, or SIB and displacement.
//
// Source: SDM Vol. 2, Tables 2-1 to 2-7.
func (d *decoder) modRM(c *candidate) {
	i := &d.inst
	i.Reg = i.ModRM>>3&7 | d.rex&rexR<<1
	rm := i.ModRM & 7
	switch {
	case i.ModRM>>6 == 3 || c.flags&ModReg != 0:
		i.RM = rm | d.rex&rexB<<3
	case i.AddrSize == 2:
		i.IsMem = true
		d.memory16(i.ModRM>>6, rm)
	default:
		i.IsMem = true
		d.memory32(i.ModRM>>6, rm)
	}
	if i.Seg == SegNone {
		i.Seg = pick(i.Base == rSP || i.Base == rBP, SS, DS)
	}
}

// Register numbers that addressing treats alone.
const (
	rBX = 3
	rSP = 4
	rBP = 5
	rSI = 6
	rDI = 7
)

// pairs16 is base and index of 16-bit addressing by rm.
var pairs16 = [8][2]uint8{
	{rBX, rSI}, {rBX, rDI}, {rBP, rSI}, {rBP, rDI}, {rSI, RegNone}, {rDI, RegNone}, {rBP, RegNone}, {rBX, RegNone},
}

func (d *decoder) memory16(mod, rm uint8) {
	i := &d.inst
	if mod == 0 && rm == 6 {
		i.Disp = d.int(2)
		return
	}
	i.Base, i.Index = pairs16[rm][0], pairs16[rm][1]
	switch mod {
	case 1:
		i.Disp = d.int(1)
	case 2:
		i.Disp = d.int(2)
	}
}

// memory32 is 32-bit and 64-bit addressing. Base 5 without displacement means none (in ModRM and 64-bit mode: RIP); REX.B does not
// change that, nor that rm 4 means SIB.
func (d *decoder) memory32(mod, rm uint8) {
	i := &d.inst
	base := rm
	if rm == rSP {
		base = d.sib()
	}
	switch {
	case mod == 0 && base == rBP:
		i.Disp = d.int(4)
		if rm == rBP && i.Mode == Mode64 {
			i.Base = RegIP
		}
		return
	case mod == 1:
		i.Disp = d.int(1)
	case mod == 2:
		i.Disp = d.int(4)
	}
	i.Base = base | d.rex&rexB<<3
}

// sib reads a SIB byte and returns its base field. Index 4 means none, unless REX.X makes it R12.
func (d *decoder) sib() uint8 {
	b := d.byte()
	index := b>>3&7 | d.rex&rexX<<2
	if index != rSP {
		d.inst.Index = index
		d.inst.Scale = b >> 6
	}
	return b & 7
}
