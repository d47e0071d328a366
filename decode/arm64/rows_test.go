package arm64

import (
	"math/bits"
	"math/rand/v2"
	"testing"
)

// instance returns a random word of a row; ok is false if the fields drawn do not fulfil its conditions.
func instance(r *rand.Rand, row int) (raw uint32, ok bool) {
	p := &patterns[row]
	raw = r.Uint32()&^p.mask | p.value
	return raw, p.matches(raw)
}

// instances calls f with n random words of every row.
func instances(t *testing.T, n int, f func(row int, raw uint32)) {
	t.Helper()
	r := rand.New(rand.NewPCG(64, 1))
	for row := 1; row < len(Rows); row++ {
		found := 0
		for try := 0; try < 1000*n && found < n; try++ {
			if raw, ok := instance(r, row); ok {
				f(row, raw)
				found++
			}
		}
		if found < n {
			t.Errorf("%v %s: %d instances", Rows[row].Op, Rows[row].Pattern, found)
		}
	}
}

// TestInstances decodes words of every row. Another row may only take one if all its instances are among the first one's.
func TestInstances(t *testing.T) {
	instances(t, 100, func(row int, raw uint32) {
		i, ok := Decode(raw)
		if !ok {
			t.Errorf("%08x of %v %s is unallocated", raw, Rows[row].Op, Rows[row].Pattern)
		}
		if int(i.Row) != row && !within(int(i.Row), row) {
			t.Errorf("%08x of %v %s decodes as %v %s", raw, Rows[row].Op, Rows[row].Pattern, i.Op, Rows[i.Row].Pattern)
		}
	})
}

// within reports whether the words of row a are a part of those of b, by their fixed bits.
func within(a, b int) bool {
	p, q := &patterns[a], &patterns[b]
	return p.mask&q.mask == q.mask && p.mask != q.mask && p.value&q.mask == q.value
}

// TestNoOverlap looks for a word of two rows neither of which is a part of the other.
func TestNoOverlap(t *testing.T) {
	r := rand.New(rand.NewPCG(64, 2))
	for a := 1; a < len(Rows); a++ {
		for b := a + 1; b < len(Rows); b++ {
			p, q := &patterns[a], &patterns[b]
			if (p.value^q.value)&p.mask&q.mask != 0 || within(a, b) || within(b, a) {
				continue
			}
			for range 2000 {
				raw := r.Uint32()&^(p.mask|q.mask) | p.value | q.value
				if p.matches(raw) && q.matches(raw) {
					t.Errorf("%08x is both %v %s and %v %s", raw, Rows[a].Op, Rows[a].Pattern, Rows[b].Op, Rows[b].Pattern)
					break
				}
			}
		}
	}
}

// TestNested looks for words that a row takes from a more general one: only hints do.
func TestNested(t *testing.T) {
	r := rand.New(rand.NewPCG(64, 3))
	for a := 1; a < len(Rows); a++ {
		for b := 1; b < len(Rows); b++ {
			if !within(a, b) || Rows[b].Op == HINT {
				continue
			}
			for range 2000 {
				if raw, ok := instance(r, a); ok && patterns[b].matches(raw) {
					t.Errorf("%08x of %v %s is %v %s too", raw, Rows[a].Op, Rows[a].Pattern, Rows[b].Op, Rows[b].Pattern)
					break
				}
			}
		}
	}
}

// TestCandidates bounds the work of a look-up.
func TestCandidates(t *testing.T) {
	for top, rows := range index {
		if len(rows) > 85 {
			t.Errorf("%d rows begin as %011b", len(rows), top)
		}
	}
}

// TestOpsUsed finds operations without a row, which the generator would not make.
func TestOpsUsed(t *testing.T) {
	var used [NumOps]bool
	for i := range Rows {
		used[Rows[i].Op] = true
	}
	for op, u := range used {
		if !u {
			t.Errorf("%v has no row", Op(op))
		}
	}
}

// TestHalf compares Half with what the encodings say of themselves.
func TestHalf(t *testing.T) {
	for raw, want := range map[uint32]bool{
		0x4e401420: true,  // FADD V0.8H, V1.8H, V0.8H
		0x4e20d420: false, // FADD V0.4S, V1.4S, V0.4S
		0x5ef9b820: true,  // FCVTZS H0, H1
	} {
		i, _ := Decode(raw)
		if i.Half() != want {
			t.Errorf("%08x %v: half %v", raw, i.Op, i.Half())
		}
	}
}

// TestExtract gathers scattered bits.
func TestExtract(t *testing.T) {
	if got := extract(0xa0000005, 0xe0000007); got != 0b101101 {
		t.Errorf("got %b", got)
	}
	if bits.OnesCount32(fieldMask(Rows[1].Pattern, "d")) != 5 {
		t.Errorf("%s has no field d of 5 bits", Rows[1].Pattern)
	}
}
