package golden

import (
	"fmt"

	"stasis/cpu/x86"
)

// field is a register or a part of one: a place in the state.
type field struct {
	at          func(s *x86.State) *uint64
	shift, bits uint
	zero        bool // writing it clears the rest (a 32-bit register)
}

func (f *field) mask() uint64 { return (1<<(f.bits-1)<<1 - 1) << f.shift }

func (f *field) get(s *x86.State) uint64 { return *f.at(s) & f.mask() >> f.shift }

func (f *field) set(s *x86.State, v uint64) {
	p := f.at(s)
	if f.zero {
		*p = 0
	}
	*p = *p&^f.mask() | v<<f.shift&f.mask()
}

var flagBits = map[string]uint{"CF": 0, "PF": 2, "AF": 4, "ZF": 6, "SF": 7, "TF": 8, "IF": 9, "DF": 10, "OF": 11, "NT": 14, "RF": 16, "VM": 17,
	"AC": 18, "VIF": 19, "VIP": 20, "ID": 21}

// fields are the registers that are one number.
var fields = makeFields()

func makeFields() map[string]field {
	m := map[string]field{}
	general := []string{"AX", "CX", "DX", "BX", "SP", "BP", "SI", "DI"}
	for n := range 16 {
		at := func(s *x86.State) *uint64 { return &s.GPR[n] }
		name := fmt.Sprintf("R%d", n)
		m[name] = field{at: at, bits: 64}
		m[name+"D"], m[name+"W"], m[name+"B"] = field{at: at, bits: 32, zero: true}, field{at: at, bits: 16}, field{at: at, bits: 8}
		if n < 8 {
			m["R"+general[n]], m["E"+general[n]], m[general[n]] = m[name], m[name+"D"], m[name+"W"]
			low := general[n] + "L"
			if n < 4 {
				low = general[n][:1] + "L"
				m[general[n][:1]+"H"] = field{at: at, shift: 8, bits: 8}
			}
			m[low] = m[name+"B"]
		}
	}
	number := func(names []string, bits uint, at func(s *x86.State) *uint64) {
		for _, n := range names {
			m[n] = field{at: at, bits: bits}
		}
	}
	number([]string{"RIP", "EIP", "IP"}, 64, func(s *x86.State) *uint64 { return &s.RIP })
	flags := func(s *x86.State) *uint64 { return &s.RFLAGS }
	number([]string{"RFLAGS", "EFLAGS", "FLAGS"}, 64, flags)
	for name, bit := range flagBits {
		m[name] = field{at: flags, shift: bit, bits: 1}
	}
	m["IOPL"] = field{at: flags, shift: 12, bits: 2}
	number([]string{"CR0"}, 64, func(s *x86.State) *uint64 { return &s.CR0 })
	number([]string{"CR2"}, 64, func(s *x86.State) *uint64 { return &s.CR2 })
	number([]string{"CR3"}, 64, func(s *x86.State) *uint64 { return &s.CR3 })
	number([]string{"CR4"}, 64, func(s *x86.State) *uint64 { return &s.CR4 })
	number([]string{"EFER"}, 64, func(s *x86.State) *uint64 { return &s.EFER })
	number([]string{"STAR"}, 64, func(s *x86.State) *uint64 { return &s.STAR })
	number([]string{"LSTAR"}, 64, func(s *x86.State) *uint64 { return &s.LSTAR })
	number([]string{"CSTAR"}, 64, func(s *x86.State) *uint64 { return &s.CSTAR })
	number([]string{"SFMASK", "FMASK"}, 64, func(s *x86.State) *uint64 { return &s.SFMASK })
	number([]string{"KERNELGSBASE"}, 64, func(s *x86.State) *uint64 { return &s.KernelGSBase })
	number([]string{"FSBASE", "FS.BASE"}, 64, func(s *x86.State) *uint64 { return &s.Seg[4].Base })
	number([]string{"GSBASE", "GS.BASE"}, 64, func(s *x86.State) *uint64 { return &s.Seg[5].Base })
	number([]string{"DR6"}, 64, func(s *x86.State) *uint64 { return &s.DR6 })
	number([]string{"DR7"}, 64, func(s *x86.State) *uint64 { return &s.DR7 })
	number([]string{"XCR0"}, 64, func(s *x86.State) *uint64 { return &s.XCR0 })
	systemFields(number)
	return m
}

