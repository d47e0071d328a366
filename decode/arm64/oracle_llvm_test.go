package arm64

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// llvmFeatures are the optional parts of the tables in LLVM's words; sha3 is SHA-512 too.
const llvmFeatures = "+neon,+crc,+lse,+rdm,+fullfp16,+dotprod,+aes,+sha2,+sha3,+jsconv,+complxnum,+rcpc,+rcpc-immo,+pauth,+bti,+flagm,+altnzcv,+fptoint,+sb,+ssbs,+dit,+pan,+uaops,+el3"

// llvm disassembles words; a word that LLVM does not allocate has no text.
func llvm(t *testing.T, words []uint32) []string {
	t.Helper()
	path, err := exec.LookPath("llvm-mc")
	if err != nil {
		if os.Getenv("STASIS_NO_SKIP") != "" {
			t.Fatal("llvm-mc is not installed")
		}
		t.Skip("llvm-mc is not installed")
	}
	var in, out, bad bytes.Buffer
	for _, w := range words {
		fmt.Fprintf(&in, "%#x %#x %#x %#x\n", w&255, w>>8&255, w>>16&255, w>>24)
	}
	cmd := exec.Command(path, "-disassemble", "-triple=aarch64", "-mattr="+llvmFeatures)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = &in, &out, &bad
	if err := cmd.Run(); err != nil {
		t.Fatalf("llvm-mc: %v\n%s", err, bad.String())
	}
	return llvmTexts(t, len(words), out.String(), bad.String())
}

// llvmTexts deals the lines of the output out to the words without a complaint.
func llvmTexts(t *testing.T, n int, out, complaints string) []string {
	t.Helper()
	bad := map[int]bool{}
	for line := range strings.Lines(complaints) {
		if number, rest, ok := strings.Cut(strings.TrimPrefix(line, "<stdin>:"), ":"); ok && strings.Contains(rest, "invalid instruction encoding") {
			k, err := strconv.Atoi(number)
			if err != nil {
				t.Fatalf("llvm-mc: %s", line)
			}
			bad[k-1] = true
		}
	}
	var lines []string
	for line := range strings.Lines(out) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, ".") {
			lines = append(lines, line)
		}
	}
	if len(lines)+len(bad) != n {
		t.Fatalf("llvm-mc: %d words, %d lines, %d complaints", n, len(lines), len(bad))
	}
	texts := make([]string, n)
	for k := range texts {
		if !bad[k] {
			texts[k], lines = lines[0], lines[1:]
		}
	}
	return texts
}

// llvmWords are instances of all rows, such words with one or two bits turned, and any words.
func llvmWords(t *testing.T, n int) (words []uint32) {
	r := rand.New(rand.NewPCG(64, 4))
	instances(t, n, func(row int, raw uint32) {
		words = append(words, raw, raw^1<<r.UintN(32), raw^1<<r.UintN(32)^1<<r.UintN(32))
	})
	for range len(Rows) * n {
		words = append(words, r.Uint32())
	}
	return words
}

// TestOracleLLVM compares what is allocated with LLVM's disassembler.
func TestOracleLLVM(t *testing.T) {
	n := 20
	if s := os.Getenv("STASIS_ORACLE"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	words := llvmWords(t, n)
	shown := map[string]bool{}
	for k, text := range llvm(t, words) {
		i, ok := Decode(words[k])
		if ok == (text != "") || llvmGap(&i, ok, text) {
			continue
		}
		mnemonic, _, _ := strings.Cut(text, "\t")
		if key := i.Op.String() + Rows[i.Row].Pattern + mnemonic; !shown[key] {
			shown[key] = true
			t.Errorf("%08x: %v %s, LLVM %q", words[k], i.Op, Rows[i.Row].Pattern, text)
		}
	}
}

// llvmGap is where LLVM and the manual differ, or LLVM's switches do not part what the tables part.
func llvmGap(i *Inst, ok bool, text string) bool {
	mnemonic, _, _ := strings.Cut(text, "\t")
	switch {
	case i.Op == LDAPR: // wants the should-be-one bits
		return i.Field(20, 16) != 31
	case ok:
		return false
	case mnemonic == "mrs" || mnemonic == "msr": // op0 below 2 has no registers
		return i.Field(20, 19) < 2
	}
	return false
}
