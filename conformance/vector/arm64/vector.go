// Package arm64 is the golden vectors of AArch64: one instruction at EL0, the state before, which a seed and the instruction word
// stand for, and what an independent emulator says of the state after.
//
// Invariant: Start depends on nothing but its arguments, so that a file holds outcomes only.
package arm64

import (
	"fmt"
	"strings"
)

// The user address space of a vector. Code has a slot for every vector: the instruction, and three BRK.
const (
	CodeBase  = 0x10000000
	SlotSize  = 16
	Slots     = 1 << 14
	DataBase  = CodeBase + 0x80000 // 64 KiB, of which the window has content
	DataSize  = 0x10000
	Window    = DataBase + 0x8000
	WindowLen = 1024

	BRK = 0xd4200000
)

// State is the registers of EL0 and the bytes of the window.
type State struct {
	X      [31]uint64
	SP, PC uint64
	NZCV   uint8
	FPCR   uint32
	FPSR   uint32
	V      [32][2]uint64
	Memory [WindowLen]byte
}

// Kind is how an attempt ended.
type Kind uint8

// The kinds.
const (
	Done      Kind = iota // the instruction is done; PC says where it goes on
	Undefined             // UNDEFINED, and nothing has changed
	Fault                 // an abort, and nothing has changed but what the instruction may leave
)

func (k Kind) String() string { return [...]string{"done", "UNDEFINED", "fault"}[k] }

// Vector is an instruction and its outcome. Number chooses the slot and, with the file's seed, the state before.
type Vector struct {
	Raw    uint32
	Number uint32
	Kind   Kind
	Out    []Change
	Mem    []Bytes
}

// Change is a register that differs from the state before. A vector register is two changes.
type Change struct {
	Slot  uint8
	Value uint64
}

// Bytes is a run of bytes of the window that differ.
type Bytes struct {
	At   uint16
	Data []byte
}

// Slots of registers in a Change: X0 to X30, then these.
const (
	SlotSP   = 31
	SlotPC   = 32 // only if it is not the next instruction
	SlotNZCV = 33
	SlotFPSR = 34
	SlotV    = 64 // low and high halves of V0, V1, …
)

func slotName(s uint8) string {
	switch {
	case s < 31:
		return fmt.Sprintf("X%d", s)
	case s >= SlotV:
		return fmt.Sprintf("V%d.%s", (s-SlotV)/2, [2]string{"low", "high"}[s&1])
	}
	return map[uint8]string{SlotSP: "SP", SlotPC: "PC", SlotNZCV: "NZCV", SlotFPSR: "FPSR"}[s]
}

// PC is where the vector's instruction lies.
func (v *Vector) PC() uint64 { return CodeBase + uint64(v.Number)%Slots*SlotSize }

// Outcome makes a vector's result from the states before and after.
func (v *Vector) Outcome(before, after *State, kind Kind) {
	v.Kind, v.Out, v.Mem = kind, nil, nil
	put := func(slot uint8, a, b uint64) {
		if a != b {
			v.Out = append(v.Out, Change{slot, b})
		}
	}
	for n := range before.X {
		put(uint8(n), before.X[n], after.X[n])
	}
	next := before.PC + 4
	if kind != Done {
		next = before.PC
	}
	put(SlotSP, before.SP, after.SP)
	put(SlotPC, next, after.PC)
	put(SlotNZCV, uint64(before.NZCV), uint64(after.NZCV))
	put(SlotFPSR, uint64(before.FPSR), uint64(after.FPSR))
	for n := range before.V {
		put(SlotV+uint8(2*n), before.V[n][0], after.V[n][0])
		put(SlotV+uint8(2*n)+1, before.V[n][1], after.V[n][1])
	}
	v.Mem = runs(before.Memory[:], after.Memory[:])
}

// runs lists where b differs from a.
func runs(a, b []byte) (list []Bytes) {
	for n := 0; n < len(a); n++ {
		if a[n] == b[n] {
			continue
		}
		end := n + 1
		for end < len(a) && a[end] != b[end] {
			end++
		}
		list = append(list, Bytes{uint16(n), append([]byte(nil), b[n:end]...)})
		n = end
	}
	return list
}

// Result is the outcome as text.
func (v *Vector) Result() string {
	words := []string{v.Kind.String()}
	for _, c := range v.Out {
		words = append(words, fmt.Sprintf("%s=%x", slotName(c.Slot), c.Value))
	}
	for _, b := range v.Mem {
		words = append(words, fmt.Sprintf("[%x]=% x", Window+uint64(b.At), b.Data))
	}
	return strings.Join(words, " ")
}
