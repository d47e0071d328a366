package machine

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"stasis/cpu"
	"stasis/internal/guests"
	"stasis/replay"
)

// Where the program of an access test lies in memory.
const (
	accessCode    = 0x200000
	accessHandler = 0x201000
	accessCaught  = 0x202000 // the return address that the handler finds
	accessBytes   = 0x203000 // what OUTS writes
	accessTables  = 0x204000
	accessIDTR    = 0x205000
	accessGDTR    = 0x205010
	accessStack   = 0x206000
	accessAP      = 0x8000 // where the second CPU starts
)

// asm is 32-bit code in the making.
type asm struct{ bytes.Buffer }

func (a *asm) raw(b ...byte) { a.Write(b) }

func (a *asm) word(op byte, v uint32) { a.Write(binary.LittleEndian.AppendUint32([]byte{op}, v)) }

// out writes a byte to a port.
func (a *asm) out(port uint32, v byte) {
	a.word(0xba, port)
	a.raw(0xb0, v, 0xee)
}

// in reads a byte from a port and adds it to EBP.
func (a *asm) in(port uint32) {
	a.word(0xba, port)
	a.raw(0xec, 0x0f, 0xb6, 0xc0, 0x01, 0xc5)
}

// store writes a word of memory.
func (a *asm) store(at, v uint32) {
	a.raw(0xc7)
	a.word(0x05, at)
	a.Write(binary.LittleEndian.AppendUint32(nil, v))
}

// wrmsr writes an MSR below 4 Gi.
func (a *asm) wrmsr(msr, v uint32) {
	a.word(0xb9, msr)
	a.word(0xb8, v)
	a.raw(0x31, 0xd2, 0x0f, 0x30)
}

// pic prepares the 8259s, with vectors from 20h.
func (a *asm) pic(mask byte) {
	for _, w := range [][2]byte{{0x20, 0x11}, {0x21, 0x20}, {0x21, 4}, {0x21, 1}, {0x21, mask}} {
		a.out(uint32(w[0]), w[1])
	}
}

const (
	apicBase   = 0xfee00000
	apicTPR    = apicBase + 0x80
	apicICR    = apicBase + 0x300
	apicICRTo  = apicBase + 0x310
	apicLVT    = apicBase + 0x320
	apicCount  = apicBase + 0x380
	apicDivide = apicBase + 0x3e0
	toSelf     = 1<<18 | 1<<14
	comData    = 0x3f8
	comIER     = 0x3f9
	comFCR     = 0x3fa
)

// muchTyped is more than a serial port has room for.
var muchTyped = strings.Repeat("typed", 8)

// access is a program that touches a device.
type access struct {
	name    string
	quiet   bool   // no interrupt follows
	typed   string // at the first serial port, beforehand
	script  string // types there
	program func(a *asm)
}

// accesses are programs that touch a device so that something must happen soon behind. The code behind is straight, so that who does
// not look at once is late.
var accesses = []access{
	{"pit", false, "", "", func(a *asm) {
		a.pic(0xfe)
		a.out(0x43, 0x30)
		a.out(0x40, 1)
		a.out(0x40, 0)
	}},
	{"serial", false, "", "", func(a *asm) {
		a.pic(0xef)
		a.out(comIER, 2)
	}},
	{"apic timer", false, "", "", func(a *asm) {
		a.store(apicDivide, 0xb)
		a.store(apicLVT, 0x30)
		a.store(apicCount, 3)
	}},
	{"tsc deadline", false, "", "", func(a *asm) {
		a.store(apicLVT, 0x40030)
		a.raw(0x0f, 0x31, 0x83, 0xc0, 30, 0x83, 0xd2, 0)
		a.word(0xb9, 0x6e0)
		a.raw(0x0f, 0x30)
	}},
	{"self ipi", false, "", "", func(a *asm) { a.store(apicICR, toSelf|0x32) }},
	{"nmi", false, "", "", func(a *asm) { a.store(apicICR, 2<<18|1<<14|4<<8) }},
	{"x2apic", false, "", "", func(a *asm) {
		a.wrmsr(0x1b, apicBase|0xd00)
		a.wrmsr(0x83f, 0x33)
	}},
	{"priority", false, "", "", func(a *asm) {
		a.store(apicTPR, 0xf0)
		a.store(apicICR, toSelf|0x34)
		a.raw(bytes.Repeat([]byte{0x43}, 5)...)
		a.store(apicTPR, 0)
	}},
	{"io apic", false, "", "", func(a *asm) {
		a.out(comIER, 2)
		for _, w := range [][2]uint32{{0, 0x19}, {0x10, 0}, {0, 0x18}, {0x10, 0x8035}} {
			a.store(0xfec00000+w[0], w[1])
		}
	}},
	{"rep outs", false, "", "", func(a *asm) {
		a.pic(0xef)
		a.word(0xba, comIER)
		a.word(0xbe, accessBytes)
		a.word(0xb9, 100)
		a.raw(0xf3, 0x6e)
	}},
	{"rep ins", false, muchTyped, "", func(a *asm) { // reading the data lets a byte move, until the FIFO is below its level
		a.pic(0xef)
		a.out(comFCR, 0x81)
		a.out(comIER, 1)
		a.word(0xba, comData)
		a.word(0xbf, accessStack)
		a.word(0xb9, 60)
		a.raw(0xf3, 0x6c)
	}},
	{"typed", true, muchTyped, "", func(a *asm) {
		a.out(comFCR, 1)
		for range 50 {
			a.in(comData)
		}
	}},
	{"script", true, "", "wait \"x\"\nsend \"typed by a script\"\n", func(a *asm) {
		a.out(comFCR, 1)
		a.out(comData, 'x')
		for range 50 {
			a.in(comData)
		}
	}},
	{"second cpu", true, "", "", func(a *asm) {
		a.store(apicICRTo, 1<<24)
		a.store(apicICR, 5<<8|1<<14)
		a.store(apicICR, 6<<8|1<<14|accessAP>>12)
	}},
	{"the end", true, "", "", func(a *asm) { a.out(0xf4, 3) }},
}

