// Package machine is the whole computer: it wires CPUs, memory and devices, and runs them in one goroutine by one clock.
//
// Invariant: the state after a number of units follows from the Config and the stamped inputs alone. How the run is cut
// into slices, where it is stopped and looked at, and how fast the host is, decides nothing.
//
// The order at every boundary is fixed: (0) stops, snapshots and hashes; then inputs and due events; then, inside the
// CPU, (1) what is pending is delivered, (2) host breakpoints, (3) the next instruction.
package machine

import (
	"bytes"
	"sync/atomic"
	"time"

	"stasis/bus"
	"stasis/cpu"
	"stasis/replay"
	"stasis/timer"
)

// State is the machine's own part of the state; CPUs, devices, deadlines and memory have theirs.
type State struct {
	Retired uint64          // the position
	Skipped uint64          // idle jumps and advances: Clock is Retired + Skipped
	Current int             // the CPU whose turn it is
	Left    uint64          // units left of that turn
	Locked  uint64          // CPUs that a debugger has left out of the schedule, a bit each
	Output  [outputs]uint64 // bytes that the guest has written to each place
	Typed   [2][]byte       // bytes on their way to the serial ports
	Ended   bool
	End     Stop // if Ended
}

// part is something with state, by name.
type part struct {
	name   string
	encode func(b []byte) []byte
	decode func(b []byte) ([]byte, error)
}

// Machine is one computer. Its methods may be called from one goroutine at a time, but for those that say otherwise.
type Machine struct {
	State  State
	config Config
	host   Host

	bus   *bus.Bus
	clock *timer.Clock
	queue *timer.Queue
	cpus  []cpu.CPU
	parts []part

	running cpu.CPU // inside its Run; the Clock counts its units
	horizon uint64  // the next deadline when that Run began
	lone    bool    // no other CPU could run then
	settled bool    // due events have fired at this position
	ending  *Stop   // a device has ended the run inside the present unit
	fresh   []byte  // encoded state of all parts at power-on, for reset
	boot    func() error
	board   board
	dtb     []byte // the device tree that the guest is given, if the board has one

	recorder replay.Recorder
	serial   [2]receiver
	outputs  [outputs]*output
	hashes   []HashAt
	nextHash uint64
	slice    uint64 // units until the slice ends
	wall     time.Duration

	hostClock hostClock
	resumedAt uint64 // the position of the latest Resume
	caughtUp  uint64 // what the Clock has caught up in all by advances where it was resumed
	trial     trial
	onUnit    func(cpu int)
	buffer    []byte // for encoding

	request  atomic.Int32 // a stop that was asked for, as Reason+1
	awake    chan struct{}
	requests chan doRequest
	idle     chan struct{} // holds a token while nobody runs the machine
}

// HashAt is the hash of the state at a position.
type HashAt struct {
	Retired uint64
	Hash    bus.Digest
}

// assemble makes the part of a machine that no board is needed for.
func assemble(config Config, host Host, ram *bus.RAM) *Machine {
	m := &Machine{
		config:   config,
		host:     host.normal(),
		bus:      bus.New(ram),
		awake:    make(chan struct{}, 1),
		requests: make(chan doRequest),
		idle:     make(chan struct{}, 1),
	}
	m.slice = m.host.Slice
	m.nextHash = m.host.HashEvery
	m.clock = timer.NewClock(m.Clock)
	m.queue = timer.NewQueue(m.clock)
	m.idle <- struct{}{}
	m.connectOutputs()
	ram.OnCodeWrite = func(page uint64) {
		for _, c := range m.cpus {
			c.InvalidateCode(page)
		}
	}
	ram.OnCode = func(page uint64) {
		for _, c := range m.cpus {
			c.ProtectCode(page)
		}
	}
	ram.OnClean = func() {
		for _, c := range m.cpus {
			c.DropInlineWrites()
		}
	}
	return m
}

// Close gives back what the machine holds of the host.
func (m *Machine) Close() error { return m.bus.RAM.Close() }

// Clock returns the virtual time in units.
func (m *Machine) Clock() uint64 { return m.Retired() + m.State.Skipped }

// Retired returns the position in units. It is exact inside a unit too: it counts those that are complete.
func (m *Machine) Retired() uint64 {
	if m.running != nil {
		return m.State.Retired + m.running.Units()
	}
	return m.State.Retired
}

// Config returns what the machine was made from.
func (m *Machine) Config() Config { return m.config }

// CPUs returns the logical processors.
func (m *Machine) CPUs() []cpu.CPU { return m.cpus }

// DeviceTree returns the device tree that the guest is given; nil on a board without one.
func (m *Machine) DeviceTree() []byte { return m.dtb }

// Hashes returns the hashes taken by Host.HashEvery.
func (m *Machine) Hashes() []HashAt { return m.hashes }

// RAMTouched returns how many bytes of memory were ever written, in whole pages.
func (m *Machine) RAMTouched() uint64 { return m.bus.RAM.Touched() }

// ReadPhys reads memory, without any effect on devices.
func (m *Machine) ReadPhys(p []byte, pa uint64) error { return m.bus.RAM.ReadAt(p, pa) }

// WritePhys writes memory. That is an input: the run goes another way from here, and recorded inputs that lie ahead are forgotten.
func (m *Machine) WritePhys(p []byte, pa uint64) error {
	err := m.bus.RAM.WriteAt(p, pa)
	if err == nil {
		m.record(replay.MemoryWrite(pa, bytes.Clone(p)))
	}
	return err
}

// TellUnits has f told before every unit that a CPU runs, when all that is due has fired; nil ends that. It looks, and changes nothing:
// the run is the same, but slow.
func (m *Machine) TellUnits(f func(cpu int)) { m.onUnit = f }

// TrackStores has f told of every store, of the guest or of the host, that hits the lines of these physical addresses, until the next
// call. It is told in the midst of a unit: it may look at memory, and nothing else.
func (m *Machine) TrackStores(addrs []uint64, f func(pa uint64, n int)) {
	mark := func() {
		for _, pa := range addrs {
			m.bus.RAM.MarkCode(pa, 1)
		}
	}
	m.bus.RAM.OnCodeStore = func(pa uint64, n int) {
		mark() // the store has taken the marks of its page away
		f(pa, n)
	}
	mark()
}

// WriteRegister writes a register of a CPU. That is an input.
func (m *Machine) WriteRegister(cpu, register int, value []byte) error {
	err := m.cpus[cpu].WriteRegister(register, value)
	if err == nil {
		m.record(replay.RegisterWrite(uint8(cpu), register, bytes.Clone(value)))
	}
	return err
}

// Timer is a deadline that a device has set.
type Timer struct {
	Name     string
	Deadline uint64 // in units of the Clock
}

// Timers returns the deadlines that are set, in the order in which equal ones fire.
func (m *Machine) Timers() (list []Timer) {
	names, deadlines := m.queue.Armed()
	for i, name := range names {
		list = append(list, Timer{name, deadlines[i]})
	}
	return list
}
