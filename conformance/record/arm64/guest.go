package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	vector "stasis/conformance/vector/arm64"
	decode "stasis/decode/arm64"
)

// model is the oracle's processor. Without SVE a signal frame holds the vector registers in one place only.
const model = "max,sve=off,sme=off"

// Where the guest's own parts lie. It lives in its signal handler: each instruction ends in a signal, the handler writes the frame
// and the window, reads the next ones, and returns into the next instruction.
const (
	textBase = 0x400000
	dataBase = 0x600000 // struct sigaltstack, struct sigaction
	altStack = 0x610000
	altSize  = 0x10000
)

// A frame is struct sigcontext up to the end of struct fpsimd_context; the signal's number takes the place of fault_address.
// Source: Linux, arch/arm64/include/uapi/asm/sigcontext.h.
const (
	contextInFrame = 176 // struct ucontext before struct sigcontext
	frameX         = 8
	frameSP        = frameX + 31*8
	framePC        = frameSP + 8
	framePState    = framePC + 8
	frameFP        = 288
	frameLen       = frameFP + 16 + 512

	fpsimdMagic = 0x46508001
	fpsimdSize  = 0x210

	fpsrHeld = 0x0800009f // the oracle has AArch32 too, with whose flags it fills bits 31 to 28
)

// Signals that end an instruction.
const (
	sigILL, sigTRAP, sigBUS, sigFPE, sigSEGV = 4, 5, 7, 8, 11
)

// Linux's system calls.
const (
	sysRead, sysWrite, sysExit, sysAltStack, sysAction = 63, 64, 93, 132, 134
)

// assembler collects words.
type assembler []uint32

func (a *assembler) put(words ...uint32) { *a = append(*a, words...) }

// move is MOVZ and MOVKs.
func (a *assembler) move(rd uint32, v uint64) {
	a.put(0xd2800000 | uint32(v&0xffff)<<5 | rd)
	for n := uint32(1); n < 4; n++ {
		if part := uint32(v >> (16 * n) & 0xffff); part != 0 {
			a.put(0xf2800000 | n<<21 | part<<5 | rd)
		}
	}
}

// copy is MOV of a register.
func (a *assembler) copy(rd, rm uint32) { a.put(0xaa0003e0 | rm<<16 | rd) }

func (a *assembler) call(number uint64) {
	a.move(8, number)
	a.put(0xd4000001)
}

// transfer is read or write of a buffer; the address is a register if there is one.
func (a *assembler) transfer(number, file uint64, register uint32, addr, size uint64) {
	a.move(0, file)
	if register != 0 {
		a.copy(1, register)
	} else {
		a.move(1, addr)
	}
	a.move(2, size)
	a.call(number)
}

// program is the guest's code: the handler, and behind it the start.
func program() (code assembler, start int) {
	code.put(0x9102c053) // ADD X19, X2, #contextInFrame
	code.put(0xf9000260) // STR X0, [X19]
	code.transfer(sysWrite, 1, 19, 0, frameLen)
	code.transfer(sysWrite, 1, 0, vector.Window, vector.WindowLen)
	code.transfer(sysRead, 0, 19, 0, frameLen)
	code.put(0xb5000080) // CBNZ X0, over the exit
	code.move(0, 0)
	code.call(sysExit)
	code.transfer(sysRead, 0, 0, vector.Window, vector.WindowLen)
	code.put(0xd65f03c0) // RET
	start = len(code)
	code.move(0, dataBase)
	code.move(1, 0)
	code.call(sysAltStack)
	for _, signal := range []uint64{sigILL, sigTRAP, sigBUS, sigFPE, sigSEGV} {
		code.move(0, signal)
		code.move(1, dataBase+24)
		code.move(2, 0)
		code.move(3, 8)
		code.call(sysAction)
	}
	code.put(vector.BRK)
	return code, start
}

// data is struct sigaltstack, and struct sigaction with SA_SIGINFO and SA_ONSTACK.
func data() (b []byte) {
	for _, word := range []uint64{altStack, 0, altSize, textBase, 0x08000004, 0, 0} {
		b = binary.LittleEndian.AppendUint64(b, word)
	}
	return b
}

// slots is the instructions.
func slots(list []vector.Vector) []byte {
	b := make([]byte, vector.Slots*vector.SlotSize)
	for n := 0; n < len(b); n += 4 {
		binary.LittleEndian.PutUint32(b[n:], vector.BRK)
	}
	for n := range list {
		binary.LittleEndian.PutUint32(b[list[n].PC()-vector.CodeBase:], list[n].Raw)
	}
	return b
}

// segment is a part of the guest's file.
type segment struct {
	addr   uint64
	flags  uint32 // 4 read, 2 write, 1 execute
	data   []byte
	memory uint64
}

