package arm64

import (
	"unsafe"

	"stasis/cpu"
	decode "stasis/decode/arm64"
	"stasis/mmu"
)

// builder decodes a block and lowers it to micro-operations.
type builder struct {
	c     *CPU
	mode  uint64
	insts []Inst
	addrs []uint64
	out   []uop
	next  uint64 // address behind the last instruction
	side  uint32
	first uint32 // its first instruction, in insts
	sp    bool   // SP is known to be aligned

	arrived int // where the micro-operations of the instructions begin, behind that of their arrival
}

// build decodes the block at key; nil if its first instruction does not decode.
func (c *CPU) build(key blockKey) *block {
	e := &c.engine
	w := &e.builder
	w.c, w.mode, w.insts, w.addrs, w.out = c, key.Mode, w.insts[:0], w.addrs[:0], w.out[:0]
	w.decode(key)
	if len(w.insts) == 0 {
		return nil
	}
	if e.used+4*len(w.insts)+8 > len(e.arena) || e.Full(len(w.insts)) {
		c.stats.Flushed(cpu.DropFull)
		e.flush()
	}
	number := e.Add(key, w.insts, w.addrs)
	w.side, w.first = number*blockMax, e.Blocks[number].Inst
	w.lower()
	w.join()
	b := &e.Blocks[number]
	b.First = e.place(w.out)
	e.firstOf(b).n = b.N
	c.ram.MarkCode(key.PA, int(w.next-key.VA))
	c.stats.Blocks++
	return b
}

// place copies micro-operations into the arena.
func (e *engine) place(out []uop) uint32 {
	at := e.used
	e.used += copy(e.arena[at:at+len(out)], out)
	return uint32(at)
}

// decode collects the instructions up to the end of the block.
func (w *builder) decode(key blockKey) {
	c := w.c
	code := unsafe.Slice((*uint32)(unsafe.Add(c.fetchPage, key.PA&pageMask)), (mmu.PageSize-key.PA&pageMask)/decode.Len)
	w.next = key.VA
	for _, raw := range code[:min(len(code), blockMax)] {
		if len(w.insts) > 0 && c.breakpoints[w.next] != 0 {
			return
		}
		i, ok := c.decode(raw)
		if !ok {
			return
		}
		w.insts, w.addrs = append(w.insts, i), append(w.addrs, w.next)
		w.next += decode.Len
		if endsBlock(&i) {
			return
		}
	}
}

// endsBlock reports whether an instruction is the last of its block: it branches, or may change what is assumed.
func endsBlock(i *Inst) bool {
	switch i.Op {
	case decode.B, decode.BL, decode.Bcond, decode.CBZ, decode.CBNZ, decode.TBZ, decode.TBNZ, decode.BR, decode.BLR, decode.RET,
		decode.BRAA, decode.BLRAA, decode.RETAA, decode.ERET, decode.ERETAA, decode.SVC, decode.HVC, decode.SMC, decode.BRK, decode.HLT,
		decode.UDF, decode.MSRreg, decode.MSRimm, decode.WFI, decode.WFE, decode.DCPS1, decode.DCPS2, decode.DCPS3, decode.DRPS:
		return true
	case decode.SYS:
		return i.Field(15, 12) != 7 // cache maintenance and address translation leave all as it was
	}
	return false
}
