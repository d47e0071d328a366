package x86

import (
	"math/rand/v2"
	"slices"
	"testing"

	"golang.org/x/arch/x86/x86asm"
)

// agree compares one decoding with the oracle's and returns what differs, or "".
func agree(code []byte, mode Mode) (inst Inst, difference string) {
	inst, err := Decode(code, mode)
	oracle, oracleErr := x86asm.Decode(code, int(mode))
	valid := oracleErr == nil && oracle.Op != 0 && !slices.ContainsFunc(oracle.Prefix[:], rejects)
	switch {
	case valid != (err == nil):
		difference = "validity"
	case !valid:
	case oracle.Len != int(inst.Len):
		difference = "length"
	case oracle.Op.String() != oracleName(&inst):
		difference = "mnemonic"
	default:
		difference = compareOperands(&inst, &oracle)
	}
	return inst, difference
}

// rejects reports whether the oracle marks a prefix that makes the instruction undefined. VEX and EVEX are none of ours yet.
func rejects(p x86asm.Prefix) bool {
	return p&x86asm.PrefixInvalid != 0 || p.IsVEX() || p.IsEVEX()
}

// TestOracleRows compares every row's encodings with x86asm.
func TestOracleRows(t *testing.T) {
	eachEncoding(50, func(row int, mode Mode, code []byte) {
		inst, difference := agree(code, mode)
		if difference != "" && !inGap(&inst) {
			complain(t, code, mode, difference)
		}
	})
}

// TestOracleRandom compares random bytes, most of which are undefined or decode to what the tables do not hold.
func TestOracleRandom(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 400_000 {
		mode := modes[rng.IntN(3)]
		code := randomCode(rng, mode)
		if mode == Mode64 && cancelsREX(code) {
			continue
		}
		inst, difference := agree(code, mode)
		if difference != "" && !inGap(&inst) && !oracleOnly(code, mode) {
			complain(t, code, mode, difference)
		}
	}
}

// randomCode is 15 random bytes with likely prefixes and escapes before them.
func randomCode(rng *rand.Rand, mode Mode) []byte {
	var code []byte
	for rng.IntN(3) == 0 {
		code = append(code, [...]byte{0x66, 0x67, 0xf0, 0xf2, 0xf3, 0x2e, 0x64}[rng.IntN(7)])
	}
	if mode == Mode64 && rng.IntN(3) == 0 {
		code = append(code, 0x40|uint8(rng.IntN(16)))
	}
	if rng.IntN(2) == 0 {
		code = append(code, 0x0f)
		if rng.IntN(3) == 0 {
			code = append(code, [...]byte{0x38, 0x3a}[rng.IntN(2)])
		}
	}
	for len(code) < MaxLen {
		code = append(code, uint8(rng.Uint32()))
	}
	return code[:MaxLen]
}

// cancelsREX reports whether a REX byte is followed by another prefix; the oracle takes it for an instruction of its own.
func cancelsREX(code []byte) bool {
	var d decoder
	d.inst.Mode = Mode64
	for n, b := range code[:MaxLen-1] {
		rex := b&0xf0 == 0x40
		if next := code[n+1]; rex && (d.legacy(next) || next&0xf0 == 0x40) {
			return true
		}
		if !rex && !d.legacy(b) {
			return false
		}
	}
	return true
}

// TestOracleGaps fails when the oracle has learned what a gap says it does not know: then the gap can go.
func TestOracleGaps(t *testing.T) {
	open := map[string]bool{}
	eachEncoding(50, func(row int, mode Mode, code []byte) {
		if _, difference := agree(code, mode); difference != "" {
			open[Rows[row].Pattern] = true
		}
	})
	for _, g := range gaps {
		for _, pattern := range g.patterns {
			if !open[pattern] {
				t.Errorf("gap %q: %q: the oracle agrees now", g.why, pattern)
			}
		}
	}
	for _, g := range oracleOnlyGaps {
		if _, difference := agree(g.code, Mode64); difference == "" {
			t.Errorf("gap %q: % x: the oracle agrees now", g.why, g.code)
		}
	}
}

// oracleOnly reports whether the oracle sees an instruction of oracleOnlyGaps where Decode sees none.
func oracleOnly(code []byte, mode Mode) bool {
	if _, err := Decode(code, mode); err != ErrUndefined {
		return false
	}
	oracle, _ := x86asm.Decode(code, int(mode))
	for _, g := range oracleOnlyGaps {
		if slices.Contains(g.mnemonics, oracle.Op.String()) {
			return true
		}
	}
	return false
}

func complain(t *testing.T, code []byte, mode Mode, difference string) {
	t.Helper()
	inst, err := Decode(code, mode)
	oracle, oracleErr := x86asm.Decode(code, int(mode))
	t.Errorf("mode %d % x: %s\n  ours   %v %+v %v\n  oracle %v length %d, %v", mode, code, difference, &inst, inst, err, oracle, oracle.Len, oracleErr)
}
