package guests

import "fmt"

// Benchmark is a row of the bench guest's table. Few is a number of turns that a test can afford, 100,000 to 17 million
// instructions, and Checksum is what it prints then.
type Benchmark struct {
	Name     string
	Few      int
	Checksum uint64
}

// Benchmarks lists the bench guest's loops. The checksums are those of QEMU 7.2; sieve's, sha256's and the counts of the
// system loops are right by independent computation too.
var Benchmarks = []Benchmark{
	{"alu", 100000, 0xd11a3dd9dfad0475},
	{"float", 100000, 0x40e2ad3fc7e340a8},
	{"sha256", 300, 0xe85c8341d622e1c5},
	{"sieve", 1, 0x14069},
	{"quicksort", 1, 0x801567d8a4e5293d},
	{"hashwalk", 50000, 0x10029},
	{"chase", 100000, 0x223800},
	{"copy", 100, 0x2a},
	{"fill", 1000, 0x1},
	{"calls", 100000, 0xa4103c83a10ff2a6},
	{"branches", 100000, 0x588e3b},
	{"syscall", 20000, 0x4e20},
	{"int80", 20000, 0x4e20},
	{"pagefault", 10000, 0x2710},
	{"invlpg", 50000, 0x4a81de28},
	{"cr3", 20000, 0x4e20},
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
