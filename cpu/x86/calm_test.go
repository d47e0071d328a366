package x86

import (
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"strings"

	"stasis/cpu"
	decode "stasis/decode/x86"
)

// Calm programs are loops of random instructions that can be executed one after the other without an exception. They may well
// fault, jump or change the mode in a later round; handlers go back to the start, and most programs go on for long.

const (
	calmCode  = 500 // bytes
	calmTries = 500
)

// calm puts a program where the CPUs are, and handlers. Nothing is put where that is not one page of code.
func (f *fuzzer) calm(seed, mode int) {
	f.start(mode, seed)
	start, ok := f.b.Translate(f.b.PC())
	if !ok || start < testCode || start > testHandlers-calmCode-30 {
		return
	}
	loop := f.b.calmLoop(rand.New(rand.NewPCG(uint64(seed), uint64(mode)+100)), start)
	f.start(mode, seed)
	for _, c := range []*CPU{f.a, f.b} {
		c.ram.WriteAt(loop, start)
		c.calmHandlers(uint32(c.rip))
	}
}

// calmLoop makes the program by trying it.
func (c *CPU) calmLoop(r *rand.Rand, start uint64) []byte {
	code := c.constants(r)
	c.ram.WriteAt(code, start)
	for c.PC() < start+uint64(len(code)) {
		if _, x := c.runAll(1); x.Kind != cpu.ExitBudget {
			break
		}
	}
	return c.tryLoop(code, start, func() (i []byte, units uint64) {
		if r.IntN(8) == 0 {
			return c.branching(r)
		}
		return c.candidate(r), 1
	})
}

// tryLoop appends candidates that complete, and a jump back.
func (c *CPU) tryLoop(code []byte, start uint64, candidate func() (i []byte, units uint64)) []byte {
	for tries := 0; tries < calmTries && len(code) < calmCode; tries++ {
		i, units := candidate()
		before, mode := c.Snapshot(), c.mode
		want := c.PC() + uint64(len(i))
		c.ram.WriteAt(i, start+uint64(len(code)))
		if n, x := c.runAll(units); n == units && x.Kind == cpu.ExitBudget && c.PC() == want && c.mode == mode {
			code = append(code, i...)
		} else {
			c.SetState(before)
		}
	}
	if c.mode == decode.Mode16 {
		return binary.LittleEndian.AppendUint16(append(code, 0xe9), -uint16(len(code)+3))
	}
	return binary.LittleEndian.AppendUint32(append(code, 0xe9), -uint32(len(code)+5))
}

// constants are moves of addresses of data into all registers but SP.
func (c *CPU) constants(r *rand.Rand) (code []byte) {
	for n := range byte(8) {
		if n == 4 {
			continue
		}
		code = append(code, 0xb8+n)
		if v := testUser + r.Uint32N(0xf00); c.mode == decode.Mode16 {
			code = binary.LittleEndian.AppendUint16(code, uint16(v))
		} else {
			code = binary.LittleEndian.AppendUint32(code, v)
		}
	}
	return code
}

// candidate is an instruction, of whatever sort.
func (c *CPU) candidate(r *rand.Rand) []byte {
	for {
		b := make([]byte, 0, 32)
		if r.IntN(4) == 0 {
			b = append(b, []byte{0x66, 0x67, 0xf2, 0xf3, 0xf0, 0x26, 0x36, 0x64}[r.IntN(8)])
		}
		if c.mode == decode.Mode64 && r.IntN(2) == 0 {
			b = append(b, 0x40+byte(r.IntN(16)))
		}
		switch r.IntN(8) {
		case 0, 1, 2:
			b = append(b, 0x0f)
		case 3:
			b = append(b, 0x0f, []byte{0x38, 0x3a}[r.IntN(2)])
		}
		b = append(b, byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32()), byte(r.IntN(64)))
		for range 8 {
			b = append(b, byte(r.IntN(4)*r.IntN(2)*r.IntN(2)))
		}
		if i, err := c.decode(b); err == nil {
			return b[:i.Len]
		}
	}
}

