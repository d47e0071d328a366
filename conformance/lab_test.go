package conformance

import (
	"slices"
	"testing"
	"time"

	"stasis/internal/lab"
)

// cell is a cell of the lab's table and what it is to show.
type cell struct{ id, scenario, column, result string }

// TestDebugLab: what each rule says of stubs that set TF, mask IF or write into memory, and of Stasis's own way.
func TestDebugLab(t *testing.T) {
	for _, c := range []cell{
		{"V-002", "pushf-step", "whpx", lab.Green}, {"V-002", "pushf-step", "whpx-raw", lab.Red},
		{"V-002", "fault-step", "whpx", lab.Green}, {"V-002", "fault-step", "whpx-raw", lab.Red},
		{"V-002", "thousand-steps", "whpx", lab.Green},
		{"V-003", "popf-iret-step", "whpx", lab.Green}, {"V-003", "popf-iret-step", "whpx-raw", lab.Red},
		{"V-004", "lahf-sahf-step", "whpx-raw", lab.Green}, {"V-004", "lahf-sahf-step", "mask-if-raw", lab.Green},
		{"V-005", "popf-iret-step", "mask-if", lab.Green}, {"V-005", "popf-iret-step", "mask-if-raw", lab.Red},
		{"V-005", "thousand-steps", "mask-if", lab.Green}, {"V-005", "thousand-steps", "mask-if-raw", lab.Red},
		{"V-013", "checksum", "bhyve", lab.Red}, {"V-013", "checksum", "whpx", lab.Red}, {"V-013", "checksum", "native", lab.Green},
		{"V-035", "timer-stepover", "bhyve", lab.Red},
		{"V-036", "timer-stepover", "native", lab.Green}, {"V-036", "thousand-steps", "native", lab.Green},
		{"V-037", "timer-stepover", "mask-if", lab.Green}, {"V-037", "timer-stepover", "whpx", lab.Green},
		{"V-039", "thousand-steps", "mask-if", lab.Green}, {"V-039", "thousand-steps", "whpx", lab.Green},
		{"V-055", "guest-debugger", "native", lab.Green}, {"V-055", "guest-debugger", "bhyve", lab.Green},
	} {
		t.Run(c.id+"/"+c.scenario+"/"+c.column, func(t *testing.T) {
			s, column, err := lab.Find(c.scenario, c.column)
			check(t, err)
			row, err := lab.Try(s, column)
			check(t, err)
			if row.Result != c.result {
				t.Errorf("%s, not %s: %s", row.Result, c.result, row.Why)
			}
		})
	}
	t.Run("V-038", func(t *testing.T) { heldOnce(t) })
	t.Run("V-052", func(t *testing.T) { starved(t) })
	t.Run("V-053", thoughtful)
	t.Run("V-054", walks)
}

func column(t *testing.T, name string) lab.Column {
	t.Helper()
	_, c, err := lab.Find("timer-stepover", name)
	check(t, err)
	return c
}

// thoughtful continues 10,000 times with 50 ms of thought. Under each remedy the loop makes a turn each time. Where the timers
// stand during a thought, or time is instructions, there is no tick but the guest's own; where they run, one is due at each step,
// and is taken right behind it.
func thoughtful(t *testing.T) {
	const continues = 10_000
	for _, c := range []struct {
		column  string
		running bool // timers run while the guest is stopped
	}{{"native", false}, {"whpx", false}, {"mask-if", true}} {
		t.Run(c.column, func(t *testing.T) {
			p, err := lab.Thoughts(column(t, c.column), continues)
			check(t, err)
			want := p.Alone
			if c.running {
				want = continues
			}
			if p.Turns != continues || p.Ticks != want {
				t.Errorf("%+v, want %d turns and %d ticks", p, continues, want)
			}
		})
	}
}

// heldOnce: an interrupt that a step has held off is taken behind it, and none is lost.
func heldOnce(t *testing.T) {
	p, err := lab.Thoughts(column(t, "mask-if"), 100)
	check(t, err)
	if p.Turns != 100 || p.Ticks != 100 {
		t.Errorf("%+v", p)
	}
}

// starved: steps that all hold interrupts off starve the timer; Stasis's hold none.
func starved(t *testing.T) {
	const steps, hz = 30_000, 100_000 // three ticks' worth
	held, err := lab.Steps(column(t, "whpx"), steps, hz, 0)
	check(t, err)
	free, err := lab.Steps(column(t, "native"), steps, hz, 0)
	check(t, err)
	if held.Ticks != 0 || free.Ticks < 2 {
		t.Errorf("%d ticks held, %d free", held.Ticks, free.Ticks)
	}
}

// walks: with 50 ms of thought at each step, Stasis's trace is that of no thought; with IF masked no step ends in the handler, and
// with neither every one does.
func walks(t *testing.T) {
	const steps = 1000
	native, err := lab.Steps(column(t, "native"), steps, 1000, 50*time.Millisecond)
	check(t, err)
	alone, err := lab.Steps(column(t, "native"), steps, 1000, 0)
	check(t, err)
	masked, err := lab.Steps(column(t, "mask-if"), steps, 1000, 50*time.Millisecond)
	check(t, err)
	open, err := lab.Steps(column(t, "bhyve"), steps, 1000, 50*time.Millisecond)
	check(t, err)
	if !slices.Equal(native.PCs, alone.PCs) {
		t.Error("thought changes the trace")
	}
	if masked.Handler != 0 || open.Handler == 0 {
		t.Errorf("%d steps in the handler with IF masked, %d without", masked.Handler, open.Handler)
	}
}
