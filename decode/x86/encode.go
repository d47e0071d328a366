package x86

import "math/rand/v2"

// Encode returns a random encoding of Rows[row] that Decode accepts in that mode, or nil if there is none. Prefixes, registers,
// addressing, displacement and immediates vary; the same generator state gives the same bytes.
func Encode(rng *rand.Rand, row int, mode Mode) []byte {
	if !ValidIn(row, mode) {
		return nil
	}
	var buf [2 * MaxLen]byte
	for {
		code := encodeOnce(rng, row, mode, buf[:0])
		inst, err := Decode(code, mode)
		if err == nil && int(inst.Row) == row {
			return append([]byte(nil), code[:inst.Len]...)
		}
	}
}

// encodeOnce makes one attempt: the bytes up to ModRM by the pattern, then random ones.
func encodeOnce(rng *rand.Rand, row int, mode Mode, code []byte) []byte {
	p := &patterns[row]
	code = appendPrefixes(rng, p, Rows[row].Flags, mode, code)
	switch p.escape {
	case mapTwo:
		code = append(code, 0x0f)
	case map0F38:
		code = append(code, 0x0f, 0x38)
	case map0F3A:
		code = append(code, 0x0f, 0x3a)
	}
	code = append(code, p.opcode+uint8(rng.IntN(p.span)))
	if p.hasModRM {
		code = append(code, p.randomModRM(rng))
	}
	for len(code) < MaxLen {
		code = append(code, uint8(rng.Uint32()))
	}
	return code
}

// appendPrefixes appends what the pattern demands and, more rarely, what it lets pass.
func appendPrefixes(rng *rand.Rand, p *pattern, flags RowFlag, mode Mode, code []byte) []byte {
	chance := func(b byte, oneIn int) {
		if rng.IntN(oneIn) == 0 {
			code = append(code, b)
		}
	}
	chance([...]byte{0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65}[rng.IntN(6)], 8)
	chance(0x67, 8)
	if flags&Lock != 0 {
		chance(0xf0, 4)
	}
	if flags&Rep != 0 {
		chance(0xf2, 4)
		chance(0xf3, 4)
	}
	switch p.prefix {
	case prefixAny:
		chance(0x66, 4)
	case prefix66:
		code = append(code, 0x66)
	case prefixF3:
		chance(0x66, 8)
		code = append(code, 0xf3)
	case prefixF2:
		chance(0x66, 8)
		code = append(code, 0xf2)
	}
	rng.Shuffle(len(code), func(i, j int) { code[i], code[j] = code[j], code[i] })
	if mode == Mode64 && (p.rexW || rng.IntN(2) == 0) {
		code = append(code, 0x40|uint8(rng.IntN(16)))
	}
	return code
}

// randomModRM returns a ModRM byte that fits the pattern.
func (p *pattern) randomModRM(rng *rand.Rand) uint8 {
	if p.modRM >= 0 {
		return uint8(p.modRM)
	}
	b := uint8(rng.Uint32())
	if p.reg >= 0 {
		b = b&^0x38 | uint8(p.reg)<<3
	}
	switch p.mod {
	case modMem:
		b = uint8(rng.IntN(3))<<6 | b&0x3f
	case modReg:
		b |= 0xc0
	}
	return b
}
