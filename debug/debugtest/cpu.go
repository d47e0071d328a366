package debugtest

import (
	"encoding/binary"
	"errors"

	"stasis/cpu"
	"stasis/cpu/x86"
	"stasis/debug"
)

// Rows of the register table.
const (
	rax = iota
	rdi
	rsp
	rip
	eflags
	cs
	cr3
	registers
)

const flagIF = 1 << 9

var names = [registers]string{"rax", "rdi", "rsp", "rip", "eflags", "cs", "cr3"}

// CPU runs NOP, JMP rel8, HLT, INC EAX, MOV [RDI],AL, MOV AL,[RDI], CLI, STI, IRET (of RIP and RFLAGS alone), PUSH RAX, POP RAX,
// and 66 75 rel8: here, a jump unless the low 15 bits of RAX are 0.
type CPU struct {
	m          *Machine
	regs       [registers]uint64
	halted     bool
	pending    bool   // an interrupt waits
	tick       uint64 // Clock of the latest one
	interrupts uint64
	skip       bool
	breaks     []uint64
	watches    []cpu.Watch
	hit        *debug.Stop
}

// Architecture is that of the instructions.
func (c *CPU) Architecture() *cpu.Architecture { return x86.Architecture() }

// Registers is the table.
func (c *CPU) Registers() []cpu.Register {
	table := make([]cpu.Register, registers)
	for i, n := range names {
		table[i] = cpu.Register{Name: n, Bits: 64, Type: "int64", Feature: "org.gnu.gdb.i386.core", Group: "general"}
	}
	table[eflags].Bits = 32
	table[cs].Bits = 32
	table[rsp].Type, table[rip].Type = "data_ptr", "code_ptr"
	return table
}

// ReadRegister reads.
func (c *CPU) ReadRegister(i int) []byte {
	return binary.LittleEndian.AppendUint64(nil, c.regs[i])[:c.Registers()[i].Bits/8]
}

func (c *CPU) write(i int, b []byte) error {
	if i == cr3 {
		return errors.New("read only")
	}
	var le [8]byte
	copy(le[:], b)
	c.regs[i] = binary.LittleEndian.Uint64(le[:])
	if i == rip {
		c.halted, c.skip = false, false
	}
	return nil
}

// PC is RIP.
func (c *CPU) PC() uint64 { return c.regs[rip] }

// Halted is after HLT.
func (c *CPU) Halted() bool { return c.halted }

// Wake is whether an interrupt ends the halt.
func (c *CPU) Wake() bool { return c.pending && c.regs[eflags]&flagIF != 0 }

// Translate maps [Base, Base+Size) to [0, Size).
func (c *CPU) Translate(va uint64) (uint64, bool) { return va - Base, va-Base < Size }

// SetBreakpoints replaces the breakpoints.
func (c *CPU) SetBreakpoints(addrs []uint64) { c.breaks = addrs }

// SetWatchpoints replaces the watchpoints.
func (c *CPU) SetWatchpoints(w []cpu.Watch) { c.watches = w }

// SkipBreakpoint passes the breakpoint at PC once.
func (c *CPU) SkipBreakpoint() { c.skip = true }

// Interrupts counts deliveries.
func (c *CPU) Interrupts() uint64 { return c.interrupts }

// served reports whether the interrupt of this time has been taken note of.
func (c *CPU) served(clock uint64) bool {
	if c.tick == clock {
		return true
	}
	c.tick = clock
	return false
}

// unit does one unit: boundary orders (1), (2), (3).
func (c *CPU) unit() (stop debug.Stop, stopped, done bool) {
	if c.Wake() {
		c.pending, c.halted = false, false
		c.interrupts++
		c.push(c.regs[eflags])
		c.push(c.regs[rip])
		c.regs[eflags] &^= flagIF
		c.regs[rip] = Handler
		return stop, false, true
	}
	for _, b := range c.breaks {
		if b == c.PC() && !c.skip {
			return debug.Stop{Kind: debug.StopBreakpoint, Addr: b}, true, false
		}
	}
	c.skip, c.hit = false, nil
	if !c.execute() {
		return debug.Stop{Kind: debug.StopFatal, Reason: "triple-fault", Code: 6}, true, false
	}
	if c.hit != nil {
		return *c.hit, true, true
	}
	return stop, false, true
}

func (c *CPU) execute() bool {
	pc := c.regs[rip]
	at := func(n uint64) byte { v := c.load(pc+n, 1); return byte(v) }
	n := uint64(1)
	switch at(0) {
	case 0x90:
	case 0xeb:
		n = 2 + uint64(int8(at(1)))
	case 0xf4:
		c.halted = true
	case 0xff:
		c.regs[rax]++
		n = 2
	case 0x88:
		c.access(c.regs[rdi], debug.Write)
		c.store(c.regs[rdi], c.regs[rax], 1)
		n = 2
	case 0x8a:
		c.access(c.regs[rdi], debug.Read)
		c.regs[rax] = c.load(c.regs[rdi], 1)
		n = 2
	case 0xfa:
		c.regs[eflags] &^= flagIF
	case 0xfb:
		c.regs[eflags] |= flagIF
	case 0xcf:
		c.regs[rip], c.regs[eflags] = c.pop(), c.pop()
		return true
	case 0x66:
		n = 3
		if c.regs[rax]&0x7fff != 0 {
			n += uint64(int8(at(2)))
		}
	case 0x50:
		c.push(c.regs[rax])
	case 0x58:
		c.regs[rax] = c.pop()
	default:
		return false
	}
	c.regs[rip] += n
	return true
}

func (c *CPU) access(va uint64, a debug.Access) {
	for _, w := range c.watches {
		if va-w.Addr < w.Len && (a == debug.Write && w.Write || a == debug.Read && w.Read) {
			c.hit = &debug.Stop{Kind: debug.StopWatchpoint, Addr: va, Access: a}
		}
	}
}

func (c *CPU) push(v uint64) {
	c.regs[rsp] -= 8
	c.store(c.regs[rsp], v, 8)
}

func (c *CPU) pop() uint64 {
	v := c.load(c.regs[rsp], 8)
	c.regs[rsp] += 8
	return v
}

func (c *CPU) load(va uint64, n int) uint64 {
	var b [8]byte
	c.m.ReadPhysical(b[:n], va-Base)
	return binary.LittleEndian.Uint64(b[:])
}

func (c *CPU) store(va, v uint64, n int) {
	c.m.WritePhysical(binary.LittleEndian.AppendUint64(nil, v)[:n], va-Base)
}
