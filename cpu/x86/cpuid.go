package x86

import (
	"math/bits"

	decode "stasis/decode/x86"
)

// cpuid is CPUID. It looks like bare metal and advertises exactly what the handlers implement. Source: SDM Vol. 2A, "CPUID";
// APM Vol. 3, appendix "Obtaining Processor Information Via the CPUID Instruction".
func cpuid(c *CPU, i *Inst) {
	a, b, cx, d := c.leaf(uint32(c.R[0]), uint32(c.R[1]))
	c.R[0], c.R[3], c.R[1], c.R[2] = uint64(a), uint64(b), uint64(cx), uint64(d)
}

// maxExtendedLeaf is the last extended leaf: AMD has 80000021h.
func (c *CPU) maxExtendedLeaf() uint32 {
	if c.config.Vendor == "intel" {
		return 0x80000008
	}
	return 0x80000021
}

// maxLeaf is the last basic leaf: Intel has 15h.
func (c *CPU) maxLeaf() uint32 {
	if c.config.Vendor == "intel" {
		return 0x15
	}
	return 0xd
}

func (c *CPU) leaf(n, sub uint32) (a, b, cx, d uint32) {
	switch {
	case n >= 0x80000000 && n <= c.maxExtendedLeaf():
		return c.extendedLeaf(n)
	case n > c.maxLeaf() && c.config.Vendor == "intel": // beyond the last: the last basic leaf's data
		n = c.maxLeaf()
	}
	switch n {
	case 0:
		b, d, cx = vendorID(c.config.Vendor)
		return c.maxLeaf(), b, cx, d
	case 1:
		return c.featureLeaf()
	case 2:
		return c.cacheDescriptors()
	case 4:
		return c.cacheLeaf(sub)
	case 6:
		return c.features.bits(leaf6EAX), 0, 0, 0
	case 7:
		if sub == 0 {
			return c.structuredFeatures()
		}
	case 0xb:
		return c.topologyLeaf(sub)
	case 0xd:
		return c.xsaveLeaf(sub)
	case 0x15:
		return c.clockLeaf()
	}
	return 0, 0, 0, 0
}

func vendorID(vendor string) (b, d, cx uint32) {
	if vendor == "intel" {
		return 0x756e6547, 0x49656e69, 0x6c65746e // GenuineIntel
	}
	return 0x68747541, 0x69746e65, 0x444d4163 // AuthenticAMD
}

// signature is family, model and stepping: AMD family 17h model 31h, or Intel family 6 model 3Eh.
func (c *CPU) signature() uint32 {
	if c.config.Vendor == "intel" {
		return 0x000306e4
	}
	return 0x00830f10
}

func (c *CPU) featureLeaf() (a, b, cx, d uint32) {
	d, cx = c.features.bits(leaf1EDX), c.features.bits(leaf1ECX)
	if base, ok := c.sys.ReadMSR(msrAPICBase); ok && base&apicEnable == 0 {
		d &^= 1 << 9
	}
	if cx>>26&1 != 0 && c.CR4&cr4OSXSAVE != 0 {
		cx |= 1 << 27
	}
	b = uint32(c.index)<<24 | 8<<8 | uint32(c.config.CPUs)<<16
	if c.config.CPUs > 1 {
		d |= 1 << 28
	}
	return c.signature(), b, cx, d
}

// cacheDescriptors is leaf 2, Intel only: see leaf 4.
func (c *CPU) cacheDescriptors() (a, b, cx, d uint32) {
	if c.config.Vendor != "intel" {
		return 0, 0, 0, 0
	}
	return 0x00feff01, 0, 0, 0
}

// cacheLeaf is leaf 4, Intel only: 32 KiB L1D and L1I, 256 KiB L2, 8 MiB L3.
func (c *CPU) cacheLeaf(sub uint32) (a, b, cx, d uint32) {
	if c.config.Vendor != "intel" || sub > 3 {
		return 0, 0, 0, 0
	}
	cache := [4]struct{ kind, level, ways, sets uint32 }{{1, 1, 8, 64}, {2, 1, 8, 64}, {3, 2, 8, 512}, {3, 3, 16, 8192}}[sub]
	cores := uint32(1)<<bits.Len(uint(c.config.CPUs-1)) - 1
	a = cache.kind | cache.level<<5 | 1<<8 | cores<<26
	if cache.level == 3 {
		a |= cores << 14
	}
	return a, (cache.ways-1)<<22 | 63, cache.sets - 1, 0
}

