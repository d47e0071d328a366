package arm64

import "math/bits"

// Operations on the flags alone. Source: Arm ARM, "A64 Base Instructions".

func cfinv(c *CPU, i *Inst) { c.nzcv ^= flagC }

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
