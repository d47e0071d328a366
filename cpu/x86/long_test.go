package x86

import (
	"encoding/binary"
	"testing"

	decode "stasis/decode/x86"
)

// Page tables of the test machine in IA-32e mode: they map its 64 KiB to themselves, user pages all.
const (
	testPML4  = 0x6000
	testPDPT  = 0x7000
	testPD    = 0xb000
	testPT    = 0xc000
	testPML5  = 0xd000
	testUser  = 0xe000 // a page for data
	pageFlags = 7      // present, writable, user
)

func (c *CPU) put64(at uint64, words ...uint64) {
	for n, w := range words {
		c.ram.WriteAt(binary.LittleEndian.AppendUint64(nil, w), at+uint64(n)*8)
	}
}

// longCPU is a CPU in 64-bit mode with paging, at CPL 0 with code at testCode.
func longCPU(t testing.TB, code ...byte) *CPU {
	c := protectedCPU(t, code...)
	c.put64(testGDT+selCode, descriptorOf(0, 0xfffff, 0xa09b))
	c.put64(testGDT+selCode3&^3, descriptorOf(0, 0xfffff, 0xa0fb))
	for n := range uint64(0x80) {
		c.put64(testIDT+n*16, gateOf(selCode, testHandlers+16*uint32(n), 0xee00>>8), 0)
	}
	c.put64(testTSS+4, testStack0)
	c.put64(testPML5, testPML4|pageFlags)
	c.put64(testPML4, testPDPT|pageFlags)
	c.put64(testPDPT, testPD|pageFlags)
	c.put64(testPD, testPT|pageFlags)
	for n := range uint64(16) {
		c.put64(testPT+n*8, n<<12|pageFlags)
	}
	s := c.Snapshot()
	s.CR0 |= cr0PG | cr0WP
	s.CR4 |= cr4PAE | cr4OSFXSR | cr4OSXSAVE
	s.EFER = eferLME | eferLMA | eferNXE | eferSCE
	s.CR3 = testPML4
	s.IDTR.Limit = 0x7ff
	s.Seg[decode.CS] = flatCode(selCode, 0, true)
	c.SetState(s)
	return c
}

// user64 moves the CPU to 64-bit code at CPL 3.
func (c *CPU) user64() {
	c.setSegment(decode.SS, flatData(selData3, 3))
	c.enterCode(flatCode(selCode3, 3, true), 3)
	c.R[4] = testStack3
}

// long is handler in IA-32e mode, where the frame's words have 8 bytes.
func (c *CPU) long(n uint64) (vector int, code uint32) { return c.handler(n) }

