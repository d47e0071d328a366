// Command pairs chooses the pairs of micro-operations that the block engine has as one, by what Linux does: it builds Stasis with
// a count of which follows which, boots each kernel that is given and lets its user programs work, and prints the most
// frequent pairs. Each kernel weighs the same.
//
//	go run ./internal/gen/pairs .guests/vmlinuz .guests/vmlinuz-amd64 > internal/gen/x86/pairs.txt
//	go run ./internal/gen/pairs -arch arm64 -busybox .guests/busybox-arm64 .guests/vmlinuz-arm64 > internal/gen/arm64/pairs.txt
package main

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"stasis/internal/initramfs"
)

// counting is added to the package of the CPU, and load is what the guest's users do.
var (
	//go:embed counting.go.txt
	counting []byte
	//go:embed load.sh
	load []byte
)

const dispatch = "\t\tswitch in.op {"

// ends are operations that end a block or call: none of them is in a pair in that place.
var (
	ends  = regexp.MustCompile(`_[JB]\d+$|^uJCC|^uJMP|^uCALL|^uB(cond|L|R|LR)?$|^uT?CBN?Z|^uTBN?Z|^uRET|` + calls.String())
	calls = regexp.MustCompile(`^uGo|^uSlow|^uMiss|^uTerm|^uDead|^uExit|^uDirect|^uRead`)
)

func main() {
	log.SetFlags(0)
	n := flag.Int("n", 256, "how many `pairs`")
	c := counter{}
	flag.StringVar(&c.arch, "arch", "x86", "x86 or arm64: the `package` in cpu")
	flag.StringVar(&c.busybox, "busybox", ".guests/busybox", "static `program`")
	flag.StringVar(&c.console, "console", "ttyS0", "the kernel's `device`")
	flag.Parse()
	if err := c.run(*n, flag.Args()); err != nil {
		log.Fatal(err)
	}
}

// counter is what the runs have in common.
type counter struct {
	arch, busybox, console string
	dir                    string   // of files for a while
	names                  []string // of the micro-operations, by number
}

func (c *counter) run(n int, kernels []string) (err error) {
	if c.dir, err = os.MkdirTemp("", "pairs"); err != nil {
		return err
	}
	defer os.RemoveAll(c.dir)
	if err := c.build(); err != nil {
		return err
	}
	initrd := filepath.Join(c.dir, "initramfs")
	if err := archive(initrd, c.busybox); err != nil {
		return err
	}
	weight := map[string]float64{}
	for _, k := range kernels {
		if err := c.count(k, initrd, weight); err != nil {
			return fmt.Errorf("%s: %w", k, err)
		}
	}
	list := slices.SortedFunc(maps.Keys(weight), func(a, b string) int {
		return cmp.Or(cmp.Compare(weight[b], weight[a]), cmp.Compare(a, b))
	})
	list = list[:min(n, len(list))]
	slices.Sort(list)
	fmt.Println(strings.Join(list, "\n"))
	return nil
}

// build makes the counting program, and learns the names of the micro-operations.
func (c *counter) build() error {
	uops, err := os.ReadFile("cpu/" + c.arch + "/zuops.go")
	if err != nil {
		return fmt.Errorf("%w: run this in the project's folder", err)
	}
	for _, m := range regexp.MustCompile(`(?m)^\t(u[A-Z]\w*)( uint16 = iota)?$`).FindAllSubmatch(uops, -1) {
		c.names = append(c.names, string(m[1]))
	}
	code, err := os.ReadFile("cpu/" + c.arch + "/zrun.go")
	if err != nil {
		return err
	}
	code = bytes.Replace(code, []byte(dispatch), []byte("\t\tcountPair(in.op)\n"+dispatch), 1)
	overlay := map[string]string{}
	for name, text := range map[string][]byte{"zrun.go": code, "counting.go": bytes.Replace(counting, []byte("x86"), []byte(c.arch), 1)} {
		path := filepath.Join(c.dir, name)
		if err := os.WriteFile(path, text, 0o644); err != nil {
			return err
		}
		overlay["cpu/"+c.arch+"/"+name] = path
	}
	text, err := json.Marshal(map[string]any{"Replace": overlay})
	if err != nil {
		return err
	}
	replace := filepath.Join(c.dir, "overlay.json")
	if err := os.WriteFile(replace, text, 0o644); err != nil {
		return err
	}
	out, err := exec.Command("go", "build", "-overlay", replace, "-o", filepath.Join(c.dir, "stasis"), "./cmd/stasis").CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	return nil
}

func archive(path, busybox string) error {
	program, err := os.ReadFile(busybox)
	if err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := initramfs.Build(f, initramfs.Options{Busybox: program, Script: load}); err != nil {
		return err
	}
	return f.Close()
}

// count runs a kernel and adds what share each pair has of all.
func (c *counter) count(kernel, initrd string, weight map[string]float64) error {
	file := filepath.Join(c.dir, "pairs.json")
	cmd := exec.Command(filepath.Join(c.dir, "stasis"), "run", "--kernel", kernel, "--initrd", initrd, "--append", "console="+c.console, "--serial", "none")
	cmd.Env, cmd.Stderr = append(os.Environ(), "PAIRS="+file), os.Stderr
	if err := cmd.Run(); err != nil {
		return err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var pairs []struct{ First, Second, Count uint32 }
	if err := json.Unmarshal(text, &pairs); err != nil {
		return err
	}
	total := 0.0
	for _, p := range pairs {
		total += float64(p.Count)
	}
	for _, p := range pairs {
		first, second := c.names[p.First], c.names[p.Second]
		if !ends.MatchString(first) && !calls.MatchString(second) {
			weight[first+" "+second] += float64(p.Count) / total
		}
	}
	return nil
}
