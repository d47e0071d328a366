package bench

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"stasis/cpu"
	"stasis/internal/guests"
	"stasis/loader"
	"stasis/machine"
)

// armed is a way to have a debugger's breakpoints and watchpoints, none of which is reported.
type armed struct {
	name  string
	limit float64 // of the ratio to a run without any; 0: no limit
	arm   func(c cpu.CPU, symbols map[string]uint64)
}

// spread gives a CPU breakpoints from an address on, a byte apart.
func spread(from func(symbols map[string]uint64) uint64, n int) func(c cpu.CPU, symbols map[string]uint64) {
	return func(c cpu.CPU, symbols map[string]uint64) {
		list := make([]uint64, n)
		for i := range list {
			list[i] = from(symbols) + uint64(i)
		}
		c.SetBreakpoints(list)
	}
}

// elsewhere is in pages that the guest does not execute; here is in the page of its loop, in code that has run before.
func elsewhere(map[string]uint64) uint64    { return 0x400000 }
func here(symbols map[string]uint64) uint64 { return symbols[guests.DemoLoop]&^0xfff + 0x400 }

// watching gives a CPU a watchpoint.
func watching(at func(symbols map[string]uint64) uint64) func(c cpu.CPU, symbols map[string]uint64) {
	return func(c cpu.CPU, symbols map[string]uint64) {
		c.SetWatchpoints([]cpu.Watch{{Addr: at(symbols), Len: 8, Write: true}})
	}
}

// unchanged watches the return address of the loop's call for a change: it is written each time, and always the same.
func unchanged(c cpu.CPU, symbols map[string]uint64) {
	for i, r := range c.Registers() {
		if r.Name == "rsp" {
			rsp := binary.LittleEndian.Uint64(c.ReadRegister(i))
			if c.PC() == symbols[guests.DemoLoop] {
				rsp += 8 // inside the call
			}
			c.SetWatchpoints([]cpu.Watch{{Addr: rsp - 8, Len: 8, Write: true, Changed: true}})
		}
	}
}

// BenchmarkBreakpoints measures what breakpoints and watchpoints cost that are not hit: the ratio of the times of the demo guest's
// loop with and without them, the median of 30 pairs that are run by turns.
func BenchmarkBreakpoints(b *testing.B) {
	hot := func(s map[string]uint64) uint64 { return s[guests.DemoCount] }
	list := []armed{{"watch-cold-page", 1.02, watching(elsewhere)},
		{"watch-hot-page", 1.5, watching(func(s map[string]uint64) uint64 { return hot(s)&^0xfff + 0xe00 })},
		{"watch-same-line", 0, watching(func(s map[string]uint64) uint64 { return hot(s) - 8 })},
		{"watch-hot-word", 5, unchanged}}
	for _, n := range []int{0, 1, 100, 10_000} {
		list = append(list, armed{fmt.Sprintf("other-pages-%d", n), 1.02, spread(elsewhere, n)})
	}
	for _, n := range []int{1, 100, 1000} {
		list = append(list, armed{fmt.Sprintf("hot-page-%d", n), 1.02, spread(here, n)})
	}
	for _, a := range list {
		b.Run(a.name, func(b *testing.B) {
			for range b.N {
				ratio := pairs(b, a, 30)
				b.ReportMetric(ratio, "ratio")
				if a.limit != 0 && ratio > a.limit {
					b.Logf("more than %.2f", a.limit)
				}
			}
		})
	}
}

// pairs is the median of n ratios.
func pairs(b *testing.B, a armed, n int) float64 {
	bare, loaded := looping(b), looping(b)
	defer bare.Close()
	defer loaded.Close()
	symbols, err := guests.Symbols(guests.ELF(guests.Demo))
	if err != nil {
		b.Fatal(err)
	}
	a.arm(loaded.CPUs()[0], symbols)
	var ratios []float64
	for k := range n + 1 {
		first, second := bare, loaded
		if k%2 == 1 {
			first, second = loaded, bare
		}
		t1, t2 := lap(b, first), lap(b, second)
		if k%2 == 1 {
			t1, t2 = t2, t1
		}
		if k > 0 { // the first builds the blocks
			ratios = append(ratios, float64(t2)/float64(t1))
		}
	}
	slices.SortFunc(ratios, cmp.Compare[float64])
	return ratios[len(ratios)/2]
}

// looping is a machine in the demo guest's loop.
func looping(b *testing.B) *machine.Machine {
	m, err := machine.New(machine.Config{Kernel: loader.File{Name: guests.Demo, Data: guests.ELF(guests.Demo)}, Mem: 16 << 20, SMP: 1},
		machine.Host{Serial: [2]io.Writer{io.Discard, io.Discard}})
	if err != nil {
		b.Fatal(err)
	}
	m.Resume(machine.Plan{Units: 20_000_000})
	return m
}

// lap is the processor time that 5,000,000 units take.
func lap(b *testing.B, m *machine.Machine) time.Duration {
	start := userTime(b)
	for end := m.Retired() + 5_000_000; m.Retired() < end; {
		if s := m.Resume(machine.Plan{Until: end}); s.Reason.Over() {
			b.Fatalf("stopped: %+v", s)
		}
	}
	return userTime(b) - start
}