// TestProtection runs MOV RAX, [RBX] or MOV [RBX], RAX on a page with the given entry.
func TestProtection(t *testing.T) {
	read, write := []byte{0x48, 0x8b, 0x03}, []byte{0x48, 0x89, 0x03}
	jump := []byte{0xff, 0xe3} // JMP RBX
	const key1 = 1 << 59
	for _, c := range []struct {
		name   string
		code   []byte
		user   bool
		ac     bool
		pte    uint64
		cr4    uint64
		pkru   uint32
		rbx    uint64
		vector int
		err    uint32
	}{
		{"read", read, false, false, 7, 0, 0, testUser, -1, 0},
		{"user reads supervisor page", read, true, false, 3, 0, 0, testUser, vecPF, 5},
		{"write to read-only", write, false, false, 5, 0, 0, testUser, vecPF, 3},
		{"SMAP", read, false, false, 7, cr4SMAP, 0, testUser, vecPF, 1},
		{"SMAP, AC", read, false, true, 7, cr4SMAP, 0, testUser, -1, 0},
		{"SMEP", jump, false, false, 7, cr4SMEP, 0, testUser, vecPF, 0x11},
		{"no SMEP", jump, false, false, 7, 0, 0, testUser, -1, 0},
		{"NX", jump, false, false, 3 | 1<<63, 0, 0, testUser, vecPF, 0x11},
		{"key", write, true, false, 7 | key1, cr4PKE, 2 << 2, testUser, vecPF, 0x27},
		{"key, other", write, true, false, 7, cr4PKE, 2 << 2, testUser, -1, 0},
		{"reserved", read, false, false, 7 | 1<<51, 0, 0, testUser, vecPF, 9},
		{"not canonical", read, false, false, 7, 0, 0, 1 << 47, vecGP, 0},
		{"not canonical through the stack", []byte{0x48, 0x89, 0xdd, 0x48, 0x8b, 0x45, 0}, false, false, 7, 0, 0, 1 << 47, vecSS, 0},
		{"jump to not canonical", jump, false, false, 7, 0, 0, 1 << 47, vecGP, 0},
		{"across the border", read, false, false, 7, 0, 0, 1<<47 - 4, vecGP, 0},
	} {
		for _, single := range []bool{false, true} {
			cpu := longCPU(t, c.code...)
			cpu.SetSingleStep(single)
			for n := range uint64(14) { // all other pages are the supervisor's
				cpu.put64(testPT+n*8, n<<12|3)
			}
			cpu.put64(testPT+testUser>>9, testUser|c.pte)
			if c.user { // but its code
				cpu.put64(testPT+testCode>>9, testCode|7)
				cpu.user64()
			}
			cpu.ram.WriteAt([]byte{0x90, 0x90}, testUser)
			cpu.setCR4(cpu.CR4 | c.cr4)
			cpu.setPKRU(c.pkru)
			if c.ac {
				cpu.setRFLAGS(cpu.rflags() | flagAC)
			}
			cpu.R[3] = c.rbx
			n := uint64(5)
			if c.vector < 0 {
				n = 1
			}
			vector, err := cpu.long(n)
			if vector != c.vector || err != c.err || vector == vecPF && cpu.CR2 != c.rbx {
				t.Errorf("%s (single step %v): #%d(%#x), want #%d(%#x); at %#x, CR2 %#x", c.name, single, vector, err, c.vector, c.err, cpu.rip, cpu.CR2)
			}
		}
	}
}

// TestRightsChange alternates accesses with instructions that change what is allowed: the inline arrays must follow.
func TestRightsChange(t *testing.T) {
	for _, c := range []struct {
		name string
		code []byte
		good uint64 // instructions that pass
	}{
		{"STAC, read, CLAC, read", []byte{0x0f, 0x01, 0xcb, 0x8b, 0x03, 0x0f, 0x01, 0xca, 0x8b, 0x03}, 3},
		{"POPF clears AC", []byte{0x0f, 0x01, 0xcb, 0x8b, 0x03, 0x6a, 0x02, 0x9d, 0x8b, 0x03}, 4},
		{"WRPKRU", []byte{0x0f, 0x01, 0xcb, 0x8b, 0x03, 0x31, 0xc9, 0x31, 0xd2, 0x31, 0xc0, 0xff, 0xc0, 0x0f, 0x01, 0xef, 0x8b, 0x03}, 7},
	} {
		cpu := longCPU(t, c.code...)
		for n := range uint64(14) {
			cpu.put64(testPT+n*8, n<<12|3)
		}
		cpu.setCR4(cpu.CR4 | cr4SMAP | cr4PKE)
		cpu.R[3] = testUser
		if cpu.Run(c.good); cpu.delivering || cpu.stats.Faults != 0 {
			t.Errorf("%s: fault too early at %#x", c.name, cpu.rip)
		}
		if vector, _ := cpu.long(3); vector != vecPF {
			t.Errorf("%s: vector %d at %#x", c.name, vector, cpu.rip)
		}
	}
}

