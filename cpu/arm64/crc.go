package arm64

import poly "hash/crc32"

// crc32 is CRC32B to CRC32X: the polynomial 04C11DB7h over the low bytes of Rm, without an inversion before or after. Source: Arm
// ARM, "CRC32B, CRC32H, CRC32W, CRC32X".
func crc32(c *CPU, i *Inst) { c.checksum(i, poly.IEEETable) }

// crc32c is CRC32CB to CRC32CX: the polynomial 1EDC6F41h.
func crc32c(c *CPU, i *Inst) { c.checksum(i, castagnoli) }

var castagnoli = poly.MakeTable(poly.Castagnoli)

func (c *CPU) checksum(i *Inst, table *poly.Table) {
	v, acc := c.x(i.Rm()), uint32(c.x(i.Rn()))
	for n := range 1 << i.Field(11, 10) {
		acc = table[uint8(acc)^uint8(v>>(8*n))] ^ acc>>8
	}
	c.setX(i.Rd(), uint64(acc))
}
