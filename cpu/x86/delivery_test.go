package x86_test

import (
	"bytes"
	"fmt"
	"testing"

	"stasis/conformance/harness"
	"stasis/cpu"
	"stasis/cpu/x86"
)

// Where the code of these tests lies, for both privileges, and its stack.
const (
	codeAt  = 0x10000
	stackAt = 0x21000
)

// rig is a CPU with code at codeAt in a user page, in ring 0 or 3.
func rig(t *testing.T, cpl uint8, code ...byte) (*harness.Machine, *x86.State) {
	m := harness.New()
	t.Cleanup(m.Close)
	for a := uint64(codeAt); a < stackAt+0x1000; a += 0x1000 {
		m.Map(a, a, harness.Present|harness.Writable|harness.User)
	}
	m.Write(codeAt, code...)
	s := m.State()
	s.RIP, s.GPR[4] = codeAt, stackAt
	if cpl == 3 {
		s.CPL, s.Seg[1], s.Seg[2] = 3, m.Descriptor(0x33), m.Descriptor(0x2b)
	}
	return m, s
}

// run runs units and returns the state.
func run(m *harness.Machine, s *x86.State, units uint64) (*x86.State, cpu.Exit) {
	if s != nil {
		m.CPU.SetState(s)
	}
	exit := m.CPU.Run(units)
	return m.CPU.Snapshot(), exit
}

func handler(vector uint64) uint64 { return harness.Kernel + harness.Handlers + vector*16 }

// TestDelivery checks which stack a 64-bit gate takes and what it pushes there.
func TestDelivery(t *testing.T) {
	const stackTop, istTop = harness.Kernel + 0x148000, harness.Kernel + 0x14c000
	for _, test := range []struct {
		name   string
		cpl    uint8
		ist    uint64
		code   []byte
		vector uint64
		top    uint64 // of the stack that is pushed to
		words  uint64
	}{
		{"ring 0, no code", 0, 0, []byte{0x0f, 0x0b}, 6, (stackAt - 3) &^ 15, 5},
		{"ring 0, code", 0, 0, []byte{0x8e, 0xd8}, 13, (stackAt - 3) &^ 15, 6},
		{"ring 3", 3, 0, []byte{0x0f, 0x0b}, 6, stackTop, 5},
		{"ring 3, code", 3, 0, []byte{0xf4}, 13, stackTop, 6},
		{"ring 0, IST", 0, 1, []byte{0x0f, 0x0b}, 6, istTop, 5},
		{"ring 3, IST", 3, 1, []byte{0xf4}, 13, istTop, 6},
	} {
		t.Run(test.name, func(t *testing.T) {
			m, s := rig(t, test.cpl, test.code...)
			m.SetGate(int(test.vector), harness.Gate{Selector: harness.KernelCS, Offset: handler(test.vector), Kind: 14, IST: test.ist})
			s.GPR[0], s.GPR[4], s.RFLAGS = 0x1234, stackAt-3, 0x4302 // a bad selector; IF, TF, NT
			s.RFLAGS &^= 0x100
			before := *s
			s, _ = run(m, s, 1)
			if s.RIP != handler(test.vector) || s.CPL != 0 || s.GPR[4] != test.top-8*test.words || s.RFLAGS&0x4300 != 0 {
				t.Fatalf("RIP %x CPL %d RSP %x RFLAGS %x", s.RIP, s.CPL, s.GPR[4], s.RFLAGS)
			}
			at := s.GPR[4]
			if at >= harness.Kernel {
				at -= harness.Kernel
			}
			if test.words == 6 {
				want := uint64(0)
				if test.cpl == 0 {
					want = 0x1234
				}
				if code := m.Read64(at); code != want {
					t.Errorf("error code %x", code)
				}
				at += 8
			}
			want := [5]uint64{codeAt, uint64(before.Seg[1].Selector), before.RFLAGS | 1<<16, stackAt - 3, uint64(before.Seg[2].Selector)}
			for n, w := range want {
				if got := m.Read64(at + uint64(n)*8); got != w {
					t.Errorf("word %d is %x, want %x", n, got, w)
				}
			}
			if ss := s.Seg[2].Selector; test.cpl == 3 && ss != 0 || test.cpl == 0 && ss != harness.KernelSS {
				t.Errorf("SS %x", ss)
			}
		})
	}
}

