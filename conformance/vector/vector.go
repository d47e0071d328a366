// Package vector is golden vectors of single x86 instructions: a state before, the instruction's bytes, and what a real CPU made
// of it. The state before follows from a seed and a list of changes to it, so that a vector is small.
//
// Invariant: what a file says never depends on the decoder's tables: only Start and the file itself define a vector's input.
package vector

import "fmt"

// Slots of Regs besides the general registers 0–15.
const (
	RIP = 16 + iota
	RFLAGS
	FSBase
	GSBase
	ES // then CS SS DS FS GS: selectors
	CS
	SS
	DS
	FS
	GS
	Count
)

// Flags that a vector states: status, DF, NT, AC and ID.
const Flags = 0x2444d5 | 0x800

// Regs is the registers of user code.
type Regs [Count]uint64

// names of the slots, as they stand in messages and golden lines.
var names = [Count]string{"RAX", "RCX", "RDX", "RBX", "RSP", "RBP", "RSI", "RDI", "R8", "R9", "R10", "R11", "R12", "R13", "R14", "R15",
	"RIP", "RFLAGS", "FSBASE", "GSBASE", "ES", "CS", "SS", "DS", "FS", "GS"}

// Name is the name of a slot.
func Name(slot int) string { return names[slot] }

// Change gives one register another value.
type Change struct {
	Slot  uint8
	Value uint64
}

// Bytes is memory at a linear address (or, for FP, in the FXSAVE image).
type Bytes struct {
	Addr uint16
	Data []byte
}

// None is the Exception of an instruction that completes.
const None = 0xff

// Vector is one instruction with the state before and after.
type Vector struct {
	Mode uint8 // 16, 32 or 64
	Code []byte
	Seed uint32   // of the state before
	Set  []Change // on top of it
	Poke []Bytes  // memory on top of the background

	Exception uint8 // vector, or None
	ErrorCode uint32
	CR2       uint64
	Out       []Change // registers that changed
	Mem       []Bytes  // memory that changed
	FP        []Bytes  // what changed in the FXSAVE image
}

func (v *Vector) String() string {
	s := fmt.Sprintf("mode=%d [% x] seed=%d", v.Mode, v.Code, v.Seed)
	for _, c := range v.Set {
		s += fmt.Sprintf(" %s=%x", names[c.Slot], c.Value)
	}
	for _, p := range v.Poke {
		s += fmt.Sprintf(" [%x]=% x", p.Addr, p.Data)
	}
	return s
}

// Result is what follows the arrow: the state after, as far as it differs.
func (v *Vector) Result() string {
	s := ""
	if v.Exception != None {
		s = fmt.Sprintf(" #%d(%x) CR2=%x", v.Exception, v.ErrorCode, v.CR2)
	}
	for _, c := range v.Out {
		s += fmt.Sprintf(" %s=%x", names[c.Slot], c.Value)
	}
	for _, p := range v.Mem {
		s += fmt.Sprintf(" [%x]=% x", p.Addr, p.Data)
	}
	for _, p := range v.FP {
		s += fmt.Sprintf(" FX[%x]=% x", p.Addr, p.Data)
	}
	return s
}

// Diff appends the slots in which after differs from before.
func Diff(before, after *Regs) (list []Change) {
	for n := range before {
		if before[n] != after[n] {
			list = append(list, Change{uint8(n), after[n]})
		}
	}
	return list
}

// DiffBytes lists the runs in which after differs from before, which lies at an address.
func DiffBytes(addr int, before, after []byte) (list []Bytes) {
	const stride = 256
	for n := 0; n < len(before); n++ {
		if n%stride == 0 {
			for n+stride < len(before) && string(before[n:n+stride]) == string(after[n:n+stride]) {
				n += stride
			}
		}
		if before[n] == after[n] {
			continue
		}
		end := n + 1
		for end < len(before) && before[end] != after[end] {
			end++
		}
		list = append(list, Bytes{uint16(addr + n), append([]byte(nil), after[n:end]...)})
		n = end
	}
	return list
}
