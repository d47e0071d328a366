package machine

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"stasis/internal/guests"
	"stasis/loader"
)

func guest(name, args string) Config {
	return Config{Mem: 16 << 20, Kernel: loader.File{Name: name, Data: guests.ELF(name)}, Append: args}
}

// boot runs a guest to its end.
func boot(t *testing.T, config Config, host Host) (m *Machine, stop Stop, output string) {
	t.Helper()
	var out bytes.Buffer
	host.Serial[0] = &out
	if host.Until == 0 {
		host.Until = 1_000_000_000
	}
	m, err := New(config, host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	stop = m.Resume(Plan{})
	return m, stop, out.String()
}

func TestHello(t *testing.T) {
	for _, name := range []string{guests.Hello32, guests.Hello64} {
		m, stop, out := boot(t, guest(name, ""), Host{})
		if stop.Reason != StopPowerOff || out == "" {
			t.Errorf("%s: %+v at %d, pc %#x, output %q", name, stop, m.Retired(), m.CPUs()[0].PC(), out)
		}
	}
}

func TestWaysToEnd(t *testing.T) {
	for args, want := range map[string]struct {
		reason Reason
		code   int
	}{
		guests.TestPoweroff:    {StopPowerOff, 0},
		guests.TestReset:       {StopReset, 8},
		guests.TestHalt:        {StopHaltedForever, 10},
		guests.TestTripleFault: {StopTripleFault, 6},
	} {
		if m, stop, out := boot(t, guest(guests.Tests, args), Host{}); stop.Reason != want.reason || stop.ExitCode() != want.code {
			t.Errorf("%s: %+v at %d, output %q", args, stop, m.Retired(), out)
		}
	}
}

func TestGuestTests(t *testing.T) {
	config := guest(guests.Tests, "")
	config.SMP = 4
	_, stop, out := boot(t, config, Host{})
	if stop.Reason != StopDebugExit || stop.Code != 0 || !strings.Contains(out, "application processors 3") {
		t.Errorf("%+v\n%s", stop, out)
	}
}

// The hash does not depend on slices, on the engine, on what the fast path remembers, or on snapshots.
func TestSameHashesEveryWay(t *testing.T) {
	var want []HashAt
	for name, host := range map[string]Host{
		"plain":       {},
		"slices":      {Slice: 997},
		"single step": {Trial: Trial{SingleStep: 1 << 40}},
		"drop":        {Trial: Trial{DropInline: 101}},
	} {
		host.HashEvery, host.Until = 25_000, 2_000_000
		config := guest(guests.Tests, "")
		config.SMP = 2
		m, _, _ := boot(t, config, host)
		got := append(m.Hashes(), HashAt{m.Retired(), m.Hash()})
		if want == nil {
			want = got
		}
		compareHashes(t, name, got, want)
	}
}

func compareHashes(t *testing.T, name string, got, want []HashAt) {
	t.Helper()
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			t.Errorf("%s: at retired %d the hash is another than in the first run, where retired is %d", name, got[i].Retired, want[i].Retired)
			return
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s: %d hashes, want %d", name, len(got), len(want))
	}
}

func TestSnapshotOfAGuest(t *testing.T) {
	m, err := New(guest(guests.Tests, ""), Host{HashEvery: 100_000, Until: 1_000_000})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	m.Resume(Plan{Until: 12_345})
	s := m.Snapshot()
	hash := m.Hash()
	m.Resume(Plan{})
	want := append([]HashAt(nil), append(m.Hashes(), HashAt{m.Retired(), m.Hash()})...)
	if err := m.Restore(s); err != nil {
		t.Fatal(err)
	}
	if m.Hash() != hash {
		t.Error("restored, the hash is another")
	}
	m.Resume(Plan{})
	compareHashes(t, "restored", append(m.Hashes(), HashAt{m.Retired(), m.Hash()}), want)
}

func TestReboot(t *testing.T) {
	config := guest(guests.Tests, guests.TestReset)
	config.Reboot = true
	m, stop, _ := boot(t, config, Host{Until: 1_000_000})
	if stop.Reason != StopUntil || m.Retired() != 1_000_000 {
		t.Errorf("%+v at %d", stop, m.Retired())
	}
}

func TestBadKernels(t *testing.T) {
	for _, data := range [][]byte{nil, []byte("text"), guests.ELF(guests.Hello64)[:200]} {
		if _, err := New(Config{Kernel: loader.File{Name: "k", Data: data}}, Host{}); err == nil || errors.Is(err, io.EOF) {
			t.Errorf("%d bytes: %v", len(data), err)
		}
	}
}