// TestDoubleAndTriple: a fault in the delivery of a page fault is #DF, a fault in that ends the run; neither costs more than a unit.
func TestDoubleAndTriple(t *testing.T) {
	m, s := rig(t, 0, 0x8b, 0x04, 0x25, 0, 0, 0, 0) // MOV EAX,[0]
	m.SetGate(14, harness.Gate{Absent: true, Kind: 14})
	s, _ = run(m, s, 1)
	if s.RIP != handler(8) || m.CPU.Units() != 1 {
		t.Fatalf("RIP %x after %d units", s.RIP, m.CPU.Units())
	}
	if code, frame := m.Frame(s.GPR[4]+harness.Kernel, true); code != 0 || frame[0] != codeAt || s.CR2 != 0 {
		t.Errorf("code %x, RIP %x, CR2 %x", code, frame[0], s.CR2)
	}
	m, s = rig(t, 0, 0x0f, 0x0b)
	m.SetGate(6, harness.Gate{Absent: true, Kind: 14})
	m.SetGate(11, harness.Gate{Absent: true, Kind: 14})
	m.SetGate(8, harness.Gate{Absent: true, Kind: 14})
	s, exit := run(m, s, 10)
	if exit.Kind != cpu.ExitTripleFault || !s.Shutdown {
		t.Errorf("exit %+v", exit)
	}
}

// TestReturn: IRETQ to ring 3 nulls the data segments of ring 0 and takes flags that POPF in ring 3 could not.
func TestReturn(t *testing.T) {
	m, s := rig(t, 0, 0x48, 0xcf)
	m.Write64(stackAt-40, codeAt+0x100, 0x33, 0x3246|1<<21, stackAt-0x80, 0x2b)
	s.GPR[4] = stackAt - 40
	s.Seg[3] = m.Descriptor(harness.KernelSS)
	s.NMIBlocked = true
	s, _ = run(m, s, 1)
	if s.RIP != codeAt+0x100 || s.CPL != 3 || s.GPR[4] != stackAt-0x80 || s.RFLAGS != 0x3246|1<<21 || s.Seg[3].Selector != 0 || s.NMIBlocked {
		t.Errorf("RIP %x CPL %d RSP %x RFLAGS %x DS %x NMI %v", s.RIP, s.CPL, s.GPR[4], s.RFLAGS, s.Seg[3].Selector, s.NMIBlocked)
	}
}

// TestSystemCall goes through SYSCALL and SYSRETQ.
func TestSystemCall(t *testing.T) {
	m, s := rig(t, 3, 0x0f, 0x05, 0x90)
	m.Write(codeAt+0x100, 0x48, 0x0f, 0x07)
	s.STAR, s.LSTAR, s.SFMASK = 0x23<<48|0x10<<32, codeAt+0x100, 0x47700
	s.RFLAGS = 0x246
	s, _ = run(m, s, 1)
	if s.RIP != codeAt+0x100 || s.CPL != 0 || s.GPR[1] != codeAt+2 || s.GPR[11] != 0x246 || s.RFLAGS != 0x46 || s.GPR[4] != stackAt {
		t.Fatalf("SYSCALL: RIP %x CPL %d RCX %x R11 %x RFLAGS %x", s.RIP, s.CPL, s.GPR[1], s.GPR[11], s.RFLAGS)
	}
	if s.Seg[1].Selector != 0x10 || s.Seg[2].Selector != 0x18 {
		t.Errorf("SYSCALL: CS %x SS %x", s.Seg[1].Selector, s.Seg[2].Selector)
	}
	s, _ = run(m, nil, 1)
	if s.RIP != codeAt+2 || s.CPL != 3 || s.RFLAGS != 0x246 || s.Seg[1].Selector != 0x33 || s.Seg[2].Selector != 0x2b {
		t.Errorf("SYSRET: RIP %x CPL %d RFLAGS %x CS %x SS %x", s.RIP, s.CPL, s.RFLAGS, s.Seg[1].Selector, s.Seg[2].Selector)
	}
}

