package replay

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Script types by itself: it waits for words in the guest's output, or for a position, and sends text. Since both
// follow from the run alone, so does what it does.
type Script struct {
	port  uint8
	steps []step
	seen  []byte // output since the last word that was waited for
}

type step struct {
	wait  []byte
	send  []byte
	after uint64
}

// ParseScript reads lines of the forms
//
//	wait "login: "
//	send "root\n"
//	after retired=1000000
//
// with Go's escapes in the text. Empty lines and lines that begin with # are skipped.
func ParseScript(r io.Reader, port uint8) (*Script, error) {
	s := &Script{port: port}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		st, err := parseStep(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		s.steps = append(s.steps, st)
	}
	return s, lines.Err()
}

func parseStep(line string) (step, error) {
	verb, arg, _ := strings.Cut(line, " ")
	arg = strings.TrimSpace(arg)
	if verb == "after" {
		n, err := strconv.ParseUint(strings.TrimPrefix(arg, "retired="), 0, 64)
		if err != nil || !strings.HasPrefix(arg, "retired=") {
			return step{}, fmt.Errorf("%q: want after retired=N", line)
		}
		return step{after: n}, nil
	}
	text, err := strconv.Unquote(arg)
	switch {
	case err != nil || text == "":
		return step{}, fmt.Errorf("%q: want a text in double quotes", line)
	case verb == "wait":
		return step{wait: []byte(text)}, nil
	case verb == "send":
		return step{send: []byte(text)}, nil
	}
	return step{}, fmt.Errorf("%q: want wait, send or after", line)
}

// Output tells the script what the guest has written.
func (s *Script) Output(p []byte) {
	if len(s.steps) > 0 {
		s.seen = append(s.seen, p...)
		s.match()
	}
}

// match goes on where the words that are waited for have come, and keeps of the rest what may be the head of them.
func (s *Script) match() {
	for len(s.steps) > 0 && s.steps[0].wait != nil {
		word := s.steps[0].wait
		i := bytes.Index(s.seen, word)
		if i < 0 {
			if keep := len(word) - 1; len(s.seen) > keep {
				s.seen = append(s.seen[:0], s.seen[len(s.seen)-keep:]...)
			}
			return
		}
		s.seen = append(s.seen[:0], s.seen[i+len(word):]...)
		s.steps = s.steps[1:]
	}
}

// Poll sends what the script has come to.
func (s *Script) Poll(retired uint64) (Input, bool) {
	for len(s.steps) > 0 {
		st := s.steps[0]
		if st.wait != nil || st.after > retired {
			return Input{}, false
		}
		s.steps = s.steps[1:]
		s.match()
		if st.send != nil {
			return Bytes(s.port, st.send), true
		}
	}
	return Input{}, false
}

// Next is the position that the script waits for.
func (s *Script) Next() uint64 {
	if len(s.steps) == 0 || s.steps[0].wait != nil {
		return Never
	}
	return s.steps[0].after
}

// Done reports whether the script has come to its end.
func (s *Script) Done() bool { return len(s.steps) == 0 }
