package conformance

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"stasis/internal/guests"
)

var update = flag.Bool("update", false, "rewrite the expected parts of transcripts")

// TestGDB plays the sessions in testdata/gdb with the gdb that is installed. In a file,
//
//	# guest demo demo_timer_hz=1000     is the embedded guest, with variables patched
//	# flags --smp 2                     are further flags of stasis run
//	# pipe                              has gdb start the machine and talk to it over its standard input and output
//	(gdb) COMMAND                       is a command for gdb; everything else is what it has said
//
// A guest of AArch64 is debugged with gdb-multiarch. helpers.gdb defines what is not gdb's own. A command behind "^C" is given a Ctrl-C half a second after it begins. What differs from run to run is put out of
// sight first; see normalize. With -update the files are rewritten.
func TestGDB(t *testing.T) {
	needTool(t, "gdb")
	needTool(t, "gdb-multiarch")
	files, err := filepath.Glob("testdata/gdb/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no sessions: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) { playSession(t, file) })
	}
}

// session is a file of testdata/gdb.
type session struct {
	head     []string
	guest    string
	patches  []string
	flags    []string
	pipe     bool
	commands []string
}

func playSession(t *testing.T, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s := parseSession(string(text))
	got := strings.Join(s.head, "\n") + "\n" + normalize(s.play(t))
	if got == string(text) {
		return
	}
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("%s: %s", file, firstDifference(got, string(text)))
}

func parseSession(text string) (s session) {
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "# ") && len(s.commands) == 0 {
			s.head = append(s.head, line)
		}
		words := strings.Fields(line)
		switch {
		case strings.HasPrefix(line, "# guest "):
			s.guest, s.patches = words[2], words[3:]
		case strings.HasPrefix(line, "# flags "):
			s.flags = words[2:]
		case line == "# pipe":
			s.pipe = true
		case strings.HasPrefix(line, "(gdb) "):
			s.commands = append(s.commands, strings.TrimPrefix(line, "(gdb) "))
		}
	}
	return s
}

// play runs gdb on a new machine and returns what the user would see.
func (s *session) play(t *testing.T) string {
	dir := t.TempDir()
	kernel := filepath.Join(dir, s.guest+".elf")
	if err := os.WriteFile(kernel, s.image(t), 0o644); err != nil {
		t.Fatal(err)
	}
	addr := s.start(t, append([]string{"--kernel", kernel, "--serial", "none"}, s.flags...))
	gdb := child(t, s.debugger(), append(s.arguments(addr), kernel)...)
	gdb.Env = append(os.Environ(), "LC_ALL=C", "DEBUGINFOD_URLS=")
	out, err := gdb.CombinedOutput()
	if err != nil {
		t.Logf("gdb: %v", err)
	}
	return string(out)
}

// debugger is the gdb that knows the guest's instruction set.
func (s *session) debugger() string {
	if strings.HasSuffix(s.guest, "-arm64") {
		return "gdb-multiarch"
	}
	return "gdb"
}

// start starts the machine, or says how gdb can. The result is the argument of "target remote".
func (s *session) start(t *testing.T, args []string) (what string) {
	if !s.pipe {
		_, addr := serve(t, args...)
		return addr
	}
	cmd := stasis(t, append([]string{"run", "--gdb", "-", "--wait"}, args...)...)
	return "| " + strings.Join(cmd.Args, " ") + " 2>/dev/null"
}

// image is the guest with its variables patched.
func (s *session) image(t *testing.T) []byte {
	image := guests.ELF(s.guest)
	for _, p := range s.patches {
		name, value, _ := strings.Cut(p, "=")
		n, err := strconv.ParseUint(value, 0, 64)
		if err != nil {
			t.Fatal(err)
		}
		if image, err = guests.Patch(image, name, n); err != nil {
			t.Fatal(err)
		}
	}
	return image
}

// arguments make gdb run the commands and show them. An error ends a file of commands, but not those given one by one.
func (s *session) arguments(addr string) []string {
	list := []string{"-q", "-nx", "-batch", "-x", "testdata/gdb/helpers.gdb"}
	for _, c := range s.commands {
		list = append(list, "-ex", "echo (gdb) "+c+"\\n")
		if rest, ok := strings.CutPrefix(c, "^C "); ok {
			list = append(list, "-ex", "shell (sleep 0.5; kill -INT $PPID) &")
			c = rest
		}
		if c == "attach-stasis" {
			c = "target remote " + addr
		}
		list = append(list, "-ex", c)
	}
	return list
}

// normalize hides what may differ: where a Ctrl-C came, or a second attach.
func normalize(out string) string {
	for _, r := range noise {
		out = r.pattern.ReplaceAllString(out, r.with)
	}
	return out
}

var noise = []struct {
	pattern *regexp.Regexp
	with    string
}{
	{regexp.MustCompile(`((?:SIGINT|SIGTRAP), .*\n)(\[Switching .*\n)?0x.*\n`), "${1}(somewhere)\n"},
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return fmt.Sprintf("line %d:\n got %s\nwant %s", i+1, g[i], w[i])
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(g), len(w))
}
