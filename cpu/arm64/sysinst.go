package arm64

import "stasis/mmu"

// sysinst is a system instruction of SYS: cache maintenance, address translation, TLB invalidation.
type sysinst struct {
	name    string
	at      SysReg
	user    bool // EL0 may, where SCTLR_EL1 lets it
	trap    uint64
	feature string
	do      func(c *CPU, xt uint64)
}

var sysinsts = concat(cacheInstructions(), translateInstructions(), tlbInstructions())

// sysinstAt is the index into sysinsts plus one, by encoding.
var sysinstAt = func() (at [1 << 16]uint8) {
	for n := range sysinsts {
		at[sysinsts[n].at] = uint8(n + 1)
	}
	return at
}()

// sys is SYS.
func sys(c *CPU, i *Inst) {
	at := sysRegOf(i)
	n := sysinstAt[at]
	if n == 0 {
		c.unknownSysreg(at)
	}
	s := &sysinsts[n-1]
	if s.feature != "" && !c.features[s.feature] {
		c.unknownSysreg(at)
	}
	if c.EL == 0 {
		if !s.user {
			c.undefined()
		}
		if c.Sys.SCTLR&s.trap == 0 {
			c.trapSystem(i)
		}
	}
	s.do(c, c.R[i.Rd()])
}

// sysl is SYSL: there is no such instruction.
func sysl(c *CPU, i *Inst) { c.unknownSysreg(sysRegOf(i)) }

// Nothing has to be maintained in coherent caches, but an address that is not mapped faults.
func cacheInstructions() []sysinst {
	none := func(*CPU, uint64) {}
	return []sysinst{
		{name: "IC IALLUIS", at: sr(1, 0, 7, 1, 0), do: none},
		{name: "IC IALLU", at: sr(1, 0, 7, 5, 0), do: none},
		{name: "IC IVAU", at: sr(1, 3, 7, 5, 1), user: true, trap: sctlrUCI, do: (*CPU).maintain},
		{name: "DC IVAC", at: sr(1, 0, 7, 6, 1), do: (*CPU).invalidate},
		{name: "DC ISW", at: sr(1, 0, 7, 6, 2), do: none},
		{name: "DC CSW", at: sr(1, 0, 7, 10, 2), do: none},
		{name: "DC CISW", at: sr(1, 0, 7, 14, 2), do: none},
		{name: "DC ZVA", at: sr(1, 3, 7, 4, 1), user: true, trap: sctlrDZE, do: (*CPU).zeroBlock},
		{name: "DC CVAC", at: sr(1, 3, 7, 10, 1), user: true, trap: sctlrUCI, do: (*CPU).maintain},
		{name: "DC CVAU", at: sr(1, 3, 7, 11, 1), user: true, trap: sctlrUCI, do: (*CPU).maintain},
		{name: "DC CVAP", at: sr(1, 3, 7, 12, 1), user: true, trap: sctlrUCI, feature: "DPB", do: (*CPU).maintain},
		{name: "DC CIVAC", at: sr(1, 3, 7, 14, 1), user: true, trap: sctlrUCI, do: (*CPU).maintain},
	}
}

// maintain is the translation of a cache maintenance instruction by address: at EL0 it needs the right to read, at EL1 none.
func (c *CPU) maintain(va uint64) {
	a := mmu.Maintenance
	if c.EL == 0 {
		a |= mmu.User
	}
	c.translate(va, a)
}

// invalidate is DC IVAC, which needs the right to write.
func (c *CPU) invalidate(va uint64) {
	c.translate(va, mmu.Write|mmu.Maintenance)
	if c.watching {
		line := va &^ (zeroBlock - 1)
		c.watchGuest(line, zeroBlock, mmu.Write|mmu.Maintenance)
	}
}

