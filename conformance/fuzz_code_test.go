package conformance

import (
	"math/rand/v2"
	"sync"
	"testing"

	"stasis/conformance/harness"
	"stasis/cpu"
	"stasis/cpu/x86"
	decode "stasis/decode/x86"
)

// Places in the memory of random code; all of it is mapped where it lies.
const (
	fuzzCode   = 0x2000
	fuzzEnd    = 0x20000
	fuzzLegacy = 0x30000 // page directory without PAE, then directory pointers and a directory with it
	fuzzTables = 0x100000
	fuzzMemory = 0x200000
)

// codeRig is a machine for every engine. They must end in the same state.
type codeRig struct {
	sync.Mutex
	machines [2]*harness.Machine
	image    []byte
	base     *x86.State
}

var theCodeRig = sync.OnceValue(func() *codeRig {
	r := &codeRig{}
	for n := range r.machines {
		m := harness.New()
		for pa := uint64(0); pa < fuzzEnd; pa += 0x1000 {
			m.Map(pa, pa, harness.Present|harness.Writable|harness.User)
		}
		for k := range uint64(4) {
			m.Write64(fuzzLegacy+8*k, (k<<22|0xe7)|(k<<22|0xe7)<<32)
			m.Write64(fuzzLegacy+0x1000+8*k, fuzzLegacy+0x2000|1)
			m.Write64(fuzzLegacy+0x2000+8*k, k<<21|0xe7)
		}
		r.machines[n] = m
	}
	r.machines[1].CPU.SetSingleStep(true)
	r.base = r.machines[0].State()
	r.machines[1].State()
	r.image = r.machines[0].Read(0, fuzzMemory)
	return r
})

// randomCode runs random instructions with random registers, page tables and interrupts.
func randomCode(t *testing.T, seed uint64, raw []byte) {
	r := theCodeRig()
	r.Lock()
	defer r.Unlock()
	defer guard(t, seed, raw)
	var ends [2]string
	for n, m := range r.machines {
		rng := rand.New(rand.NewPCG(seed, 1))
		m.Write(0, r.image...)
		s := *r.base
		mode := randomState(rng, &s)
		m.Write(fuzzCode, append(append([]byte{}, raw[:min(len(raw), 0x1000)]...), instructions(rng, mode)...)...)
		for range rng.IntN(4) {
			m.Write64(fuzzTables+rng.Uint64N(0x8000)&^7, entry(rng))
			m.Write64(fuzzLegacy+rng.Uint64N(0x3000)&^7, entry(rng))
		}
		m.CPU.Reset()
		m.CPU.SetState(&s)
		m.Base, m.MMIO, m.Outs, m.Interrupt = 0, 0, nil, nil
		for range rng.IntN(12) {
			again(rng, m.CPU, &s)
			if rng.IntN(3) == 0 {
				m.Interrupt = append(m.Interrupt, uint8(rng.Uint32()))
				m.CPU.SetINTR(true)
			}
			m.Base += runFor(m.CPU, rng.Uint64N(200))
		}
		hash := m.RAM.Hash()
		ends[n] = string(append(cpu.Encode(nil, m.CPU.Snapshot()), hash[:]...))
	}
	if ends[0] != ends[1] {
		t.Errorf("seed %d, bytes %x: the engines differ: %s", seed, raw, r.difference())
	}
}

// again lets a CPU that waits, or has come to a handler, go on somewhere in the code, or with all else as it was too.
func again(rng *rand.Rand, c *x86.CPU, start *x86.State) {
	at := fuzzCode + rng.Uint64N(400)
	if !c.Halted() {
		return
	}
	s := c.Snapshot()
	if rng.IntN(4) == 0 {
		*s = *start
	}
	s.Seg, s.CPL, s.CR3, s.GPR[4] = start.Seg, start.CPL, start.CR3, start.GPR[4]
	s.RIP, s.Halted, s.WaitSIPI, s.Shutdown = at, false, false, false
	c.SetState(s)
}

