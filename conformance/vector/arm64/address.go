package arm64

import (
	"encoding/binary"
	"math/rand/v2"
	"strings"

	decode "stasis/decode/arm64"
)

// nowhere is an address where nothing is mapped.
const nowhere = 0x500000000000

// address puts an address in the window, or now and then one that is nowhere, into the base register of a load, store or branch.
func (s *State) address(i *decode.Inst, r *rand.Rand) {
	target := Window + 256 + uint64(r.IntN(512))
	if r.IntN(2) == 0 || aligned(i.Op) {
		target &^= 15
	}
	if r.IntN(40) == 0 {
		target = nowhere + target&0xffff
	}
	name := i.Op.String()
	switch {
	case i.Op == decode.BR, i.Op == decode.BLR, i.Op == decode.RET:
		s.setBase(i.Rn(), s.branchTarget(r))
	case !memory(i.Op):
	case strings.HasSuffix(name, "reg") || strings.HasSuffix(name, "regV"):
		s.registerOffset(i, target, r)
	default:
		s.setBase(i.Rn(), target-offset(i))
		s.compare(i, target, r)
	}
}

func (s *State) branchTarget(r *rand.Rand) uint64 {
	if r.IntN(2) == 0 {
		return s.PC + 4 + 4*uint64(r.IntN(3))
	}
	return nowhere + r.Uint64()&0xfffffffc
}

// setBase writes a base register; SP stays aligned.
func (s *State) setBase(n uint8, v uint64) {
	if n == 31 {
		s.SP = v &^ 15
		return
	}
	s.X[n] = v
}

// memory reports whether an operation accesses memory through Rn.
func memory(op decode.Op) bool {
	name := op.String()
	for _, not := range []string{"lit", "PRFM"} {
		if strings.Contains(name, not) {
			return false
		}
	}
	for _, prefix := range []string{"LD", "ST", "CAS", "SWP"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// aligned reports whether an operation needs aligned addresses.
func aligned(op decode.Op) bool {
	return decode.STXR <= op && op <= decode.LDAPURS
}

// offset is what a load or store adds to its base before the access.
func offset(i *decode.Inst) uint64 {
	name := strings.TrimSuffix(i.Op.String(), "V")
	scale := uint(i.Field(31, 30))
	vector := i.Bit(26)
	switch name {
	case "LDP", "STP", "LDNP", "STNP", "LDPSW":
		if i.Field(24, 23) == 1 {
			return 0
		}
		switch {
		case vector:
			scale += 2
		case name == "LDPSW":
			scale = 2
		default:
			scale = 2 + scale>>1
		}
		return uint64(i.Signed(21, 15) << scale)
	case "LDRimm", "STRimm", "LDRSimm":
		if vector && i.Bit(23) {
			scale = 4
		}
		return uint64(i.Field(21, 10)) << scale
	case "LDRpre", "STRpre", "LDRSpre", "LDUR", "STUR", "LDURS", "LDTR", "STTR", "LDTRS", "LDAPUR", "LDAPURS", "STLUR":
		return uint64(i.Signed(20, 12))
	}
	return 0
}

// registerOffset makes base and offset of a load or store meet at the target.
func (s *State) registerOffset(i *decode.Inst, target uint64, r *rand.Rand) {
	m, n := i.Rm(), i.Rn()
	if m == n && m != 31 {
		return
	}
	off := uint64(0)
	if m != 31 {
		off = integer(r)
		s.X[m] = off
	}
	switch i.Field(15, 13) {
	case 2:
		off = uint64(uint32(off))
	case 6:
		off = uint64(int32(off))
	}
	if i.Bit(12) {
		scale := uint(i.Field(31, 30))
		if i.Bit(26) && i.Bit(23) {
			scale = 4
		}
		off <<= scale
	}
	s.setBase(n, target-off)
}

// compare lets every other compare-and-swap succeed.
func (s *State) compare(i *decode.Inst, target uint64, r *rand.Rand) {
	at := target - Window
	if i.Op != decode.CAS && i.Op != decode.CASP || at >= WindowLen-16 || r.IntN(2) == 0 {
		return
	}
	low, high := binary.LittleEndian.Uint64(s.Memory[at:]), binary.LittleEndian.Uint64(s.Memory[at+8:])
	rs, n := i.Rm(), i.Rn()
	if i.Op == decode.CASP && !i.Bit(30) {
		low, high = low&0xffffffff, low>>32
	}
	if rs != n && rs != 31 {
		s.X[rs] = low
	}
	if i.Op == decode.CASP && rs+1 != n && rs+1 < 31 {
		s.X[rs+1] = high
	}
}
