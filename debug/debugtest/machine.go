// Package debugtest has a machine for tests of debuggers: a handful of x86 instructions, a few CPUs that take turns of four
// units, a timer that interrupts, one page table for all. It keeps the rules of debug.Target and nothing else.
package debugtest

import (
	"crypto/sha256"
	"encoding/binary"
	"sync/atomic"

	"stasis/debug"
	_ "stasis/debug/x86" // the instructions are of this architecture
)

const (
	// Base is where memory begins, virtually. Physical memory begins at 0.
	Base = 0x1000
	// Size is how much memory there is.
	Size = 0x4000
	// Handler is where a timer interrupt goes.
	Handler = 0x3000
	// quantum is how many units a CPU runs before the next has its turn.
	quantum = 4
)

// Machine is the fake.
type Machine struct {
	Memory  [Size]byte
	Timer   uint64 // a timer interrupt for CPU 0 every so many units; 0: none
	Limit   uint64 // the machine powers off there; 0: never
	cpus    []*CPU
	retired uint64
	skipped uint64
	turn    int
	left    int
	ended   bool
	asked   atomic.Bool
}

// New is a machine with n CPUs, all at Base, and a program there.
func New(n int, program []byte) *Machine {
	m := &Machine{left: quantum}
	copy(m.Memory[:], program)
	for i := range n {
		c := &CPU{m: m}
		c.regs[rip], c.regs[rsp] = Base, Base+Size-uint64(i)*0x100
		c.regs[eflags] = 0x202
		c.regs[cs] = 0x10
		m.cpus = append(m.cpus, c)
	}
	return m
}

// At puts code or data into memory.
func (m *Machine) At(va uint64, b ...byte) *Machine {
	copy(m.Memory[va-Base:], b)
	return m
}

// CPUs are the CPUs.
func (m *Machine) CPUs() []debug.CPU {
	list := make([]debug.CPU, len(m.cpus))
	for i, c := range m.cpus {
		list[i] = c
	}
	return list
}

// Interrupt asks for a stop.
func (m *Machine) Interrupt() { m.asked.Store(true) }

// Retired is the position.
func (m *Machine) Retired() uint64 { return m.retired }

// Clock is virtual time.
func (m *Machine) Clock() uint64 { return m.retired + m.skipped }

// Rate is units a second.
func (m *Machine) Rate() uint64 { return 1_000_000 }

// Hash is over memory, registers and time.
func (m *Machine) Hash() [32]byte {
	h := sha256.New()
	h.Write(m.Memory[:])
	for _, c := range m.cpus {
		binary.Write(h, binary.LittleEndian, c.regs)
		binary.Write(h, binary.LittleEndian, c.halted)
	}
	binary.Write(h, binary.LittleEndian, []uint64{m.retired, m.skipped, uint64(m.turn), uint64(m.left)})
	return [32]byte(h.Sum(nil))
}

// ReadPhysical reads memory.
func (m *Machine) ReadPhysical(p []byte, pa uint64) int {
	if pa >= Size {
		return 0
	}
	return copy(p, m.Memory[pa:])
}

// WritePhysical writes memory.
func (m *Machine) WritePhysical(p []byte, pa uint64) int {
	if pa >= Size {
		return 0
	}
	return copy(m.Memory[pa:], p)
}

// WriteRegister writes a register.
func (m *Machine) WriteRegister(cpu, i int, b []byte) error { return m.cpus[cpu].write(i, b) }

// Resume runs by the rules of debug.Target.
func (m *Machine) Resume(p debug.Plan) debug.Stop {
	start := m.retired
	for {
		switch {
		case p.Units != 0 && m.retired-start >= p.Units:
			return debug.Stop{Kind: debug.StopInterrupt, CPU: m.turn}
		case m.ended || m.Limit != 0 && m.retired >= m.Limit:
			m.ended = true
			return debug.Stop{Kind: debug.StopEnd, Reason: "poweroff"}
		case m.asked.Swap(false):
			return debug.Stop{Kind: debug.StopInterrupt, CPU: m.turn}
		}
		if m.Timer != 0 && m.retired%m.Timer == 0 && m.retired > 0 && !m.cpus[0].served(m.Clock()) {
			m.cpus[0].pending = true
		}
		if !m.pick(p) {
			if m.Timer == 0 {
				return debug.Stop{Kind: debug.StopFatal, CPU: m.turn, Reason: "halted-forever", Code: 10}
			}
			m.skipped++
			m.cpus[0].pending = true
			continue
		}
		if stop, ok := m.unit(m.turn, p); ok {
			return stop
		}
	}
}

// pick chooses the CPU that runs the next unit.
func (m *Machine) pick(p debug.Plan) bool {
	stepping := false
	for _, a := range p.Actions {
		stepping = stepping || a == debug.Step
	}
	for range len(m.cpus) + 1 {
		c := m.cpus[m.turn]
		if m.left > 0 && (p.Actions[m.turn] != debug.Hold || stepping) && (!c.halted || c.Wake()) {
			return true
		}
		m.turn, m.left = (m.turn+1)%len(m.cpus), quantum
	}
	return false
}

func (m *Machine) unit(i int, p debug.Plan) (debug.Stop, bool) {
	c := m.cpus[i]
	stop, stopped, done := c.unit()
	stop.CPU = i
	if done {
		m.retired++
		m.left--
		if p.Actions[i] == debug.Step && !stopped {
			return debug.Stop{Kind: debug.StopStep, CPU: i}, true
		}
	}
	return stop, stopped
}
