//go:build linux && amd64

// Command record asks the processor that it runs on what instructions do: it draws inputs for the rows of the decoder's tables, has
// a traced child execute them one at a time, and writes golden vectors. With -hunt it compares with the emulator at once instead
// and prints where they differ.
//
// It needs Linux on x86-64, root (for pages below 64 KiB) and permission to trace.
package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"sort"
	"strings"

	"stasis/conformance/harness"
	"stasis/conformance/vector"
	decode "stasis/decode/x86"
)

var (
	output = flag.String("o", "", "file to write vectors to")
	hunt   = flag.Bool("hunt", false, "compare with the emulator, print differences")
	count  = flag.Int("n", 24, "vectors for each row")
	mode   = flag.Int("mode", 64, "16, 32 or 64")
	only   = flag.String("op", "", "only these mnemonics, separated by commas")
	seed   = flag.Uint64("seed", 1, "of the inputs")
	shown  = flag.Int("show", 2, "differences printed for each row")
	all    = flag.Bool("all", false, "print what agrees too")
	blocks = flag.Bool("blocks", false, "with -hunt: run the emulator's blocks")
	group  = flag.String("group", "", "integer or float: only such rows")
)

func main() {
	flag.Parse()
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "record:", err)
		os.Exit(1)
	}
}

func run() error {
	c, err := start()
	if err != nil {
		return fmt.Errorf("start the child: %w", err)
	}
	defer c.close()
	r := harness.NewRunner()
	r.Blocks = *blocks
	h := hunter{r: r, missing: map[string]bool{}}
	var list []vector.Vector
	for row := 1; row < len(decode.Rows); row++ {
		if !wanted(row) {
			continue
		}
		rng := rand.New(rand.NewPCG(*seed, uint64(row)<<8|uint64(*mode)))
		for range *count {
			v, ok := choose(rng, row, uint8(*mode))
			if !ok {
				continue
			}
			if err := c.record(&v, r.Background()); err != nil {
				return fmt.Errorf("%s: %w", &v, err)
			}
			if partial(row, &v) {
				continue
			}
			list = append(list, v)
			if *hunt {
				h.compare(row, &v)
			}
		}
	}
	if *hunt {
		h.report(len(list))
	}
	if *output == "" {
		return nil
	}
	f, err := os.Create(*output)
	if err != nil {
		return err
	}
	if err := vector.Write(f, provenance(), list); err != nil {
		return err
	}
	return f.Close()
}

// partial reports whether a faulting instruction has written to the stack below its top, where the order of checks and writes shows.
func partial(row int, v *vector.Vector) bool {
	switch decode.Rows[row].Op {
	case decode.CALLF:
		return v.Exception == 14 || v.Exception != vector.None && len(v.Mem) > 0
	case decode.ENTER, decode.PUSHA:
		return v.Exception != vector.None && len(v.Mem) > 0
	}
	return false
}

// wanted applies -op and -group.
func wanted(row int) bool {
	r := &decode.Rows[row]
	float := r.Flags&(decode.X87|decode.MMX|decode.SSE) != 0
	switch *group {
	case "integer":
		if float {
			return false
		}
	case "float":
		if !float {
			return false
		}
	}
	if *only == "" {
		return true
	}
	for _, name := range strings.Split(*only, ",") {
		if strings.EqualFold(name, r.Op.String()) {
			return true
		}
	}
	return false
}

// provenance is the comment at the head of a file.
func provenance() string {
	info, _ := os.ReadFile("/proc/cpuinfo")
	text := "origin: cpu\n"
	for _, line := range strings.Split(string(info), "\n\n")[:1] {
		for _, field := range strings.Split(line, "\n") {
			name, value, _ := strings.Cut(field, ":")
			switch strings.TrimSpace(name) {
			case "vendor_id", "cpu family", "model", "model name", "stepping":
				text += strings.TrimSpace(name) + ": " + strings.TrimSpace(value) + "\n"
			}
		}
	}
	return text + fmt.Sprintf("command: record -mode %d -n %d -seed %d -group %q\n", *mode, *count, *seed, *group)
}

// hunter compares with the emulator.
type hunter struct {
	r       *harness.Runner
	missing map[string]bool
	failed  map[string]int
}

func (h *hunter) compare(row int, v *vector.Vector) {
	got, ok := h.r.Run(v)
	name := fmt.Sprintf("%s  %s %s", decode.Rows[row].Pattern, decode.Rows[row].Op, decode.Rows[row].Operands)
	if !ok {
		h.missing[decode.Rows[row].Op.String()] = true
		return
	}
	equal := harness.Equal(&got, v)
	if equal && !*all {
		return
	}
	if h.failed == nil {
		h.failed = map[string]int{}
	}
	if !equal {
		h.failed[name]++
	}
	if *all || h.failed[name] <= *shown {
		regs, _, _ := harness.Input(v, h.r.Background())
		fmt.Printf("%s\n  %s\n", name, v)
		fmt.Printf("  in: ")
		for n, x := range regs {
			fmt.Printf("%s=%x ", vector.Name(n), x)
		}
		fmt.Printf("\n  cpu %s\n  got %s\n", v.Result(), got.Result())
	}
}

func (h *hunter) report(total int) {
	var names []string
	for n := range h.missing {
		names = append(names, n)
	}
	sort.Strings(names)
	fmt.Printf("%d vectors; missing: %s\n", total, strings.Join(names, " "))
	names = names[:0]
	sum := 0
	for n, k := range h.failed {
		names = append(names, fmt.Sprintf("%5d %s", k, n))
		sum += k
	}
	sort.Strings(names)
	fmt.Printf("%d differ in %d rows\n%s\n", sum, len(names), strings.Join(names, "\n"))
}
