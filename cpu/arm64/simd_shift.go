package arm64

import "math/bits"

// Shifts. Source: Arm ARM, "Advanced SIMD shift by immediate", "SSHL" and its kin.

// shiftSize is the size of the elements by immh.
func shiftSize(i *Inst) uint { return 8 << (bits.Len32(i.Field(22, 19)) - 1) }

// rightShift and leftShift are the amounts that immh:immb stands for.
func rightShift(i *Inst, e uint) uint { return 2*e - uint(i.Field(22, 16)) }
func leftShift(i *Inst, e uint) uint  { return uint(i.Field(22, 16)) - e }

// right shifts by 1 … 64, rounding to nearest with halves up if round is set.
func signedRight(x int64, by uint, round bool) int64 {
	r := x >> min(by, 63)
	if round && by <= 64 {
		r = x>>min(by-1, 63)>>1 + x>>min(by-1, 63)&1
	}
	return r
}

func unsignedRight(x uint64, by uint, round bool) uint64 {
	if round {
		return x>>(by-1)>>1 + x>>(by-1)&1
	}
	return x >> by
}

// shift is the form of an instruction: Rd, or Rd plus the result, or a rounded one.
type shiftForm struct{ signed, round, accumulate bool }

// shiftRight is SSHR and its kin.
func (c *CPU) shiftRight(i *Inst, form shiftForm) {
	e := shiftSize(i)
	by := rightShift(i, e)
	c.map3(i, e, func(_ *CPU, e uint, d, a, _ uint64) uint64 {
		if !form.accumulate {
			d = 0
		}
		if form.signed {
			return d + uint64(signedRight(signExtend(a, e), by, form.round))
		}
		return d + unsignedRight(a, by, form.round)
	})
}

func sshrV(c *CPU, i *Inst)  { c.shiftRight(i, shiftForm{signed: true}) }
func ssraV(c *CPU, i *Inst)  { c.shiftRight(i, shiftForm{signed: true, accumulate: true}) }
func srshrV(c *CPU, i *Inst) { c.shiftRight(i, shiftForm{signed: true, round: true}) }
func srsraV(c *CPU, i *Inst) { c.shiftRight(i, shiftForm{signed: true, round: true, accumulate: true}) }
func ushrV(c *CPU, i *Inst)  { c.shiftRight(i, shiftForm{}) }
func usraV(c *CPU, i *Inst)  { c.shiftRight(i, shiftForm{accumulate: true}) }
func urshrV(c *CPU, i *Inst) { c.shiftRight(i, shiftForm{round: true}) }
func ursraV(c *CPU, i *Inst) { c.shiftRight(i, shiftForm{round: true, accumulate: true}) }

// shlV is SHL, sliV keeps the low bits of Rd, sriV the high ones.
func shlV(c *CPU, i *Inst) {
	e := shiftSize(i)
	by := leftShift(i, e)
	c.map1(i, e, func(_ *CPU, _ uint, a uint64) uint64 { return a << by })
}

func sliV(c *CPU, i *Inst) {
	e := shiftSize(i)
	by := leftShift(i, e)
	c.map3(i, e, func(_ *CPU, _ uint, d, a, _ uint64) uint64 { return a<<by | d&(1<<by-1) })
}

func sriV(c *CPU, i *Inst) {
	e := shiftSize(i)
	by := rightShift(i, e)
	c.map3(i, e, func(_ *CPU, e uint, d, a, _ uint64) uint64 { return a>>by | d&^(ones(e)>>by) })
}

// sshll and ushll are SSHLL and USHLL: e is the size of the narrow elements.
func sshll(c *CPU, i *Inst) {
	e := shiftSize(i)
	by := leftShift(i, e)
	c.long(i, 2*e, func(_ *CPU, e uint, _, a, _ uint64) uint64 { return uint64(signExtend(a, e/2)) << by })
}

func ushll(c *CPU, i *Inst) {
	e := shiftSize(i)
	by := leftShift(i, e)
	c.long(i, 2*e, func(_ *CPU, _ uint, _, a, _ uint64) uint64 { return a << by })
}

