package arm64

import "math/bits"

// Pointer authentication. Source: Arm ARM, "Pointer authentication", and the pseudocode "AddPAC", "Auth", "Strip".

// A pacKey says which key an instruction uses.
type pacKey struct {
	enable uint64 // bit of SCTLR_EL1
	data   bool   // of addresses of data
	b      bool   // number B
}

var (
	keyIA = pacKey{sctlrEnIA, false, false}
	keyIB = pacKey{sctlrEnIB, false, true}
	keyDA = pacKey{sctlrEnDA, true, false}
	keyDB = pacKey{sctlrEnDB, true, true}
)

func (c *CPU) keyOf(k *pacKey) *[2]uint64 {
	s := &c.Sys
	switch {
	case k.data && k.b:
		return &s.APDB
	case k.data:
		return &s.APDA
	case k.b:
		return &s.APIB
	}
	return &s.APIA
}

// pacLayout is where the code lies in an address: from bottom to bit 54, and, if the top byte is not ignored, above bit 55.
func (c *CPU) pacLayout(ptr uint64, data bool) (mask uint64, tbi bool) {
	tcr, high := c.Sys.TCR, ptr>>55&1
	size := max(tcr>>(16*high)&63, c.leastSize(high))
	tbi = tcr>>(37+high)&1 != 0 && (data || tcr>>(51+high)&1 == 0)
	mask = 1<<55 - 1<<(64-min(size, 39))
	if !tbi {
		mask |= 0xff << 56
	}
	return mask, tbi
}

// leastSize is the least TnSZ: 12 with 64 KiB granules, else 16.
func (c *CPU) leastSize(high uint64) uint64 {
	granule := c.Sys.TCR >> 14 & 3
	if high != 0 {
		granule = c.Sys.TCR >> 30 & 3
	}
	if high == 0 && granule == 1 || high != 0 && granule == 3 {
		return 12
	}
	return 16
}

// extendPointer is an address without its code: bit 55 in all the places of the mask.
func extendPointer(ptr, mask uint64) uint64 {
	if ptr>>55&1 != 0 {
		return ptr | mask
	}
	return ptr &^ mask
}

// addPAC puts the code into an address. An address whose extension was wrong gets a wrong one.
func (c *CPU) addPAC(ptr, modifier uint64, k *pacKey) uint64 {
	if c.Sys.SCTLR&k.enable == 0 {
		return ptr
	}
	mask, tbi := c.pacLayout(c.pacSelect(ptr, k.data), k.data)
	selected := c.pacSelect(ptr, k.data) & (1 << 55)
	plain := extendPointer(ptr&^(1<<55)|selected, mask)
	code := c.computePAC(plain, modifier, c.keyOf(k))
	above := mask | 1<<55
	if ptr&above != 0 && ptr&above != above {
		if tbi {
			code ^= 1 << 54
		} else {
			code ^= 1 << 62
		}
	}
	return plain&^mask | code&mask
}

// pacSelect is the address with the bit that selects its half in bit 55: with tags in either half it is there, else it is bit 63.
func (c *CPU) pacSelect(ptr uint64, data bool) uint64 {
	tcr := c.Sys.TCR
	tags := tcr >> 37 & 3
	if !data {
		tags &^= tcr >> 51 & 3
	}
	if tags != 0 {
		return ptr
	}
	return ptr&^(1<<55) | ptr>>63<<55
}

// auth checks the code and takes it out. A wrong one leaves an address that faults.
func (c *CPU) auth(ptr, modifier uint64, k *pacKey) uint64 {
	if c.Sys.SCTLR&k.enable == 0 {
		return ptr
	}
	mask, tbi := c.pacLayout(ptr, k.data)
	plain := extendPointer(ptr, mask)
	if (c.computePAC(plain, modifier, c.keyOf(k))^ptr)&mask == 0 {
		return plain
	}
	at, code := uint(61), uint64(1)
	if tbi {
		at = 53
	}
	if k.b {
		code = 2
	}
	return plain&^(3<<at) | code<<at
}

// strip takes the code out.
func (c *CPU) strip(ptr uint64, data bool) uint64 {
	mask, _ := c.pacLayout(ptr, data)
	return extendPointer(ptr, mask)
}

// computePAC is the code over an address. Source: Arm ARM pseudocode, "ComputePAC".
func (c *CPU) computePAC(ptr, modifier uint64, key *[2]uint64) uint64 {
	if c.config.QARMA5 {
		return qarma5(ptr, modifier, key[1], key[0])
	}
	return fastPAC(ptr, modifier, key)
}

// fastPAC is the algorithm of our own: two rounds of multiplication and folding with both halves of the key.
func fastPAC(ptr, modifier uint64, key *[2]uint64) uint64 {
	h := fold(ptr^key[0], 0x9e3779b97f4a7c15^key[1])
	h = fold(h^modifier, 0xd6e8feb86659fd93^bits.RotateLeft64(key[0], 32))
	return fold(h, 0xa0761d6478bd642f|1) ^ key[1]
}

