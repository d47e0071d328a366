//go:build linux && amd64

package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
	"unsafe"

	"stasis/conformance/vector"
)

// Places of the child's own: its only page of code, and the stack of signal handlers.
const (
	homePage  = 0x71000000
	signalPad = 0x72000000
	padSize   = 0x10000
)

// child is a traced process that executes single instructions. Its program is three bytes long: everything it does is put into
// its registers and memory from outside.
type child struct {
	pid    int
	memory *os.File
}

// program is a static ELF file of one page: SYSCALL and INT3, which also serves as the signal handler.
func program() []byte {
	code := []byte{0x0f, 0x05, 0xcc}
	b := make([]byte, 120, 128)
	le := binary.LittleEndian
	copy(b, "\x7fELF\x02\x01\x01")
	le.PutUint16(b[16:], 2)
	le.PutUint16(b[18:], 62)
	le.PutUint32(b[20:], 1)
	le.PutUint64(b[24:], homePage+120)
	le.PutUint64(b[32:], 64)
	le.PutUint16(b[52:], 64)
	le.PutUint16(b[54:], 56)
	le.PutUint16(b[56:], 1)
	le.PutUint32(b[64:], 1)
	le.PutUint32(b[68:], 5)
	le.PutUint64(b[80:], homePage)
	le.PutUint64(b[88:], homePage)
	le.PutUint64(b[96:], 123)
	le.PutUint64(b[104:], 123)
	le.PutUint64(b[112:], 0x1000)
	return append(b, code...)
}

const (
	homeSyscall = homePage + 120
	homeTrap    = homePage + 122
)

// start runs the child up to its first instruction and prepares its address space.
func start() (*child, error) {
	runtime.LockOSThread()
	dir, err := os.MkdirTemp("", "record")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "child")
	if err := os.WriteFile(path, program(), 0o755); err != nil {
		return nil, err
	}
	cmd := exec.Command(path)
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	c := &child{pid: cmd.Process.Pid}
	if _, err := c.wait(); err != nil {
		return nil, err
	}
	if c.memory, err = os.OpenFile(fmt.Sprintf("/proc/%d/mem", c.pid), os.O_RDWR, 0); err != nil {
		return nil, err
	}
	return c, c.prepare()
}

// wait waits for the child to stop. One that runs away is killed.
func (c *child) wait() (syscall.WaitStatus, error) {
	defer time.AfterFunc(2*time.Second, func() { syscall.Kill(c.pid, syscall.SIGKILL) }).Stop()
	var status syscall.WaitStatus
	_, err := syscall.Wait4(c.pid, &status, syscall.WALL, nil)
	if err == nil && !status.Stopped() {
		err = fmt.Errorf("the child ended: %#x", status)
	}
	return status, err
}

func (c *child) close() {
	c.memory.Close()
	syscall.Kill(c.pid, syscall.SIGKILL)
}

// call makes the child execute a system call.
func (c *child) call(number uint64, args ...uint64) (uint64, error) {
	var r syscall.PtraceRegs
	if err := syscall.PtraceGetRegs(c.pid, &r); err != nil {
		return 0, err
	}
	args = append(args, 0, 0, 0, 0, 0, 0)
	r.Rip, r.Rax, r.Orig_rax = homeSyscall, number, ^uint64(0)
	r.Rdi, r.Rsi, r.Rdx, r.R10, r.R8, r.R9 = args[0], args[1], args[2], args[3], args[4], args[5]
	if err := syscall.PtraceSetRegs(c.pid, &r); err != nil {
		return 0, err
	}
	if err := syscall.PtraceCont(c.pid, 0); err != nil {
		return 0, err
	}
	if _, err := c.wait(); err != nil {
		return 0, err
	}
	if err := syscall.PtraceGetRegs(c.pid, &r); err != nil {
		return 0, err
	}
	if int64(r.Rax) < 0 && int64(r.Rax) > -4096 {
		return 0, fmt.Errorf("system call %d: %w", number, syscall.Errno(-r.Rax))
	}
	return r.Rax, nil
}

