package arm64

import (
	"math/bits"
	"slices"
	"strings"
)

// indexShift is where the bits begin that choose the candidates: 31 to 21, which separate most classes of the encoding.
const indexShift = 21

// patterns holds the parsed form of each of Rows.
var patterns = make([]pattern, len(Rows))

// index lists, for the top bits of a word, the rows that it can be, most fixed bits first.
var index [1 << (32 - indexShift)][]uint16

// half says which of Rows work on half-precision numbers by more than the type field of scalar floating point.
var half = make([]bool, len(Rows))

func init() {
	for i := 1; i < len(Rows); i++ {
		p, err := parse(&Rows[i])
		if err != nil {
			panic("decode/arm64: " + err.Error())
		}
		patterns[i] = p
		half[i] = strings.Contains(Rows[i].Feature, "FP16")
	}
	for top := range index {
		index[top] = candidates(uint32(top) << indexShift)
	}
}

// candidates returns the rows of words that begin as top does.
func candidates(top uint32) (rows []uint16) {
	const high = 1<<32 - 1<<indexShift
	for i := 1; i < len(Rows); i++ {
		if p := &patterns[i]; (top^p.value)&p.mask&high == 0 {
			rows = append(rows, uint16(i))
		}
	}
	slices.SortStableFunc(rows, func(a, b uint16) int {
		return bits.OnesCount32(patterns[b].mask) - bits.OnesCount32(patterns[a].mask)
	})
	return rows
}

// Decode finds the row of a word; !ok is an unallocated one, which is UNDEFINED.
func Decode(raw uint32) (i Inst, ok bool) {
	for _, row := range index[raw>>indexShift] {
		if patterns[row].matches(raw) {
			return Inst{Raw: raw, Row: row, Op: Rows[row].Op}, true
		}
	}
	return Inst{Raw: raw}, false
}

// Half reports whether the instruction works on half-precision numbers. Advanced SIMD has encodings of their own for them.
func (i *Inst) Half() bool { return half[i.Row] }
