package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"

	"stasis/internal/guests"
	"stasis/internal/lab"
	"stasis/machine"
)

var update = flag.Bool("update", false, "rewrite the transcripts in docs/HYPERVISOR-DEBUGGING.md")

const tour = "../../docs/HYPERVISOR-DEBUGGING.md"

// transcript is a command in the tour, with what it printed when it was last run.
var transcript = regexp.MustCompile("(?ms)^<!-- (lab[^>]*) -->\n(?:\n```\n.*?^```\n)?")

// TestTour runs every command of the tour: what stands below it is what it prints.
func TestTour(t *testing.T) {
	old, err := os.ReadFile(tour)
	if err != nil {
		t.Fatal(err)
	}
	commands := 0
	now := transcript.ReplaceAllFunc(old, func(block []byte) []byte {
		commands++
		command := string(transcript.FindSubmatch(block)[1])
		var out, errs bytes.Buffer
		if code := execute(strings.Fields(command), &out, &errs); code != exitOK {
			t.Errorf("%s: exit %d: %s", command, code, errs.String())
		}
		return []byte("<!-- " + command + " -->\n\n```\n$ stasis " + command + "\n" + out.String() + "```\n")
	})
	if commands < 15 {
		t.Errorf("%d commands in the tour", commands)
	}
	if bytes.Equal(old, now) {
		return
	}
	if !*update {
		t.Errorf("%s is not up to date: run go test ./cmd/stasis -run TestTour -args -update", tour)
		return
	}
	if err := os.WriteFile(tour, now, 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestSlides: every story fits a slide.
func TestSlides(t *testing.T) {
	for _, cell := range [][2]string{{"timer-stepover", "bhyve"}, {"thousand-steps", "whpx-raw"}, {"bp-swapped", "whpx"}, {"two-cpus-one-bp", "whpx"}} {
		s, c, err := lab.Find(cell[0], cell[1])
		if err != nil {
			t.Fatal(err)
		}
		text, err := lab.Explain(s, c, false)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
		if len(lines) > 25 {
			t.Errorf("%v: %d lines", cell, len(lines))
		}
		for _, l := range lines {
			if n := len([]rune(l)); n > 100 {
				t.Errorf("%v: %d columns: %s", cell, n, l)
			}
		}
	}
}

// TestBackendFlag: --backend as it is taken, and what the monitor says of it.
func TestBackendFlag(t *testing.T) {
	hello := kernelFile(t, guests.Hello64)
	for _, bad := range [][]string{{"xen"}, {"whpx,-bpt-exit"}, {"bhyve,fast"}} {
		if r := stasisRun(t, "--kernel", hello, "--backend", bad[0]); r.code != exitUsage {
			t.Errorf("%s: exit status %d, %q", bad[0], r.code, r.stderr)
		}
	}
	for _, c := range []struct{ backend, cpu, info, watch, vendor string }{
		{"native", "", "native: software breakpoints, hardware breakpoints, watchpoints", "1: watch", ""},
		{"bhyve", "", "bhyve: software breakpoints, timers run while stopped", "cannot do that", "intel"},
		{"bhyve,-bpt-exit", "", "bhyve: timers run while stopped", "cannot do that", "intel"},
		{"bhyve", "x86-64-v2,vendor=amd", "bhyve: software", "cannot do that", "amd"},
		{"whpx", "", "whpx: software breakpoints, hardware breakpoints", "cannot do that", "amd"},
		{"mask-if", "", "mask-if: software breakpoints, timers", "cannot do that", "intel"},
	} {
		o := &options{clock: "instructions", clockOnStop: "pause", backend: c.backend, emulateFlags: true, cpu: c.cpu, entry: "auto", slice: 1,
			serial: []string{"none"}, kernel: hello}
		o.mem, o.smp, o.ips = 16<<20, 1, machine.DefaultIPS
		s := &session{options: o, stdout: io.Discard, stderr: io.Discard}
		if err := s.open(); err != nil {
			t.Fatal(err)
		}
		for line, want := range map[string]string{"info backend": c.info, "watch 0x1000": c.watch} {
			if got := s.debugger.Monitor(0, line); !strings.Contains(got, want) {
				t.Errorf("%s: %s: %q, want %q", c.backend, line, got, want)
			}
		}
		if got := s.machine.Config().CPU; c.vendor != "" && got != c.vendor {
			t.Errorf("%s: the CPU is %s's", c.backend, got)
		}
		s.close()
	}
}

// TestLabJSON reads the machine's form of a row of the table.
func TestLabJSON(t *testing.T) {
	var out, errs bytes.Buffer
	if code := execute([]string{"lab", "--json", "--scenario", "guest-int3"}, &out, &errs); code != exitOK {
		t.Fatalf("exit %d: %s", code, errs.String())
	}
	var rows []lab.Row
	if err := json.Unmarshal(out.Bytes(), &rows); err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		want := lab.Green
		if r.Backend == "bhyve-amd" {
			want = lab.Red
		}
		if r.Scenario != "guest-int3" || r.Result != want || r.Expected != want {
			t.Errorf("%+v", r)
		}
	}
	if len(rows) != len(lab.Columns) {
		t.Errorf("%d rows", len(rows))
	}
	for _, bad := range [][]string{{"lab", "--backend", "xen"}, {"lab", "explain", "none", "native"}, {"lab", "explain", "checksum"}} {
		if code := execute(bad, &out, &errs); code != exitUsage {
			t.Errorf("%v: exit %d", bad, code)
		}
	}
}
