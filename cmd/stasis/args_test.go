package main

import (
	"reflect"
	"strings"
	"testing"
)

func TestRespell(t *testing.T) {
	for in, want := range map[string]string{
		"run -kernel k -append -s -m 1G -s -S":   "run --kernel k --append -s --mem 1G --gdb=127.0.0.1:1234 --wait",
		"run --append -S --wait":                 "run --append -S --wait",
		"run -smp=4 -- -s":                       "run --smp=4 -- -s",
		"disasm --mode 16 -":                     "disasm --mode 16 -",
		"run -serial stdio -machine pc -cpu amd": "run --serial stdio --board pc --cpu amd",
	} {
		if got := respell(strings.Fields(in)); !reflect.DeepEqual(got, strings.Fields(want)) {
			t.Errorf("%s:\ngot  %v\nwant %s", in, got, want)
		}
	}
}

func TestSize(t *testing.T) {
	for text, want := range map[string]size{"512M": 512 << 20, "2g": 2 << 30, "4096": 4096, "16K": 16 << 10} {
		var s size
		if err := s.Set(text); err != nil || s != want {
			t.Errorf("%s: %d, %v", text, s, err)
		}
	}
	for _, text := range []string{"", "M", "-1", "0", "5X", "99999999999T"} {
		var s size
		if s.Set(text) == nil {
			t.Errorf("%q was accepted as %d", text, s)
		}
	}
	s := size(512 << 20)
	if s.String() != "512M" {
		t.Errorf("512 MiB is written %s", s.String())
	}
}

func TestRateAndPosition(t *testing.T) {
	var r rate
	if err := r.Set("1e9"); err != nil || r != 1_000_000_000 {
		t.Errorf("1e9 is %d, %v", r, err)
	}
	var p position
	if err := p.Set("retired=5_000"); err != nil || p != 5000 {
		t.Errorf("position %d, %v", p, err)
	}
	if r.Set("0.5") == nil || p.Set("5000") == nil {
		t.Error("nonsense was accepted")
	}
}
