// Command mutants breaks rules of debugging, and the semantics of instructions, in a copy of the source tree, one at a time, and runs
// their tests: each mutant must be caught. -only ID,… takes some of them; -resume FILE leaves out those whose verdict is in the file,
// which is what an earlier run has printed.
package main

import (
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// listText is rules of debugging; semanticsText is instructions, whose ids begin with S.
var (
	//go:embed list.txt
	listText string
	//go:embed semantics.txt
	semanticsText string
)

// mutant is a change that breaks a rule.
type mutant struct{ id, file, old, new string }

// parse reads a list. A line without a mark goes on with the text before it.
func parse(text string) (list []*mutant) {
	var at *string
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "- "):
			at = &list[len(list)-1].old
			*at = line[2:]
		case strings.HasPrefix(line, "+ "):
			at = &list[len(list)-1].new
			*at = line[2:]
		case strings.HasPrefix(line, "\t"):
			*at += "\n" + line
		default:
			id, file, _ := strings.Cut(line, " ")
			list = append(list, &mutant{id: id, file: file})
		}
	}
	return list
}

// errPlace is a mutant whose text does not stand in its file.
var errPlace = errors.New("the text to change is not there")

// apply breaks the rule in a tree; undo mends it.
func (m *mutant) apply(root string) (undo func() error, err error) {
	path := filepath.Join(root, m.file)
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if !strings.Contains(string(data), m.old) {
		return nil, fmt.Errorf("%s: %s: %w", m.id, m.file, errPlace)
	}
	broken := strings.Replace(string(data), m.old, m.new, 1)
	undo = func() error { return os.WriteFile(path, data, 0o644) }
	return undo, os.WriteFile(path, []byte(broken), 0o644)
}

// failed finds the subtests that caught a mutant.
var failed = regexp.MustCompile(`--- FAIL: (Test\w+/[XV]-\d{3}\S*|Test\w+(?:/\S+)?)`)

// suite is tests of a package.
type suite struct{ pattern, pkg string }

// suites are those that have to catch a mutant, one after the other.
func (m *mutant) suites() []suite {
	if strings.HasPrefix(m.id, "S-") {
		return []suite{{"^Test(Recorded)?Vectors$", "./conformance"}}
	}
	return []suite{{"^Test(Debug|Host|Exits|Silicon)", "./conformance"}, {"^TestModes$", "./cpu/x86"}}
}

// caught runs the tests in a tree with a mutant in it, and says which found it; none if it survives.
func (m *mutant) caught(root string) (by string, err error) {
	for _, s := range m.suites() {
		if by, err = s.run(root); by != "" || err != nil {
			break
		}
	}
	return by, err
}

// run runs the tests until one fails. The compiler does without optimisation: that is the faster way.
func (s suite) run(root string) (by string, err error) {
	cmd := exec.Command("go", "test", "-vet=off", "-failfast", "-gcflags=stasis/cpu/x86=-N -l", "-count=1", "-timeout", "300s", "-run", s.pattern, s.pkg)
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	if err == nil {
		return "", nil
	}
	if found := failed.FindStringSubmatch(string(out)); found != nil {
		return found[1], nil
	}
	if strings.Contains(string(out), "panic: ") {
		return "a panic", nil
	}
	return "", fmt.Errorf("%w:\n%s", err, out)
}

// copyTree copies a module without what it has fetched or built.
func copyTree(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		switch {
		case d.IsDir() && rel != "." && strings.HasPrefix(d.Name(), "."):
			return filepath.SkipDir
		case d.IsDir():
			return os.MkdirAll(filepath.Join(to, rel), 0o755)
		case !d.Type().IsRegular():
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), data, 0o644)
	})
}

// verdicts reads how many mutants of an id and a file an earlier run has caught.
func verdicts(path string) (map[string]int, error) {
	done := map[string]int{}
	if path == "" {
		return done, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(data)) {
		if name, by, ok := strings.Cut(line, ": caught by "); ok && strings.TrimSpace(by) != "nothing" {
			done[name]++
		}
	}
	return done, nil
}

// choose is the list without what has been caught before, and of the given ids if there are any.
func choose(list []*mutant, only string, done map[string]int) []*mutant {
	return slices.DeleteFunc(list, func(m *mutant) bool {
		name := m.id + " " + m.file
		if done[name] > 0 {
			done[name]--
			return true
		}
		return only != "" && !strings.Contains(","+only+",", ","+m.id+",")
	})
}

func run(only, resume string) error {
	done, err := verdicts(resume)
	if err != nil {
		return err
	}
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return err
	}
	root, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return err
	}
	defer os.RemoveAll(root)
	if err := copyTree(strings.TrimSpace(string(out)), root); err != nil {
		return err
	}
	tried, survived := 0, 0
	for _, m := range choose(parse(listText+semanticsText), only, done) {
		tried++
		undo, err := m.apply(root)
		if err != nil {
			return err
		}
		by, err := m.caught(root)
		if err != nil {
			return fmt.Errorf("%s: %w", m.id, err)
		}
		if by == "" {
			survived++
			by = "nothing"
		}
		fmt.Printf("%s %s: caught by %s\n", m.id, m.file, by)
		if err := undo(); err != nil {
			return err
		}
	}
	fmt.Printf("mutants: %d tried, %d survived\n", tried, survived)
	if survived > 0 {
		return fmt.Errorf("%d mutants survived", survived)
	}
	return nil
}

func main() {
	only := flag.String("only", "", "ids, separated by commas")
	resume := flag.String("resume", "", "file with what an earlier run has printed")
	flag.Parse()
	if err := run(*only, *resume); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}