// image is the guest as a static ELF file.
func image(list []vector.Vector) []byte {
	code, start := program()
	var text []byte
	for _, w := range code {
		text = binary.LittleEndian.AppendUint32(text, w)
	}
	own := data()
	segments := []segment{
		{textBase, 5, text, uint64(len(text))},
		{dataBase, 6, own, altStack + altSize - dataBase},
		{vector.CodeBase, 5, slots(list), vector.Slots * vector.SlotSize},
		{vector.DataBase, 6, nil, vector.DataSize},
	}
	var b bytes.Buffer
	b.WriteString("\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00")
	put := func(list ...any) {
		for _, v := range list {
			_ = binary.Write(&b, binary.LittleEndian, v) // a buffer takes everything
		}
	}
	put(uint16(2), uint16(183), uint32(1), uint64(textBase+4*start), uint64(64), uint64(0), uint32(0), uint16(64), uint16(56), uint16(len(segments)),
		uint16(64), uint16(0), uint16(0))
	at := uint64(0x1000)
	for _, s := range segments {
		put(uint32(1), s.flags, at, s.addr, s.addr, uint64(len(s.data)), s.memory, uint64(0x1000))
		at += (uint64(len(s.data)) + 0xfff) &^ 0xfff
	}
	for _, s := range segments {
		b.Write(make([]byte, -b.Len()&0xfff))
		b.Write(s.data)
	}
	return b.Bytes()
}

// ask runs vectors on the oracle and fills in their outcomes.
func ask(list []vector.Vector, seed uint32) error {
	dir, err := os.MkdirTemp("", "record")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	guest, input := filepath.Join(dir, "guest"), filepath.Join(dir, "input")
	if err := os.WriteFile(guest, image(list), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(input, frames(list, seed), 0o644); err != nil {
		return err
	}
	in, err := os.Open(input)
	if err != nil {
		return err
	}
	defer in.Close()
	var errors bytes.Buffer
	cmd := exec.Command(*qemu, "-cpu", model, guest)
	cmd.Stdin, cmd.Stderr = in, &errors
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("%s: %w after %d results\n%s", *qemu, err, len(out)/(frameLen+vector.WindowLen)-1, errors.String())
	}
	const size = frameLen + vector.WindowLen
	if len(out) != size*(len(list)+1) {
		return fmt.Errorf("%s: %d bytes for %d vectors", *qemu, len(out), len(list))
	}
	for n := range list {
		v := &list[n]
		i, _ := decode.Decode(v.Raw)
		before := vector.Start(&i, v.Number, seed)
		after, kind, err := parse(out[size*(n+1):][:size], before)
		if err != nil {
			return fmt.Errorf("%v %08x: %w", i.Op, v.Raw, err)
		}
		correct(&i, after)
		v.Outcome(before, after, kind)
	}
	return nil
}

// correct undoes what the oracle is known to do against the manual: FCVTZS of a half-precision scalar to fixed point leaves a
// result of 32 bits, not of 16. Source: Arm ARM, "FCVTZS (vector, fixed-point)", and "V[]", which clears what a write does not fill.
func correct(i *decode.Inst, after *vector.State) {
	if i.Half() && i.Op == decode.FCVTZSsfix {
		after.V[i.Rd()][0] &= 0xffff
	}
}

// frames are the states before.
func frames(list []vector.Vector, seed uint32) (b []byte) {
	for n := range list {
		i, _ := decode.Decode(list[n].Raw)
		b = appendFrame(b, vector.Start(&i, list[n].Number, seed))
	}
	return b
}

func appendFrame(b []byte, s *vector.State) []byte {
	frame := make([]byte, frameLen)
	le := binary.LittleEndian
	for n, x := range s.X {
		le.PutUint64(frame[frameX+8*n:], x)
	}
	le.PutUint64(frame[frameSP:], s.SP)
	le.PutUint64(frame[framePC:], s.PC)
	le.PutUint64(frame[framePState:], uint64(s.NZCV)<<28)
	le.PutUint32(frame[frameFP:], fpsimdMagic)
	le.PutUint32(frame[frameFP+4:], fpsimdSize)
	le.PutUint32(frame[frameFP+8:], s.FPSR)
	le.PutUint32(frame[frameFP+12:], s.FPCR)
	for n, v := range s.V {
		le.PutUint64(frame[frameFP+16+16*n:], v[0])
		le.PutUint64(frame[frameFP+24+16*n:], v[1])
	}
	return append(append(b, frame...), s.Memory[:]...)
}

// parse reads the state after.
func parse(b []byte, before *vector.State) (s *vector.State, kind vector.Kind, err error) {
	le := binary.LittleEndian
	s = &vector.State{SP: le.Uint64(b[frameSP:]), PC: le.Uint64(b[framePC:]), NZCV: uint8(le.Uint64(b[framePState:]) >> 28)}
	for n := range s.X {
		s.X[n] = le.Uint64(b[frameX+8*n:])
	}
	s.FPSR, s.FPCR = le.Uint32(b[frameFP+8:])&fpsrHeld, le.Uint32(b[frameFP+12:])
	for n := range s.V {
		s.V[n] = [2]uint64{le.Uint64(b[frameFP+16+16*n:]), le.Uint64(b[frameFP+24+16*n:])}
	}
	copy(s.Memory[:], b[frameLen:])
	switch signal := le.Uint64(b); {
	case s.PC != before.PC:
		return s, vector.Done, nil
	case signal == sigILL:
		return s, vector.Undefined, nil
	case signal == sigSEGV || signal == sigBUS:
		return s, vector.Fault, nil
	default:
		return s, 0, fmt.Errorf("signal %d at the instruction", signal)
	}
}