// shiftNarrow shifts right, rounds if asked for, and narrows with f.
func (c *CPU) shiftNarrow(i *Inst, signed, round bool, f op1) {
	e := shiftSize(i)
	by := rightShift(i, e)
	c.narrow(i, e, func(c *CPU, e uint, a uint64) uint64 {
		if signed {
			return f(c, e, uint64(signedRight(signExtend(a, 2*e), by, round)))
		}
		return f(c, e, unsignedRight(a, by, round))
	})
}

func shrn(c *CPU, i *Inst)      { c.shiftNarrow(i, false, false, xtnLane) }
func rshrn(c *CPU, i *Inst)     { c.shiftNarrow(i, false, true, xtnLane) }
func sqshrnV(c *CPU, i *Inst)   { c.shiftNarrow(i, true, false, sqxtnLane) }
func sqrshrnV(c *CPU, i *Inst)  { c.shiftNarrow(i, true, true, sqxtnLane) }
func sqshrunV(c *CPU, i *Inst)  { c.shiftNarrow(i, true, false, sqxtunLane) }
func sqrshrunV(c *CPU, i *Inst) { c.shiftNarrow(i, true, true, sqxtunLane) }
func uqshrnV(c *CPU, i *Inst)   { c.shiftNarrow(i, false, false, uqxtnLane) }
func uqrshrnV(c *CPU, i *Inst)  { c.shiftNarrow(i, false, true, uqxtnLane) }

// signedShift shifts left by a signed amount: to the right if it is negative.
func signedShift(x int64, by int64, round bool) int64 {
	switch {
	case by >= 64:
		return 0
	case by >= 0:
		return x << by
	case by < -64 && round:
		return 0
	}
	return signedRight(x, uint(-by), round)
}

func unsignedShift(x uint64, by int64, round bool) uint64 {
	if by >= 0 {
		return x << by
	}
	return unsignedRight(x, uint(-by), round)
}

// amount is the shift in the lowest byte of an element.
func amount(b uint64) int64 { return int64(int8(b)) }

func sshlLane(_ *CPU, e uint, a, b uint64) uint64 {
	return uint64(signedShift(signExtend(a, e), amount(b), false))
}
func srshlLane(_ *CPU, e uint, a, b uint64) uint64 {
	return uint64(signedShift(signExtend(a, e), amount(b), true))
}
func ushlLane(_ *CPU, _ uint, a, b uint64) uint64  { return unsignedShift(a, amount(b), false) }
func urshlLane(_ *CPU, _ uint, a, b uint64) uint64 { return unsignedShift(a, amount(b), true) }

// sqshl is a saturating shift by a signed amount.
func (c *CPU) sqshl(e uint, x, by int64, round bool) uint64 {
	if by < 0 {
		return uint64(signedShift(x, by, round))
	}
	if x == 0 || by < int64(e) && x<<(64-e)<<by>>by == x<<(64-e) {
		return uint64(x << by)
	}
	return c.signedQ(x>>63, uint64(x>>63)^1<<63, e)
}

func (c *CPU) uqshl(e uint, x uint64, by int64, round bool) uint64 {
	if by < 0 {
		return unsignedShift(x, by, round)
	}
	if x == 0 || by < int64(e) && x<<by>>by == x && x<<by <= ones(e) {
		return x << by
	}
	c.setQC()
	return ones(e)
}

// sqshlu takes a signed number and gives an unsigned one.
func (c *CPU) sqshlu(e uint, x, by int64) uint64 {
	if x < 0 {
		c.setQC()
		return 0
	}
	return c.uqshl(e, uint64(x), by, false)
}

func sqshlLane(c *CPU, e uint, a, b uint64) uint64 {
	return c.sqshl(e, signExtend(a, e), amount(b), false)
}
func sqrshlLane(c *CPU, e uint, a, b uint64) uint64 {
	return c.sqshl(e, signExtend(a, e), amount(b), true)
}
func uqshlLane(c *CPU, e uint, a, b uint64) uint64  { return c.uqshl(e, a, amount(b), false) }
func uqrshlLane(c *CPU, e uint, a, b uint64) uint64 { return c.uqshl(e, a, amount(b), true) }

