package gen

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestFresh: generated files are what their generators write.
func TestFresh(t *testing.T) {
	directive := regexp.MustCompile(`(?m)^//go:generate go run (stasis/internal/gen/\S+)(.*)$`)
	programs := 0
	for _, dir := range []string{"../../decode/x86", "../../decode/arm64", "../../cpu/x86", "../../cpu/arm64"} {
		paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range directive.FindAllStringSubmatch(string(text), -1) {
				programs++
				args := append([]string{"run", m[1], "-dir", dir, "-check"}, strings.Fields(m[2])...)
				if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
					t.Errorf("go %v: %v\n%s", args, err, out)
				}
			}
		}
	}
	if programs < 5 {
		t.Errorf("%d generators found", programs)
	}
}