// topologyLeaf is leaf 0Bh: one thread a core, all cores in one package.
func (c *CPU) topologyLeaf(sub uint32) (a, b, cx, d uint32) {
	if c.config.Vendor != "intel" {
		return 0, 0, 0, 0
	}
	switch sub {
	case 0:
		return 0, 1, 1 << 8, uint32(c.index)
	case 1:
		return uint32(bits.Len(uint(c.config.CPUs - 1))), uint32(c.config.CPUs), 2<<8 | 1, uint32(c.index)
	}
	return 0, 0, sub, uint32(c.index)
}

// structuredFeatures is leaf 7.
func (c *CPU) structuredFeatures() (a, b, cx, d uint32) {
	b, cx = c.features.bits(leaf7EBX), c.features.bits(leaf7ECX)
	if c.CR4&cr4PKE != 0 {
		cx |= 1 << 4 // OSPKE
	}
	return 0, b, cx, 0
}

// xsaveLeaf is leaf 0Dh: x87 and SSE in the legacy area, PKRU behind the header.
func (c *CPU) xsaveLeaf(sub uint32) (a, b, cx, d uint32) {
	if !c.features.on["XSAVE"] {
		return 0, 0, 0, 0
	}
	switch sub {
	case 0:
		return uint32(c.features.xcr0), xsaveSize(c.XCR0), xsaveSize(c.features.xcr0), 0
	case 1:
		if a = c.features.bits(leafXSAVE); c.features.on["XSAVEC"] {
			b = xsaveSize(c.XCR0)
		}
		return a, b, 0, 0
	case 9:
		if c.features.xcr0&xcr0PKRU != 0 {
			return 8, xPKRU, 0, 0
		}
	}
	return 0, 0, 0, 0
}

// apicClock is the frequency of the local APIC's timer, which stands for the core crystal.
const apicClock = 1_000_000_000

// clockLeaf is leaf 15h: the TSC's ratio to the crystal, whose frequency follows.
func (c *CPU) clockLeaf() (a, b, cx, d uint32) {
	x, y := c.config.IPS, uint64(apicClock)
	for y != 0 {
		x, y = y, x%y
	}
	if x == 0 || c.config.IPS/x>>32 != 0 {
		return 0, 0, 0, 0
	}
	return uint32(apicClock / x), uint32(c.config.IPS / x), apicClock, 0
}

func (c *CPU) extendedLeaf(n uint32) (a, b, cx, d uint32) {
	amd := c.config.Vendor != "intel"
	switch n {
	case 0x80000000:
		if amd {
			b, d, cx = vendorID("amd")
		}
		return c.maxExtendedLeaf(), b, cx, d
	case 0x80000001:
		return c.extendedFeatures(amd)
	case 0x80000002, 0x80000003, 0x80000004:
		return brand(c.config.Vendor, int(n-0x80000002)*16)
	case 0x80000005:
		if amd {
			return 0xff40ff40, 0xff40ff40, 0x20080140, 0x20080140
		}
	case 0x80000006:
		return 0, 0, 256<<16 | 6<<12 | 1<<8 | 64, 0
	case 0x80000007:
		return 0, 0, 0, 1 << 8 // invariant TSC
	case 0x80000008:
		return c.addressLeaf(amd)
	case 0x80000021:
		return leaf21EAX, 0, 0, 0
	}
	return 0, 0, 0, 0
}

func (c *CPU) extendedFeatures(amd bool) (a, b, cx, d uint32) {
	d, cx = c.features.bits(leafExtEDX), c.features.bits(leafExtECX)
	if !amd {
		if c.mode != decode.Mode64 {
			d &^= 1 << 11 // SYSCALL is for 64-bit code
		}
		return 0, 0, cx, d
	}
	d |= c.features.bits(leaf1EDX) & leafAMDEDX
	if c.config.CPUs > 1 {
		cx |= 1 << 1 // CmpLegacy
	}
	return c.signature(), 0, cx, d
}

func (c *CPU) addressLeaf(amd bool) (a, b, cx, d uint32) {
	a = uint32(c.baseBits())<<8 | physBits
	if amd {
		b = c.features.bits(leafExtEBX)
		cx = uint32(bits.Len(uint(c.config.CPUs-1)))<<12 | uint32(c.config.CPUs-1)
	}
	return a, b, cx, 0
}

// brand is the name string, 16 bytes a leaf.
func brand(vendor string, at int) (a, b, cx, d uint32) {
	name := "Stasis x86-64 CPU (AMD profile)"
	if vendor == "intel" {
		name = "Stasis x86-64 CPU (Intel profile)"
	}
	var text [48]byte
	copy(text[:], name)
	word := func(n int) (v uint32) {
		for k := range 4 {
			v |= uint32(text[at+n*4+k]) << (8 * k)
		}
		return v
	}
	return word(0), word(1), word(2), word(3)
}
