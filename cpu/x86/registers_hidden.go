package x86

import (
	"slices"

	"stasis/cpu"
)

import decode "stasis/decode/x86"

// tableRows are the descriptor-table registers.
func tableRows() []row {
	gdtr := func(c *CPU) *Table { return &c.GDTR }
	idtr := func(c *CPU) *Table { return &c.IDTR }
	return slices.Concat(tablePair("gdtr", gdtr), tablePair("idtr", idtr))
}

func tablePair(name string, at func(*CPU) *Table) []row {
	return []row{
		system(name+"_base", 64, "uint64", func(c *CPU) uint64 { return at(c).Base }, func(c *CPU, v uint64) error { at(c).Base = v; return nil }),
		system(name+"_limit", 32, "uint32", func(c *CPU) uint64 { return uint64(at(c).Limit) }, func(c *CPU, v uint64) error {
			if v > 0xffff {
				return cpu.ErrValue
			}
			at(c).Limit = uint16(v)
			return nil
		}),
	}
}

// segmentRows are LDTR and TR, and the hidden parts of the segment registers.
func segmentRows() []row {
	ldtr := func(c *CPU) *Segment { return &c.LDTR }
	tr := func(c *CPU) *Segment { return &c.TR }
	list := slices.Concat(selector("ldtr", ldtr), base("ldtr", ldtr), limit("ldtr", ldtr), selector("tr", tr), base("tr", tr), limit("tr", tr))
	for _, s := range segmentOrder {
		at := func(c *CPU) *Segment { return &c.Seg[s.number] }
		if s.number != decode.FS && s.number != decode.GS {
			list = append(list, base(s.name, at)...)
		}
		list = append(list, limit(s.name, at)...)
	}
	return list
}

func selector(name string, at func(*CPU) *Segment) []row {
	return []row{segmentField(name, 32, at, func(s *Segment) uint64 { return uint64(s.Selector) }, func(s *Segment, v uint64) { s.Selector = uint16(v) })}
}

func base(name string, at func(*CPU) *Segment) []row {
	return []row{segmentField(name+"_base", 64, at, func(s *Segment) uint64 { return s.Base }, func(s *Segment, v uint64) { s.Base = v })}
}

func limit(name string, at func(*CPU) *Segment) []row {
	return []row{
		segmentField(name+"_limit", 32, at, func(s *Segment) uint64 { return uint64(s.Limit) }, func(s *Segment, v uint64) { s.Limit = uint32(v) }),
		segmentField(name+"_attr", 32, at, func(s *Segment) uint64 { return uint64(s.Attr) }, func(s *Segment, v uint64) { s.Attr = uint16(v) }),
	}
}

func segmentField(name string, bits int, at func(*CPU) *Segment, get func(*Segment) uint64, set func(*Segment, uint64)) row {
	typ := "uint32"
	if bits == 64 {
		typ = "uint64"
	}
	return system(name, bits, typ, func(c *CPU) uint64 { return get(at(c)) }, func(c *CPU, v uint64) error {
		set(at(c), v)
		c.refresh()
		return nil
	})
}

// msrRows are the model-specific registers that a system programmer looks for.
func msrRows() []row {
	return []row{
		field("star", func(c *CPU) *uint64 { return &c.STAR }),
		field("lstar", func(c *CPU) *uint64 { return &c.LSTAR }),
		field("cstar", func(c *CPU) *uint64 { return &c.CSTAR }),
		field("sfmask", func(c *CPU) *uint64 { return &c.SFMASK }),
		field("sysenter_cs", func(c *CPU) *uint64 { return &c.SysenterCS }),
		field("sysenter_esp", func(c *CPU) *uint64 { return &c.SysenterESP }),
		field("sysenter_eip", func(c *CPU) *uint64 { return &c.SysenterEIP }),
		field("pat", func(c *CPU) *uint64 { return &c.PAT }),
		field("tsc_offset", func(c *CPU) *uint64 { return &c.TSCOffset }),
		field("tsc_aux", func(c *CPU) *uint64 { return &c.TSCAux }),
	}
}

// hiddenRows are what stands between two instructions and no instruction can read.
func hiddenRows() []row {
	return []row{
		system("cpl", 32, "uint32", func(c *CPU) uint64 { return uint64(c.CPL) }, readOnly),
		system("code_bits", 32, "uint32", func(c *CPU) uint64 { return uint64(c.mode) }, readOnly),
		system("interrupt_shadow", 32, "x86_shadow", (*CPU).shadow, (*CPU).setShadow),
		field("pending_debug", func(c *CPU) *uint64 { return &c.PendingDebug }),
		system("entry_length", 32, "uint32", func(c *CPU) uint64 { return uint64(c.EntryLength) }, (*CPU).setEntryLength),
		system("interrupt_window", 32, "uint32", func(c *CPU) uint64 { return b2u(c.InterruptWindow()) }, readOnly),
		system("halted", 32, "uint32", func(c *CPU) uint64 { return b2u(c.Halted()) }, readOnly),
	}
}

// Bits of the interrupt_shadow register.
const (
	shadowSTI   = 1 << iota // the instruction after STI
	shadowMovSS             // the instruction after MOV SS or POP SS
	shadowNMI               // until IRET
)

func (c *CPU) shadow() uint64 {
	return b2u(c.InhibitSTI)*shadowSTI | b2u(c.InhibitMovSS)*shadowMovSS | b2u(c.NMIBlocked)*shadowNMI
}

func (c *CPU) setShadow(v uint64) error {
	if v&^(shadowSTI|shadowMovSS|shadowNMI) != 0 {
		return cpu.ErrValue
	}
	c.InhibitSTI, c.InhibitMovSS, c.NMIBlocked = v&shadowSTI != 0, v&shadowMovSS != 0, v&shadowNMI != 0
	c.updateAttention()
	return nil
}

// Interrupts is how many external interrupts and NMIs have been delivered. A debugger tells by it whether a unit was one.
func (c *CPU) Interrupts() uint64 { return c.stats.Interrupts + c.stats.NMIs }
