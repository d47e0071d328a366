package bench

import (
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

// row is what was measured of a job. Times without QEMU are 0.
type row struct {
	job
	units                uint64
	stasis, tcg, precise time.Duration
}

// add runs the job once on each emulator.
func (r *row) add(l *lab, b *testing.B) {
	c := l.run(b, l.stasis, r.job)
	r.units, r.stasis = r.units+c.units, r.stasis+c.user
	if l.tcg != nil {
		r.tcg += l.run(b, l.tcg, r.job).user
		r.precise += l.run(b, l.precise, r.job).user
	}
}

type metric struct {
	value float64
	unit  string
}

func (r *row) mips() float64 { return float64(r.units) / float64(r.stasis.Microseconds()) }

// ratio is how often our time goes into another's.
func (r *row) ratio(other time.Duration) float64 { return other.Seconds() / r.stasis.Seconds() }

func (r *row) metrics() []metric {
	list := []metric{{r.mips(), "MIPS"}, {0, "ns/op"}}
	if r.tcg > 0 {
		list = append(list, metric{r.ratio(r.tcg), "of-TCG"}, metric{r.ratio(r.precise), "of-icount"})
	}
	return list
}

// rows is the table, in the order of the runs. The last run of a row counts.
type rows []row

var table rows

func (t *rows) put(r row) {
	for i := range *t {
		if (*t)[i].name == r.name {
			(*t)[i] = r
			return
		}
	}
	*t = append(*t, r)
}

// String is the table in Markdown; empty if nothing was measured.
func (t rows) String() string {
	if len(t) == 0 {
		return ""
	}
	var s strings.Builder
	fmt.Fprintf(&s, "# Speed\n\nMeasured by `make bench` on %s, %s, %s.\n", time.Now().UTC().Format("2006-01-02"), processor(), runtime.Version())
	s.WriteString("Processor time in user mode of whole processes, less that of starting. The ratios are QEMU's time by ours:\n" +
		"1 is as fast as QEMU's TCG, without and with `-icount shift=0,sleep=off`.\n\n")
	s.WriteString("| guest | million units | MIPS | of TCG | of TCG with icount |\n|---|---:|---:|---:|---:|\n")
	for _, r := range t {
		fmt.Fprintf(&s, "| %s | %d | %.0f | %s | %s |\n", r.name, r.units/1e6, r.mips(), show(r.ratio(r.tcg)), show(r.ratio(r.precise)))
	}
	t.writeMean(&s, "geometric mean of the loops")
	t.without("copy", "fill").writeMean(&s, "the same without copy and fill, each a REP instruction")
	return s.String()
}

// without is the table less some rows.
func (t rows) without(names ...string) rows {
	return slices.DeleteFunc(slices.Clone(t), func(r row) bool { return slices.Contains(names, r.name) })
}

func (t rows) writeMean(s *strings.Builder, title string) {
	mips, tcg := t.mean((*row).mips), t.mean(func(r *row) float64 { return r.ratio(r.tcg) })
	precise := t.mean(func(r *row) float64 { return r.ratio(r.precise) })
	fmt.Fprintf(s, "| %s | | %.0f | %s | %s |\n", title, mips, show(tcg), show(precise))
}

func show(ratio float64) string {
	if ratio <= 0 || math.IsNaN(ratio) {
		return "–"
	}
	return fmt.Sprintf("%.2f", ratio)
}

// mean is the geometric mean over the loops.
func (t rows) mean(of func(r *row) float64) float64 {
	sum, n := 0.0, 0
	for i := range t {
		if t[i].loop {
			sum += math.Log(of(&t[i]))
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
