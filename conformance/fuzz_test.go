package conformance

import (
	"testing"
)

// A fuzz target here takes the seed of a random generator, and raw bytes besides. Each fails by panicking: whatever a guest does is
// answered by a guest exception.

// rounds is how many random cases a target runs besides its seeds; `make fuzz` makes up its own.
func rounds() int {
	if soak() {
		return 100_000
	}
	return 2000
}

// TestRandom runs every target with so many seeds; a kernel takes a machine of its own, so there are fewer of them.
func TestRandom(t *testing.T) {
	for _, target := range []struct {
		name   string
		run    func(t *testing.T, seed uint64, raw []byte)
		rounds int
	}{{"code", randomCode, rounds()}, {"board", randomBoard, rounds()}, {"kernel", randomKernel, rounds() / 4}} {
		t.Run(target.name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(target.rounds) {
				target.run(t, seed, nil)
			}
		})
	}
}

func FuzzCode(f *testing.F)   { fuzz(f, randomCode) }
func FuzzBoard(f *testing.F)  { fuzz(f, randomBoard) }
func FuzzKernel(f *testing.F) { fuzz(f, randomKernel) }

func fuzz(f *testing.F, run func(t *testing.T, seed uint64, raw []byte)) {
	for seed := range uint64(20) {
		f.Add(seed, []byte{0x48, 0x01, 0xd8, 0xf3, 0xa4, 0xcd, 0x80})
	}
	f.Fuzz(run)
}

// guard names the case that panics.
func guard(t *testing.T, seed uint64, raw []byte) {
	if r := recover(); r != nil {
		t.Errorf("seed %d, bytes %x: %v", seed, raw, r)
		panic(r)
	}
}
