package arm64

// x is a general register; number 31 is zero.
func (c *CPU) x(n uint8) uint64 { return c.R[n] }

// setX writes a general register; number 31 takes nothing.
func (c *CPU) setX(n uint8, v uint64) {
	if n != regZero {
		c.R[n] = v
	}
}

// xsp is a general register; number 31 is the stack pointer.
func (c *CPU) xsp(n uint8) uint64 { return c.R[orSP(n)] }

// setXSP writes a general register; number 31 is the stack pointer.
func (c *CPU) setXSP(n uint8, v uint64) { c.R[orSP(n)] = v }

// orSP is the slot of a register where number 31 is the stack pointer.
func orSP(n uint8) uint8 {
	if n == regZero {
		return regSP
	}
	return n
}

// wide reports whether an instruction works on 64 bits: sf.
func wide(i *Inst) bool { return int32(i.Raw) < 0 }

// cut is a result in the instruction's width.
func cut(i *Inst, v uint64) uint64 {
	if wide(i) {
		return v
	}
	return uint64(uint32(v))
}

// put writes Rd in the instruction's width.
func (c *CPU) put(i *Inst, v uint64) { c.setX(i.Rd(), cut(i, v)) }

// putSP is put where number 31 is the stack pointer.
func (c *CPU) putSP(i *Inst, v uint64) { c.setXSP(i.Rd(), cut(i, v)) }

func (c *CPU) setNZCV(v uint8) { c.nzcv = v }

// The bits of NZCV.
const (
	flagV = 1 << iota
	flagC
	flagZ
	flagN
)

// nz is N and Z of a result that stands in the top of v.
func nz(v uint64) uint8 {
	return uint8(v>>63)<<3 | uint8(b2u(v == 0))<<2
}

// conditionHolds is a condition on the flags. Source: Arm ARM pseudocode, "ConditionHolds".
func (c *CPU) conditionHolds(cond uint8) bool { return conditions[cond&15]>>(c.nzcv&15)&1 != 0 }

// conditions has a bit for each state of the flags in which a condition holds.
var conditions = func() (table [16]uint16) {
	for cond := range table {
		for f := range 16 {
			n, z, cf, v := f&flagN != 0, f&flagZ != 0, f&flagC != 0, f&flagV != 0
			holds := [...]bool{z, cf, n, v, cf && !z, n == v, n == v && !z, true}[cond>>1]
			if holds != (cond&1 != 0 && cond != 15) {
				table[cond] |= 1 << f
			}
		}
	}
	return table
}()
