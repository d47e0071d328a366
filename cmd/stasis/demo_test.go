package main

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"stasis/internal/guests"
	"stasis/machine"
)

// demoJSON runs the command and returns what it prints.
func demoJSON(t *testing.T, args ...string) (code int, rows []demoRow, text string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = execute(append([]string{"demo", "--json"}, args...), &out, &errs)
	if err := json.Unmarshal(out.Bytes(), &rows); err != nil {
		t.Fatalf("%v: %v\n%s%s", args, err, out.String(), errs.String())
	}
	return code, rows, out.String()
}

func TestDemo(t *testing.T) {
	for _, args := range [][]string{
		nil,
		{"--continues", "25"},
		{"--hz", "100", "--think", "11ms"},
		{"--arch", "arm64"},
		{"--arch", "arm64", "--hz", "100", "--think", "11ms", "--continues", "25"},
		{"--hz", "5000", "--think", "201us", "--continues", "4"},
	} {
		code, rows, text := demoJSON(t, args...)
		if code != 0 {
			t.Errorf("%v: exit status %d\n%s", args, code, text)
		}
		if n := uint64(rows[0].Continues); rows[0].Counter != 0 || rows[0].Ticks != n || rows[1].Counter != n {
			t.Errorf("%v: %+v", args, rows)
		}
		if _, _, again := demoJSON(t, args...); again != text {
			t.Errorf("%v: a second run prints\n%s\nthe first\n%s", args, again, text)
		}
	}
}

// Without a thought no interrupt comes in between, and the first half shows nothing.
func TestDemoWithoutThoughtShowsNothing(t *testing.T) {
	if code, rows, _ := demoJSON(t, "--think", "0s"); code != exitFalse || rows[0].Counter == 0 {
		t.Errorf("exit status %d, %+v", code, rows)
	}
}

// The cells of Stasis's way are what the guest's memory holds after as many turns of the loop without any debugger.
func TestDemoCellsAreInGuestMemory(t *testing.T) {
	o := demoOptions{continues: 40_000, hz: 10_000, think: time.Second, arch: "amd64"}
	row, err := o.run(way{"stasis", goOn})
	if err != nil {
		t.Fatal(err)
	}
	m, symbols, err := o.build()
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	var count, ticks [8]byte
	for word(count[:]) < row.Counter {
		if stop := m.Resume(machine.Plan{Units: 1}); stop.Reason != machine.StopInterrupted {
			t.Fatal(stop.Reason)
		}
		m.ReadPhys(count[:], symbols[guests.DemoCount])
		m.ReadPhys(ticks[:], symbols[guests.DemoTicks])
	}
	if row.Counter != 40_000 || row.Ticks == 0 || row.Ticks != word(ticks[:]) {
		t.Errorf("%+v, and in memory %d turns, %d ticks", row, word(count[:]), word(ticks[:]))
	}
}

func TestDemoFlags(t *testing.T) {
	for _, args := range [][]string{{"--hz", "5"}, {"--continues", "0"}, {"--think", "-1s"}, {"--arch", "vax"}, {"--nonsense"}} {
		var out, errs bytes.Buffer
		if code := execute(append([]string{"demo"}, args...), &out, &errs); code != exitUsage || out.Len() > 0 {
			t.Errorf("%v: exit status %d, %s", args, code, errs.String())
		}
	}
}