// zeroBlock is DC ZVA: a store of zeros to a block, which must not be Device memory.
func (c *CPU) zeroBlock(va uint64) {
	a := c.access(mmu.Write)
	if _, perm := c.translate(va, a); perm&mmu.PermDevice != 0 {
		c.dataAbort(va, mmu.FaultAlignment, a)
	}
	first := va &^ (zeroBlock - 1)
	if c.watching {
		c.watchGuest(first, zeroBlock, a)
	}
	for n := uint64(0); n < zeroBlock; n += 8 {
		store(c, first+n, uint64(0))
	}
}

func translateInstructions() []sysinst {
	at := func(name string, m, op2 int, a mmu.Access, feature string) sysinst {
		pan := feature != ""
		return sysinst{name: "AT " + name, at: sr(1, 0, 7, m, op2), feature: feature, do: func(c *CPU, va uint64) { c.Sys.PAR = c.addressTranslate(va, a, pan) }}
	}
	return []sysinst{
		at("S1E1R", 8, 0, mmu.Read, ""), at("S1E1W", 8, 1, mmu.Write, ""),
		at("S1E0R", 8, 2, mmu.Read|mmu.User, ""), at("S1E0W", 8, 3, mmu.Write|mmu.User, ""),
		at("S1E1RP", 9, 0, mmu.Read, "PAN"), at("S1E1WP", 9, 1, mmu.Write, "PAN"),
	}
}

// addressTranslate is the value of PAR_EL1 after AT; only the P forms mind PSTATE.PAN. Nothing is cached, and no flag is set in
// the tables. Source: Arm ARM, "PAR_EL1, Physical Address Register".
func (c *CPU) addressTranslate(va uint64, a mmu.Access, pan bool) uint64 {
	const ones = 1 << 11
	w := c.walker
	w.NoSetBits, w.PAN = true, pan && c.PAN
	if !w.On {
		plain := w.Untagged(va, a)
		if plain>>mmu.PABits != 0 {
			return ones | mmu.FaultAddressSize<<1 | 1
		}
		return ones | parAttributes(0, 2) | plain&^pageMask
	}
	e, desc, fault, ok := w.Find(va, a)
	if !ok {
		return ones | uint64(fault)<<1 | 1
	}
	return ones | parAttributes(w.Attributes(desc), desc>>8&3) | e.PA
}

// parAttributes are the attributes, shareability and security state of a translation: memory that is not cached is outer
// shareable.
func parAttributes(attr uint8, share uint64) uint64 {
	if attr>>4 == 0 || attr == 0x44 {
		share = 2
	}
	return uint64(attr)<<56 | 1<<9 | share<<7
}

func tlbInstructions() (list []sysinst) {
	for _, f := range []struct {
		name string
		op2  int
		make func(xt uint64) TLBI
	}{
		{"VMALLE1", 0, func(uint64) TLBI { return TLBI{Kind: TLBIAll} }},
		{"VAE1", 1, tlbiVA},
		{"ASIDE1", 2, func(xt uint64) TLBI { return TLBI{Kind: TLBIASID, ASID: uint16(xt >> 48)} }},
		{"VAAE1", 3, tlbiVA},
		{"VALE1", 5, tlbiVA},
		{"VAALE1", 7, tlbiVA},
	} {
		list = append(list,
			sysinst{name: "TLBI " + f.name, at: sr(1, 0, 8, 7, f.op2), do: func(c *CPU, xt uint64) { c.Invalidate(f.make(xt)) }},
			sysinst{name: "TLBI " + f.name + "IS", at: sr(1, 0, 8, 3, f.op2), do: func(c *CPU, xt uint64) {
				t := f.make(xt)
				c.Invalidate(t)
				c.sys.BroadcastTLBI(c.index, t)
			}})
	}
	return list
}

// tlbiVA is the operand of the forms by address: bits 55 to 12 of it.
func tlbiVA(xt uint64) TLBI {
	return TLBI{Kind: TLBIVA, VA: uint64(int64(xt<<20) >> 8)}
}
