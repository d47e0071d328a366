package replay

import (
	"reflect"
	"strings"
	"testing"
)

func TestScript(t *testing.T) {
	s, err := ParseScript(strings.NewReader(`
# a session
wait "login: "
send "root\n"
wait "# "
after retired=500
send "ls\n"
send "exit\n"
`), 0)
	if err != nil {
		t.Fatal(err)
	}
	poll := func(retired uint64) string {
		var got string
		for in, ok := s.Poll(retired); ok; in, ok = s.Poll(retired) {
			got += string(in.Data)
		}
		return got
	}
	s.Output([]byte("Debian lo"))
	if got := poll(10); got != "" {
		t.Errorf("sent %q before the word", got)
	}
	s.Output([]byte("gin: # not this one"))
	if got := poll(20); got != "root\n" {
		t.Errorf("sent %q, want root", got)
	}
	if s.Next() != 500 {
		t.Errorf("Next = %d: the prompt came in the same output and counts", s.Next())
	}
	if got := poll(499); got != "" {
		t.Errorf("sent %q too early", got)
	}
	if got := poll(500); got != "ls\nexit\n" || !s.Done() {
		t.Errorf("sent %q, done %v", got, s.Done())
	}
}

func TestScriptErrors(t *testing.T) {
	for _, line := range []string{"wait login", `send ""`, "after 5", `say "x"`, "after retired=x"} {
		if _, err := ParseScript(strings.NewReader(line), 0); err == nil || !strings.Contains(err.Error(), "line 1") {
			t.Errorf("%s: %v", line, err)
		}
	}
}

func TestRecorderReplaysWhatItRecorded(t *testing.T) {
	var r Recorder
	start := r.Mark()
	a, b := Bytes(0, []byte("a")), ClockAdvance(7)
	r.Record(a)
	r.Record(b)
	r.Seek(start)
	var got []Input
	for in, ok := r.Peek(); ok; in, ok = r.Peek() {
		got = append(got, in)
		r.Take()
	}
	if !reflect.DeepEqual(got, []Input{a, b}) || !r.Live() {
		t.Errorf("got %+v", got)
	}
	r.Seek(start)
	r.Take()
	r.Fork()
	if len(r.Inputs()) != 1 || !r.Live() {
		t.Errorf("after Fork: %+v", r.Inputs())
	}
}

func TestLive(t *testing.T) {
	l := NewLive()
	l.Send(Bytes(0, []byte("x")))
	l.Close()
	<-l.Ready()
	if !l.Open() {
		t.Error("closed with an input left")
	}
	if in, ok := l.Poll(0); !ok || string(in.Data) != "x" {
		t.Errorf("polled %+v %v", in, ok)
	}
	if l.Open() {
		t.Error("open after the end")
	}
}