// systemFields are the registers that only privileged instructions change. TSC is the counter at the start of a line.
func systemFields(number func(names []string, bits uint, at func(s *x86.State) *uint64)) {
	for n := range 4 {
		number([]string{fmt.Sprintf("DR%d", n)}, 64, func(s *x86.State) *uint64 { return &s.DR[n] })
	}
	number([]string{"XSS"}, 64, func(s *x86.State) *uint64 { return &s.XSS })
	number([]string{"TSC"}, 64, func(s *x86.State) *uint64 { return &s.TSCOffset })
	number([]string{"TSCAUX"}, 64, func(s *x86.State) *uint64 { return &s.TSCAux })
	number([]string{"SYSENTERCS"}, 64, func(s *x86.State) *uint64 { return &s.SysenterCS })
	number([]string{"SYSENTERESP"}, 64, func(s *x86.State) *uint64 { return &s.SysenterESP })
	number([]string{"SYSENTEREIP"}, 64, func(s *x86.State) *uint64 { return &s.SysenterEIP })
	number([]string{"GDTBASE"}, 64, func(s *x86.State) *uint64 { return &s.GDTR.Base })
	number([]string{"IDTBASE"}, 64, func(s *x86.State) *uint64 { return &s.IDTR.Base })
	number([]string{"LDTBASE"}, 64, func(s *x86.State) *uint64 { return &s.LDTR.Base })
	number([]string{"TRBASE"}, 64, func(s *x86.State) *uint64 { return &s.TR.Base })
}

// systemNames are the registers of systemFields and those that narrow knows, in the order in which an update writes them.
var systemNames = []string{"DR0", "DR1", "DR2", "DR3", "XSS", "TSC", "TSCAUX", "SYSENTERCS", "SYSENTERESP", "SYSENTEREIP", "GDTBASE", "IDTBASE", "LDTBASE",
	"TRBASE"}

// narrowNames are the system registers of fewer than 64 bits.
var narrowNames = []string{"GDTLIMIT", "IDTLIMIT", "LDTR", "TR", "PKRU", "HALT"}

// narrow sets or gets a system register of fewer than 64 bits. A selector comes alone, without its descriptor.
func narrow(s *x86.State, name string) (get func() [2]uint64, set func([2]uint64)) {
	switch name {
	case "GDTLIMIT":
		return word(&s.GDTR.Limit)
	case "IDTLIMIT":
		return word(&s.IDTR.Limit)
	case "LDTR":
		return word(&s.LDTR.Selector)
	case "TR":
		return word(&s.TR.Selector)
	case "PKRU":
		return word(&s.PKRU)
	case "HALT":
		return func() [2]uint64 {
			if s.Halted {
				return [2]uint64{1}
			}
			return [2]uint64{}
		}, func(v [2]uint64) { s.Halted = v[0] != 0 }
	}
	return nil, nil
}

// segments by name.
var segments = map[string]int{"ES": 0, "CS": 1, "SS": 2, "DS": 3, "FS": 4, "GS": 5}

// wide sets or gets what is not one uint64: vector and x87 registers.
func wide(s *x86.State, name string) (get func() [2]uint64, set func([2]uint64)) {
	var n int
	f := &s.FPU
	switch {
	case scan(name, "XMM%d", &n) && n < 16:
		return func() [2]uint64 { return f.XMM[n] }, func(v [2]uint64) { f.XMM[n] = v }
	case scan(name, "MM%d", &n) && n < 8:
		r := &f.ST[n]
		return func() [2]uint64 { return [2]uint64{r.Mant, 0} }, func(v [2]uint64) { r.Mant, r.SE = v[0], 0xffff; f.TW &^= 3 << (2 * n) }
	case scan(name, "ST%d", &n) && n < 8:
		k := (n + int(f.SW>>11&7)) & 7
		r := &f.ST[k]
		return func() [2]uint64 { return [2]uint64{r.Mant, uint64(r.SE)} },
			func(v [2]uint64) { r.Mant, r.SE = v[0], uint16(v[1]); f.TW &^= 3 << (2 * k) }
	case name == "MXCSR":
		return func() [2]uint64 { return [2]uint64{uint64(f.MXCSR)} }, func(v [2]uint64) { f.MXCSR = uint32(v[0]) }
	case name == "FCW" || name == "FPUCW":
		return word(&f.CW)
	case name == "FSW" || name == "FPUSW":
		return word(&f.SW)
	case name == "FTW":
		return word(&f.TW)
	}
	return narrow(s, name)
}

func word[T uint16 | uint32](p *T) (func() [2]uint64, func([2]uint64)) {
	return func() [2]uint64 { return [2]uint64{uint64(*p)} }, func(v [2]uint64) { *p = T(v[0]) }
}

func scan(name, format string, n *int) bool {
	var rest string
	k, _ := fmt.Sscanf(name+" .", format+" %s", n, &rest)
	return k == 2 && rest == "." && *n >= 0
}