// shiftLeftQ is SQSHL, UQSHL and SQSHLU by an immediate.
func (c *CPU) shiftLeftQ(i *Inst, f func(c *CPU, e uint, a uint64, by int64) uint64) {
	e := shiftSize(i)
	by := int64(leftShift(i, e))
	c.map1(i, e, func(c *CPU, e uint, a uint64) uint64 { return f(c, e, a, by) })
}

func sqshlVimm(c *CPU, i *Inst) {
	c.shiftLeftQ(i, func(c *CPU, e uint, a uint64, by int64) uint64 { return c.sqshl(e, signExtend(a, e), by, false) })
}
func uqshlVimm(c *CPU, i *Inst) {
	c.shiftLeftQ(i, func(c *CPU, e uint, a uint64, by int64) uint64 { return c.uqshl(e, a, by, false) })
}
func sqshluV(c *CPU, i *Inst) {
	c.shiftLeftQ(i, func(c *CPU, e uint, a uint64, by int64) uint64 { return c.sqshlu(e, signExtend(a, e), by) })
}

// By a register.
func sshlV(c *CPU, i *Inst)   { c.map2(i, sizeOf(i), sshlLane) }
func sshlS(c *CPU, i *Inst)   { sshlV(c, i) }
func srshlV(c *CPU, i *Inst)  { c.map2(i, sizeOf(i), srshlLane) }
func srshlS(c *CPU, i *Inst)  { srshlV(c, i) }
func ushlV(c *CPU, i *Inst)   { c.map2(i, sizeOf(i), ushlLane) }
func ushlS(c *CPU, i *Inst)   { ushlV(c, i) }
func urshlV(c *CPU, i *Inst)  { c.map2(i, sizeOf(i), urshlLane) }
func urshlS(c *CPU, i *Inst)  { urshlV(c, i) }
func sqshlV(c *CPU, i *Inst)  { c.map2(i, sizeOf(i), sqshlLane) }
func sqshlS(c *CPU, i *Inst)  { sqshlV(c, i) }
func sqrshlV(c *CPU, i *Inst) { c.map2(i, sizeOf(i), sqrshlLane) }
func sqrshlS(c *CPU, i *Inst) { sqrshlV(c, i) }
func uqshlV(c *CPU, i *Inst)  { c.map2(i, sizeOf(i), uqshlLane) }
func uqshlS(c *CPU, i *Inst)  { uqshlV(c, i) }
func uqrshlV(c *CPU, i *Inst) { c.map2(i, sizeOf(i), uqrshlLane) }
func uqrshlS(c *CPU, i *Inst) { uqrshlV(c, i) }

// The scalar forms.
func sshrS(c *CPU, i *Inst)     { sshrV(c, i) }
func ssraS(c *CPU, i *Inst)     { ssraV(c, i) }
func srshrS(c *CPU, i *Inst)    { srshrV(c, i) }
func srsraS(c *CPU, i *Inst)    { srsraV(c, i) }
func ushrS(c *CPU, i *Inst)     { ushrV(c, i) }
func usraS(c *CPU, i *Inst)     { usraV(c, i) }
func urshrS(c *CPU, i *Inst)    { urshrV(c, i) }
func ursraS(c *CPU, i *Inst)    { ursraV(c, i) }
func shlS(c *CPU, i *Inst)      { shlV(c, i) }
func sliS(c *CPU, i *Inst)      { sliV(c, i) }
func sriS(c *CPU, i *Inst)      { sriV(c, i) }
func sqshrnS(c *CPU, i *Inst)   { sqshrnV(c, i) }
func sqrshrnS(c *CPU, i *Inst)  { sqrshrnV(c, i) }
func sqshrunS(c *CPU, i *Inst)  { sqshrunV(c, i) }
func sqrshrunS(c *CPU, i *Inst) { sqrshrunV(c, i) }
func uqshrnS(c *CPU, i *Inst)   { uqshrnV(c, i) }
func uqrshrnS(c *CPU, i *Inst)  { uqrshrnV(c, i) }
func sqshluS(c *CPU, i *Inst)   { sqshluV(c, i) }
func sqshlSimm(c *CPU, i *Inst) { sqshlVimm(c, i) }
func uqshlSimm(c *CPU, i *Inst) { uqshlVimm(c, i) }
