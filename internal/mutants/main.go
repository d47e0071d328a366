// Command mutants breaks one rule of debugging at a time, in a copy of the source tree, and looks whether the subtests that carry
// the rule's id notice. It prints a table, and fails if one of them does not.
//
// With arguments, only mutants with these ids.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func run(ids []string) error {
	dir, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := copyTree(dir); err != nil {
		return err
	}
	tried, missed := 0, 0
	for _, m := range mutants {
		if len(ids) > 0 && !slices.Contains(ids, m.id) {
			continue
		}
		verdict, caught, err := m.try(dir)
		if err != nil {
			return fmt.Errorf("%s in %s: %w", m.id, m.file, err)
		}
		tried++
		if !caught {
			missed++
		}
		fmt.Printf("%-6s %-28s %-44s %s\n", m.id, m.file, m.summary(), verdict)
	}
	fmt.Printf("%d mutants, %d caught\n", tried, tried-missed)
	if missed > 0 {
		return fmt.Errorf("%d mutants were not caught", missed)
	}
	return nil
}

// copyTree copies the files that git knows, and those it does not ignore, as they are now.
func copyTree(dir string) error {
	out, err := exec.Command("git", "ls-files", "-co", "--exclude-standard").Output()
	if err != nil {
		return fmt.Errorf("git ls-files: %w", err)
	}
	for name := range strings.Lines(string(out)) {
		name = strings.TrimSuffix(name, "\n")
		data, err := os.ReadFile(name)
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return err
		}
		to := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(to, data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// apply is the file's text with the change made.
func (m *mutant) apply(text string) (string, error) {
	if n := strings.Count(text, m.old); n != 1 {
		return "", fmt.Errorf("%q occurs %d times", m.old, n)
	}
	return strings.Replace(text, m.old, m.new, 1), nil
}

// failed is the line of a failed subtest with the id.
func (m *mutant) failed() *regexp.Regexp {
	return regexp.MustCompile(`--- FAIL: (\S*/` + m.id + `)[ /#]`)
}

// try makes the change, runs the tests that carry the id, and takes the change back.
func (m *mutant) try(dir string) (verdict string, caught bool, err error) {
	path := filepath.Join(dir, m.file)
	text, err := os.ReadFile(path)
	if err != nil {
		return "", false, err
	}
	changed, err := m.apply(string(text))
	if err != nil {
		return "", false, err
	}
	if err := os.WriteFile(path, []byte(changed), 0o644); err != nil {
		return "", false, err
	}
	defer os.WriteFile(path, text, 0o644)
	cmd := exec.Command("go", "test", "-count=1", "-vet=off", "-timeout", "120s", "-run", "^Test(Debug|Host|Exits)/^"+m.id+"$", "./conformance")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if strings.Contains(string(out), "[build failed]") {
		return "", false, fmt.Errorf("does not build:\n%s", out)
	}
	if found := m.failed().FindSubmatch(out); found != nil {
		return "caught by " + string(found[1]), true, nil
	}
	if err != nil { // a hang or a crash says it too
		return "caught: the tests of " + m.id + " did not come to their end", true, nil
	}
	return "NOT CAUGHT", false, nil
}

// summary is the first words of what is taken out or changed.
func (m *mutant) summary() string {
	s := strings.Join(strings.Fields(m.old), " ")
	return s[:min(len(s), 44)]
}
