package main

import (
	"bytes"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stasis/internal/guests"
)

// kernelFile writes an embedded guest to a file.
func kernelFile(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name+".elf")
	if err := os.WriteFile(path, guests.ELF(name), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// result is what a command line has done.
type result struct {
	code           int
	stdout, stderr string
	summary        summary
}

// stasisRun runs `stasis run` with a summary.
func stasisRun(t *testing.T, args ...string) (r result) {
	t.Helper()
	var out, errs bytes.Buffer
	path := filepath.Join(t.TempDir(), "summary.json")
	r.code = execute(append([]string{"run", "--summary", path}, args...), &out, &errs)
	r.stdout, r.stderr = out.String(), errs.String()
	if b, err := os.ReadFile(path); err == nil {
		if err := json.Unmarshal(b, &r.summary); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

func TestEndsAndSummary(t *testing.T) {
	tests := kernelFile(t, guests.Tests)
	for _, c := range []struct {
		stop string
		code int
		args []string
	}{
		{"poweroff", 0, []string{"--append", guests.TestPoweroff}},
		{"reset", 8, []string{"--append", guests.TestReset}},
		{"halted-forever", 10, []string{"--append", guests.TestHalt}},
		{"triple-fault", 6, []string{"--append", guests.TestTripleFault}},
		{"until", 0, []string{"--until", "retired=5000"}},
		{"until", 0, []string{"--until", "retired=500000", "--smp", "3", "--hash-every", "100000"}},
		{"max-wall", 12, []string{"--append", guests.TestReset, "--reboot", "--max-wall", "20ms"}},
		{"debug-exit", 1, []string{"--append", "sse"}},
	} {
		r := stasisRun(t, append([]string{"-kernel", tests, "-m", "64M"}, c.args...)...)
		s := r.summary
		if r.code != c.code || s.Stop != c.stop || s.ExitCode != c.code || s.Schema != 1 {
			t.Errorf("%v: exit status %d, %+v\n%s", c.args, r.code, s, r.stderr)
		}
		if s.Retired == 0 || s.VirtualNS < s.Retired || len(s.Hash) != 64 || !strings.HasPrefix(s.PC, "0x") || s.RAMTouchedBytes == 0 {
			t.Errorf("%v: %+v", c.args, s)
		}
		for _, line := range strings.Split(strings.TrimSpace(r.stderr), "\n") {
			if !strings.HasPrefix(line, "stasis: ") {
				t.Errorf("%v: on standard error: %q", c.args, line)
			}
		}
	}
}

func TestHashEvery(t *testing.T) {
	tests := kernelFile(t, guests.Tests)
	var want []hashAt
	for _, args := range [][]string{nil, {"--slice", "997"}, {"--slice", "1000000"}, {"--single-step", "100000"}, {"--drop-inline", "313"}} {
		r := stasisRun(t, append([]string{"--kernel", tests, "--until", "retired=600000", "--hash-every", "50000"}, args...)...)
		if want == nil {
			want = r.summary.Hashes
		}
		if len(want) != 12 || len(r.summary.Hashes) != len(want) {
			t.Fatalf("%v: %d hashes, first %d", args, len(r.summary.Hashes), len(want))
		}
		for i, h := range r.summary.Hashes {
			if h != want[i] {
				t.Errorf("%v: %+v, first run %+v", args, h, want[i])
				break
			}
		}
	}
}

func TestOutputIsTheGuestsAlone(t *testing.T) {
	r := stasisRun(t, "--kernel", kernelFile(t, guests.Hello64), "--stats")
	if r.code != 0 || r.stdout != "hello from 64-bit long mode\n" {
		t.Errorf("exit status %d, standard output %q", r.code, r.stdout)
	}
	if len(r.summary.Stats) != 1 || r.summary.Stats["cpu0"]["units"] != r.summary.Retired || r.summary.Stats["cpu0"]["units_64"] == 0 {
		t.Errorf("stats: %v", r.summary.Stats)
	}
	file := filepath.Join(t.TempDir(), "serial")
	r = stasisRun(t, "--kernel", kernelFile(t, guests.Hello64), "--serial", "file:"+file, "--serial", "none")
	b, err := os.ReadFile(file)
	if err != nil || r.stdout != "" || string(b) != "hello from 64-bit long mode\n" {
		t.Errorf("file %q, %v; standard output %q", b, err, r.stdout)
	}
}

// A trace has a line for every unit, and changes nothing.
func TestTrace(t *testing.T) {
	hello := kernelFile(t, guests.Hello64)
	want := stasisRun(t, "--kernel", hello)
	file := filepath.Join(t.TempDir(), "trace")
	r := stasisRun(t, "--kernel", hello, "--trace", file)
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if r.summary.Hash != want.summary.Hash || r.stdout != want.stdout {
		t.Errorf("%+v, without a trace %+v", r.summary, want.summary)
	}
	if lines := uint64(bytes.Count(b, []byte("\n"))); lines != r.summary.Retired {
		t.Errorf("%d lines for %d units", lines, r.summary.Retired)
	}
}

// What is wrong with the input is said in one line, with exit status 2, and the summary is there all the same.
func TestBadInput(t *testing.T) {
	hello := kernelFile(t, guests.Hello64)
	short := filepath.Join(t.TempDir(), "short.elf")
	if err := os.WriteFile(short, guests.ELF(guests.Hello64)[:300], 0o644); err != nil {
		t.Fatal(err)
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, args := range [][]string{
		{},
		{"--kernel", "/nonexistent"},
		{"--kernel", short},
		{"--kernel", hello, "--smp", "99"},
		{"--kernel", hello, "--mem", "1000"},
		{"--kernel", hello, "--cpu", "z80"},
		{"--kernel", hello, "--board", "virt"},
		{"--kernel", hello, "--clock", "sundial"},
		{"--kernel", hello, "--slice", "0"},
		{"--kernel", hello, "--serial", "modem"},
		{"--kernel", hello, "--input", "/nonexistent"},
		{"--kernel", hello, "--gdb", taken.Addr().String()},
	} {
		r := stasisRun(t, args...)
		if r.code != exitUsage || strings.Count(r.stderr, "\n") != 1 || !strings.HasPrefix(r.stderr, "stasis: ") {
			t.Errorf("%v: exit status %d, %q", args, r.code, r.stderr)
		}
		if r.summary.Stop != "error" || r.summary.ExitCode != exitUsage {
			t.Errorf("%v: summary %+v", args, r.summary)
		}
	}
	if r := stasisRun(t, "--nonsense"); r.code != exitUsage {
		t.Errorf("exit status %d", r.code)
	}
}

func TestOtherCommands(t *testing.T) {
	for want, args := range map[string][]string{
		"xor rbp, rbp":        {"disasm", "--hex", "48", "31", "ed"},
		"nop":                 {"disasm", "--arch", "arm64", "--hex", "1f2003d5"},
		"stasis ":             {"version"},
		"bash completion":     {"completion", "bash"},
		"stasis demo":         {"--help"},
		"Exit status":         {"run", "--help"},
		"jmp 0x7c00":          {"disasm", "--mode", "16", "--base", "0x7c00", "--hex", "ebfe"},
		"stasis gdb --kernel": {"gdb", "--help"},
	} {
		var out, errs bytes.Buffer
		if code := execute(args, &out, &errs); code != 0 || !strings.Contains(out.String(), want) {
			t.Errorf("%v: exit status %d\n%s%s", args, code, out.String(), errs.String())
		}
	}
}
