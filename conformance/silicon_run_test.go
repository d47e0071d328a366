package conformance

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"stasis/conformance/harness"
	"stasis/cpu"
	"stasis/cpu/x86"
	decode "stasis/decode/x86"
)

// Where a probe's memory lies.
const (
	probeCode  = 0x400000
	probeBuf   = 0x30008000
	probeEdge  = probeBuf + 0x28000
	probeStack = 0x4b9000 // 64 KiB
	probeRSP   = probeStack + 0x10000 - 512

	flagTF = 1 << 8
	flagRF = 1 << 16

	dr6Idle = 0xffff0ff0
)

// user is memory of a bare machine that user code may use.
type user struct {
	*harness.Machine
	next  uint64 // free physical page
	pages map[uint64]uint64
}

func newUser(vendor string) *user {
	return &user{Machine: harness.NewVendor(vendor), next: 0x1000, pages: map[uint64]uint64{}}
}

// mapUser maps the pages of [lin, lin+n) that are not mapped yet.
func (u *user) mapUser(lin, n uint64) {
	for page := lin &^ 0xfff; page < lin+n; page += 0x1000 {
		if u.pages[page] == 0 {
			u.pages[page] = u.next
			u.Map(page, u.next, harness.Present|harness.Writable|harness.User)
			u.next += 0x1000
		}
	}
}

// poke writes mapped memory.
func (u *user) poke(lin uint64, data ...byte) {
	for n, b := range data {
		at := lin + uint64(n)
		u.Write(u.pages[at&^0xfff]+at&0xfff, b)
	}
}

// ring3 is a state that runs user code.
func (u *user) ring3(rip, rsp uint64) *x86.State {
	s := u.State()
	s.RIP, s.RFLAGS, s.CPL = rip, 0x202, 3
	s.GPR = [16]uint64{4: rsp}
	s.Seg[1], s.Seg[2] = u.Descriptor(0x33), u.Descriptor(0x2b)
	s.XCR0 = 3
	s.FPU = x86.FPU{CW: 0x37f, TW: 0xffff, MXCSR: 0x1f80}
	return s
}

// event is an event that stopped the machine in its handler.
type event struct {
	vector uint64
	code   uint64
	frame  [5]uint64 // RIP, CS, RFLAGS, RSP, SS
}

// hasCode are the vectors with an error code.
const hasCode = 1<<8 | 1<<10 | 1<<11 | 1<<12 | 1<<13 | 1<<14 | 1<<17

// await runs to the HLT of a handler.
func (u *user) await(t *testing.T) (e event, s *x86.State) {
	t.Helper()
	for range 1000 {
		exit := u.CPU.Run(10000)
		if exit.Kind == cpu.ExitHalted {
			return u.stopped()
		}
		if exit.Kind != cpu.ExitBudget {
			break
		}
	}
	t.Fatalf("no handler was reached; PC %#x", u.CPU.PC())
	return
}

// stopped reads the event of the handler that has halted.
func (u *user) stopped() (e event, s *x86.State) {
	s = u.CPU.Snapshot()
	e.vector = (s.RIP - harness.Kernel - harness.Handlers) / 16
	e.code, e.frame = u.Frame(s.GPR[4], hasCode>>e.vector&1 != 0)
	return e, s
}

// resume returns from the handler with a changed frame.
func (u *user) resume(s *x86.State, frame [5]uint64) {
	s.RIP, s.RFLAGS, s.GPR[4] = frame[0], frame[2], frame[3]
	s.Seg[1], s.Seg[2] = u.Descriptor(uint16(frame[1])), u.Descriptor(uint16(frame[4]))
	s.CPL = uint8(frame[1] & 3)
	s.Halted, s.NMIBlocked = false, false
	u.CPU.SetState(s)
}

// run replays the probe. If it needs an instruction that the CPU has not got, it says which.
func (p *probe) run(t *testing.T, single bool) (missing string) {
	u := newUser("amd")
	defer u.Close()
	u.CPU.SetSingleStep(single)
	u.CPU.SetState(p.entry(u))
	for n := range p.Events {
		e, s := u.await(t)
		for p.emulated(e) {
			u.resume(s, [5]uint64{e.frame[0] + uint64(p.inst(e).Len), e.frame[1], e.frame[2], e.frame[3], e.frame[4]})
			e, s = u.await(t)
		}
		if missing := u.CPU.Unimplemented(); len(missing) > 0 {
			return fmt.Sprint(missing)
		}
		if got, want := p.describe(n, e, s), p.want(n); got != want {
			t.Fatalf("single step %v, event %d:\n got %s\nwant %s", single, n, got, want)
		}
		if p.over(e) {
			break
		}
		p.goOn(u, e, s)
	}
	return ""
}

// inst is the instruction that an event points to.
func (p *probe) inst(e event) (i decode.Inst) {
	if at := e.frame[0] - probeCode; at < uint64(len(p.Code)) {
		i, _ = decode.Decode(p.Code[at:], decode.Mode64)
	}
	return i
}

// hidden are the instructions that UMIP takes from user code and Linux then emulates, without a data breakpoint.
func hidden(op decode.Op) bool {
	return op == decode.SIDT || op == decode.SGDT || op == decode.SMSW || op == decode.SLDT || op == decode.STR
}

func (p *probe) emulated(e event) bool { return e.vector == 13 && hidden(p.inst(e).Op) }

