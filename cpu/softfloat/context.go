package softfloat

// Mode is a rounding direction. The first four are numbered as the RC field of x86.
type Mode uint8

// The rounding directions.
const (
	NearestEven Mode = iota
	Down
	Up
	Zero
	TiesAway // to nearest, halves away from zero
	Odd      // what is inexact gets an odd significand
)

// Flags is a set of exceptions, in the places of MXCSR and the x87 status word.
type Flags uint8

// The exceptions.
const (
	Invalid Flags = 1 << iota
	Denormal
	DivideByZero
	Overflow
	Underflow
	Inexact

	// Precomputation are the exceptions that the operands alone decide.
	Precomputation = Invalid | Denormal | DivideByZero
)

// Precision is the width to which 80-bit arithmetic rounds its significands.
type Precision uint8

// The precisions of the x87 control word, numbered as its PC field.
const (
	Single   Precision = 0
	Double   Precision = 2
	Extended Precision = 3
)

// NaNRule says which operand's payload a NaN result takes.
type NaNRule uint8

// The rules.
const (
	FirstNaN      NaNRule = iota // SSE: the first operand that is a NaN
	LargerNaN                    // x87: a quiet one before a signalling one, then the larger significand, then the positive one
	SignallingNaN                // Arm: the first signalling one, then the first
)

// Context is what an operation depends on besides its operands, and what it reports besides its result.
type Context struct {
	Round     Mode
	Precision Precision // for F80 results only
	NaN       NaNRule
	DAZ       bool // denormal operands are zeros
	FTZ       bool // a masked underflow gives zero

	// Arm is arithmetic as FPCR has it: tininess is detected before rounding, Denormal (IDC) is raised by an operand that is flushed
	// and only then, a flushed result is not Inexact, and the default NaN is positive.
	Arm         bool
	DefaultNaN  bool // every NaN result is the default one
	FZ16        bool // flushing of half precision: operands, silently, and results
	Alternative bool // conversions take half precision without infinities and NaNs

	// Unmasked are the exceptions that trap. A tiny result raises an unmasked Underflow even if it is exact.
	Unmasked Flags
	// Wrap is the exponent's adjustment for an unmasked overflow or underflow; 0 for none.
	Wrap int

	Flags     Flags // raised so far; only ever added to
	RoundedUp bool  // the last rounding increased the magnitude
}

func (c *Context) raise(f Flags) { c.Flags |= f }

// invalid raises Invalid and returns the default NaN.
func (c *Context) invalid() number {
	c.raise(Invalid)
	return c.defaultNaN()
}

func (c *Context) defaultNaN() number { return number{kind: quiet, neg: !c.Arm, hi: 3 << 62} }

// denormals raises Denormal if one of the operands is denormal.
func (c *Context) denormals(a, b *number) {
	if (a.denormal || b.denormal) && !c.Arm {
		c.raise(Denormal)
	}
}

// nan handles NaN and unsupported operands. It reports whether there were any.
func (c *Context) nan(a, b *number) (number, bool) {
	if a.kind < quiet && b.kind < quiet {
		return number{}, false
	}
	if a.kind == unsupported || b.kind == unsupported {
		return c.invalid(), true
	}
	if a.kind == signalling || b.kind == signalling {
		c.raise(Invalid)
	}
	if c.DefaultNaN {
		return c.defaultNaN(), true
	}
	return c.pickNaN(a, b).quieted(), true
}

func (c *Context) pickNaN(a, b *number) *number {
	switch {
	case b.kind < quiet:
		return a
	case a.kind < quiet:
		return b
	case c.NaN == FirstNaN:
		return a
	case c.NaN == SignallingNaN:
		if b.kind > a.kind {
			return b
		}
		return a
	case a.kind != b.kind:
		if a.kind == quiet {
			return a
		}
		return b
	case a.hi > b.hi || a.hi == b.hi && !a.neg:
		return a
	}
	return b
}
