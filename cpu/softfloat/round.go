package softfloat

import "math/bits"

// round brings a finite number to a format and raises what that takes. A denormal result keeps exponent emin and a clear top bit;
// a result too large becomes infinite or the greatest finite number.
//
// Tininess is detected after rounding, as x86 does, or before, as Arm does.
func (c *Context) round(n *number, f format) {
	if n.exp < f.emin {
		if c.Arm {
			c.roundTinyArm(n, f)
			return
		}
		c.roundTiny(n, f)
		return
	}
	c.roundTo(n, f.precision)
	if n.exp > f.emax {
		c.overflow(n, f)
	}
}

// roundTiny is round for magnitudes below the least normal number.
func (c *Context) roundTiny(n *number, f format) {
	unbounded := *n
	flags := c.Flags
	c.roundTo(&unbounded, f.precision)
	tiny := unbounded.exp < f.emin
	if tiny && c.Unmasked&Underflow != 0 {
		c.raise(Underflow)
		*n = unbounded
		n.exp += c.Wrap
		if c.Wrap != 0 && n.exp < f.emin { // FSCALE only
			c.raise(Inexact)
			n.kind, n.hi, c.RoundedUp = zero, 0, false
		}
		return
	}
	c.Flags = flags
	if tiny && c.FTZ {
		c.raise(Underflow | Inexact)
		n.kind, n.hi, n.lo, c.RoundedUp = zero, 0, 0, false
		return
	}
	n.shiftRight(f.emin - n.exp)
	n.exp = f.emin
	if c.roundTo(n, f.precision) && tiny {
		c.raise(Underflow)
	}
}

// roundTinyArm is roundTiny with tininess before rounding. Source: Arm ARM, "FPRound".
func (c *Context) roundTinyArm(n *number, f format) {
	if f == binary16 && c.FZ16 || f != binary16 && c.FTZ {
		c.raise(Underflow)
		n.kind, n.hi, n.lo, c.RoundedUp = zero, 0, 0, false
		return
	}
	n.shiftRight(f.emin - n.exp)
	n.exp = f.emin
	if c.roundTo(n, f.precision) {
		c.raise(Underflow)
	}
}

func (c *Context) overflow(n *number, f format) {
	c.raise(Overflow)
	if c.Unmasked&Overflow != 0 {
		n.exp -= c.Wrap
		if c.Wrap != 0 && n.exp > f.emax { // FSCALE only
			c.raise(Inexact)
			n.kind, n.hi, c.RoundedUp = infinite, 0, true
		}
		return
	}
	c.raise(Inexact)
	if c.awayFromZero(n.neg) {
		n.kind, n.hi, c.RoundedUp = infinite, 0, true
		return
	}
	n.exp, n.hi, c.RoundedUp = f.emax, ^uint64(0)<<uint(64-f.precision), false
}

// awayFromZero says where a result beyond the greatest number goes.
func (c *Context) awayFromZero(neg bool) bool {
	switch c.Round {
	case Down:
		return neg
	case Up:
		return !neg
	}
	return c.Round == NearestEven || c.Round == TiesAway
}

// roundTo rounds the significand to its upper bits, reports whether it was inexact, and raises Inexact then. A carry out of
// the top moves the exponent.
func (c *Context) roundTo(n *number, precision int) (inexact bool) {
	drop := uint(64 - precision)
	rest := n.hi<<(64-drop) | n.lo>>drop | sticky(n.lo<<(64-drop)) // the dropped bits, from the top
	half, sticky := rest>>63 != 0, rest<<1 != 0
	n.hi, n.lo = n.hi>>drop<<drop, 0
	c.RoundedUp = false
	if !half && !sticky {
		return false
	}
	c.raise(Inexact)
	if c.Round == Odd {
		n.hi |= 1 << drop
		return true
	}
	if !c.increments(n.neg, n.hi>>drop&1 != 0, half, sticky) {
		return true
	}
	c.RoundedUp = true
	var carry uint64
	if n.hi, carry = bits.Add64(n.hi, 1<<drop, 0); carry != 0 {
		n.hi = 1 << 63
		n.exp++
	}
	return true
}

// increments decides whether an inexact significand goes up.
func (c *Context) increments(neg, odd, half, sticky bool) bool {
	switch c.Round {
	case Down:
		return neg
	case Up:
		return !neg
	case Zero, Odd:
		return false
	case TiesAway:
		return half
	}
	return half && (odd || sticky)
}

// shiftRight shifts the significand, keeping every bit that falls off in the lowest one.
func (n *number) shiftRight(by int) {
	switch {
	case by <= 0:
	case by < 64:
		lost := n.lo << (64 - uint(by))
		n.lo = n.lo>>uint(by) | n.hi<<(64-uint(by)) | sticky(lost)
		n.hi >>= uint(by)
	case by < 128:
		s := uint(by - 64)
		lost := n.lo | n.hi<<(64-s)
		n.hi, n.lo = 0, n.hi>>s|sticky(lost)
	default:
		n.hi, n.lo = 0, sticky(n.hi|n.lo)
	}
}

func sticky(lost uint64) uint64 {
	if lost != 0 {
		return 1
	}
	return 0
}

// normalise moves the leading bit to the top; a significand of zero makes the number zero.
func (n *number) normalise() {
	if n.hi|n.lo == 0 {
		n.kind = zero
		return
	}
	if n.hi == 0 {
		n.hi, n.lo = n.lo, 0
		n.exp -= 64
	}
	if s := uint(bits.LeadingZeros64(n.hi)); s != 0 {
		n.hi = n.hi<<s | n.lo>>(64-s)
		n.lo <<= s
		n.exp -= int(s)
	}
}
