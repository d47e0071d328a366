package x86

import (
	decode "stasis/decode/x86"
)

// Instructions about translations and the rights of accesses.

// invlpg is INVLPG: it drops the page in every address space.
func invlpg(c *CPU, i *Inst) {
	c.needCPL0()
	va := c.ea(i)
	if i.Seg >= decode.FS || c.mode != decode.Mode64 {
		va = c.wrap(va + c.R[regSegBase+i.Seg])
	}
	if c.canonical(va) {
		c.flushPage(va)
	}
}

// Kinds of INVPCID. Source: SDM Vol. 2A, "INVPCID".
const (
	invAddress = iota
	invContext
	invEverything
	invAllButGlobal
)

// invpcid is INVPCID. Individual addresses are dropped in every address space, which is allowed.
func invpcid(c *CPU, i *Inst) {
	c.gpIf(c.CPL != 0 || c.v86())
	lo, va := load128(c, c.linRead(i, 16))
	kind, pcid := cutSize(c.R[i.Reg], c.nativeSize()), uint16(lo&0xfff)
	c.gpIf(kind > invAllButGlobal || lo>>12 != 0 || kind <= invContext && pcid != 0 && c.CR4&cr4PCIDE == 0)
	switch kind {
	case invAddress:
		c.gpIf(!c.canonicalBase(va))
		c.flushPage(va)
	case invContext:
		c.flushPCID(pcid)
	default:
		c.flushTLB(kind == invAllButGlobal)
	}
}

// nativeSize is the operand size of instructions that have no other: 8 in 64-bit mode, else 4.
func (c *CPU) nativeSize() uint8 { return uint8(c.tableSize()) }

// stac and clac are STAC and CLAC: set and clear RFLAGS.AC.
func stac(c *CPU, i *Inst) {
	c.udIf(c.CPL != 0)
	c.setEFLAGS(c.eflags | flagAC)
}

func clac(c *CPU, i *Inst) {
	c.udIf(c.CPL != 0)
	c.setEFLAGS(c.eflags &^ flagAC)
}

// rdpkru and wrpkru are RDPKRU and WRPKRU: the rights of the protection keys.
func rdpkru(c *CPU, i *Inst) {
	c.udIf(c.CR4&cr4PKE == 0)
	c.gpIf(uint32(c.R[1]) != 0)
	c.R[0], c.R[2] = uint64(c.PKRU), 0
}

func wrpkru(c *CPU, i *Inst) {
	c.udIf(c.CR4&cr4PKE == 0)
	c.gpIf(uint32(c.R[1]) != 0 || uint32(c.R[2]) != 0)
	c.setPKRU(uint32(c.R[0]))
}

// setPKRU changes the rights of the protection keys.
func (c *CPU) setPKRU(v uint32) {
	if v == c.PKRU {
		return
	}
	c.PKRU, c.walker.PKRU = v, v
	c.dropContexts()
}
