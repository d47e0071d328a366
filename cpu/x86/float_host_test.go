package x86

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	decode "stasis/decode/x86"
)

// imagePart is a part of a floatImage by name.
type imagePart struct {
	name string
	at   func(m *floatImage) []byte
}

// imageParts are what golden lines name. Numbers stand there with the highest byte first.
var imageParts = func() (list []imagePart) {
	part := func(name string, from, to int) {
		list = append(list, imagePart{name, func(m *floatImage) []byte { return m.FX[from:to] }})
	}
	part("cw", 0, 2)
	part("sw", 2, 4)
	part("tags", 4, 5)
	part("mxcsr", fxMXCSR, fxMXCSR+4)
	for n := range 8 {
		part(fmt.Sprintf("st%d", n), fxST+16*n, fxST+16*n+10)
	}
	for n := range 16 {
		part(fmt.Sprintf("xmm%d", n), fxXMM+16*n, fxXMM+16*n+16)
	}
	for n := range 8 {
		list = append(list, imagePart{fmt.Sprintf("mem%d", n), func(m *floatImage) []byte { return m.Mem[16*n : 16*n+16] }})
	}
	return list
}()

func (f imagePart) text(m *floatImage) string {
	b := slices.Clone(f.at(m))
	slices.Reverse(b)
	return f.name + "=" + hex.EncodeToString(b)
}

var integerFields = []string{"rax", "rcx", "rdx", "flags"}

func (m *floatImage) integers() [4]uint64 {
	return [4]uint64{m.RAX, m.RCX, m.RDX, m.RFLAGS & flagsStatus}
}

// changes lists what out has different from in.
func changes(in, out *floatImage) string {
	a, b := in.unpointed(), out.unpointed()
	var list []string
	for n, name := range integerFields {
		if a.integers()[n] != b.integers()[n] {
			list = append(list, fmt.Sprintf("%s=%x", name, b.integers()[n]))
		}
	}
	for _, f := range imageParts {
		if f.text(&a) != f.text(&b) {
			list = append(list, f.text(&b))
		}
	}
	return strings.Join(list, " ")
}

// goldenLine is "[code] seed ⇒ changes", with the exception's vector in front of the changes if there is one.
func goldenLine(code []byte, seed int64, in, out *floatImage, vector int) string {
	fault := ""
	if vector >= 0 {
		fault = fmt.Sprintf("vector=%d ", vector)
	}
	return strings.TrimSpace(fmt.Sprintf("[% x] %d ⇒ %s%s", code, seed, fault, changes(in, out)))
}

// TestHost runs the instructions of testdata/float-host.txt, whose results a processor gave.
func TestHost(t *testing.T) {
	file, err := os.Open("testdata/float-host.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	c := floatCPU(t)
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		want := lines.Text()
		if !strings.HasPrefix(want, "[") {
			continue
		}
		text, rest, _ := strings.Cut(want[1:], "]")
		code, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
		if err != nil {
			t.Fatalf("%s: %v", want, err)
		}
		var seed int64
		fmt.Sscan(rest, &seed)
		in := inputImage(seed)
		out, vector := c.runImage(t, code, &in)
		if got := goldenLine(code, seed, &in, &out, vector); got != want {
			i, _ := decode.Decode(code, decode.Mode64)
			var blank floatImage
			t.Errorf("%v\nin   %s\ngot  %s\nwant %s", i.Op, changes(&blank, &in), got, want)
		}
	}
}
