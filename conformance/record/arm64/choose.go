package main

import (
	"math/rand/v2"
	"slices"
	"strings"

	vector "stasis/conformance/vector/arm64"
	decode "stasis/decode/arm64"
)

// notAtUser are operations that the oracle cannot be asked at EL0: traps to the system that it emulates, privileged ones whose
// UNDEFINED is all there is, and those that depend on keys, counters or the size of cache lines.
var notAtUser = []decode.Op{
	decode.SVC, decode.HVC, decode.SMC, decode.BRK, decode.HLT, decode.DCPS1, decode.DCPS2, decode.DCPS3, decode.ERET, decode.DRPS, decode.ERETAA,
	decode.WFI, decode.WFE, decode.SYS, decode.SYSL, decode.MSRimm,
	decode.BRAA, decode.BLRAA, decode.RETAA, decode.LDRAA, decode.PACIA, decode.PACIB, decode.PACDA, decode.PACDB, decode.PACGA,
	decode.AUTIA, decode.AUTIB, decode.AUTDA, decode.AUTDB, decode.PACIA1716, decode.PACIB1716, decode.AUTIA1716, decode.AUTIB1716,
	decode.PACIAZ, decode.PACIASP, decode.PACIBZ, decode.PACIBSP, decode.AUTIAZ, decode.AUTIASP, decode.AUTIBZ, decode.AUTIBSP,
}

// registers that MRS and MSR are tried on: NZCV, FPCR, FPSR.
var registers = []uint32{0xda10, 0xda20, 0xda21}

// choose draws count words for each row that is asked.
func choose(seed uint32, count int) (list []vector.Vector) {
	for row := 1; row < len(decode.Rows); row++ {
		if !wanted(row) {
			continue
		}
		r := rand.New(rand.NewPCG(uint64(seed), uint64(row)))
		found := 0
		for try := 0; found < count && try < 10000*count; try++ {
			v := vector.Vector{Raw: word(r, row), Number: uint32(len(list))}
			fit(&v, r)
			if i, ok := decode.Decode(v.Raw); ok && int(i.Row) == row && defined(&i) && stays(&i, &v) {
				list = append(list, v)
				found++
			}
		}
	}
	return list
}

// mistaken is the row that the oracle gets wrong: FCVTZS of a scalar half with a fraction, where it extends the sign of a result beyond
// the 16 bits that the manual gives it.
const mistaken = "010111110001hbbb111111nnnnnddddd"

func wanted(row int) bool {
	r := &decode.Rows[row]
	if r.Pattern == mistaken {
		return false
	}
	if *only != "" && !slices.Contains(strings.Split(*only, ","), r.Op.String()) {
		return false
	}
	return !slices.Contains(notAtUser, r.Op) && (*group == "" || groupOf(row) == *group)
}

// groupOf parts the rows by the file that their vectors go to.
func groupOf(row int) string {
	r := &decode.Rows[row]
	switch {
	case r.Pattern[4] == '1' && r.Pattern[6] == '0':
		return "memory"
	case r.Pattern[4:7] != "111":
		return "integer"
	case strings.Contains(r.Op.String(), "F"):
		return "float"
	}
	return "simd"
}

// word draws a word of a row, should-be bits as they should be.
func word(r *rand.Rand, row int) (raw uint32) {
	any := r.Uint32()
	for _, bit := range decode.Rows[row].Pattern {
		raw <<= 1
		switch bit {
		case '1':
			raw |= 1
		case 'x':
			raw |= should(row)
		case '0':
		default:
			raw |= any & 1
		}
		any >>= 1
	}
	return raw
}

// should is what the should-be bits of a row should be: zero in barriers and in what changes flags by MSR's encoding, one elsewhere.
func should(row int) uint32 {
	switch decode.Rows[row].Op {
	case decode.SB, decode.CFINV, decode.AXFLAG, decode.XAFLAG:
		return 0
	}
	return 1
}

// fit narrows fields down to what can be asked: literals in the window, registers of EL0, branches that do not go far.
func fit(v *vector.Vector, r *rand.Rand) {
	i, _ := decode.Decode(v.Raw)
	switch i.Op {
	case decode.LDRlit, decode.LDRSWlit, decode.LDRlitV:
		words := (vector.Window + 256 + uint64(r.IntN(512))&^3 - v.PC()) / 4
		v.Raw = v.Raw&^(0x7ffff<<5) | uint32(words)&0x7ffff<<5
	case decode.MRS, decode.MSRreg:
		v.Raw = v.Raw&^(0xffff<<5) | registers[r.IntN(len(registers))]<<5
	case decode.HINT:
		v.Raw |= 0x40 << 5 // those that nothing has a name for
	}
}

// defined reports whether the manual says what the instruction does: the registers of a load or store are not mixed up.
func defined(i *decode.Inst) bool {
	t, t2, n, s := i.Rd(), i.Ra(), i.Rn(), i.Rm()
	name := i.Op.String()
	switch {
	case strings.HasSuffix(name, "pre") || strings.HasSuffix(name, "post"):
		return t != n || n == 31
	case i.Op == decode.LDP || i.Op == decode.LDPSW || i.Op == decode.LDNP || i.Op == decode.LDXP || i.Op == decode.LDAXP:
		return t != t2 && (writesBack(i) && t != n && t2 != n || !writesBack(i) || n == 31)
	case i.Op == decode.LDPV || i.Op == decode.LDNPV:
		return t != t2
	case i.Op == decode.STP:
		return !writesBack(i) || t != n && t2 != n || n == 31
	case i.Op == decode.STXR || i.Op == decode.STLXR:
		return s != t && (s != n || n == 31)
	case i.Op == decode.STXP || i.Op == decode.STLXP:
		return s != t && s != t2 && (s != n || n == 31)
	}
	return true
}

func writesBack(i *decode.Inst) bool {
	return i.Op != decode.LDXP && i.Op != decode.LDAXP && i.Field(24, 23)&1 == 1
}

// stays reports whether a direct branch goes to a BRK or to where nothing is.
func stays(i *decode.Inst, v *vector.Vector) bool {
	var to uint64
	switch i.Op {
	case decode.B, decode.BL:
		to = v.PC() + uint64(i.Signed(25, 0)*4)
	case decode.Bcond, decode.CBZ, decode.CBNZ:
		to = v.PC() + uint64(i.Signed(23, 5)*4)
	case decode.TBZ, decode.TBNZ:
		to = v.PC() + uint64(i.Signed(18, 5)*4)
	default:
		return true
	}
	return to%vector.SlotSize != 0 && (to >= vector.CodeBase || to < vector.CodeBase-0x1000000)
}
