//go:build linux && amd64

package main

import (
	"fmt"
	"syscall"
	"unsafe"

	"stasis/conformance/vector"
)

// slots are the places of a vector's registers in the kernel's structure.
func slots(r *syscall.PtraceRegs) [vector.Count]*uint64 {
	return [vector.Count]*uint64{&r.Rax, &r.Rcx, &r.Rdx, &r.Rbx, &r.Rsp, &r.Rbp, &r.Rsi, &r.Rdi, &r.R8, &r.R9, &r.R10, &r.R11, &r.R12, &r.R13, &r.R14,
		&r.R15, &r.Rip, &r.Eflags, &r.Fs_base, &r.Gs_base, &r.Es, &r.Cs, &r.Ss, &r.Ds, &r.Fs, &r.Gs}
}

// codeSegment is the place of CS in the kernel's structure.
const codeSegment = 17 * 8

const (
	ptracePeekUser = 3
	ptracePokeUser = 6
)

// native gives the child the 64-bit code segment for as long as it is stopped, since the kernel shows the registers of a process in a
// 16- or 32-bit segment in another form. It returns the real one.
func (c *child) native() (cs uint64, err error) {
	_, _, errno := syscall.RawSyscall6(syscall.SYS_PTRACE, ptracePeekUser, uintptr(c.pid), codeSegment, uintptr(unsafe.Pointer(&cs)), 0, 0)
	if errno == 0 && cs != vector.User64 {
		_, _, errno = syscall.RawSyscall6(syscall.SYS_PTRACE, ptracePokeUser, uintptr(c.pid), codeSegment, vector.User64, 0, 0)
	}
	if errno != 0 {
		return 0, fmt.Errorf("code segment: %w", errno)
	}
	return cs, nil
}

func (c *child) setRegs(v *vector.Regs) error {
	r := syscall.PtraceRegs{Orig_rax: ^uint64(0)}
	for n, p := range slots(&r) {
		*p = v[n]
	}
	return syscall.PtraceSetRegs(c.pid, &r)
}

// getRegs reads the registers and leaves the child in the 64-bit code segment.
func (c *child) getRegs() (v vector.Regs, err error) {
	cs, err := c.native()
	if err != nil {
		return v, err
	}
	var r syscall.PtraceRegs
	err = syscall.PtraceGetRegs(c.pid, &r)
	for n, p := range slots(&r) {
		v[n] = *p
	}
	v[vector.CS] = cs
	return v, err
}