// entry sets memory up and is the state at the first byte.
func (p *probe) entry(u *user) *x86.State {
	u.mapUser(probeCode, uint64(len(p.Code)))
	u.mapUser(probeBuf-0x8000, probeEdge-probeBuf+0x8000)
	u.mapUser(probeStack, 0x10000)
	u.poke(probeCode, p.Code...)
	if strings.HasPrefix(p.name, "w_") {
		u.poke(probeBuf+0x18000, 0x2b, 0, 0, 0, 0x2b, 0) // MOV SS reads it here, LSS behind the offset
	}
	if p.FarPtrOff != nil {
		u.mapUser(probeCode+*p.FarPtrOff, 6)
		far := binary.LittleEndian.AppendUint32(nil, uint32(probeCode+p.FarTargetOff))
		u.poke(probeCode+*p.FarPtrOff, append(far, 0x23, 0)...)
	}
	if p.ESP != 0 {
		u.mapUser(p.ESP-0x4000, 0x4000)
	}
	s := u.ring3(probeCode, probeRSP)
	s.GPR[7], s.GPR[6], s.GPR[15] = probeBuf, probeBuf+0x18000, probeEdge
	for n, d := range p.DRs {
		s.DR[n] = d.address()
		s.DR7 |= 1<<(2*n) | (d.RW|map[uint64]uint64{1: 0, 2: 1, 4: 3, 8: 2}[d.Len]<<2)<<(16+4*n)
	}
	s.DR6, s.DR7 = dr6Idle, s.DR7|0x400
	if p.usesUMIP() {
		s.CR4 |= 1 << 11
	}
	return s
}

func (d *probeDR) address() uint64 {
	switch {
	case d.CodeOff != nil:
		return probeCode + uint64(*d.CodeOff)
	case d.BufOff != nil:
		return probeBuf + uint64(*d.BufOff)
	case d.EdgeOff != nil:
		return probeEdge + uint64(*d.EdgeOff)
	}
	v, _ := strconv.ParseUint(strings.Trim(string(d.Abs), `"`), 0, 64)
	return v
}

// over reports whether an event ends the probe.
func (p *probe) over(e event) bool {
	fault := e.vector != 1 && e.vector != 3
	return fault && (p.FixupOff == nil || p.isEnd(e))
}

func (p *probe) isEnd(e event) bool {
	return e.vector == 6 && e.frame[0] == probeCode+uint64(len(p.Code))-2
}

// goOn is the observer's resume, with Linux's part: RF is set after an execute breakpoint.
func (p *probe) goOn(u *user, e event, s *x86.State) {
	frame := e.frame
	switch {
	case e.vector == 1:
		if p.codeHit(s.DR6) {
			frame[2] |= flagRF
		}
		if p.ClearRFOn == "all" || p.ClearRFOn == "bs" && s.DR6&(1<<14) != 0 {
			frame[2] &^= flagRF
		}
	case e.vector != 3:
		frame[0], frame[2], frame[3] = probeCode+*p.FixupOff, frame[2]&^flagRF, probeRSP
	case p.ClearRFOn == "all":
		frame[2] &^= flagRF
	}
	s.DR6 = dr6Idle
	u.resume(s, frame)
}

// codeHit reports whether a set bit of DR6 is that of an execute breakpoint.
func (p *probe) codeHit(dr6 uint64) bool {
	for n, d := range p.DRs {
		if d.RW == 0 && dr6>>n&1 != 0 {
			return true
		}
	}
	return false
}

// signals is Linux's signal of an exception.
var signals = map[uint64]string{0: "FPE/1", 3: "TRAP/128", 4: "SEGV/128", 6: "ILL/2", 13: "SEGV/128", 14: "SEGV/1"}

// describe is event n in one line; want is the same of the measured one.
func (p *probe) describe(n int, e event, s *x86.State) string {
	sig := signals[e.vector]
	dr6 := s.DR6
	if e.vector == 1 {
		switch {
		case dr6&(1<<14) != 0:
			sig = "TRAP/2"
		case dr6&15 != 0:
			sig = "TRAP/4"
		default:
			sig = "TRAP/1"
		}
	}
	return line(sig, e.frame[0]-probeCode, e.frame[2], dr6, s.GPR[1], s.GPR[7]-probeBuf, s.GPR[0], s.GPR[11], &p.Events[n])
}

func line(sig string, rip, flags, dr6, rcx, rdi, rax, r11 uint64, asserted *probeEvent) string {
	b := &strings.Builder{}
	fmt.Fprintf(b, "%s rip+%d TF=%d RF=%d rcx=%#x rdi+%d", sig, int64(rip), flags>>8&1, flags>>16&1, rcx, int64(rdi))
	if asserted.dr6() != 0 {
		fmt.Fprintf(b, " dr6=%#x", dr6)
	}
	if asserted.RAX != nil {
		fmt.Fprintf(b, " rax=%#x", rax)
	}
	if asserted.R11 != nil {
		fmt.Fprintf(b, " r11=%#x", r11)
	}
	return b.String()
}

func (p *probe) want(n int) string {
	e := &p.Events[n]
	flags := e.TF<<8 | e.RF<<16
	if e.Sig == "TRAP/4" && p.codeHit(e.dr6()) {
		flags &^= flagRF
	}
	return line(e.Sig, uint64(e.RIPOff), flags, e.dr6(), e.RCX, uint64(e.RDIOff), text(e.RAX), text(e.R11), e)
}

func (e *probeEvent) dr6() uint64 { return text(e.DR6) }

func text(p *string) uint64 {
	if p == nil {
		return 0
	}
	v, _ := strconv.ParseUint(*p, 16, 64)
	return v
}
