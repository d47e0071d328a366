// Package guests holds the project's own guest programs: kernels small enough to read in one
// sitting, built from src/*.s by `make guests-embedded` and embedded as ELF files, so that a
// machine with nothing but Go can run them. A test rebuilds them and compares every byte.
//
// Source of the entry points: Xen, "x86/HVM direct boot ABI" (PVH), and the Multiboot
// Specification version 0.6.96.
package guests

import (
	"bytes"
	"debug/elf"
	"embed"
	"encoding/binary"
	"fmt"
)

//go:embed bin/*.elf
var files embed.FS

// Names of the guests, as ELF takes them.
const (
	Hello32  = "hello32"  // multiboot, 32-bit: one line and power-off
	Hello64  = "hello64"  // PVH, long mode, SSE: one line and power-off
	Demo     = "demo"     // PVH: counts in a loop, with a timer interrupt
	Tests    = "tests"    // PVH: prints PASS or FAIL for each of its checks
	Checks   = "checks"   // PVH: protection, paging and interrupts in full, in the form of Tests
	Checks32 = "checks32" // multiboot: the same of 32-bit protected mode, tasks, virtual-8086 and real mode
	Bench    = "bench"    // PVH: loops to time, see Benchmarks
	Boot     = "boot"     // a boot sector, see Disk
	Lab      = "lab"      // PVH: pieces of code that a debugger is tried on; src/lab.s has their numbers and symbols
	Clocks   = "clocks"   // PVH: all timers interrupt, all counters are read, and it is written down

	DemoARM64  = "demo-arm64"  // AArch64, on the board virt: Demo, with the symbols of Demo
	TestsARM64 = "tests-arm64" // AArch64, on the board virt: prints what it finds, and powers off
	PACARM64   = "pac-arm64"   // AArch64, on the board virt: prints hashes of what pointer authentication gives
	BenchARM64 = "bench-arm64" // AArch64, on the board virt: loops to time, see BenchmarksARM64
)

// Command lines of Tests that end the machine, each its own way. Any other command line names a single test, and an empty
// one runs all of the rest: the number of failures goes to the debug exit port.
const (
	TestStrict      = "strict" // what QEMU's TCG does not pass
	TestPoweroff    = "poweroff"
	TestReset       = "reset"
	TestHalt        = "halt"
	TestTripleFault = "triple-fault"
)

// Symbols of Demo.
const (
	DemoLoop  = "loop_body"     // the instruction that counts in DemoCount
	DemoTick  = "tick"          // the timer's handler
	DemoHz    = "demo_timer_hz" // Patch: the timer's rate, 19 to 1193181
	DemoLoops = "demo_loops"    // Patch: power off after so many loops; 0 is never
	DemoCount = "loop_counter"  // 8 bytes
	DemoTicks = "tick_counter"  // 8 bytes
)

// Symbols of Clocks. Its rate of instructions is meant to be 10 MHz.
const (
	ClocksAPIC      = "clocks_apic"  // Patch: how the APIC timer is used: 0 periodic, 1 one-shot, 2 TSC deadline
	ClocksSample    = "sample"       // the function that reads all clocks
	ClocksShared    = "shared"       // the function that all processors call
	ClocksSamples   = "samples"      // 4096 × 6 numbers of 8 bytes: TSC, PM timer, HPET, APIC timer, PIT, time of day
	ClocksSampled   = "sample_count" // 8 bytes
	ClocksTicks     = "tick_count"   // 4 × 8 bytes: PIT, APIC timer, HPET, RTC
	ClocksLog       = "tick_log"     // 4 × 4096 × 8 bytes: the TSC at each of them
	ClocksCalls     = "shared_count" // 8 bytes: calls of shared
	ClocksByCPU     = "cpu_counts"   // 4 × 8 bytes: the same by processor
	ClocksBackwards = "backwards"    // 8 bytes: how often the TSC was less than one that was read before
	ClocksPokes     = "pokes"        // 8 bytes: interrupts sent to all other processors
	ClocksPoked     = "poked"        // 8 bytes: those that came
)

// ELF returns a copy of the named guest. It panics for a name that is not one of the constants.
func ELF(name string) []byte {
	b, err := files.ReadFile("bin/" + name + ".elf")
	if err != nil {
		panic("guests: no guest " + name)
	}
	return b
}

// Symbols returns the addresses of a guest's symbols. Guests run where they are linked, so these
// are physical and, in the guests' one-to-one mapping, virtual addresses as well.
func Symbols(image []byte) (map[string]uint64, error) {
	f, err := elf.NewFile(bytes.NewReader(image))
	if err != nil {
		return nil, fmt.Errorf("guest symbols: %w", err)
	}
	list, err := f.Symbols()
	if err != nil {
		return nil, fmt.Errorf("guest symbols: %w", err)
	}
	addrs := make(map[string]uint64, len(list))
	for _, s := range list {
		addrs[s.Name] = s.Value
	}
	return addrs, nil
}

// Patch returns a copy of image whose 8-byte variable at symbol holds value. The variable must
// lie in initialised data.
func Patch(image []byte, symbol string, value uint64) ([]byte, error) {
	addrs, err := Symbols(image)
	if err != nil {
		return nil, err
	}
	addr, ok := addrs[symbol]
	if !ok {
		return nil, fmt.Errorf("patch guest: no symbol %q", symbol)
	}
	f, err := elf.NewFile(bytes.NewReader(image))
	if err != nil {
		return nil, fmt.Errorf("patch guest: %w", err)
	}
	for _, p := range f.Progs {
		if p.Type == elf.PT_LOAD && addr >= p.Vaddr && addr-p.Vaddr+8 <= p.Filesz {
			patched := bytes.Clone(image)
			binary.LittleEndian.PutUint64(patched[p.Off+addr-p.Vaddr:], value)
			return patched, nil
		}
	}
	return nil, fmt.Errorf("patch guest: %q at %#x is not initialised data", symbol, addr)
}