// TestPCID swaps two pages in two address spaces, the first of which uses page E and the second page F: each keeps what it has read
// until it is flushed.
func TestPCID(t *testing.T) {
	for _, c := range []struct {
		name  string
		flush func(c *CPU)
		want  [2]uint64 // what address spaces 1 and 2 see
	}{
		{"nothing", func(*CPU) {}, [2]uint64{0xe, 0xf}},
		{"MOV CR3", func(c *CPU) { c.setCR3(testPML4 | 1) }, [2]uint64{0xf, 0xf}},
		{"INVPCID 0", func(c *CPU) { c.inv(0, 1, 0xe000) }, [2]uint64{0xf, 0xf}},
		{"INVPCID 1", func(c *CPU) { c.inv(1, 2, 0) }, [2]uint64{0xe, 0xe}},
		{"INVPCID 2", func(c *CPU) { c.inv(2, 0, 0) }, [2]uint64{0xf, 0xe}},
		{"INVPCID 3", func(c *CPU) { c.inv(3, 0, 0) }, [2]uint64{0xf, 0xe}},
	} {
		cpu := longCPU(t)
		cpu.put64(0xe000, 0xe)
		cpu.put64(0xf000, 0xf)
		cpu.setCR4(cpu.CR4 | cr4PCIDE)
		see := func(pcid uint64) uint64 {
			cpu.setCR3(testPML4 | pcid | cr3KeepTLB)
			return load[uint64](cpu, 0xd000+pcid<<12)
		}
		see(1)
		see(2)
		cpu.put64(testPT+0xe*8, 0xf000|pageFlags, 0xe000|pageFlags)
		see(1)
		c.flush(cpu)
		if got := [2]uint64{see(1), see(2)}; got != c.want {
			t.Errorf("%s: %#x, want %#x", c.name, got, c.want)
		}
	}
}

// inv is INVPCID with its descriptor at 3000h.
func (c *CPU) inv(kind, pcid, va uint64) {
	c.put64(0x3000, pcid, va)
	c.R[0], c.R[3] = kind, 0x3000
	i, err := decode.Decode([]byte{0x66, 0x0f, 0x38, 0x82, 0x03}, decode.Mode64)
	if err != nil {
		panic(err)
	}
	invpcid(c, &i)
}

// TestLA57 maps through five levels, where addresses of 57 bits are canonical.
func TestLA57(t *testing.T) {
	c := longCPU(t)
	s := c.Snapshot()
	s.CR4 |= cr4LA57
	s.CR3 = testPML5
	c.SetState(s)
	c.put64(testPML5+0x1f8*8, testPML4|pageFlags)
	c.put64(testUser, 0x1234)
	if v := load[uint64](c, c.lin(decode.DS, 0xfff8000000000000+testUser, 8, false)); v != 0x1234 {
		t.Errorf("read %#x", v)
	}
	if got := vectorOf(c, func() { c.lin(decode.SS, 1<<56, 8, false) }); got != vecSS {
		t.Errorf("beyond 57 bits: %d", got)
	}
	if got := vectorOf(c, func() { c.setCR4(c.CR4 &^ cr4LA57) }); got != vecGP {
		t.Errorf("CR4.LA57 changes in IA-32e mode: %d", got)
	}
}

