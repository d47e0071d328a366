package conformance

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"stasis/conformance/harness"
	"stasis/cpu"
	decode "stasis/decode/x86"
)

// Where random programs live, and how long they are.
const (
	programBase  = 0x10000 // two pages
	programSize  = 0x1f00
	dataBase     = 0x20000 // four pages
	dataEnd      = 0x24000
	programStack = 0x23800
	interruptAt  = harness.Kernel + harness.Handlers + 0x1000 - 16
)

// program is a random program: straight pieces and branches among them.
type program struct {
	mode   decode.Mode
	code   []byte
	starts []uint64
	text   []string
}

// pointers are the registers that programs address with and do not write.
var pointers = map[uint8]bool{3: true, 4: true, 5: true, 12: true, 13: true, 14: true, 15: true}

// branchOps may be in programs although they end a block; others that do may not.
var branchOps = map[decode.Op]bool{decode.JCC: true, decode.JMP: true, decode.CALL: true, decode.LOOP: true, decode.LOOPE: true, decode.LOOPNE: true,
	decode.JCXZ: true, decode.STI: true, decode.CLI: true, decode.IN: true, decode.OUT: true, decode.RET: true, decode.INT3: true}

// left out: they would stop the machine, lose the pointers, or show host addresses of nothing.
var leftOut = map[decode.Op]bool{decode.LEAVE: true, decode.ENTER: true, decode.LLDT: true, decode.LTR: true, decode.LGDT: true, decode.LIDT: true,
	decode.SWAPGS: true, decode.MOVTOCR: true, decode.MOVTODR: true, decode.WRMSR: true, decode.MONITOR: true, decode.MWAIT: true, decode.HLT: true,
	decode.POPA: true, decode.ARPL: true}

// newProgram draws a program. The same generator state gives the same one.
func newProgram(rng *rand.Rand, mode decode.Mode) *program {
	p := &program{mode: mode}
	for len(p.code) < programSize {
		code, i := randomInstruction(rng, mode)
		if code == nil {
			continue
		}
		p.starts = append(p.starts, programBase+uint64(len(p.code)))
		p.text = append(p.text, fmt.Sprintf("[% x] %s", code, &i))
		p.code = append(p.code, code...)
	}
	p.aim(rng)
	return p
}

// randomInstruction draws one that a program may hold, or nil.
func randomInstruction(rng *rand.Rand, mode decode.Mode) ([]byte, decode.Inst) {
	row := 1 + rng.IntN(len(decode.Rows)-1)
	if rng.IntN(3) > 0 { // the frequent ones
		row = 1 + rng.IntN(250)
	}
	code := decode.Encode(rng, row, mode)
	if code == nil {
		return nil, decode.Inst{}
	}
	i, _ := decode.Decode(code, mode)
	r := &decode.Rows[row]
	if leftOut[i.Op] || r.Flags&decode.End != 0 && !branchOps[i.Op] || strings.HasPrefix(i.Op.String(), "XRSTOR") {
		return nil, i
	}
	if (i.Op == decode.JMP || i.Op == decode.CALL) && i.HasModRM || i.Op == decode.RET && rng.IntN(4) > 0 {
		return nil, i
	}
	if i.IsMem && (!pointers[i.Base] || i.Index != decode.RegNone || i.Disp > 0x800 || i.Disp < -0x800 || i.AddrSize != uint8(mode)/8 || i.Seg >= decode.FS || i.Seg == decode.CS) {
		if i.Base != decode.RegNone || !i.HasModRM || rng.IntN(64) > 0 {
			return nil, i
		}
	}
	form := &decode.Forms[row]
	for n := range form.N {
		switch form.Operands[n].Kind {
		case decode.KindG:
			if pointers[i.Reg] {
				return nil, i
			}
		case decode.KindE, decode.KindR:
			if !i.IsMem && pointers[i.RM] {
				return nil, i
			}
		case decode.KindZ:
			if pointers[i.OpReg] && i.Op != decode.PUSH {
				return nil, i
			}
		}
	}
	return code, i
}

// aim gives the branches targets in the program.
func (p *program) aim(rng *rand.Rand) {
	for n, start := range p.starts {
		at := start - programBase
		end := uint64(len(p.code))
		if n+1 < len(p.starts) {
			end = p.starts[n+1] - programBase
		}
		i, err := decode.Decode(p.code[at:end], p.mode)
		if err != nil || i.HasModRM {
			continue
		}
		to := p.starts[min(max(n+rng.IntN(40)-20, 0), len(p.starts)-1)]
		delta := int64(to) - int64(start) - int64(i.Len)
		switch i.Op {
		case decode.JCC, decode.JMP, decode.CALL, decode.LOOP, decode.LOOPE, decode.LOOPNE, decode.JCXZ:
			if uint64(i.Imm) == uint64(int64(int8(i.Imm))) || i.Opcode>>4 == 7 || i.Opcode == 0xeb || i.Opcode>>2 == 0xe0>>2 {
				if delta == int64(int8(delta)) {
					p.code[end-1] = byte(delta)
				}
				continue
			}
			if end-at >= 5 {
				for k := range uint64(4) {
					p.code[end-4+k] = byte(delta >> (8 * k))
				}
			}
		}
	}
}

