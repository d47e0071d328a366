package guests

import "fmt"

// Benchmark is a row of the bench guest's table. Few is a number of turns that a test can afford, 100,000 to 17 million
// instructions, and Checksum is what it prints then. System loops spend their time in traps and changes of translation; the others
// are straight code.
type Benchmark struct {
	Name     string
	Few      int
	Checksum uint64
	System   bool
}

// Benchmarks lists the bench guest's loops. The checksums are those of QEMU 7.2, but pcid's, which its TCG has not; sieve's, sha256's
// and the counts and sums of the system loops are right by independent computation too.
var Benchmarks = []Benchmark{
	{"alu", 100000, 0xd11a3dd9dfad0475, false},
	{"float", 100000, 0x40e2ad3fc7e340a8, false},
	{"x87", 20000, 0x40bd69ffa5f4262d, false},
	{"sha256", 300, 0xe85c8341d622e1c5, false},
	{"sieve", 1, 0x14069, false},
	{"quicksort", 1, 0x801567d8a4e5293d, false},
	{"hashwalk", 50000, 0x10029, false},
	{"chase", 100000, 0x1e23800, false},
	{"stride", 20, 0x14, false},
	{"copy", 100, 0x2a, false},
	{"fill", 1000, 0x1, false},
	{"bytecopy", 100, 0x2a, false},
	{"wordcopy", 500, 0x2a, false},
	{"calls", 100000, 0xa4103c83a10ff2a6, false},
	{"branches", 100000, 0x588e3b, false},
	{"predictable", 100000, 0x493d7, false},
	{"code64", 50000, 0x2ae74791f3757f51, false},
	{"code32", 50000, 0x1224e, false},
	{"code16", 50000, 0x7d45, false},
	{"syscall", 20000, 0x4e20, true},
	{"int80", 20000, 0x4e20, true},
	{"pagefault", 10000, 0x2710, true},
	{"invlpg", 50000, 0x4a81de28, true},
	{"cr3", 20000, 0x4e20, true},
	{"pcid", 5000, 0x2710, true},
	{"switch", 10000, 0x2fb0408, true},
	{"portio", 20000, 0x26db10, true},
	{"mmio", 20000, 0x26db10, true},
	{"smc", 3000, 0x44affc, true},
}

// CommandLine asks for so many turns; 0 is the guest's own choice, which takes 7 to 260 million instructions.
func (b Benchmark) CommandLine(turns int) string {
	if turns == 0 {
		return b.Name
	}
	return fmt.Sprintf("%s %d", b.Name, turns)
}

// Output is what the guest prints after Few turns.
func (b Benchmark) Output() string { return fmt.Sprintf("%s %016x\n", b.Name, b.Checksum) }
