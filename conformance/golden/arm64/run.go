// Package arm64 runs golden lines of AArch64 (see package golden for their form), whose head says isa=arm64.
//
// Registers have their architectural names: X0 (or W0, which clears the rest), SP, PC, N, Z, C, V, V0 (or Q0, D0, S0, H0, B0, which
// clear the rest), FPCR, FPSR, PSTATE and every system register. EL is the exception level: 1 if a line or its head (cpl=) does not say
// otherwise. An exception is the name of its class, with ESR_EL1 or its ISS in parentheses if the line states it: #SVC(12),
// #DABT(92000046). The state after is then that of the interrupted program; ESR_EL1, FAR_EL1,
// BTYPE, EVENT, HALTED and EXCLUSIVE count where the line names them.
package arm64

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"stasis/bus"
	"stasis/conformance/golden"
	harness "stasis/conformance/harness/arm64"
)

// classes are the names of ESR_EL1.EC. A file may use any of a class's names.
var classes = map[uint64][]string{
	0x00: {"UNDEFINED", "UNDEF", "UND", "UD", "UNKNOWN"}, 0x01: {"WFX", "WFI", "WFE"}, 0x07: {"FP", "FPACCESS"}, 0x0d: {"BTI"}, 0x0e: {"ILLEGAL"},
	0x15: {"SVC"}, 0x16: {"HVC"}, 0x17: {"SMC"}, 0x18: {"SYS", "MSR"}, 0x1c: {"FPAC"}, 0x20: {"IABT", "IABORT"}, 0x21: {"IABT", "IABORT"},
	0x22: {"PCALIGN", "PC"}, 0x24: {"DABT", "DABORT"}, 0x25: {"DABT", "DABORT"}, 0x26: {"SPALIGN", "SP"}, 0x2c: {"FPE"}, 0x30: {"BREAKPT"}, 0x31: {"BREAKPT"},
	0x32: {"STEP"}, 0x33: {"STEP"}, 0x34: {"WATCHPT"}, 0x35: {"WATCHPT"}, 0x3c: {"BRK"},
}

const issMask = 1<<25 - 1

// attempt is one run of a line.
type attempt struct {
	*golden.Line
	m             *harness.Machine
	before, after registers
	class         uint64 // of the exception, if there is one
	esr, far      uint64
	raised        bool
	memory        map[uint64][]byte // the pages before
	bad           string            // why the line cannot be run
}

// Run runs a line and returns what differs, or nothing.
func Run(l *golden.Line) (differences []string, missing string) {
	a := &attempt{Line: l, m: harness.NewMachine(), memory: map[uint64][]byte{}}
	defer a.m.Close()
	a.run()
	if a.bad != "" {
		return []string{a.bad}, ""
	}
	for name := range a.m.CPU.Unimplemented() {
		missing = name
	}
	if missing != "" && a.Fault == nil {
		return nil, missing
	}
	return a.compare(), ""
}

// run runs the line, again with more memory as long as it asks for some that should be there.
func (a *attempt) run() {
	a.need(a.address("PC", 0), len(a.Code), a.level() == 0)
	for _, s := range slices.Concat(a.In, a.Out) {
		if s.Name == "memory" {
			a.need(s.Addr, len(s.Bytes), true)
		}
	}
	for range 16 {
		a.execute()
		if a.bad != "" || !a.raised || a.class != 0x24 && a.class != 0x25 || a.Fault != nil {
			return
		}
		a.need(a.far, 1, true)
	}
}

// address is what the line gives a register before.
func (a *attempt) address(name string, otherwise uint64) uint64 {
	for _, s := range a.In {
		if s.Name == name {
			return s.Value[0]
		}
	}
	return otherwise
}

// level is the exception level.
func (a *attempt) level() uint8 { return uint8(a.address("EL", uint64(max(1-a.CPL, 0)))) }

// need gives the line the pages of an area.
func (a *attempt) need(va uint64, n int, user bool) {
	for page := va &^ (bus.PageSize - 1); n > 0; page += bus.PageSize {
		n -= int(page + bus.PageSize - max(page, va))
		if a.memory[page] == nil {
			a.memory[page] = make([]byte, bus.PageSize)
			a.m.Map(page, user)
		}
	}
}

// poke writes into the pages before.
func (a *attempt) poke(va uint64, data []byte) {
	for n, b := range data {
		at := va + uint64(n)
		a.memory[at&^(bus.PageSize-1)][at&(bus.PageSize-1)] = b
	}
}

