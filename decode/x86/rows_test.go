package x86

import "testing"

// TestRowsDistinct checks that no two rows claim the same encodings.
func TestRowsDistinct(t *testing.T) {
	type key struct {
		pattern string
		in64    RowFlag
	}
	seen := map[key]Op{}
	for _, row := range Rows[1:] {
		k := key{row.Pattern, row.Flags & (I64 | O64)}
		if op, ok := seen[k]; ok {
			t.Errorf("%q is both %v and %v", row.Pattern, op, row.Op)
		}
		seen[k] = row.Op
	}
}

// TestNoAmbiguity checks that of two candidates that one encoding satisfies, one demands strictly more.
func TestNoAmbiguity(t *testing.T) {
	for long := range indexes {
		for m := range indexes[long] {
			for op := range indexes[long][m] {
				checkAmbiguity(t, indexes[long][m][op].candidates)
			}
		}
	}
}

func checkAmbiguity(t *testing.T, candidates []*candidate) {
	for i, a := range candidates {
		for _, b := range candidates[i+1:] {
			if a.weight() == b.weight() && overlap(&a.pattern, &b.pattern) {
				t.Errorf("%q and %q overlap", Rows[a.row].Pattern, Rows[b.row].Pattern)
			}
		}
	}
}

func overlap(a, b *pattern) bool {
	if a.prefix != b.prefix && a.prefix != prefixAny && b.prefix != prefixAny {
		return false
	}
	if !a.hasModRM {
		return true
	}
	for modRM := range 256 {
		if a.fits(uint8(modRM)) && b.fits(uint8(modRM)) {
			return true
		}
	}
	return false
}
