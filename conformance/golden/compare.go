package golden

import (
	"fmt"
	"strings"

	"stasis/bus"
	"stasis/cpu/x86"
)

var vectorNames = map[int]string{0: "DE", 1: "DB", 2: "NMI", 3: "BP", 4: "OF", 5: "BR", 6: "UD", 7: "NM", 8: "DF", 10: "TS", 11: "NP", 12: "SS", 13: "GP",
	14: "PF", 16: "MF", 17: "AC", 18: "MC", 19: "XM"}

// faultName is an exception as a line states it.
func (a *attempt) faultName() string {
	if a.vector < 0 {
		return ""
	}
	name, ok := vectorNames[a.vector]
	if !ok {
		name = fmt.Sprintf("%X", a.vector)
	}
	if a.Mode != 16 && hasCode>>a.vector&1 != 0 {
		return fmt.Sprintf("#%s(%x)", name, a.code)
	}
	return "#" + name
}

// compare lists what differs from the line.
func (a *attempt) compare() (diff []string) {
	want := ""
	if f := a.Fault; f != nil {
		want = "#" + f.Name
		if f.Has && a.Mode != 16 {
			want += fmt.Sprintf("(%x)", f.Code)
		}
	}
	got := a.faultName()
	if a.Fault != nil && !a.Fault.Has {
		got, _, _ = strings.Cut(got, "(")
	}
	if got != want {
		diff = append(diff, fmt.Sprintf("exception %q, want %q", got, want))
	}
	expected := a.expected()
	diff = append(diff, a.compareRegisters(expected)...)
	return append(diff, a.compareMemory()...)
}

// expected is the state after that the line states.
func (a *attempt) expected() *x86.State {
	s := *a.in
	s.RIP = a.nextIP()
	a.setAll(&s, a.Out)
	return &s
}

// nextIP is where the instruction pointer goes if the line does not say it.
func (a *attempt) nextIP() uint64 {
	trap := a.Code[0] == 0xcc || a.Code[0] == 0xcd || a.Code[0] == 0xce || a.Code[0] == 0xf1
	if a.vector >= 0 && !(trap && a.vector != 13 && a.vector != 11) {
		return a.in.RIP
	}
	next := a.in.RIP + uint64(len(a.Code))
	switch a.Mode {
	case 16:
		return next & 0xffff
	case 32:
		return next & 0xffffffff
	}
	return next
}

// show is a named value that is compared.
type show struct {
	name string
	get  func(s *x86.State) [2]uint64
}

// shows are all registers in the order in which an update writes them.
var shows = makeShows()

func makeShows() (list []show) {
	one := func(names ...string) {
		for _, n := range names {
			f := fields[n]
			list = append(list, show{n, func(s *x86.State) [2]uint64 { return [2]uint64{f.get(s)} }})
		}
	}
	one("RAX", "RCX", "RDX", "RBX", "RSP", "RBP", "RSI", "RDI", "R8", "R9", "R10", "R11", "R12", "R13", "R14", "R15", "RIP",
		"CF", "PF", "AF", "ZF", "SF", "TF", "IF", "DF", "OF", "IOPL", "NT", "VM", "AC", "ID",
		"FSBASE", "GSBASE", "KERNELGSBASE", "CR0", "CR2", "CR3", "CR4", "EFER", "STAR", "LSTAR", "CSTAR", "SFMASK", "DR6", "DR7", "XCR0")
	one(systemNames...)
	for _, n := range []string{"ES", "CS", "SS", "DS", "FS", "GS"} {
		k := segments[n]
		list = append(list, show{n, func(s *x86.State) [2]uint64 { return [2]uint64{uint64(s.Seg[k].Selector)} }})
	}
	names := append(append([]string(nil), narrowNames...), "FCW", "FSW", "FTW", "MXCSR")
	for n := range 8 {
		names = append(names, fmt.Sprintf("ST%d", n))
	}
	for n := range 16 {
		names = append(names, fmt.Sprintf("XMM%d", n))
	}
	for _, n := range names {
		list = append(list, show{n, func(s *x86.State) [2]uint64 {
			get, _ := wide(s, n)
			return get()
		}})
	}
	return list
}

func (a *attempt) ignored(name string) bool {
	for _, i := range a.Ignore {
		if i == name {
			return true
		}
	}
	return name == "CR2" && a.vector == 14 && !a.names("CR2")
}

// names reports whether the line states a register after the arrow.
func (a *attempt) names(name string) bool {
	for _, o := range a.Out {
		if o.Name == name {
			return true
		}
	}
	return false
}

func (a *attempt) compareRegisters(want *x86.State) (diff []string) {
	for _, s := range shows {
		if g, w := s.get(a.out), s.get(want); g != w && !a.ignored(s.name) {
			diff = append(diff, fmt.Sprintf("%s=%s, want %s", s.name, hexNumber(g), hexNumber(w)))
		}
	}
	return diff
}

func (a *attempt) compareMemory() (diff []string) {
	for _, page := range a.sortedPages() {
		want := append([]byte(nil), a.before[page]...)
		for _, o := range a.Out {
			for n, b := range o.Bytes {
				if at := o.Addr + uint64(n); at&^0xfff == page {
					want[at&0xfff] = b
				}
			}
		}
		diff = append(diff, differences(page, want, a.m.Read(a.pages[page], bus.PageSize), ", want ")...)
	}
	return diff
}

// differences lists the runs of bytes in which got differs.
func differences(at uint64, want, got []byte, between string) (list []string) {
	for n := 0; n < len(got); n++ {
		if got[n] == want[n] {
			continue
		}
		end := n + 1
		for end < len(got) && got[end] != want[end] {
			end++
		}
		s := fmt.Sprintf("[%x]=% x", at+uint64(n), got[n:end])
		if between != "" {
			s += fmt.Sprintf("%s% x", between, want[n:end])
		}
		list = append(list, s)
		n = end
	}
	return list
}

func hexNumber(v [2]uint64) string {
	if v[1] != 0 {
		return fmt.Sprintf("%x%016x", v[1], v[0])
	}
	return fmt.Sprintf("%x", v[0])
}

// String is the setting as a line has it.
func (s *Setting) String() string {
	if s.Name == "memory" {
		return fmt.Sprintf("[%x]=% x", s.Addr, s.Bytes)
	}
	return s.Name + "=" + hexNumber(s.Value)
}

// outcome is what stands behind the arrow after an update.
func (a *attempt) outcome() (list []string) {
	if f := a.faultName(); f != "" {
		list = append(list, f)
		if a.vector == 14 {
			list = append(list, fmt.Sprintf("CR2=%x", a.out.CR2))
		}
	}
	before := *a.in
	before.RIP = a.nextIP()
	for _, s := range shows {
		if v := s.get(a.out); v != s.get(&before) && !a.ignored(s.name) {
			list = append(list, s.name+"="+hexNumber(v))
		}
	}
	for _, page := range a.sortedPages() {
		list = append(list, differences(page, a.before[page], a.m.Read(a.pages[page], bus.PageSize), "")...)
	}
	for _, i := range a.Ignore {
		list = append(list, "?"+i)
	}
	return list
}