// newEnginesTrial sets a machine up to run a program.
func newEnginesTrial(p *program, seed uint64) *harness.Machine {
	m := harness.New()
	rng := rand.New(rand.NewPCG(seed, 99))
	for a := uint64(programBase); a < programBase+0x2000; a += 0x1000 {
		m.Map(a, a, harness.Present|harness.Writable)
	}
	for a := uint64(dataBase); a < dataEnd; a += 0x1000 {
		m.Map(a, a, harness.Present|harness.Writable)
	}
	m.Write(programBase, p.code...)
	for a := uint64(dataBase); a < dataEnd; a += 8 {
		m.Write64(a, rng.Uint64()>>rng.IntN(64))
	}
	m.Write(interruptAt-harness.Kernel, 0x48, 0xcf) // IRETQ
	m.SetGate(0x30, harness.Gate{Selector: harness.KernelCS, Offset: interruptAt, Kind: 14})
	s := m.State()
	s.CR4 |= 0x600
	m.CPU.SetState(s)
	restart(m, s.RFLAGS, p, rng)
	return m
}

// restart sends the CPU to a random place of the program with fresh registers.
func restart(m *harness.Machine, flags uint64, p *program, rng *rand.Rand) {
	s := m.CPU.Snapshot()
	if s.Shutdown {
		s = m.State()
		s.CR4 |= 0x600
	}
	for n := range s.GPR {
		s.GPR[n] = rng.Uint64() >> rng.IntN(64)
		if pointers[uint8(n)] {
			s.GPR[n] = dataBase + 0x800 + uint64(rng.IntN(0x2800))
		}
	}
	if rng.IntN(8) == 0 { // a program that writes on itself
		s.GPR[[]int{12, 3, 5}[rng.IntN(3)]] = programBase + 0x800 + uint64(rng.IntN(0x1000))
	}
	s.GPR[1] &= 0x3f
	s.GPR[6], s.GPR[7] = dataBase+uint64(rng.IntN(0x3000)), dataBase+uint64(rng.IntN(0x3000))
	s.GPR[4] = programStack &^ 7
	if p.mode == decode.Mode32 {
		for n := range s.GPR {
			s.GPR[n] &= 0xffffffff
		}
		clear(s.GPR[8:])
		for n := range s.Seg {
			s.Seg[n] = m.Descriptor(harness.KernelSS)
		}
		s.Seg[1] = m.Descriptor(8)
	}
	s.RIP, s.RFLAGS, s.Halted = p.starts[rng.IntN(len(p.starts))], flags&0x8d7|0x202, false
	m.CPU.SetState(s)
}

// advance runs a machine for units, in slices of at most most, and gives up at HLT.
func advance(m *harness.Machine, units uint64, rng *rand.Rand, most int) (left uint64) {
	for units > 0 && !m.CPU.Halted() {
		exit := m.CPU.Run(min(units, 1+uint64(rng.IntN(most))))
		units -= m.CPU.Units()
		m.Base += m.CPU.Units()
		m.Idle()
		if exit.Kind == cpu.ExitTripleFault {
			break
		}
	}
	return units
}

// stopped reports whether a CPU waits for good, in a fault's handler or after a triple fault.
func stopped(m *harness.Machine) bool {
	s := m.CPU.Snapshot()
	return s.Halted || s.Shutdown
}

// TestEnginesAgree runs random programs on the single-step engine and on the block engine in slices of every size, with interrupts
// at the same places, and compares the whole state.
func TestEnginesAgree(t *testing.T) {
	count := 24
	if os.Getenv("STASIS_SOAK") != "" {
		count = 4000
	}
	for seed := range uint64(count) {
		if !t.Run(fmt.Sprint(seed), func(t *testing.T) { agree(t, seed) }) {
			return
		}
	}
}

func agree(t *testing.T, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 7))
	p := newProgram(rng, []decode.Mode{decode.Mode64, decode.Mode64, decode.Mode32}[seed%3])
	a, b := newEnginesTrial(p, seed), newEnginesTrial(p, seed)
	defer a.Close()
	defer b.Close()
	a.CPU.SetSingleStep(true)
	slices, restarts := rand.New(rand.NewPCG(seed, 8)), rand.New(rand.NewPCG(seed, 9))
	for step := range 60 {
		units := uint64(1 + rng.IntN(300))
		from := a.CPU.Snapshot().RIP
		la, lb := advance(a, units, slices, 1000), advance(b, units, slices, []int{1, 3, 20, 200, 1000}[step%5])
		if la != lb {
			t.Fatalf("step %d from %x: %d units left, with blocks %d", step, from, la, lb)
		}
		if x, y := a.CPU.EncodeState(nil), b.CPU.EncodeState(nil); !bytes.Equal(x, y) {
			t.Fatalf("step %d, %d units from %x: state differs\n%s\n%s", step, units-la, from, brief(a), brief(b))
		}
		if !bytes.Equal(a.Read(0, dataEnd), b.Read(0, dataEnd)) {
			t.Fatalf("step %d, %d units from %x: memory differs", step, units-la, from)
		}
		switch {
		case stopped(a):
			again := restarts.Uint64()
			for _, m := range []*harness.Machine{a, b} {
				restart(m, again, p, rand.New(rand.NewPCG(again, 1)))
			}
		case rng.IntN(2) == 0:
			for _, m := range []*harness.Machine{a, b} {
				m.Interrupt = []uint8{0x30}
				m.CPU.SetINTR(true)
			}
		}
	}
}

// brief is what to look at first when states differ.
func brief(m *harness.Machine) string {
	s := m.CPU.Snapshot()
	text, _, _ := strings.Cut(fmt.Sprintf("%+v", *s), " TLB:")
	return fmt.Sprintf("%s TLB %x", text, harness.Checksum(&s.TLB))
}