// branchings are pieces of code that go to their end by a branch. A is the address of the end, Z a distance of 0,
// P an operand-size prefix or none; c70, 8f0 and ff2 to ff6 have a word of memory as their operand.
var branchings = []string{"P68A Pc3", "P68A Pc20200", "P68A P58 Pffe0", "P68A P5b Pffe3", "Pb8A Pffd0", "Pb9A Pffd1", "Pe8Z", "Pe9Z", "Pe8Z P5a", "e200", "67e200",
	"e300", "67e300", "Pc8040000 Pc9", "Pc70A Pff4", "Pc70A Pff2", "P68A P8f0 Pff4", "Pff6 P5a", "7400", "7f00", "P6a05 P59 e200"}

// branching is one of them, and how many units it takes.
func (c *CPU) branching(r *rand.Rand) (code []byte, units uint64) {
	text := branchings[r.IntN(len(branchings))]
	prefix, size := "", 4
	if c.mode == decode.Mode16 {
		size = 2
	}
	if c.mode == decode.Mode16 && r.IntN(3) == 0 {
		prefix, size = "66", 4
	}
	for pass := 0; pass < 2; pass++ { // the first finds the length
		end := binary.LittleEndian.AppendUint32(nil, uint32(c.rip)+uint32(len(code)))[:size]
		t := strings.NewReplacer("P", prefix, "A", hex.EncodeToString(end), "Z", strings.Repeat("00", size), "c70", "c7"+c.place(0), "8f0", "8f"+c.place(0),
			"ff2", "ff"+c.place(2), "ff4", "ff"+c.place(4), "ff6", "ff"+c.place(6)).Replace(text)
		code, _ = hex.DecodeString(strings.ReplaceAll(t, " ", ""))
	}
	return code, uint64(len(strings.Fields(text)))
}

// place is ModRM and displacement of a word of data.
func (c *CPU) place(reg byte) string {
	switch c.mode {
	case decode.Mode16:
		return hex.EncodeToString([]byte{reg<<3 | 6, 0x80, testUser >> 8})
	case decode.Mode32:
		return hex.EncodeToString([]byte{reg<<3 | 5, 0x80, testUser >> 8, 0, 0})
	}
	return hex.EncodeToString([]byte{reg<<3 | 4, 0x25, 0x80, testUser >> 8, 0, 0})
}

// calmHandlers go back to the start of the program, whatever has happened.
func (c *CPU) calmHandlers(ip uint32) {
	le := binary.LittleEndian
	if c.CR0&cr0PE == 0 { // MOV BP,SP; MOV [BP],ip; IRET
		c.ram.WriteAt(append(le.AppendUint16([]byte{0x89, 0xe5, 0xc7, 0x46, 0}, uint16(ip)), 0xcf), testHandlers)
		for n := range uint64(0x100) {
			c.ram.WriteAt([]byte{0, testHandlers >> 8, 0, 0}, n*4)
		}
		return
	}
	long := c.EFER&eferLMA != 0
	for n := range uint64(0x80) {
		var b []byte
		coded := 1<<n&(1<<vecDF|1<<vecTS|1<<vecNP|1<<vecSS|1<<vecGP|1<<vecPF|1<<vecAC) != 0 && n < 32
		if coded { // ADD ESP,4 or ADD RSP,8
			b = []byte{0x83, 0xc4, 4}
			if long {
				b = []byte{0x48, 0x83, 0xc4, 8}
			}
		}
		if long { // MOV qword [RSP],ip; IRETQ
			b = append(le.AppendUint32(append(b, 0x48, 0xc7, 4, 0x24), ip), 0x48, 0xcf)
		} else {
			b = append(le.AppendUint32(append(b, 0xc7, 4, 0x24), ip), 0xcf)
		}
		c.ram.WriteAt(b, testHandlers+n*16)
	}
}