// runFor runs a number of units unless the CPU waits or is lost, and returns how many.
func runFor(c *x86.CPU, units uint64) (done uint64) {
	for done < units {
		if exit := c.Run(units - done); exit.Kind == cpu.ExitTripleFault || c.Units() == 0 {
			return done + c.Units()
		}
		done += c.Units()
	}
	return done
}

// randomState varies the registers and the mode, and returns the latter.
func randomState(rng *rand.Rand, s *x86.State) decode.Mode {
	for n := range s.GPR {
		s.GPR[n] = number(rng)
	}
	for n := range s.FPU.XMM {
		s.FPU.XMM[n] = [2]uint64{number(rng), number(rng)}
	}
	for n := range s.FPU.ST {
		s.FPU.ST[n].Mant, s.FPU.ST[n].SE = number(rng), uint16(rng.Uint32())
	}
	s.FPU.TW = uint16(rng.Uint32())
	s.RIP = fuzzCode
	s.RFLAGS = uint64(rng.Uint32())&0x244ed5 | 2
	if rng.IntN(8) == 0 {
		s.RFLAGS |= 0x100
	}
	s.CR4 ^= uint64(rng.Uint32()) & 0x30028e & -uint64(rng.IntN(2))
	if rng.IntN(4) != 0 {
		return decode.Mode64
	}
	s.EFER &^= 0x500
	s.CR4 &^= 0x20000
	flat := x86.Segment{Attr: 0xc093, Limit: 0xffffffff}
	mode := decode.Mode32
	switch rng.IntN(4) {
	case 0: // real mode
		s.CR0 &^= 1<<31 | 1
		flat, mode = x86.Segment{Attr: 0x93, Limit: 0xffff}, decode.Mode16
	case 1:
		s.CR0 &^= 1 << 31
	case 2:
		s.CR4 &^= 0x20
		s.CR3 = fuzzLegacy
	case 3:
		s.CR3 = fuzzLegacy + 0x1000
		s.PDPTE = [4]uint64{fuzzLegacy + 0x2001, fuzzLegacy + 0x2001}
	}
	for n := range s.Seg {
		s.Seg[n] = flat
	}
	s.Seg[1].Attr |= 0x0b
	return mode
}

// number is a random number of a kind that finds something: an address, a small number, an end of a range.
func number(rng *rand.Rand) uint64 {
	switch rng.IntN(6) {
	case 0:
		return rng.Uint64()
	case 1:
		return rng.Uint64N(300)
	case 2:
		return -rng.Uint64N(300)
	case 3:
		return 1<<rng.IntN(64) - rng.Uint64N(2)
	case 4:
		return harness.Kernel + 0x140000 + rng.Uint64N(0x10000)
	}
	return rng.Uint64N(fuzzEnd)
}

// entry is a random entry of a page table.
func entry(rng *rand.Rand) uint64 {
	e := rng.Uint64N(fuzzMemory*2)&^0xfff | uint64(rng.Uint32()&0xfff)
	high := uint64(0xfff << 52)
	for range 3 {
		high &= rng.Uint64()
	}
	e |= high
	if rng.IntN(8) == 0 {
		e |= 1 << (40 + rng.IntN(12))
	}
	return e
}

// instructions is random code: encodings of every kind, and bytes that are none.
func instructions(rng *rand.Rand, mode decode.Mode) (code []byte) {
	for len(code) < 400 {
		if rng.IntN(20) == 0 {
			code = append(code, uint8(rng.Uint32()))
			continue
		}
		code = append(code, decode.Encode(rng, rng.IntN(len(decode.Rows)), mode)...)
	}
	return code
}

// difference names the registers that differ between the machines.
func (r *codeRig) difference() (text string) {
	a, b := r.machines[0].CPU, r.machines[1].CPU
	for n, reg := range a.Registers() {
		if x, y := a.ReadRegister(n), b.ReadRegister(n); string(x) != string(y) {
			text += reg.Name + " "
		}
	}
	return text
}
