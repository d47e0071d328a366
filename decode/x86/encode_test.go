package x86

import (
	"errors"
	"math/rand/v2"
	"testing"
)

var modes = []Mode{Mode16, Mode32, Mode64}

// eachEncoding calls f with n random encodings of every row in every mode.
func eachEncoding(n int, f func(row int, mode Mode, code []byte)) {
	rng := rand.New(rand.NewPCG(1, 2))
	for row := 1; row < len(Rows); row++ {
		for _, mode := range modes {
			for range n {
				if code := Encode(rng, row, mode); code != nil {
					f(row, mode, code)
				}
			}
		}
	}
}

// TestEncode checks that every row can be reached, and that cutting its bytes short anywhere asks for more.
func TestEncode(t *testing.T) {
	eachEncoding(20, func(row int, mode Mode, code []byte) {
		inst, err := Decode(code, mode)
		if err != nil || int(inst.Row) != row || int(inst.Len) != len(code) {
			t.Errorf("mode %d % x: row %d, length %d, %v; want %q", mode, code, inst.Row, inst.Len, err, Rows[row].Pattern)
		}
		for n := range code {
			if _, err := Decode(code[:n], mode); !errors.Is(err, ErrTruncated) {
				t.Errorf("mode %d % x cut to %d: %v", mode, code, n, err)
			}
		}
	})
}

// TestEncodeVaries checks that the same seed gives the same bytes and another seed others.
func TestEncodeVaries(t *testing.T) {
	at := func(seed uint64) string { return string(Encode(rand.New(rand.NewPCG(seed, 0)), 2, Mode64)) }
	if once, again := at(1), at(1); once != again {
		t.Error("the same seed gave different bytes")
	}
	seen := map[string]bool{}
	for seed := range uint64(32) {
		seen[at(seed)] = true
	}
	if len(seen) < 16 {
		t.Errorf("32 seeds gave %d encodings", len(seen))
	}
}
