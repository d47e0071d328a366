//go:build linux && amd64

package main

import (
	"encoding/binary"
	"fmt"
	"syscall"

	"stasis/conformance/harness"
	"stasis/conformance/vector"
	decode "stasis/decode/x86"
)

// Places in the frame that Linux makes for a signal: behind the return address, a ucontext. Source: asm/sigcontext.h.
const (
	frameError = 8 + 40 + 19*8
	frameTrap  = frameError + 8
	frameCR2   = frameTrap + 16
)

// free reports whether an instruction must run up to an INT3, not be single-stepped: it would show TF, it is more than one step, or
// it holds the trap off.
func free(i *decode.Inst) bool {
	switch i.Op {
	case decode.PUSHF, decode.POPF, decode.IRET, decode.LSS:
		return true
	case decode.MOVTOSEG, decode.POPSEG:
		return true
	}
	return decode.Rows[i.Row].Flags&decode.Rep != 0
}

// record fills a vector's outcome in from the CPU.
func (c *child) record(v *vector.Vector, background []byte) error {
	regs, memory, fx := harness.Input(v, background)
	if _, err := c.memory.WriteAt(memory[vector.CodeBase:vector.CodeEnd], vector.CodeBase); err != nil {
		return err
	}
	if _, err := c.memory.WriteAt(memory[vector.DataBase:vector.DataEnd], vector.DataBase); err != nil {
		return err
	}
	if _, err := c.memory.WriteAt(memory[vector.ConstBase:vector.StackEnd], vector.ConstBase); err != nil {
		return err
	}
	if err := c.fpregs(ptraceSetFPRegs, (*[512]byte)(fx)); err != nil {
		return err
	}
	if err := c.setRegs(&regs); err != nil {
		return fmt.Errorf("set registers %x: %w", regs, err)
	}
	inst, _ := decode.Decode(v.Code, decode.Mode(v.Mode))
	resume := syscall.PtraceSingleStep
	if free(&inst) {
		resume = func(pid int) error { return syscall.PtraceCont(pid, 0) }
	}
	if err := resume(c.pid); err != nil {
		return err
	}
	status, err := c.wait()
	if err != nil {
		return err
	}
	after, err := c.getRegs()
	if err != nil {
		return err
	}
	var fxAfter [512]byte
	if err := c.fpregs(ptraceGetFPRegs, &fxAfter); err != nil {
		return err
	}
	v.Exception, v.ErrorCode, v.CR2 = vector.None, 0, 0
	if status.StopSignal() != syscall.SIGTRAP {
		if err := c.fault(v, status.StopSignal()); err != nil {
			return err
		}
		if after[vector.RIP] != regs[vector.RIP] && v.Exception != 4 { // completed: the fault is the next instruction's
			v.Exception, v.ErrorCode, v.CR2 = vector.None, 0, 0
		}
	} else if free(&inst) {
		after[vector.RIP]--
	}
	return c.outcome(v, &regs, &after, memory, fx, fxAfter[:])
}

// fault lets the signal be delivered and reads from its frame which exception it was.
func (c *child) fault(v *vector.Vector, s syscall.Signal) error {
	if err := syscall.PtraceCont(c.pid, int(s)); err != nil {
		return err
	}
	if _, err := c.wait(); err != nil {
		return err
	}
	handler, err := c.getRegs()
	if err != nil {
		return err
	}
	var p [frameCR2 + 8]byte
	if _, err := c.memory.ReadAt(p[:], int64(handler[4])); err != nil {
		return err
	}
	le := binary.LittleEndian
	v.Exception, v.ErrorCode = uint8(le.Uint64(p[frameTrap:])), uint32(le.Uint64(p[frameError:]))
	if v.Exception == 14 {
		v.CR2 = le.Uint64(p[frameCR2:])
		if v.CR2>>63 != 0 { // Linux sets P for all of its own half, so as not to tell what is there: nothing is
			v.ErrorCode &^= 1
		}
	} else if hasCode>>v.Exception&1 == 0 {
		v.ErrorCode = 0
	}
	return nil
}

// hasCode are the exceptions with an error code.
const hasCode = 1<<8 | 1<<10 | 1<<11 | 1<<12 | 1<<13 | 1<<14 | 1<<17

func (c *child) outcome(v *vector.Vector, regs, after *vector.Regs, memory, fx, fxAfter []byte) error {
	if v.Mode != 64 { // above 4 GiB is where Linux keeps its stack for returning to 16-bit segments
		after[4] &= 0xffffffff
	}
	for _, p := range []*vector.Regs{regs, after} {
		p[vector.RFLAGS] &= vector.Flags
	}
	v.Out = vector.Diff(regs, after)
	now := append([]byte(nil), memory[vector.CodeBase:vector.StackEnd]...)
	for _, area := range [][2]int64{{vector.DataBase, vector.DataEnd}, {vector.StackBase, vector.StackEnd}} {
		if _, err := c.memory.ReadAt(now[area[0]-vector.CodeBase:area[1]-vector.CodeBase], area[0]); err != nil {
			return err
		}
	}
	v.Mem = vector.DiffBytes(vector.CodeBase, memory[vector.CodeBase:vector.StackEnd], now)
	clear(fxAfter[6:24]) // last opcode and pointers
	clear(fxAfter[28:32])
	v.FP = vector.DiffBytes(0, fx[:416], fxAfter[:416])
	return nil
}
