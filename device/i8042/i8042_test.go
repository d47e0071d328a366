package i8042

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stasis/irq"
)

type bench struct {
	*Controller
	lines  map[string]bool
	resets int
}

func newBench() *bench {
	b := &bench{lines: map[string]bool{}}
	line := func(name string) irq.Line { return irq.Func(func(high bool) { b.lines[name] = high }) }
	b.Controller = New(line("irq1"), line("irq12"), line("a20"), func() { b.resets++ })
	b.Reset()
	return b
}

// run does steps: c=.. and d=.. write a command or data, c and d read status or data. It returns what was read.
func (b *bench) run(t *testing.T, script string) string {
	var got []string
	for _, step := range strings.Fields(script) {
		var port interface {
			Read(uint64, int) uint64
			Write(uint64, int, uint64)
		} = b.Data()
		if step[0] == 'c' {
			port = b.Command()
		}
		if len(step) == 1 {
			got = append(got, fmt.Sprintf("%02x", port.Read(0, 1)))
			continue
		}
		var v uint64
		if _, err := fmt.Sscanf(step[1:], "=%x", &v); err != nil {
			t.Fatal(step, err)
		}
		port.Write(0, 1, v)
	}
	return strings.Join(got, " ")
}

func TestCommands(t *testing.T) {
	for _, c := range []struct{ name, script, want string }{
		{"idle", "c", "14"},
		{"self test", "c=aa c d c", "1d 55 1c"},
		{"tests of ports", "c=ab d c=a9 d", "00 00"},
		{"command byte", "c=20 d c=60 d=47 c=20 d", "34 47"},
		{"RAM", "c=7f d=99 c=3f d", "99"},
		{"enabling", "c=ae c=a8 c=20 d c=ad c=20 d c=a7 c=20 d", "04 14 34"},
		{"input port", "c=c0 d", "a0"},
		{"output port", "c=d0 d c=d1 d=01 c=d0 d", "03 01"},
		{"no keyboard", "d=ff c d", "55 fe"},
		{"no mouse", "c=d4 d=ff c d", "75 fe"},
		{"faked keyboard", "c=d2 d=1c c d", "15 1c"},
		{"faked mouse", "c=d3 d=08 c d", "35 08"},
		{"a command ends the wait for data", "c=60 c=aa d d=ff d c=20 d", "55 fe 34"},
	} {
		if d := cmp.Diff(c.want, newBench().run(t, c.script)); d != "" {
			t.Errorf("%s: %s (-want +got):\n%s", c.name, c.script, d)
		}
	}
}

func TestLines(t *testing.T) {
	b := newBench()
	for _, c := range []struct {
		script           string
		irq1, irq12, a20 bool
		resets           int
	}{
		{"", false, false, true, 0},
		{"c=60 d=47 c=d2 d=1c", true, false, true, 0},
		{"d", false, false, true, 0},
		{"c=d3 d=08", false, true, true, 0},
		{"d c=d1 d=dd", false, false, false, 0},
		{"c=d1 d=df", false, false, true, 0},
		{"c=fe", false, false, true, 1},
		{"c=ff", false, false, true, 1},
		{"c=d1 d=fe", false, false, true, 2},
	} {
		b.run(t, c.script)
		got := []any{b.lines["irq1"], b.lines["irq12"], b.lines["a20"], b.resets}
		if d := cmp.Diff([]any{c.irq1, c.irq12, c.a20, c.resets}, got); d != "" {
			t.Errorf("after %q (-want +got):\n%s", c.script, d)
		}
	}
}
