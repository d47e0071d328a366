package x86

import (
	"unsafe"

	"stasis/cpu"
	decode "stasis/decode/x86"
	"stasis/mmu"
)

// builder decodes a block and lowers it to micro-operations.
type builder struct {
	c     *CPU
	insts []Inst
	addrs []uint64
	out   []uop
	next  uint64 // instruction pointer behind the last instruction
	side  uint32

	checked bool // that SSE can be used
}

// build decodes the block at key; nil if its first instruction crosses the page or does not decode.
func (c *CPU) build(key blockKey, ip uint64) *block {
	e := &c.engine
	w := &e.builder
	w.c, w.insts, w.addrs, w.out = c, w.insts[:0], w.addrs[:0], w.out[:0]
	w.decode(key, ip)
	if len(w.insts) == 0 {
		return nil
	}
	if e.used+4*len(w.insts)+8 > len(e.arena) || e.Full(len(w.insts)) {
		c.flushBlocks(cpu.DropFull)
	}
	number := e.Add(key, w.insts, w.addrs)
	w.side = number * blockMax
	w.lower()
	w.pair()
	b := &e.Blocks[number]
	b.First = e.place(w.out)
	e.firstOf(b).n = b.N
	c.ram.MarkCode(key.PA, int(w.next-ip))
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
func (w *builder) decode(key blockKey, ip uint64) {
	c := w.c
	code := unsafe.Slice((*byte)(unsafe.Add(c.fetchPage, key.PA&pageMask)), mmu.PageSize-key.PA&pageMask)
	limit := uint64(1) << 62
	if c.mode != decode.Mode64 {
		limit = uint64(c.Seg[decode.CS].Limit) + 1 - ip
	}
	code = code[:min(uint64(len(code)), limit)]
	w.next = ip
	for len(w.insts) < blockMax && len(code) > 0 {
		if len(w.insts) > 0 && c.breakpoints != nil && w.breaks(key) {
			return
		}
		i, err := c.decode(code[:min(len(code), decode.MaxLen)])
		if err != nil {
			return
		}
		w.insts, w.addrs = append(w.insts, i), append(w.addrs, c.linearIP(w.next))
		code = code[i.Len:]
		w.next = c.ipMask(w.next + uint64(i.Len))
		if endsBlock(&i) {
			return
		}
	}
}

// breaks reports whether a breakpoint stands at the next instruction.
func (w *builder) breaks(key blockKey) bool {
	lin := w.c.linearIP(w.next)
	return w.c.breakpoints[lin] != 0 || w.c.physical[key.PA+(lin-key.VA)]
}

// endsBlock reports whether an instruction is the last of its block: it branches, repeats, or may change what is assumed.
func endsBlock(i *Inst) bool {
	return decode.Rows[i.Row].Flags&decode.End != 0 || i.Prefix&repeats != 0 && decode.Rows[i.Row].Flags&decode.Rep != 0
}
