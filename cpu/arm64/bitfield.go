package arm64

import "math/bits"

// Bit fields. Source: Arm ARM, "BFM", "SBFM", "UBFM", "EXTR".

// bitfield is the source rotated into its place, and the masks: wmask of the bits that come from it at all, tmask of those that are no
// extension.
func (c *CPU) bitfield(i *Inst) (bot, wmask, tmask uint64) {
	r := i.Field(21, 16)
	wmask, tmask = decodeBitMasks(i.Field(22, 22), i.Field(15, 10), r)
	v := c.x(i.Rn())
	if wide(i) {
		return bits.RotateLeft64(v, -int(r)), wmask, tmask
	}
	return uint64(bits.RotateLeft32(uint32(v), -int(r))), wmask, tmask
}

func ubfm(c *CPU, i *Inst) {
	bot, wmask, tmask := c.bitfield(i)
	c.put(i, bot&wmask&tmask)
}

// sbfm is SBFM: above the field stands its top bit.
func sbfm(c *CPU, i *Inst) {
	bot, wmask, tmask := c.bitfield(i)
	top := -(c.x(i.Rn()) >> i.Field(15, 10) & 1)
	c.put(i, top&^tmask|bot&wmask&tmask)
}

// bfm is BFM: the other bits of the destination stay.
func bfm(c *CPU, i *Inst) {
	bot, wmask, tmask := c.bitfield(i)
	old := c.x(i.Rd())
	c.put(i, old&^tmask|(old&^wmask|bot&wmask)&tmask)
}

// extr is EXTR: a register's width from the middle of Rn:Rm.
func extr(c *CPU, i *Inst) {
	n, hi, lo := uint(i.Field(15, 10)), c.x(i.Rn()), c.x(i.Rm())
	if wide(i) {
		c.setX(i.Rd(), lo>>n|hi<<(64-n))
		return
	}
	c.setX(i.Rd(), low32((low32(hi)<<32|low32(lo))>>n))
}
