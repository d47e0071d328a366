package arm64

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	decode "stasis/decode/arm64"
)

// TestGaps compares our own texts with another disassembler's.
func TestGaps(t *testing.T) {
	data, err := os.ReadFile("testdata/gaps.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		var word uint32
		number, want, _ := strings.Cut(strings.TrimSpace(line), " ")
		if _, err := fmt.Sscanf(number, "%x", &word); err != nil {
			continue // a comment
		}
		if got := strings.ReplaceAll(Disassemble(word, 0), "\t", " "); got != want {
			t.Errorf("%08x: %q, want %q", word, got, want)
		}
	}
}

// TestTexts compares texts with what the manual's syntax gives.
func TestTexts(t *testing.T) {
	for word, want := range map[uint32]string{
		0x14000002: "b 0x1008",
		0x97ffffff: "bl 0xffc",
		0xb0000001: "adrp x1, 0x2000",
		0x10000041: "adr x1, 0x1008",
		0x8b020020: "add x0, x1, x2",
		0xd503201f: "nop",
		0xd503237f: "pacibsp",
		0xd503245f: "bti c",
		0xd50330ff: "sb",
		0xd500419f: "msr pan, #0x1",
		0xd503415f: "msr dit, #0x1",
		0x1ee2a83f: ".inst 0x1ee2a83f",
		0x00000001: "udf #0x1",
		0xffffffff: ".inst 0xffffffff",
	} {
		if got := strings.ReplaceAll(Disassemble(word, 0x1000), "\t", " "); got != want {
			t.Errorf("%08x: %q, want %q", word, got, want)
		}
	}
}

// TestEveryRow prints words of every row: each has a text that begins with a mnemonic.
func TestEveryRow(t *testing.T) {
	r := rand.New(rand.NewPCG(64, 1))
	for row := 1; row < len(decode.Rows); row++ {
		for range 1000 {
			word := wordOf(r, decode.Rows[row].Pattern)
			if i, ok := decode.Decode(word); !ok || int(i.Row) != row {
				continue
			}
			if text := Disassemble(word, 0); text == "" || text[0] < 'a' || text[0] > 'z' || strings.ContainsAny(text, "%?") {
				t.Errorf("%08x %v: %q", word, decode.Rows[row].Op, text)
			}
		}
	}
}

func wordOf(r *rand.Rand, pattern string) (word uint32) {
	any := r.Uint32()
	for _, bit := range pattern {
		word = word<<1 | uint32(bit-'0')&1
		if bit != '0' && bit != '1' {
			word = word&^1 | any&1
		}
		any >>= 1
	}
	return word
}