// fold is a product of 128 bits, its halves added bit by bit.
func fold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// sign and check are PAC* and AUT* of Rd, the modifier in Rn; the forms with Z have none.
func (c *CPU) sign(i *Inst, k *pacKey)  { c.setX(i.Rd(), c.addPAC(c.x(i.Rd()), c.modifier(i), k)) }
func (c *CPU) check(i *Inst, k *pacKey) { c.setX(i.Rd(), c.auth(c.x(i.Rd()), c.modifier(i), k)) }

func (c *CPU) modifier(i *Inst) uint64 {
	if i.Bit(13) {
		return 0
	}
	return c.xsp(i.Rn())
}

func pacia(c *CPU, i *Inst) { c.sign(i, &keyIA) }
func pacib(c *CPU, i *Inst) { c.sign(i, &keyIB) }
func pacda(c *CPU, i *Inst) { c.sign(i, &keyDA) }
func pacdb(c *CPU, i *Inst) { c.sign(i, &keyDB) }
func autia(c *CPU, i *Inst) { c.check(i, &keyIA) }
func autib(c *CPU, i *Inst) { c.check(i, &keyIB) }
func autda(c *CPU, i *Inst) { c.check(i, &keyDA) }
func autdb(c *CPU, i *Inst) { c.check(i, &keyDB) }

func xpaci(c *CPU, i *Inst)   { c.setX(i.Rd(), c.strip(c.x(i.Rd()), false)) }
func xpacd(c *CPU, i *Inst)   { c.setX(i.Rd(), c.strip(c.x(i.Rd()), true)) }
func xpaclri(c *CPU, i *Inst) { c.R[30] = c.strip(c.R[30], false) }

// The forms in the hint space, of X17 with X16, and of X30 with SP or with nothing.
func pacia1716(c *CPU, i *Inst) { c.R[17] = c.addPAC(c.R[17], c.R[16], &keyIA) }
func pacib1716(c *CPU, i *Inst) { c.R[17] = c.addPAC(c.R[17], c.R[16], &keyIB) }
func autia1716(c *CPU, i *Inst) { c.R[17] = c.auth(c.R[17], c.R[16], &keyIA) }
func autib1716(c *CPU, i *Inst) { c.R[17] = c.auth(c.R[17], c.R[16], &keyIB) }
func paciaz(c *CPU, i *Inst)    { c.R[30] = c.addPAC(c.R[30], 0, &keyIA) }
func paciasp(c *CPU, i *Inst)   { c.R[30] = c.addPAC(c.R[30], c.R[regSP], &keyIA) }
func pacibz(c *CPU, i *Inst)    { c.R[30] = c.addPAC(c.R[30], 0, &keyIB) }
func pacibsp(c *CPU, i *Inst)   { c.R[30] = c.addPAC(c.R[30], c.R[regSP], &keyIB) }
func autiaz(c *CPU, i *Inst)    { c.R[30] = c.auth(c.R[30], 0, &keyIA) }
func autiasp(c *CPU, i *Inst)   { c.R[30] = c.auth(c.R[30], c.R[regSP], &keyIA) }
func autibz(c *CPU, i *Inst)    { c.R[30] = c.auth(c.R[30], 0, &keyIB) }
func autibsp(c *CPU, i *Inst)   { c.R[30] = c.auth(c.R[30], c.R[regSP], &keyIB) }

// pacga is PACGA: 32 bits over any value, whatever is enabled.
func pacga(c *CPU, i *Inst) {
	c.setX(i.Rd(), c.computePAC(c.x(i.Rn()), c.xsp(i.Rm()), &c.Sys.APGA)&^0xffffffff)
}

// branchKey is the key of a branch: bit 10.
func branchKey(i *Inst) *pacKey {
	if i.Bit(10) {
		return &keyIB
	}
	return &keyIA
}

// target is where an authenticated branch goes: the modifier is Rm if bit 24 is set, else nothing.
func (c *CPU) target(i *Inst) uint64 {
	modifier := uint64(0)
	if i.Bit(24) {
		modifier = c.xsp(uint8(i.Field(4, 0)))
	}
	return c.auth(c.x(i.Rn()), modifier, branchKey(i))
}

func braa(c *CPU, i *Inst)  { c.jump(i, c.target(i)) }
func blraa(c *CPU, i *Inst) { c.callTo(c.target(i)) }
func retaa(c *CPU, i *Inst) { c.next = c.branchTarget(c.auth(c.R[30], c.R[regSP], branchKey(i))) }

func eretaa(c *CPU, i *Inst) {
	if c.EL == 0 {
		c.undefined()
	}
	c.exceptionReturn(c.auth(c.Sys.ELR, c.R[regSP], branchKey(i)))
}

// ldraa is LDRAA and LDRAB: a doubleword at an authenticated address.
func ldraa(c *CPU, i *Inst) {
	k := &keyDA
	if i.Bit(23) {
		k = &keyDB
	}
	offset := int64(i.Field(22, 22)<<9|i.Field(20, 12)) << 54 >> 51
	va := c.auth(c.base(i), 0, k) + uint64(offset)
	v := load[uint64](c, va)
	if i.Bit(11) {
		c.setXSP(i.Rn(), va)
	}
	c.setX(i.Rd(), v)
}
