package bench

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// round is one run of a row on each emulator. Times of what is not installed are 0.
type round struct{ stasis, tcg, precise, bochs time.Duration }

// row is what was measured of a job.
type row struct {
	job
	units  uint64 // of one run: they are all alike
	rounds []round
}

// add runs the job once on each emulator.
func (r *row) add(l *lab, b *testing.B) {
	c := l.run(b, l.stasis, r.job)
	r.units = c.units
	one := round{stasis: c.user}
	if l.tcg != nil {
		one.tcg, one.precise = l.run(b, l.tcg, r.job).user, l.run(b, l.precise, r.job).user
	}
	if l.bochs != nil && r.kind != boot {
		one.bochs = l.run(b, l.bochs, r.job).user
	}
	r.rounds = append(r.rounds, one)
}

// median is that of something of all rounds, or of a list.
func median[T cmp.Ordered](list []T) T {
	list = slices.Sorted(slices.Values(list))
	return list[len(list)/2]
}

func (r *row) median(of func(one round) float64) float64 {
	var list []float64
	for _, one := range r.rounds {
		list = append(list, of(one))
	}
	return median(list)
}

func (r *row) mips() float64 {
	return r.median(func(one round) float64 { return float64(r.units) / float64(one.stasis.Microseconds()) })
}

// ofTCG, ofPrecise and ofBochs are how often our time goes into another's.
func (r *row) ofTCG() float64 {
	return r.median(func(one round) float64 { return one.tcg.Seconds() / one.stasis.Seconds() })
}

func (r *row) ofPrecise() float64 {
	return r.median(func(one round) float64 { return one.precise.Seconds() / one.stasis.Seconds() })
}

func (r *row) ofBochs() float64 {
	return r.median(func(one round) float64 { return one.bochs.Seconds() / one.stasis.Seconds() })
}

type metric struct {
	value float64
	unit  string
}

func (r *row) metrics() []metric {
	list := []metric{{r.mips(), "MIPS"}, {0, "ns/op"}}
	if r.ofTCG() > 0 {
		list = append(list, metric{r.ofTCG(), "of-TCG"}, metric{r.ofPrecise(), "of-icount"})
	}
	if r.ofBochs() > 0 {
		list = append(list, metric{r.ofBochs(), "of-Bochs"})
	}
	return list
}

// rows is a table, in the order of the runs. The last run of a row counts.
type rows []row

func (t *rows) put(r row) {
	for i := range *t {
		if (*t)[i].name == r.name {
			(*t)[i] = r
			return
		}
	}
	*t = append(*t, r)
}

const preamble = `# Speed

Processor time in user mode of whole processes, less that of starting. The ratios are QEMU's time by ours: 1 is as fast as
QEMU's TCG, without and with ` + "`-icount shift=0,sleep=off`" + `. A round runs a row on the three in turn; MIPS and ratios are the
medians of the rounds. A row that another emulator cannot run has no ratio: QEMU's TCG has no PCIDs, and Bochs boots disks only.
Bochs is the one that is installed; Debian's 2.7 is built with its debugger, so an optimised build is about four times as fast.
`

// report prints the tables that were measured, and puts them in place of the older ones in a file, if there is one.
func report(path string) error {
	old, err := os.ReadFile(path)
	if path != "" && err != nil {
		return err
	}
	text, measured := preamble, false
	for _, p := range platforms {
		heading := "\n## " + p.title + "\n"
		if len(p.table) == 0 {
			_, kept, found := strings.Cut(string(old), heading)
			if kept, _, _ = strings.Cut(kept, "\n## "); found {
				text += heading + strings.TrimRight(kept, "\n") + "\n"
			}
			continue
		}
		measured = true
		table := heading + p.String()
		text += table
		fmt.Print(table)
	}
	if path == "" || !measured {
		return nil
	}
	return os.WriteFile(path, []byte(text), 0o644)
}

// String is the platform's table in Markdown.
func (p *platform) String() string {
	var s strings.Builder
	fmt.Fprintf(&s, "\nMeasured by `make bench` on %s, %s, %s, rounds: %d.\n\n", time.Now().UTC().Format("2006-01-02"), processor(), runtime.Version(), len(p.table[0].rounds))
	s.WriteString("| guest | million units | MIPS | of TCG | of TCG with icount | of Bochs |\n|---|---:|---:|---:|---:|---:|\n")
	for _, r := range p.table {
		writeRow(&s, r.name, fmt.Sprint(r.units/1e6), r.mips(), r.ofTCG(), r.ofPrecise(), r.ofBochs())
	}
	p.table.of(straight).writeMean(&s, "geometric mean of the straight loops")
	if p.apart != nil {
		p.table.of(straight).without(p.apart).writeMean(&s, "the same without "+strings.Join(p.apart, " and ")+", "+p.why)
	}
	p.table.of(system).writeMean(&s, "geometric mean of traps and translation")
	return s.String()
}

// of is the rows of one kind.
func (t rows) of(k kind) rows {
	return slices.DeleteFunc(slices.Clone(t), func(r row) bool { return r.kind != k })
}

// without is the table less some rows.
func (t rows) without(names []string) rows {
	return slices.DeleteFunc(slices.Clone(t), func(r row) bool { return slices.Contains(names, r.name) })
}

func (t rows) writeMean(s *strings.Builder, title string) {
	if len(t) > 0 {
		writeRow(s, title, "", t.mean((*row).mips), t.mean((*row).ofTCG), t.mean((*row).ofPrecise), t.mean((*row).ofBochs))
	}
}

func writeRow(s *strings.Builder, name, units string, mips, tcg, precise, bochs float64) {
	fmt.Fprintf(s, "| %s | %s | %.0f | %s | %s | %s |\n", name, units, mips, show(tcg), show(precise), show(bochs))
}

func show(ratio float64) string {
	if ratio <= 0 || math.IsNaN(ratio) {
		return "–"
	}
	return fmt.Sprintf("%.2f", ratio)
}

// mean is the geometric mean over the rows that were measured.
func (t rows) mean(of func(r *row) float64) float64 {
	sum, n := 0.0, 0
	for i := range t {
		if v := of(&t[i]); v > 0 {
			sum += math.Log(v)
			n++
		}
	}
	return math.Exp(sum / float64(n))
}

// processor is the host's processor by name.
func processor() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	if m := regexp.MustCompile(`model name\s*: (.*)`).FindSubmatch(text); m != nil {
		return string(m[1])
	}
	return runtime.GOARCH
}
