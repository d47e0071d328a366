package golden

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	const text = "origin=manual\nmode=32 cpl=3\n# comment\n" +
		`[48 31ed] "XOR RBP,RBP" RBP=12_34 [1000]=01 02 ff xmm1=10000000000000002 ⇒ rbp=0 ?AF [2000]=aabb` + "\n" +
		"[f4] => #GP(0) // behind\n[cc] ⇒ #PF(2) CR2=0x1000"
	lines, err := Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	head := Head{Mode: 32, CPL: 3, Vendor: "amd", ISA: "x86"}
	want := []Line{
		{Head: head, Number: 4, Code: []byte{0x48, 0x31, 0xed}, Text: "XOR RBP,RBP",
			In:  []Setting{{Name: "RBP", Value: [2]uint64{0x1234}}, {Name: "memory", Addr: 0x1000, Bytes: []byte{1, 2, 255}}, {Name: "XMM1", Value: [2]uint64{2, 1}}},
			Out: []Setting{{Name: "RBP"}, {Name: "memory", Addr: 0x2000, Bytes: []byte{0xaa, 0xbb}}}, Ignore: []string{"AF"}},
		{Head: head, Number: 5, Code: []byte{0xf4}, Fault: &Fault{Name: "GP", Has: true}},
		{Head: head, Number: 6, Code: []byte{0xcc}, Fault: &Fault{Name: "PF", Code: 2, Has: true}, Out: []Setting{{Name: "CR2", Value: [2]uint64{0x1000}}}},
	}
	if !reflect.DeepEqual(lines, want) {
		t.Errorf("%+v", lines)
	}
	for _, bad := range []string{"[90]", "[9] ⇒", "[90 ⇒", "[90] RAX=g ⇒", "[90] 12 ⇒", `[90] "x ⇒`} {
		if _, err := Parse(strings.NewReader(bad)); !errors.Is(err, ErrSyntax) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

// TestWrongLine: a line that states something else than what happens is told so.
func TestWrongLine(t *testing.T) {
	var r Runner
	for _, text := range []string{"[90] ⇒ RAX=1", "[90] ⇒ #UD", "[0f 0b] ⇒", "[b0 05] ⇒ [1000]=01", "[88 03] RAX=1 RBX=1000 ⇒", "[fc] ⇒ RIP=7"} {
		lines, err := Parse(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if d, _ := r.Run(&lines[0]); len(d) == 0 {
			t.Errorf("%s: nothing differs", text)
		}
	}
}
