package x86

// REX bits.
const (
	rexB = 1 << iota
	rexX
	rexR
	rexW
)

// prefixes reads prefixes and returns the byte after them. A REX byte counts only when it comes last: a legacy prefix after it
// cancels it, another REX replaces it.
//
// Source: SDM Vol. 2, "Instruction Prefixes" and "REX Prefixes".
func (d *decoder) prefixes() uint8 {
	for {
		b := d.byte()
		switch {
		case d.short:
			return 0
		case d.legacy(b):
			d.rex = 0
		case b&0xf0 == 0x40 && d.inst.Mode == Mode64:
			d.rex = b
		default:
			if d.rex != 0 {
				d.inst.Prefix |= PrefixREX
			}
			if d.rex&rexW != 0 {
				d.inst.Prefix |= PrefixREXW
			}
			return b
		}
	}
}

// legacy notes a legacy prefix and reports whether b is one. In 64-bit mode ES, CS, SS and DS overrides are ignored, and do not
// cancel an earlier FS or GS (APM Vol. 3, "Segment-Override Prefixes"). Of F2 and F3 the last wins.
func (d *decoder) legacy(b uint8) bool {
	i := &d.inst
	switch b {
	case 0x26, 0x2e, 0x36, 0x3e:
		if i.Mode != Mode64 {
			i.Seg = b >> 3 & 3
		}
	case 0x64:
		i.Seg = FS
	case 0x65:
		i.Seg = GS
	case 0x66:
		i.Prefix |= PrefixData
	case 0x67:
		i.Prefix |= PrefixAddr
	case 0xf0:
		i.Prefix |= PrefixLock
	case 0xf2:
		i.Prefix = i.Prefix&^PrefixRep | PrefixRepNE
	case 0xf3:
		i.Prefix = i.Prefix&^PrefixRepNE | PrefixRep
	default:
		return false
	}
	return true
}

// mandatory returns the prefix that selects among rows: F2 and F3 hide 66.
func (d *decoder) mandatory() uint8 {
	switch p := d.inst.Prefix; {
	case p&PrefixRep != 0:
		return prefixF3
	case p&PrefixRepNE != 0:
		return prefixF2
	case p&PrefixData != 0:
		return prefix66
	}
	return prefixNP
}

// sizes sets the effective operand and address sizes. REX.W beats 66.
func (d *decoder) sizes(flags RowFlag) {
	i := &d.inst
	data, addr := i.Prefix&PrefixData != 0, i.Prefix&PrefixAddr != 0
	if i.Mode != Mode64 {
		i.OpSize = pick(data == (i.Mode == Mode16), 4, 2)
		i.AddrSize = pick(addr == (i.Mode == Mode16), 4, 2)
		return
	}
	i.AddrSize = pick(addr, 4, 8)
	switch {
	case i.Prefix&PrefixREXW != 0 || flags&F64 != 0:
		i.OpSize = 8
	case data:
		i.OpSize = 2
	default:
		i.OpSize = pick(flags&D64 != 0, 8, 4)
	}
}

func pick(cond bool, yes, no uint8) uint8 {
	if cond {
		return yes
	}
	return no
}
