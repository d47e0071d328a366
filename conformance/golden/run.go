package golden

import (
	"fmt"
	"sort"
	"strings"

	"stasis/bus"
	"stasis/conformance/harness"
	"stasis/cpu/x86"
	decode "stasis/decode/x86"
)

const (
	realTable = 0x160000 // interrupt vector table of real mode; its handlers are at F000:16n
	realCS    = 0xf000
	realEnd   = 0x100000
	pool      = 0x170000 // physical pages for what lines touch
	poolEnd   = 0x200000
)

// Runner runs lines. It keeps a machine of each vendor.
type Runner struct{ machines map[string]*harness.Machine }

// machine is the machine of a vendor, with gates that leave the stack alone.
func (r *Runner) machine(vendor string) *harness.Machine {
	if m := r.machines[vendor]; m != nil {
		return m
	}
	m := harness.NewVendor(vendor)
	m.CPU.SetSingleStep(true)
	for n := range 256 {
		m.SetGate(n, harness.Gate{Selector: harness.KernelCS, Offset: harness.Kernel + harness.Handlers + uint64(n)*16, Kind: 14, DPL: 3, IST: 1})
		m.Write(realTable+uint64(n)*4, byte(n<<4), byte(n>>4), realCS&0xff, realCS>>8)
	}
	if r.machines == nil {
		r.machines = map[string]*harness.Machine{}
	}
	r.machines[vendor] = m
	return m
}

// attempt is one run of a line.
type attempt struct {
	*Line
	m      *harness.Machine
	in     *x86.State
	out    *x86.State
	pages  map[uint64]uint64 // linear page → physical page
	before map[uint64][]byte
	vector int // of the exception, or −1
	code   uint64
	skip   string
}

// Run runs a line and returns what differs, or nothing. missing names an instruction that the CPU has not got.
func (r *Runner) Run(l *Line) (differences []string, missing string) {
	a := r.attempt(l)
	if a.skip != "" {
		return nil, a.skip
	}
	return a.compare(), ""
}

// Update is the line with what really happened behind its arrow.
func (r *Runner) Update(l *Line) string {
	a := r.attempt(l)
	s := fmt.Sprintf("[% x]", l.Code)
	if l.Text != "" {
		s += fmt.Sprintf(" %q ", l.Text)
	}
	for _, in := range l.In {
		s += " " + in.String()
	}
	return strings.TrimSpace(s + " ⇒ " + strings.Join(a.outcome(), " "))
}

// attempt runs the line, again with more memory as long as it asks for some that should be there.
func (r *Runner) attempt(l *Line) *attempt {
	a := &attempt{Line: l, m: r.machine(l.Vendor), pages: map[uint64]uint64{}}
	a.setup()
	for _, s := range append(append([]Setting(nil), l.In...), l.Out...) {
		if s.Name == "memory" {
			a.need(s.Addr, len(s.Bytes))
		}
	}
	a.need(a.codeAddress(), len(l.Code))
	for range 64 {
		a.execute()
		if a.vector != 14 || l.Fault != nil && l.Fault.Name == "PF" || len(a.pages) > 60 {
			break
		}
		a.need(a.out.CR2, 1)
	}
	for lin := range a.pages {
		if l.Mode != 16 {
			a.m.Map(lin, 0, 0)
		}
	}
	return a
}

// need gives a line the pages of an area.
func (a *attempt) need(lin uint64, n int) {
	for page := lin &^ 0xfff; n > 0; page += bus.PageSize {
		n -= int(page + bus.PageSize - max(page, lin))
		if _, ok := a.pages[page]; ok {
			continue
		}
		if a.Mode == 16 {
			a.pages[page] = page
			continue
		}
		pa := uint64(pool) + uint64(len(a.pages))*bus.PageSize
		a.pages[page] = pa
		a.m.Map(page, pa, harness.Present|harness.Writable|harness.User|harness.Accessed|harness.Dirty)
	}
}

// setup makes the state before.
func (a *attempt) setup() {
	s := a.m.State()
	s.GPR, s.RIP, s.FPU.CW, s.FPU.TW = [16]uint64{}, 0, 0x37f, 0xffff
	s.CR4 |= 1 << 9
	code, data := uint16(harness.KernelCS), uint16(harness.KernelSS)
	switch {
	case a.Mode == 16:
		a.setupReal(s)
	case a.CPL == 3:
		code, data = 0x33, 0x2b
		if a.Mode == 32 {
			code = 0x23
		}
	case a.Mode == 32:
		code = 8
	}
	if a.Mode != 16 {
		for n := range s.Seg {
			s.Seg[n] = a.m.Descriptor(data)
			if n != 2 {
				s.Seg[n].Selector = 0
			}
		}
		s.Seg[1], s.CPL = a.m.Descriptor(code), uint8(a.CPL)
	}
	a.in = s
	a.setAll(s, a.In)
}

// setAll applies settings, the status word before the registers that it numbers.
func (a *attempt) setAll(s *x86.State, list []Setting) {
	for _, status := range []bool{true, false} {
		for _, in := range list {
			if (in.Name == "FSW") == status {
				a.set(s, in)
			}
		}
	}
}

