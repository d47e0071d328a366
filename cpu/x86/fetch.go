package x86

import (
	"errors"
	"unsafe"

	decode "stasis/decode/x86"
	"stasis/mmu"
)

// fetch decodes the instruction at rip, one page look-up a page.
func (c *CPU) fetch() *Inst {
	var buf [decode.MaxLen]byte
	code := c.fetchBytes(c.rip, buf[:0], 1)
	i, err := c.decode(code)
	for errors.Is(err, decode.ErrTruncated) {
		code = c.fetchBytes(c.rip+uint64(len(code)), code, 1)
		i, err = c.decode(code)
	}
	c.inst = i
	switch {
	case errors.Is(err, decode.ErrTooLong):
		c.raise(vecGP, 0)
	case err != nil:
		c.undefined(code)
	}
	return &c.inst
}

// errHidden is an instruction that the model of CPU hides.
var errHidden = errors.New("hidden instruction")

// decode decodes an instruction as this model of CPU sees it.
func (c *CPU) decode(code []byte) (Inst, error) {
	i, err := decode.Decode(code, c.mode)
	if c.features.hidden[i.Row] && !c.features.conceal(&i) && err == nil {
		err = errHidden
	}
	return i, err
}

// fetchBytes appends code bytes from ip to the end of its page, or of the longest instruction. Nothing readable there is a fault.
func (c *CPU) fetchBytes(ip uint64, code []byte, least uint64) []byte {
	ip = c.ipMask(ip)
	n := uint64(decode.MaxLen - len(code))
	lin := ip
	if c.mode == decode.Mode64 {
		c.gpIf(!c.canonical(ip))
	} else {
		limit := uint64(c.Seg[decode.CS].Limit)
		c.gpIf(ip > limit)
		n = min(n, limit-ip+1)
		lin = c.linearIP(ip)
	}
	n = min(n, mmu.PageSize-lin&pageMask)
	pa := c.codePage(lin) | lin&pageMask
	if c.fetchPage == nil {
		for k := range n {
			code = append(code, uint8(c.readPhys(pa+k, 1)))
		}
		return code
	}
	return append(code, unsafe.Slice((*byte)(unsafe.Add(c.fetchPage, lin&pageMask)), n)...)
}

// codePage is the physical page of a code address: a look-up in the instruction side of the TLB when the page changes.
func (c *CPU) codePage(lin uint64) uint64 {
	page := lin &^ pageMask
	if c.fetchPage == nil || c.fetchVA != page {
		pa := c.translate(lin, c.access(mmu.Fetch)) &^ pageMask
		c.fetchVA, c.fetchPA, c.fetchPage = page, pa, c.ram.Page(pa)
	}
	return c.fetchPA
}

// undefined is #UD for bytes that no row describes, counted unless they are UD instructions.
func (c *CPU) undefined(code []byte) {
	c.raise(vecUD, 0)
}

// handlerOf is the handler of an instruction: by row and operand size.
func handlerOf(i *Inst) func(*CPU, *Inst) {
	h := handlers[handlerIndex(i)]
	if h == nil {
		return unimplemented
	}
	return h
}

func handlerIndex(i *Inst) int { return int(i.Row)*4 + sizeIndex(i.OpSize) }

func sizeIndex(size uint8) int {
	switch size {
	case 2:
		return 1
	case 4:
		return 2
	case 8:
		return 3
	}
	return 0
}

// unimplemented is an instruction that the tables know and no function executes: #UD, counted.
func unimplemented(c *CPU, i *Inst) {
	c.note(i.Op.String())
	c.raise(vecUD, 0)
}