func (a *attempt) execute() {
	for _, p := range a.memory {
		clear(p)
	}
	a.poke(a.address("PC", 0), a.Code)
	for _, s := range a.In {
		if s.Name == "memory" {
			a.poke(s.Addr, s.Bytes)
		}
	}
	for va, p := range a.memory {
		a.m.Write(va, p)
	}
	a.m.Start(a.level())
	for _, s := range a.In {
		if s.Name == "memory" || s.Name == "EL" {
			continue
		}
		if err := set(a.m.CPU, s.Name, s.Value); err != nil {
			a.bad = fmt.Sprintf("%s: %v", s.Name, err)
			return
		}
	}
	a.before = read(a.m.CPU)
	a.m.CPU.Run(1)
	a.after = read(a.m.CPU)
	a.raised = a.after["PC"][0]-a.before["VBAR_EL1"][0] < 0x800 && a.after["CPSR"][0]>>2&3 == 1
	if a.raised {
		a.unwind()
	}
}

// unwind turns the state at the handler into that of the interrupted program.
func (a *attempt) unwind() {
	r := a.after
	a.esr, a.far, a.class = r["ESR_EL1"][0], r["FAR_EL1"][0], r["ESR_EL1"][0]>>26
	r["PC"], r["CPSR"] = r["ELR_EL1"], r["SPSR_EL1"]
	for _, name := range []string{"ESR_EL1", "FAR_EL1", "ELR_EL1", "SPSR_EL1"} {
		if !a.names(name) {
			r[name] = a.before[name]
		}
	}
	if r["CPSR"][0]&1 == 0 {
		r["SP"] = r["SP_EL0"]
	} else {
		r["SP"] = r["SP_EL1"]
	}
}

// unseen are registers of the table that are nobody's but the debugger's: they count where the line names them.
var unseen = []string{"HALTED", "EVENT", "EXCLUSIVE", "IRQ", "FIQ"}

// btype is PSTATE.BTYPE, which counts where the line names it or PSTATE.
const btype = 3 << 10

// names reports whether the line states a register after the arrow.
func (a *attempt) names(name string) bool {
	return slices.ContainsFunc(a.Out, func(s golden.Setting) bool { return s.Name == name })
}

// compare lists what differs from the line.
func (a *attempt) compare() (diff []string) {
	if d := a.compareFault(); d != "" {
		diff = append(diff, d)
	}
	want := a.expected()
	for _, name := range order {
		g, w := a.after[name], want[name]
		if name == "CPSR" && !a.names("BTYPE") && !a.names("PSTATE") {
			g[0], w[0] = g[0]&^btype, w[0]&^btype
		}
		if g != w && !slices.Contains(a.Ignore, name) && (a.names(name) || !slices.Contains(unseen, name)) {
			diff = append(diff, fmt.Sprintf("%s=%s, want %s", name, number(g), number(w)))
		}
	}
	for _, s := range a.Out {
		if s.Name == "memory" {
			a.poke(s.Addr, s.Bytes)
		}
	}
	for va, p := range a.memory {
		for n, b := range a.m.Read(va, len(p)) {
			if b != p[n] {
				diff = append(diff, fmt.Sprintf("[%x]=%02x, want %02x", va+uint64(n), b, p[n]))
			}
		}
	}
	slices.Sort(diff)
	return diff
}

func (a *attempt) compareFault() string {
	got := ""
	if a.raised {
		got = fmt.Sprintf("%s(%x)", append(classes[a.class], fmt.Sprintf("%x", a.class))[0], a.esr)
	}
	switch f := a.Fault; {
	case f == nil && !a.raised:
		return ""
	case f == nil:
		return fmt.Sprintf("exception %s, want none", got)
	case !a.raised || !slices.Contains(classes[a.class], f.Name) || f.Has && f.Code != a.esr && f.Code != a.esr&issMask:
		return fmt.Sprintf("exception %q, want %s(%x)", got, f.Name, f.Code)
	}
	return ""
}

// expected is the registers after that the line states.
func (a *attempt) expected() registers {
	want := registers{}
	for name, v := range a.before {
		want[name] = v
	}
	if !a.raised || a.class == 0x15 || a.class == 0x16 {
		want["PC"] = [2]uint64{want["PC"][0] + uint64(len(a.Code))}
	}
	for _, s := range a.Out {
		want.set(s.Name, s.Value)
	}
	if sp := fmt.Sprintf("SP_EL%d", want["CPSR"][0]&1); !a.names(sp) {
		want[sp] = want["SP"]
	}
	return want
}

func number(v [2]uint64) string {
	if v[1] != 0 {
		return fmt.Sprintf("%x%016x", v[1], v[0])
	}
	return fmt.Sprintf("%x", v[0])
}

// little is a value as WriteRegister takes it.
func little(v [2]uint64) []byte {
	return binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(nil, v[0]), v[1])
}

func upper(name string) string { return strings.ToUpper(name) }