func (a *attempt) setupReal(s *x86.State) {
	s.CR0, s.CR3, s.CR4, s.EFER = 0x10, 0, 0x600, 0
	s.IDTR = x86.Table{Base: realTable, Limit: 0x3ff}
	for n := range s.Seg {
		s.Seg[n] = x86.Segment{Attr: 0x93, Limit: 0xffff}
	}
	a.m.Write(0, make([]byte, realEnd)...)
}

// set applies a setting that is not memory; unknown names panic, since a line that is not understood must not pass.
func (a *attempt) set(s *x86.State, in Setting) {
	if in.Name == "memory" {
		return
	}
	if n, ok := segments[in.Name]; ok {
		a.setSegment(s, n, uint16(in.Value[0]))
		return
	}
	if _, set := wide(s, in.Name); set != nil {
		set(in.Value)
		return
	}
	f, ok := fields[in.Name]
	if !ok {
		panic(fmt.Sprintf("line %d: register %s", a.Number, in.Name))
	}
	f.set(s, in.Value[0])
	s.RFLAGS |= 2
}

func (a *attempt) setSegment(s *x86.State, n int, selector uint16) {
	switch {
	case a.Mode == 16:
		s.Seg[n].Selector, s.Seg[n].Base = selector, uint64(selector)<<4
	default:
		s.Seg[n] = a.m.Descriptor(selector)
		if n == 1 {
			s.CPL = uint8(selector & 3)
		}
	}
}

func (a *attempt) codeAddress() uint64 {
	if a.Mode == 64 {
		return a.in.RIP
	}
	return a.in.Seg[1].Base + a.in.RIP
}

// execute writes memory, loads the state and runs the instruction to its end.
func (a *attempt) execute() {
	for _, pa := range a.pages {
		a.m.Write(pa, make([]byte, bus.PageSize)...)
	}
	for _, in := range a.In {
		if in.Name == "memory" {
			a.write(in.Addr, in.Bytes)
		}
	}
	a.write(a.codeAddress(), a.Code)
	a.before = map[uint64][]byte{}
	for lin, pa := range a.pages {
		a.before[lin] = a.m.Read(pa, bus.PageSize)
	}
	a.m.CPU.SetState(a.in)
	limit := 1
	if i, err := decode.Decode(a.Code, decode.Mode(a.Mode)); err == nil && decode.Rows[i.Row].Flags&decode.Rep != 0 {
		limit = 1 << 16
	}
	start := a.m.CPU.PC()
	for range limit {
		a.m.CPU.Run(1)
		if a.m.CPU.PC() != start {
			break
		}
	}
	for name := range a.m.CPU.Unimplemented() {
		a.skip = name
	}
	clear(a.m.CPU.Unimplemented())
	a.unwind()
}

func (a *attempt) write(lin uint64, p []byte) {
	for n, b := range p {
		if pa, ok := a.pages[(lin+uint64(n))&^0xfff]; ok {
			a.m.Write(pa+(lin+uint64(n))&0xfff, b)
		}
	}
}

// unwind takes the delivery of an exception back.
func (a *attempt) unwind() {
	s := a.m.CPU.Snapshot()
	a.out, a.vector = s, -1
	switch {
	case a.Mode == 16:
		a.unwindReal(s)
	case s.RIP >= harness.Kernel+harness.Handlers && s.RIP < harness.Kernel+harness.Handlers+0x1000:
		a.vector = int(s.RIP-harness.Kernel-harness.Handlers) / 16
		code, frame := a.m.Frame(s.GPR[4], hasCode>>a.vector&1 != 0)
		a.code = code
		cs, ss := uint16(frame[1]), uint16(frame[4])
		s.RIP, s.RFLAGS, s.GPR[4] = frame[0], frame[2]&^0x10000, frame[3]
		s.Seg[1].Selector, s.Seg[2].Selector, s.CPL = cs, ss, uint8(cs&3)
	}
}

func (a *attempt) unwindReal(s *x86.State) {
	if s.Seg[1].Selector != realCS || s.RIP >= 0x1000 {
		return
	}
	a.vector = int(s.RIP) / 16
	sp := uint16(s.GPR[4])
	var frame [3]uint16
	for n := range frame {
		at := s.Seg[2].Base + uint64(sp+uint16(2*n))
		p := a.m.Read(at, 2)
		frame[n] = uint16(p[0]) | uint16(p[1])<<8
		for k := range uint64(2) {
			was := byte(0)
			if page, ok := a.before[(at+k)&^0xfff]; ok {
				was = page[(at+k)&0xfff]
			}
			a.m.Write(at+k, was)
		}
	}
	s.GPR[4] = s.GPR[4]&^0xffff | uint64(sp+6)
	s.RIP, s.Seg[1].Selector, s.RFLAGS = uint64(frame[0]), frame[1], s.RFLAGS&^0xffff|uint64(frame[2])
}

// hasCode are the exceptions with an error code.
const hasCode = 1<<8 | 1<<10 | 1<<11 | 1<<12 | 1<<13 | 1<<14 | 1<<17

// sortedPages are the linear pages in order.
func (a *attempt) sortedPages() (list []uint64) {
	for p := range a.pages {
		list = append(list, p)
	}
	sort.Slice(list, func(i, j int) bool { return list[i] < list[j] })
	return list
}
