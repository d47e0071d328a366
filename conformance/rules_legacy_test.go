package conformance

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"stasis/conformance/harness"
	"stasis/cpu"
	"stasis/cpu/x86"
)

// legacy is a bare machine without paging: real mode, virtual-8086 mode or 32-bit protected mode.
type legacy struct {
	*harness.Machine
	t    *testing.T
	s    *x86.State
	real bool
}

// Where a legacy machine's memory lies. The handler of vector n is HLT at legacyHandlers + 16n.
const (
	legacyCode     = 0x1000
	legacyStack    = 0x8000
	legacyRing0    = 0x9000
	legacyGDT      = 0x21000
	legacyIDT      = 0x20000
	legacyTSS      = 0x22000
	legacyHandlers = 0x30000
)

func newLegacy(t *testing.T, code string) *legacy {
	t.Helper()
	m := &legacy{Machine: harness.New(), t: t}
	t.Cleanup(func() { m.Close() })
	m.put(legacyCode, code)
	m.Write64(legacyGDT+8, 0x00cf9b000000ffff, 0x00cf93000000ffff, 0x00cffb000000ffff, 0x00cff3000000ffff, 0x00008b0220000067|legacyTSS<<16&0xffff0000)
	for n := range uint64(256) {
		dpl := uint64(0)
		if n == 3 || n == 4 {
			dpl = 3
		}
		off := legacyHandlers + n*16
		m.Write64(legacyIDT+n*8, off&0xffff|8<<16|(0x8e|dpl<<5)<<40|off>>16<<48)
		m.Write(off, 0xf4)
	}
	m.Write64(legacyTSS, legacyRing0<<32, 0x10)
	m.CPU.Reset()
	s := m.CPU.Snapshot()
	s.CR0, s.GDTR, s.IDTR = 0x31, x86.Table{Base: legacyGDT, Limit: 0x2f}, x86.Table{Base: legacyIDT, Limit: 0x7ff}
	s.TR = x86.Segment{Selector: 0x28, Attr: 0x8b, Limit: 0x67, Base: legacyTSS}
	s.RIP, s.RFLAGS, s.GPR = legacyCode, 2, [16]uint64{4: legacyStack}
	for n := range s.Seg {
		s.Seg[n] = x86.Segment{Selector: 0x23, Attr: 0xc0f3, Limit: 0xffffffff}
	}
	s.Seg[1] = x86.Segment{Selector: 0x1b, Attr: 0xc0fb, Limit: 0xffffffff}
	s.CPL = 3
	m.s = s
	return m
}

func (m *legacy) put(pa uint64, code string) {
	b, err := hex.DecodeString(strings.ReplaceAll(code, " ", ""))
	if err != nil {
		m.t.Fatal(err)
	}
	m.Write(pa, b...)
}

// v86 makes it virtual-8086 mode.
func (m *legacy) v86() {
	m.segments16()
	m.s.RFLAGS |= 1 << 17
	for n := range m.s.Seg {
		m.s.Seg[n].Attr = 0xf3
	}
}

// realMode makes it real mode, with its table at 0.
func (m *legacy) realMode() {
	m.real = true
	m.segments16()
	m.s.CR0, m.s.CPL, m.s.IDTR = 0x30, 0, x86.Table{Limit: 0x3ff}
	for n := range uint64(256) {
		m.Write(n*4, byte(n*16), byte(n*16>>8), 0, legacyHandlers>>12)
	}
}

func (m *legacy) segments16() {
	for n := range m.s.Seg {
		m.s.Seg[n] = x86.Segment{Attr: 0x93, Limit: 0xffff}
	}
}

// event runs to a handler: its vector, error code, return address and the flags pushed.
func (m *legacy) event() string {
	m.CPU.SetState(m.s)
	if exit := m.CPU.Run(1000); exit.Kind != cpu.ExitHalted {
		return fmt.Sprint("exit ", exit)
	}
	s := m.CPU.Snapshot()
	vector := (m.CPU.PC() - legacyHandlers) / 16
	at := s.Seg[2].Base + s.GPR[4]
	if m.real {
		b := m.Read(at, 6)
		return fmt.Sprintf("%s+%d flags %#x, then %#x", vectorNames[vector], binary.LittleEndian.Uint16(b)-legacyCode, binary.LittleEndian.Uint16(b[4:]), s.RFLAGS)
	}
	code := ""
	if hasCode>>vector&1 != 0 {
		code = fmt.Sprintf("(%x)", binary.LittleEndian.Uint32(m.Read(at, 4)))
		at += 4
	}
	b := m.Read(at, 12)
	text := fmt.Sprintf("%s%s+%d", vectorNames[vector], code, int32(binary.LittleEndian.Uint32(b))-legacyCode)
	if binary.LittleEndian.Uint32(b[8:])&flagRF != 0 {
		text += ":RF"
	}
	if vector == 1 {
		text += fmt.Sprintf(" dr6=%x", s.DR6)
	}
	return text
}

