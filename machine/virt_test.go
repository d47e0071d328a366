package machine

import (
	"bytes"
	"strings"
	"testing"

	"stasis/internal/guests"
	"stasis/loader"
)

// virtGuest is the demo's guest, which ends after so many turns of its loop.
func virtGuest(t *testing.T, loops uint64) Config {
	t.Helper()
	image, err := guests.Patch(guests.ELF(guests.DemoARM64), guests.DemoLoops, loops)
	if err != nil {
		t.Fatal(err)
	}
	return Config{Mem: 16 << 20, Kernel: loader.File{Name: "demo", Data: image}}
}

// newVirtMachine makes a machine that has not run yet.
func newVirtMachine(t *testing.T, config Config, host Host) *Machine {
	t.Helper()
	m, err := New(config, host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

// A guest counts on the board virt, a timer interrupts it, and it powers off: the same in every way.
func TestVirtGuest(t *testing.T) {
	var first [32]byte
	for i, host := range []Host{
		{}, {Slice: 997}, {Trial: Trial{SingleStep: 1 << 40}}, {Trial: Trial{DropInline: 101}},
	} {
		var out bytes.Buffer
		host.Serial[0] = &out
		m := newVirtMachine(t, virtGuest(t, 300_000), host)
		stop := m.Resume(Plan{})
		if stop.Reason != StopPowerOff || !strings.Contains(out.String(), "loops 0x493e0 ticks 0x4\n") {
			t.Errorf("way %d: %v, %q", i, stop.Reason, out.String())
		}
		if i == 0 {
			first = m.Hash()
		} else if m.Hash() != first {
			t.Errorf("way %d: another hash", i)
		}
		for name, n := range m.CPUs()[0].Unimplemented() {
			t.Errorf("way %d: %s is not implemented, met %d times", i, name, n)
		}
	}
}

// A restored machine goes the same way again.
func TestVirtSnapshot(t *testing.T) {
	m := newVirtMachine(t, virtGuest(t, 0), Host{})
	m.Resume(Plan{Until: 1_000_000})
	s := m.Snapshot()
	m.Resume(Plan{Until: 3_000_000})
	want := m.Hash()
	if err := m.Restore(s); err != nil {
		t.Fatal(err)
	}
	m.Resume(Plan{Until: 3_000_000})
	if m.Hash() != want {
		t.Error("another hash")
	}
}

// call is an HVC by a CPU.
func call(m *Machine, cpu int, args ...uint64) int64 {
	var x [31]uint64
	copy(x[:], args)
	s := &virtSystem{virt: m.board.(*virt), cpu: cpu}
	s.Hypercall(&x)
	return int64(x[0])
}

func TestPSCI(t *testing.T) {
	config := virtGuest(t, 0)
	config.SMP = 2
	m := newVirtMachine(t, config, Host{})
	for _, c := range []struct {
		what string
		got  int64
		want int64
	}{
		{"PSCI_VERSION", call(m, 0, psciVersion), psci11},
		{"SMCCC_VERSION", call(m, 0, smcccVersion), smccc11},
		{"PSCI_FEATURES of CPU_ON", call(m, 0, psciFeatures, psciCPUOn|psci64), psciSuccess},
		{"PSCI_FEATURES of nothing", call(m, 0, psciFeatures, 0x8400_0077), 0xffff_ffff},
		{"MIGRATE_INFO_TYPE", call(m, 0, psciMigrateInfoType), noMigration},
		{"a function that is not there", call(m, 0, 0xc400_0077), psciNotSupported},
		{"AFFINITY_INFO of the first", call(m, 0, psciAffinityInfo|psci64, 0, 0), affinityOn},
		{"AFFINITY_INFO of the second", call(m, 0, psciAffinityInfo|psci64, 1, 0), affinityOff},
		{"AFFINITY_INFO of a third", call(m, 0, psciAffinityInfo|psci64, 2, 0), psciInvalid},
		{"CPU_ON of a third", call(m, 0, psciCPUOn|psci64, 2, 0, 0), psciInvalid},
		{"CPU_ON of the first", call(m, 0, psciCPUOn|psci64, 0, 0, 0), psciAlreadyOn},
		{"CPU_ON of the second", call(m, 0, psciCPUOn|psci64, 1, 0x4000_0000, 7), psciSuccess},
		{"AFFINITY_INFO afterwards", call(m, 0, psciAffinityInfo, 1, 0), affinityOn},
		{"CPU_OFF", call(m, 1, psciCPUOff), psciSuccess},
		{"AFFINITY_INFO at last", call(m, 0, psciAffinityInfo, 1, 0), affinityOff},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d, want %d", c.what, c.got, c.want)
		}
	}
	if s := m.board.(*virt).cpus[1].Snapshot(); s.PC != 0x4000_0000 || s.X[0] != 7 {
		t.Errorf("CPU 1 starts at %#x with X0 %#x", s.PC, s.X[0])
	}
}

// What is found of the machine is what the device tree says.
func TestVirtTree(t *testing.T) {
	config := virtGuest(t, 0)
	config.GIC, config.Append = 2, "some words"
	m := newVirtMachine(t, config, Host{})
	for _, want := range []string{"arm,cortex-a15-gic\x00", "some words\x00"} {
		if !bytes.Contains(m.DeviceTree(), []byte(want)) {
			t.Errorf("no %q in the device tree", want)
		}
	}
	if c := m.Config(); c.Board != "virt" || c.CPU != "max" || c.GIC != 2 {
		t.Errorf("%s, %s, GICv%d", c.Board, c.CPU, c.GIC)
	}
}