// load puts a program into memory and CPU 0 to its beginning.
func (a *asm) load(t *testing.T, m *Machine) {
	t.Helper()
	put := func(at uint64, b []byte) {
		if err := m.WritePhys(b, at); err != nil {
			t.Fatal(err)
		}
	}
	put(accessCode, a.Bytes())
	handler := &asm{}
	handler.raw(0x8f)
	handler.word(0x05, accessCaught) // POP [accessCaught]
	handler.raw(0x43, 0xeb, 0xfd)    // INC EBX; back to it
	put(accessHandler, handler.Bytes())
	var idt []byte
	for range 256 {
		idt = binary.LittleEndian.AppendUint64(idt, uint64(accessHandler)>>16<<48|0x8e00<<32|8<<16|accessHandler&0xffff)
	}
	put(accessTables, idt)
	put(accessTables+0x800, binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(make([]byte, 8), 0xcf9b000000ffff), 0xcf93000000ffff))
	put(accessIDTR, binary.LittleEndian.AppendUint32([]byte{0xff, 7}, accessTables))
	put(accessGDTR, binary.LittleEndian.AppendUint32([]byte{23, 0}, accessTables+0x800))
	put(accessBytes, append(make([]byte, 50), bytes.Repeat([]byte{2}, 50)...))
	put(accessAP, []byte{0xff, 0x06, 0x00, 0x05, 0xeb, 0xfa}) // INC WORD [500h]; back to it
	rip := slices.IndexFunc(m.CPUs()[0].Registers(), func(r cpu.Register) bool { return r.Name == "rip" })
	if err := m.WriteRegister(0, rip, binary.LittleEndian.AppendUint64(nil, accessCode)); err != nil {
		t.Fatal(err)
	}
}

// run runs the program and says where it has come to.
func (x *access) run(t *testing.T, host Host) (state string, caught uint32) {
	t.Helper()
	a := &asm{}
	a.raw(0x0f, 0x01)
	a.word(0x15, accessGDTR) // LGDT
	a.raw(0x0f, 0x01)
	a.word(0x1d, accessIDTR) // LIDT
	a.word(0xbc, accessStack)
	a.raw(0xfb, 0x90) // STI; NOP
	x.program(a)
	a.raw(bytes.Repeat([]byte{0x43}, 2000)...) // INC EBX
	a.raw(0xeb, 0xfe)
	if x.script != "" {
		var err error
		if host.Script, err = replay.ParseScript(strings.NewReader(x.script), 0); err != nil {
			t.Fatal(err)
		}
	}
	config := guest(guests.Hello32, "")
	config.SMP = 2
	m, err := New(config, host)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	a.load(t, m)
	if x.typed != "" {
		m.Input(replay.Bytes(0, []byte(x.typed)))
	}
	stop := m.Resume(Plan{Until: 6000})
	var found [4]byte
	if err := m.ReadPhys(found[:], accessCaught); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%v at %d: %x, inputs %v", stop.Reason, m.Retired(), m.Hash(), m.Inputs()), binary.LittleEndian.Uint32(found[:])
}

// TestAccesses has what an access to a device brings about happen at the same unit in blocks, in slices and in single steps.
func TestAccesses(t *testing.T) {
	for _, x := range accesses {
		want, caught := x.run(t, Host{Trial: Trial{SingleStep: 1 << 40}})
		if (caught == 0) != x.quiet {
			t.Errorf("%s: an interrupt at %#x", x.name, caught)
		}
		for name, host := range map[string]Host{"blocks": {}, "slices of 1": {Slice: 1}, "slices of 997": {Slice: 997}} {
			if got, at := x.run(t, host); got != want || at != caught {
				t.Errorf("%s, %s: interrupt at %#x, %s\nwant %#x, %s", x.name, name, at, got, caught, want)
			}
		}
	}
}