// TestDebugLegacy is what differs outside 64-bit mode.
func TestDebugLegacy(t *testing.T) {
	const of, step, ac = 1 << 11, 1 << 8, 1 << 18
	flags := func(v uint64) func(*legacy) { return func(m *legacy) { m.s.RFLAGS |= v } }
	v86 := (*legacy).v86
	realMode := func(limit uint16, flags uint64) func(*legacy) {
		return func(m *legacy) { m.realMode(); m.s.RFLAGS |= flags; m.s.IDTR.Limit = limit }
	}
	for _, row := range []struct {
		id, name, code string
		setup          func(*legacy)
		want           string
	}{
		{"X-010", "INTO without OF", "ce 0f0b", nil, "UD+1:RF"},
		{"X-010", "and stepped", "ce 0f0b", flags(step), "DB+1 dr6=ffff4ff0"},
		{"X-011", "INTO", "ce", flags(of), "OF+1"},
		{"X-011", "INT 4", "cd04", nil, "OF+2"},
		{"X-012", "INT3", "cc", v86, "BP+1"},
		{"X-012", "INTO", "ce", func(m *legacy) { m.v86(); m.s.RFLAGS |= of }, "OF+1"},
		{"X-012", "INT1", "f1", v86, "DB+1 dr6=ffff0ff0"},
		{"X-012", "INT n", "cd03", v86, "GP(0)+0:RF"},
		{"X-013", "INT3", "cc", realMode(0x3ff, 0x202|ac|step), "BP+1 flags 0x302, then 0x2"},
		{"X-013", "no room in the table", "cd20", realMode(0x7f, 0), "GP+0 flags 0x2, then 0x2"},
		{"X-031", "32 bits", "0f21c3 f4", func(m *legacy) { m.ring0(); m.s.DR[0] = 1<<40 | 5; m.s.GPR[3] = 1 << 50 }, "rbx=0x5"},
		{"X-042", "32-bit addresses wrap", "8803 0f0b", func(m *legacy) { m.s.DR[0], m.s.DR7, m.s.GPR[3] = 1<<32+0x5000, 0x10401, 0x5000 }, "UD+2:RF"},
		{"X-082", "POP SS", "1e 9c 810c2400010000 9d 17 43 0f0b", nil, "DB+12 dr6=ffff4ff0"},
		{"X-083", "LSS", "0fb223 43 0f0b", func(m *legacy) {
			flags(step)(m)
			m.s.GPR[3] = 0x5000
			m.Write(0x5000, 0, 0x80, 0, 0, 0x23, 0)
		}, "DB+3 dr6=ffff4ff0"},
		{"X-101", "PUSHA", "60 0f0b", func(m *legacy) { m.s.DR[0], m.s.DR7 = legacyStack-32, 0xd0401 }, "DB+1 dr6=ffff0ff1"},
	} {
		t.Run(row.id+"/"+row.name, func(t *testing.T) {
			m := newLegacy(t, row.code)
			if row.setup != nil {
				row.setup(m)
			}
			if strings.HasPrefix(row.want, "rbx") {
				m.CPU.SetState(m.s)
				m.CPU.Run(2)
				if got := fmt.Sprintf("rbx=%#x", m.CPU.Snapshot().GPR[3]); got != row.want {
					t.Errorf("got %s, want %s", got, row.want)
				}
				return
			}
			if got := m.event(); got != row.want {
				t.Errorf("got %s, want %s", got, row.want)
			}
		})
	}
}

// TestDebugTasks is hardware task switches, by a far jump.
func TestDebugTasks(t *testing.T) {
	const next, nextCode, step = 0x22100, 0x1100, 1 << 8
	for _, row := range []struct {
		name  string
		flags uint32
		trap  byte
		want  string
	}{
		{"the trap of TSS.T", 2, 1, "DB+256 dr6=ffff8ff0"},
		{"the new task's TF", 2 | step, 0, "DB+257 dr6=ffff4ff0"},
		{"neither", 2, 0, "UD+257:RF"},
	} {
		t.Run("X-077/"+row.name, func(t *testing.T) {
			m := newLegacy(t, "ea00000000 3000")
			m.ring0()
			m.put(nextCode, "90 0f0b")
			m.Write64(legacyGDT+0x30, 0x0000890220000067|next<<16&0xffff0000|next>>24<<56)
			m.Write64(next+0x20, nextCode|uint64(row.flags)<<32)
			m.Write64(next+0x38, 0x8800)
			m.Write64(next+0x48, 8<<32|0x10, 0x10<<32|0x10, 0x10<<32|0x10)
			m.Write(next+0x64, row.trap)
			m.s.GDTR.Limit, m.s.RFLAGS, m.s.DR7 = 0x37, 2|step, 0x7ff
			if got := m.event(); got != row.want {
				t.Errorf("got %s, want %s", got, row.want)
			}
			if s := m.CPU.Snapshot(); s.DR7 != 0x6aa {
				t.Errorf("DR7 is %#x", s.DR7)
			}
			if old := m.Read(legacyTSS+0x25, 1)[0]; old&1 == 0 {
				t.Error("the old task's image has lost TF")
			}
		})
	}
}

// ring0 makes it ring 0.
func (m *legacy) ring0() {
	m.s.CPL = 0
	for n := range m.s.Seg {
		m.s.Seg[n] = x86.Segment{Selector: 0x10, Attr: 0xc093, Limit: 0xffffffff}
	}
	m.s.Seg[1] = x86.Segment{Selector: 8, Attr: 0xc09b, Limit: 0xffffffff}
}
