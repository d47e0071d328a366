package guests

import "fmt"

// BenchmarksARM64 lists the loops of BenchARM64, in the order of its table after a row that does nothing. Loops that the x86 guest
// has too compute the same, so that the one's checksum is the other's oracle; those of the system's instructions count.
var BenchmarksARM64 = []Benchmark{
	{"alu", 100000, 0xd11a3dd9dfad0475, false},
	{"float", 100000, 0x40e2ad3fc7e340a8, false},
	{"sha256", 300, 0xe85c8341d622e1c5, false},
	{"sieve", 1, 0x14069, false},
	{"quicksort", 1, 0x801567d8a4e5293d, false},
	{"hashwalk", 50000, 0x10029, false},
	{"chase", 100000, 0x223800, false},
	{"copy", 100, 0x2a, false},
	{"fill", 1000, 0x1, false},
	{"calls", 100000, 0xa4103c83a10ff2a6, false},
	{"branches", 100000, 0x588e3b, false},
	{"svc", 20000, 0x4e20, true},
	{"pagefault", 10000, 0x2710, true},
	{"tlbi", 50000, 0x4a81de28, true},
	{"tlbiall", 50000, 0x4a81de28, true},
	{"ttbr", 20000, 0x4e20, true},
}

// Variables of BenchARM64.
const (
	benchChoice = "bench_choice"
	benchTurns  = "bench_turns"
)

// BenchImageARM64 returns the guest that runs a loop so many turns; 0 turns are the guest's own choice, and the empty name is that
// of the row that does nothing.
func BenchImageARM64(name string, turns uint64) ([]byte, error) {
	choice := -1
	for i, b := range BenchmarksARM64 {
		if b.Name == name {
			choice = i + 1
		}
	}
	if name == "" {
		choice = 0
	}
	if choice < 0 {
		return nil, fmt.Errorf("bench guest for AArch64: no loop %q", name)
	}
	image, err := Patch(ELF(BenchARM64), benchChoice, uint64(choice))
	if err != nil {
		return nil, err
	}
	return Patch(image, benchTurns, turns)
}
