package arm64

import "math/bits"

// Operations on the flags alone. Source: Arm ARM, "A64 Base Instructions".

func cfinv(c *CPU, i *Inst) { c.nzcv ^= flagC }

// axflag is AXFLAG: the flags of a floating-point comparison as others have them, where Z means unordered too and V is not used.
func axflag(c *CPU, i *Inst) {
	z, carry := c.nzcv&flagZ, c.nzcv&flagC
	if c.nzcv&flagV != 0 {
		z, carry = flagZ, 0
	}
	c.nzcv = z | carry
}

// xaflag is XAFLAG: the way back, in which Z and not C is unordered.
func xaflag(c *CPU, i *Inst) {
	switch c.nzcv & (flagZ | flagC) {
	case 0:
		c.nzcv = flagN
	case flagZ:
		c.nzcv = flagC | flagV
	case flagZ | flagC:
		c.nzcv = flagZ | flagC
	default:
		c.nzcv = flagC
	}
}

// rmif is RMIF: Rn rotated right, its low bits into the chosen flags.
func rmif(c *CPU, i *Inst) {
	v := uint8(bits.RotateLeft64(c.x(i.Rn()), -int(i.Field(20, 15))))
	mask := uint8(i.Field(3, 0))
	c.nzcv = c.nzcv&^mask | v&mask
}

// setf8 is SETF8: N, Z and V of a byte; C stays.
func setf8(c *CPU, i *Inst)  { c.setFlags(c.x(i.Rn()), 8) }
func setf16(c *CPU, i *Inst) { c.setFlags(c.x(i.Rn()), 16) }

func (c *CPU) setFlags(v uint64, width uint) {
	over := uint8(v>>width^v>>(width-1)) & 1
	c.nzcv = c.nzcv&flagC | nz(v<<(64-width)) | over
}
