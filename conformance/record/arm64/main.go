// Command arm64 asks QEMU's user-mode emulation of AArch64 what instructions do: it draws words for the rows of the decoder's tables
// and states for them, has a small guest of its own execute them one at a time, and writes golden vectors. With -hunt it compares
// with the emulator at once instead and prints where they differ.
//
// It needs qemu-aarch64.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"stasis/conformance/harness/arm64"
	vector "stasis/conformance/vector/arm64"
	decode "stasis/decode/arm64"
)

var (
	output = flag.String("o", "", "file to write vectors to")
	hunt   = flag.Bool("hunt", false, "compare with the emulator, print differences")
	count  = flag.Int("n", 100, "vectors for each row")
	only   = flag.String("op", "", "only these operations, separated by commas")
	group  = flag.String("group", "", "integer, memory, float or simd: only such rows")
	seed   = flag.Uint("seed", 1, "of the inputs")
	shown  = flag.Int("show", 2, "differences printed for each row")
	qemu   = flag.String("qemu", "qemu-aarch64", "the oracle")
)

func main() {
	flag.Parse()
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "record:", err)
		os.Exit(1)
	}
}

func run() error {
	list := choose(uint32(*seed), *count)
	for from := 0; from < len(list); from += vector.Slots {
		if err := ask(list[from:min(from+vector.Slots, len(list))], uint32(*seed)); err != nil {
			return err
		}
	}
	if *hunt {
		compare(list, uint32(*seed))
		return nil
	}
	if *output == "" {
		return errors.New("nothing to do: neither -o nor -hunt")
	}
	return write(list)
}

func write(list []vector.Vector) error {
	version, err := exec.Command(*qemu, "--version").Output()
	if err != nil {
		return err
	}
	first, _, _ := strings.Cut(string(version), "\n")
	f := vector.File{Seed: uint32(*seed), Vectors: list, Comment: fmt.Sprintf("oracle: %s, -cpu %s\nvectors: %d, %d for each row, group %q\n",
		first, model, len(list), *count, *group)}
	out, err := os.Create(*output)
	if err != nil {
		return err
	}
	defer out.Close()
	if err := f.Write(out); err != nil {
		return err
	}
	return out.Close()
}

// compare prints where the emulator differs.
func compare(list []vector.Vector, seed uint32) {
	r := arm64.NewRunner()
	defer r.Close()
	seen, missing, differ := map[uint16]int{}, map[decode.Op]int{}, 0
	for n := range list {
		v := &list[n]
		i, _ := decode.Decode(v.Raw)
		got, ok := r.Run(v, seed)
		if !ok {
			missing[i.Op]++
			continue
		}
		if got.Result() == v.Result() {
			continue
		}
		differ++
		if seen[i.Row]++; seen[i.Row] <= *shown {
			report(&i, v, &got, seed)
		}
	}
	fmt.Printf("%d vectors, %d differ in %d rows, not implemented: %v\n", len(list), differ, len(seen), missing)
}

func report(i *decode.Inst, v, got *vector.Vector, seed uint32) {
	s := vector.Start(i, v.Number, seed)
	fmt.Printf("%08x %v %s\n  X%d=%x X%d=%x X%d=%x V%d=%016x%016x V%d=%016x%016x V%d=%016x%016x V%d=%016x%016x NZCV=%x FPCR=%x FPSR=%x\n  qemu %s\n  got  %s\n",
		v.Raw, i.Op, decode.Rows[i.Row].Pattern, i.Rn(), register(s, i.Rn()), i.Rm(), register(s, i.Rm()), i.Rd(), register(s, i.Rd()),
		i.Rn(), s.V[i.Rn()][1], s.V[i.Rn()][0], i.Rm(), s.V[i.Rm()][1], s.V[i.Rm()][0], i.Ra(), s.V[i.Ra()][1], s.V[i.Ra()][0],
		i.Rd(), s.V[i.Rd()][1], s.V[i.Rd()][0], s.NZCV, s.FPCR, s.FPSR, v.Result(), got.Result())
}

func register(s *vector.State, n uint8) uint64 {
	if n == 31 {
		return s.SP
	}
	return s.X[n]
}