// prepare maps memory, sets the LDT up and installs the signal handler.
func (c *child) prepare() error {
	const fixed = syscall.MAP_FIXED | syscall.MAP_PRIVATE | syscall.MAP_ANONYMOUS
	none := ^uint64(0)
	for _, m := range []struct{ from, to, prot uint64 }{
		{vector.CodeBase, vector.CodeEnd, syscall.PROT_READ | syscall.PROT_EXEC},
		{vector.DataBase, vector.DataEnd, syscall.PROT_READ | syscall.PROT_WRITE},
		{vector.ConstBase, vector.ConstEnd, syscall.PROT_READ},
		{vector.StackBase, vector.StackEnd, syscall.PROT_READ | syscall.PROT_WRITE},
		{signalPad, signalPad + padSize, syscall.PROT_READ | syscall.PROT_WRITE},
	} {
		if _, err := c.call(syscall.SYS_MMAP, m.from, m.to-m.from, m.prot, fixed, none, 0); err != nil {
			return err
		}
	}
	if err := c.installLDT(); err != nil {
		return err
	}
	return c.installHandler()
}

// installLDT writes vector.LDT through modify_ldt.
func (c *child) installLDT() error {
	for n, d := range vector.LDT {
		limit := uint32(d&0xffff | d>>32&0xf0000)
		bits := uint32(d>>54&1) | uint32(d>>42&3)<<1 | uint32(^d>>41&1)<<3 | uint32(d>>55&1)<<4 | uint32(^d>>47&1)<<5
		base := uint32(d>>16&0xffffff | d>>32&0xff000000)
		var p [16]byte
		for k, v := range []uint32{uint32(n), base, limit, bits} {
			binary.LittleEndian.PutUint32(p[4*k:], v)
		}
		if _, err := c.memory.WriteAt(p[:], signalPad); err != nil {
			return err
		}
		if _, err := c.call(syscall.SYS_MODIFY_LDT, 0x11, signalPad, 16); err != nil {
			return err
		}
	}
	return nil
}

// installHandler sends the signals of faults to an INT3 on a stack of their own, where they leave what the kernel knows.
func (c *child) installHandler() error {
	var p [32]byte
	const flags = 4 | 0x08000000 | 0x40000000 | 0x04000000 // SIGINFO, ONSTACK, NODEFER, RESTORER
	for k, v := range []uint64{homeTrap, flags, homeTrap, 0} {
		binary.LittleEndian.PutUint64(p[8*k:], v)
	}
	if _, err := c.memory.WriteAt(p[:], signalPad); err != nil {
		return err
	}
	for _, s := range []syscall.Signal{syscall.SIGSEGV, syscall.SIGBUS, syscall.SIGILL, syscall.SIGFPE} {
		if _, err := c.call(syscall.SYS_RT_SIGACTION, uint64(s), signalPad, 0, 8); err != nil {
			return err
		}
	}
	for k, v := range []uint64{signalPad, 0, padSize} {
		binary.LittleEndian.PutUint64(p[8*k:], v)
	}
	if _, err := c.memory.WriteAt(p[:], signalPad); err != nil {
		return err
	}
	_, err := c.call(syscall.SYS_SIGALTSTACK, signalPad, 0)
	return err
}

const (
	ptraceGetFPRegs = 14
	ptraceSetFPRegs = 15
)

func (c *child) fpregs(request uintptr, fx *[512]byte) error {
	_, _, errno := syscall.RawSyscall6(syscall.SYS_PTRACE, request, uintptr(c.pid), 0, uintptr(unsafe.Pointer(fx)), 0, 0)
	if errno != 0 {
		return fmt.Errorf("floating-point registers: %w", errno)
	}
	return nil
}
