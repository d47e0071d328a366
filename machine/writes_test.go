package machine

import (
	"encoding/binary"
	"slices"
	"testing"

	"stasis/cpu"
	"stasis/internal/guests"
)

// TestWritesReplay: what a debugger writes is an input like a key, so a run with writes in it repeats from its inputs.
func TestWritesReplay(t *testing.T) {
	build := func() *Machine {
		m, err := New(guest(guests.Demo, ""), Host{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { m.Close() })
		return m
	}
	m := build()
	for n := range uint64(5) {
		m.Resume(Plan{Until: 2_000_000 + 100_000*n})
		if err := m.WritePhys(binary.LittleEndian.AppendUint64(nil, n), 0x9000+8*n); err != nil {
			t.Fatal(err)
		}
		r15 := slices.IndexFunc(m.CPUs()[0].Registers(), func(r cpu.Register) bool { return r.Name == "r15" })
		if err := m.WriteRegister(0, r15, binary.LittleEndian.AppendUint64(nil, n<<32)); err != nil {
			t.Fatal(err)
		}
	}
	m.Resume(Plan{Until: 3_000_000})
	if n := len(m.Inputs()); n != 10 {
		t.Errorf("%d inputs recorded, want 10", n)
	}
	again := build()
	again.Play(m.Inputs())
	again.Resume(Plan{Until: 3_000_000})
	if got, want := again.Hash(), m.Hash(); got != want {
		t.Errorf("replayed %x, want %x", got, want)
	}
	without := build()
	without.Resume(Plan{Until: 3_000_000})
	if without.Hash() == m.Hash() {
		t.Error("the writes changed nothing")
	}
}

func TestInjectionReplays(t *testing.T) {
	build := func() *Machine {
		m, err := New(guest(guests.Demo, ""), Host{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { m.Close() })
		return m
	}
	m := build()
	m.Resume(Plan{Until: 2_000_000})
	if err := m.InjectException(0, 3, 0, 1); err != nil {
		t.Fatal(err)
	}
	m.Resume(Plan{Until: 2_000_100})
	again := build()
	again.Play(m.Inputs())
	again.Resume(Plan{Until: 2_000_100})
	if len(m.Inputs()) != 1 || again.Hash() != m.Hash() {
		t.Errorf("%d inputs; replayed %x, want %x", len(m.Inputs()), again.Hash(), m.Hash())
	}
}