// TestControlRegisters tries transitions; each is tried in IA-32e mode or, without, in protected mode with the stated registers.
func TestControlRegisters(t *testing.T) {
	cr0 := func(v uint64) func(*CPU) { return func(c *CPU) { c.setCR0(v) } }
	cr4 := func(on, off uint64) func(*CPU) { return func(c *CPU) { c.setCR4(c.CR4&^off | on) } }
	efer := func(on, off uint64) func(*CPU) { return func(c *CPU) { c.writeEFER(c.EFER&^off | on) } }
	for _, c := range []struct {
		name string
		long bool
		f    func(c *CPU)
		want int
	}{
		{"PG without PE", false, cr0(cr0PG), vecGP},
		{"NW without CD", false, cr0(cr0PE | cr0NW), vecGP},
		{"bit 32", false, cr0(cr0PE | 1<<32), vecGP},
		{"PE off in 64-bit mode", true, cr0(0), vecGP},
		{"PG off in 64-bit mode", true, cr0(cr0PE), vecGP},
		{"reserved bit of CR0 is ignored", false, cr0(cr0PE | 1<<10), -1},
		{"LME, PG without PAE", false, func(c *CPU) { c.writeEFER(eferLME); c.setCR0(cr0PE | cr0PG) }, vecGP},
		{"LME changes under PG", true, efer(0, eferLME), vecGP},
		{"reserved bit of EFER", true, efer(1<<1, 0), vecGP},
		{"PAE off in IA-32e mode", true, cr4(0, cr4PAE), vecGP},
		{"reserved bit of CR4", true, cr4(1<<31, 0), vecGP},
		{"PCIDE outside IA-32e mode", false, cr4(cr4PCIDE, 0), vecGP},
		{"PCIDE", true, cr4(cr4PCIDE, 0), -1},
		{"PCIDE with a PCID in CR3", true, func(c *CPU) { c.setCR3(testPML4 | 8); c.setCR4(c.CR4 | cr4PCIDE) }, vecGP},
		{"LA57 in IA-32e mode", true, cr4(cr4LA57, 0), vecGP},
		{"LA57 before", false, cr4(cr4LA57, 0), -1},
		{"reserved bit of CR3", true, func(c *CPU) { c.setCR3(1 << 50) }, vecGP},
		{"PDPTE with a reserved bit", false, func(c *CPU) {
			c.put64(testPML4, testPD|1|1<<1)
			c.setCR4(c.CR4 | cr4PAE)
			c.setCR3(testPML4)
			c.setCR0(cr0PE | cr0PG)
		}, vecGP},
		{"XCR0 without x87", true, func(c *CPU) { c.R[0], c.R[2], c.R[1] = 2, 0, 0; xsetbv(c, nil) }, vecGP},
		{"XCR0 with PKRU", true, func(c *CPU) { c.R[0], c.R[2], c.R[1] = 0x203, 0, 0; xsetbv(c, nil) }, -1},
		{"XCR1", true, func(c *CPU) { c.R[0], c.R[2], c.R[1] = 3, 0, 1; xsetbv(c, nil) }, vecGP},
	} {
		cpu := protectedCPU(t)
		if c.long {
			cpu = longCPU(t)
		}
		if got := vectorOf(cpu, func() { c.f(cpu) }); got != c.want {
			t.Errorf("%s: vector %d, want %d", c.name, got, c.want)
		}
	}
}

// TestAlignmentCheck reads and writes off a multiple of the size at CPL 3, in both engines.
func TestAlignmentCheck(t *testing.T) {
	for _, c := range []struct {
		name   string
		code   []byte
		vector int
	}{
		{"aligned", []byte{0x48, 0x8b, 0x03, 0x48, 0x89, 0x03}, -1},
		{"read", []byte{0x48, 0x8b, 0x03, 0x48, 0x8b, 0x43, 0x04}, vecAC},
		{"write", []byte{0x48, 0x8b, 0x03, 0x66, 0x89, 0x43, 0x01}, vecAC},
		{"push", []byte{0x48, 0x8b, 0x03, 0x48, 0xff, 0xcc, 0x50}, vecAC},
	} {
		for _, single := range []bool{false, true} {
			cpu := longCPU(t, c.code...)
			cpu.SetSingleStep(single)
			cpu.setCR0(cpu.CR0 | cr0AM)
			cpu.user64()
			cpu.R[3] = testUser
			cpu.setRFLAGS(flagAC | flagOne)
			n := uint64(2)
			if c.vector >= 0 {
				n = 5
			}
			if vector, code := cpu.long(n); vector != c.vector || code != 0 {
				t.Errorf("%s (single step %v): #%d(%d) at %#x", c.name, single, vector, code, cpu.rip)
			}
		}
	}
}
