package x86

import "stasis/cpu/softfloat"

// constant is a number cut to 64 bits; nearest is set if the rest is more than half a unit.
type constant struct {
	v       f80
	nearest bool
}

// Source: SDM Vol. 1, "Load Constant Instructions". The digits follow from the definitions.
var (
	log2of10 = constant{f80{Mant: 0xd49a784bcd1b8afe, SE: 0x4000}, false}
	log2ofE  = constant{f80{Mant: 0xb8aa3b295c17f0bb, SE: 0x3fff}, true}
	pi       = constant{f80{Mant: 0xc90fdaa22168c234, SE: 0x4000}, true}
	log10of2 = constant{f80{Mant: 0x9a209a84fbcff798, SE: 0x3ffd}, true}
	ln2      = constant{f80{Mant: 0xb17217f7d1cf79ab, SE: 0x3ffe}, true}
)

// rounded is the constant in a rounding direction. No exception is raised.
func (k constant) rounded(mode softfloat.Mode) f80 {
	v := k.v
	if mode == softfloat.Up || mode == softfloat.NearestEven && k.nearest {
		v.Mant++
	}
	return v
}

func (c *CPU) pushConstant(i *Inst, k constant) {
	c.fpuStart(i)
	c.push(k.rounded(softfloat.Mode(c.FPU.CW >> cwRC0 & 3)))
}

func fldl2t(c *CPU, i *Inst) { c.pushConstant(i, log2of10) }
func fldl2e(c *CPU, i *Inst) { c.pushConstant(i, log2ofE) }
func fldpi(c *CPU, i *Inst)  { c.pushConstant(i, pi) }
func fldlg2(c *CPU, i *Inst) { c.pushConstant(i, log10of2) }
func fldln2(c *CPU, i *Inst) { c.pushConstant(i, ln2) }

// fld1 and fldz are exact.
func fld1(c *CPU, i *Inst) {
	c.fpuStart(i)
	c.push(f80{Mant: 1 << 63, SE: 0x3fff})
}

func fldz(c *CPU, i *Inst) {
	c.fpuStart(i)
	c.push(f80{})
}
