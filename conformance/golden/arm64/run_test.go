package arm64

import (
	"strings"
	"testing"

	"stasis/conformance/golden"
)

// TestRun checks that lines are held to what they say: the right ones pass, and each wrong one has its difference.
func TestRun(t *testing.T) {
	for text, want := range map[string]string{
		`[20 00 02 8b] X1=1 X2=2 ⇒ X0=3`:                                 "",
		`[20 00 02 8b] X1=1 X2=2 ⇒ X0=4`:                                 "X0=3, want 4",
		`[20 00 02 2b] X1=ffffffff X2=1 ⇒`:                               "CPSR=60000005, want 5",
		`[20 00 02 2b] X1=ffffffff X2=1 ⇒ Z=1 C=1`:                       "",
		`[20 00 00 f9] X1=10 X0=5 ⇒`:                                     "[10]=05, want 00",
		`[20 00 00 f9] X1=ff0 X0=5 ⇒ [ff0]=05`:                           "",
		`[20 00 40 f9] X1=5000 ⇒ #DABT FAR_EL1=5000`:                     "",
		`[20 00 40 f9] X1=5000 ⇒ #DABT FAR_EL1=5008`:                     "FAR_EL1=5000, want 5008",
		`[20 00 40 f9] X1=5000 ⇒ #UNDEFINED`:                             `exception "DABT(96000007)", want UNDEFINED(0)`,
		`[20 00 02 8b] ⇒ #UNDEFINED`:                                     `exception "", want UNDEFINED(0)`,
		`[01 00 00 d4] ⇒`:                                                "exception SVC(56000000), want none",
		`[20 1c 22 4e] V1=ff00000000000000ff V2=f00000000000000f ⇒ V0=f`: "",
		`[20 00 02 8b] X99=1 ⇒`:                                          "X99: no such register",
		`[1f 20 03 d5] EL=0 ⇒`:                                           "",
	} {
		lines, err := golden.Parse(strings.NewReader("isa=arm64\n" + text))
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		diff, missing := Run(&lines[0])
		if got := strings.Join(diff, "; "); got != want || missing != "" {
			t.Errorf("%s: %q %q, want %q", text, got, missing, want)
		}
	}
}