// TestShadows: an interrupt that waits is taken after the instruction behind STI and behind MOV SS.
func TestShadows(t *testing.T) {
	for _, test := range []struct {
		name string
		code []byte
		on   bool   // interrupts are on at the start
		at   uint64 // where the interrupt is taken
		sets bool   // the line rises after the first instruction
	}{
		{"STI", []byte{0xfb, 0x90, 0x90}, false, codeAt + 2, false},
		{"STI STI", []byte{0xfb, 0xfb, 0x90}, false, codeAt + 2, false},
		{"STI when on", []byte{0xfb, 0x90, 0x90}, true, codeAt + 1, true},
		{"MOV SS", []byte{0x8e, 0xd0, 0x90, 0x90}, true, codeAt + 3, true},
		{"NOP", []byte{0x90, 0x90, 0x90}, true, codeAt + 1, true},
		{"CLI STI", []byte{0xfa, 0xfb, 0x90, 0x90}, true, codeAt + 3, true},
	} {
		for _, single := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s/single=%v", test.name, single), func(t *testing.T) {
				m, s := rig(t, 0, test.code...)
				m.CPU.SetSingleStep(single)
				s.GPR[0] = harness.KernelSS
				if test.on {
					s.RFLAGS |= 0x200
				}
				m.Interrupt = []uint8{0x40}
				if !test.sets {
					s.INTR = true
				}
				run(m, s, 1)
				m.CPU.SetINTR(true)
				for range 8 {
					if s, _ = run(m, nil, 1); s.RIP >= harness.Kernel {
						break
					}
				}
				at := s.GPR[4]
				if _, frame := m.Frame(at+harness.Kernel, false); s.RIP != handler(0x40) || frame[0] != test.at {
					t.Errorf("RIP %x, interrupted at %x, want %x", s.RIP, frame[0], test.at)
				}
			})
		}
	}
}

// TestRepeatUnits: REP costs its count, and one if that is 0, however it is cut up.
func TestRepeatUnits(t *testing.T) {
	for _, count := range []uint64{0, 1, 2, 1000} {
		for _, slice := range []uint64{1, 3, 100, 5000} {
			m, s := rig(t, 0, 0xf3, 0xaa, 0xf4) // REP STOSB, HLT
			s.GPR[1], s.GPR[7] = count, codeAt+0x800
			m.CPU.SetState(s)
			units := uint64(0)
			for m.CPU.PC() == codeAt {
				m.CPU.Run(min(slice, max(count, 1)-units))
				units += m.CPU.Units()
			}
			if units != max(count, 1) || m.CPU.PC() != codeAt+2 {
				t.Errorf("count %d in slices of %d: %d units to %x", count, slice, units, m.CPU.PC())
			}
		}
	}
}

// loopCode calls a routine, copies and counts for ever: CALL, PUSH, REP MOVSB, POP, INC, JMP; the routine is DIV by a counter that is 0
// at times, so that a fault's handler is entered too.
var loopCode = []byte{
	0xe8, 0x19, 0, 0, 0, // CALL +19
	0x51,                // PUSH RCX
	0xb9, 0x07, 0, 0, 0, // MOV ECX,7
	0xf3, 0xa4, // REP MOVSB
	0x48, 0x83, 0xee, 0x07, // SUB RSI,7
	0x48, 0x83, 0xef, 0x07, // SUB RDI,7
	0x59,             // POP RCX
	0x48, 0xff, 0xc1, // INC RCX
	0x83, 0xe1, 0x07, // AND ECX,7
	0xeb, 0xe2, // JMP to the start
	0x31, 0xd2, // XOR EDX,EDX
	0xf7, 0xf1, // DIV ECX
	0x01, 0x07, // ADD [RDI],EAX
	0xc3, // RET
}

// TestSlices runs a loop with faults and interrupts in slices of every length up to 200 and wants the same state each time.
func TestSlices(t *testing.T) {
	const total = 3000
	var want []byte
	for slice := uint64(1); slice <= 200; slice++ {
		m, s := rig(t, 0, loopCode...)
		// #DE: MOV ECX,1; IRETQ. The interrupt: INC R15; IRETQ.
		m.Write(harness.Handlers, 0xb9, 1, 0, 0, 0, 0x48, 0xcf)
		m.Write(harness.Handlers+0x40*16, 0x49, 0xff, 0xc7, 0x48, 0xcf)
		s.GPR[6], s.GPR[7], s.RFLAGS = codeAt+0x800, codeAt+0x900, 0x202
		m.CPU.SetState(s)
		m.CPU.SetSingleStep(slice == 1)
		for done := uint64(0); done < total && !m.CPU.Halted(); {
			if done%500 == 0 {
				m.Interrupt = []uint8{0x40}
				m.CPU.SetINTR(true)
			}
			m.CPU.Run(min(slice, 500-done%500))
			done += m.CPU.Units()
			m.Base += m.CPU.Units()
			m.Idle()
		}
		got := append(m.CPU.EncodeState(nil), m.Read(codeAt, 0x1000)...)
		if slice == 1 {
			want = got
			if s := m.CPU.Snapshot(); s.GPR[15] != 6 || s.RIP >= harness.Kernel {
				t.Fatalf("%d interrupts, RIP %x", s.GPR[15], s.RIP)
			}
		} else if !bytes.Equal(got, want) {
			t.Fatalf("slices of %d give another state", slice)
		}
		m.Close()
	}
}
