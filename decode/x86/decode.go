package x86

import "errors"

// Errors of Decode. They are guest events in the CPU's eyes, not failures.
var (
	ErrTruncated = errors.New("instruction continues past the given bytes")
	ErrTooLong   = errors.New("instruction longer than 15 bytes")
	ErrUndefined = errors.New("undefined instruction")
)

// Decode decodes the instruction at the start of code.
//
// ErrTruncated asks for more bytes (a fault on fetching them wins over what they would say), ErrTooLong is #GP(0) and
// ErrUndefined #UD. With ErrUndefined, Len is what was read so far, the whole instruction if its encoding is known but LOCK or the
// register is not allowed. Whether the CPU has the row's Feature is for the CPU to ask.
//
// Source: SDM Vol. 2, "Instruction Format"; APM Vol. 3, "Instruction Encoding".
func Decode(code []byte, mode Mode) (Inst, error) {
	d := decoder{code: code}
	if len(code) > MaxLen {
		d.code = code[:MaxLen]
	}
	d.inst = Inst{Mode: mode, Seg: SegNone, Base: RegNone, Index: RegNone}
	err := d.decode()
	d.inst.Len = uint8(d.pos)
	return d.inst, err
}

// decoder is the state of one Decode.
type decoder struct {
	code  []byte
	pos   int
	short bool  // a read went past the end of code
	rex   uint8 // REX byte in force, or 0
	inst  Inst
}

// decode fails with the first of: bytes run out, no such encoding, operand or LOCK not allowed.
func (d *decoder) decode() error {
	entry := d.opcode(d.prefixes())
	if d.short {
		return d.shortage()
	}
	if len(entry.candidates) == 0 {
		return ErrUndefined
	}
	if entry.hasModRM {
		d.inst.HasModRM = true
		d.inst.ModRM = d.byte()
		if d.short {
			return d.shortage()
		}
	}
	c := d.match(entry)
	if c == nil {
		return ErrUndefined
	}
	d.sizes(c.flags)
	if c.hasModRM {
		d.modRM(c)
	}
	d.immediate(c.imm)
	if d.short {
		return d.shortage()
	}
	if d.inst.Seg == SegNone {
		d.inst.Seg = DS
	}
	d.inst.Row, d.inst.Op = c.row, c.op
	return d.check(c)
}

// shortage tells why bytes ran out.
func (d *decoder) shortage() error {
	if len(d.code) == MaxLen {
		return ErrTooLong
	}
	return ErrTruncated
}

// byte reads the next byte.
func (d *decoder) byte() uint8 {
	if d.pos >= len(d.code) {
		d.short = true
		return 0
	}
	b := d.code[d.pos]
	d.pos++
	return b
}

// int reads a little-endian integer of n bytes, sign-extended.
func (d *decoder) int(n int) int64 {
	if d.pos+n > len(d.code) {
		d.short = true
		d.pos = len(d.code)
		return 0
	}
	var v uint64
	for i := range n {
		v |= uint64(d.code[d.pos+i]) << (8 * i)
	}
	d.pos += n
	shift := 64 - 8*n
	return int64(v<<shift) >> shift
}

// unsigned undoes the sign extension of an integer of n bytes.
func unsigned(v int64, n uint8) int64 {
	return v & (1<<(8*n) - 1)
}

// opcode reads escape and opcode bytes, of which the first is given.
func (d *decoder) opcode(first uint8) *opcodeEntry {
	m := mapOne
	if first == 0x0f {
		m = mapTwo
		first = d.byte()
		switch first {
		case 0x38:
			m = map0F38
			first = d.byte()
		case 0x3a:
			m = map0F3A
			first = d.byte()
		}
	}
	d.inst.Opcode = first
	d.inst.OpReg = first&7 | d.rex&rexB<<3
	long := 0
	if d.inst.Mode == Mode64 {
		long = 1
	}
	return &indexes[long][m][first]
}

// match returns the first candidate that the prefixes and the ModRM byte satisfy.
func (d *decoder) match(e *opcodeEntry) *candidate {
	selected := d.mandatory()
	for _, c := range e.candidates {
		if c.prefix != prefixAny && c.prefix != selected || c.rexW && d.rex&rexW == 0 || c.notREXB && d.rex&rexB != 0 {
			continue
		}
		if c.hasModRM && !c.fits(d.inst.ModRM) {
			continue
		}
		return c
	}
	return nil
}

// fits reports whether a ModRM byte satisfies the pattern.
func (p *pattern) fits(modRM uint8) bool {
	register := modRM>>6 == 3
	switch {
	case p.modRM >= 0 && p.modRM != int(modRM),
		p.reg >= 0 && p.reg != int(modRM>>3&7),
		p.mod == modMem && register,
		p.mod == modReg && !register:
		return false
	}
	return true
}

// immediate reads what follows the addressing bytes.
func (d *decoder) immediate(k immKind) {
	i := &d.inst
	switch k {
	case immB:
		i.Imm = d.int(1)
	case immW:
		i.Imm = d.int(2)
	case immZ:
		i.Imm = d.int(min(int(i.OpSize), 4))
	case immV:
		i.Imm = d.int(int(i.OpSize))
	case immWB:
		i.Imm = d.int(2)
		i.Imm2 = uint16(d.byte())
	case immA:
		i.Imm = unsigned(d.int(int(i.OpSize)), i.OpSize)
		i.Imm2 = uint16(d.int(2))
	case immMoffs:
		i.IsMem = true
		i.Disp = unsigned(d.int(int(i.AddrSize)), i.AddrSize)
	}
}

// check rejects operands and LOCK prefixes that are not allowed, and narrows register numbers that REX does not extend.
func (d *decoder) check(c *candidate) error {
	i := &d.inst
	for n := range c.form.N {
		switch c.form.Operands[n].Kind {
		case KindS:
			i.Reg &= 7
			if i.Reg > GS || i.Reg == CS && i.Op == MOVTOSEG {
				return ErrUndefined
			}
		case KindC:
			if i.Reg != 0 && i.Reg != 2 && i.Reg != 3 && i.Reg != 4 && i.Reg != 8 {
				return ErrUndefined
			}
		case KindD:
			if i.Reg > 7 {
				return ErrUndefined
			}
		case KindP:
			i.Reg &= 7
		case KindN, KindQ, KindSTi:
			i.RM &= 7
		}
	}
	if i.Prefix&PrefixLock != 0 && (c.flags&Lock == 0 || !i.IsMem) {
		return ErrUndefined
	}
	return nil
}
