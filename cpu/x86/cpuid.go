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

const (
	maxLeaf         = 0xd
	maxExtendedLeaf = 0x80000008
)

func (c *CPU) leaf(n, sub uint32) (a, b, cx, d uint32) {
	switch {
	case n >= 0x80000000 && n <= maxExtendedLeaf:
		return c.extendedLeaf(n)
	case n > maxLeaf && c.config.Vendor == "intel": // beyond the last: the last basic leaf's data
		n = maxLeaf
	}
	switch n {
	case 0:
		b, d, cx = vendorID(c.config.Vendor)
		return maxLeaf, b, cx, d
	case 1:
		return c.featureLeaf()
	case 2:
		return c.cacheDescriptors()
	case 4:
		return c.cacheLeaf(sub)
	case 7:
		if sub == 0 {
			b, cx, d = featureBits(leaf7EBX), featureBits(leaf7ECX), 0
			return 0, b, cx, d
		}
	case 0xb:
		return c.topologyLeaf(sub)
	case 0xd:
		return c.xsaveLeaf(sub)
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

// bit is a CPUID feature bit and the row feature that must be implemented for it; "" is there always.
type bit struct {
	n       uint
	feature string
}

var (
	leaf1EDX = []bit{{0, "FPU"}, {2, ""}, {3, ""}, {4, ""}, {5, ""}, {6, ""}, {7, ""}, {8, "CX8"}, {9, ""}, {11, "SEP"}, {12, ""},
		{13, ""}, {14, ""}, {15, "CMOV"}, {16, ""}, {17, ""}, {19, "CLFLUSH"}, {23, "MMX"}, {24, "FXSR"}, {25, "SSE"}, {26, "SSE2"}}
	leaf1ECX = []bit{{0, "SSE3"}, {1, "PCLMULQDQ"}, {9, "SSSE3"}, {13, "CX16"}, {19, "SSE4.1"}, {20, "SSE4.2"}, {21, ""}, {22, "MOVBE"},
		{23, "POPCNT"}, {24, ""}, {25, "AES"}, {26, "XSAVE"}, {30, "RDRAND"}}
	leaf7EBX   = []bit{{1, ""}, {18, "RDSEED"}, {23, "CLFLUSHOPT"}, {24, "CLWB"}, {29, "SHA"}}
	leaf7ECX   = []bit{{22, "RDPID"}}
	leafExtECX = []bit{{0, ""}, {5, "LZCNT"}, {8, ""}}
	leafExtEDX = []bit{{11, "SYSCALL"}, {20, ""}, {27, "RDTSCP"}, {29, ""}}
	leafAMDEDX = uint32(0x0183f3ff) // bits that AMD's extended leaf repeats from leaf 1
)

// featureBits are the bits whose features are implemented whole.
func featureBits(list []bit) (v uint32) {
	for _, b := range list {
		if b.feature == "" || implemented(b.feature) {
			v |= 1 << b.n
		}
	}
	return v
}

// featureOn says of every feature whether all its rows have handlers.
var featureOn = map[string]bool{}

func noteFeatures() {
	for n := range decode.Rows {
		f := decode.Rows[n].Feature
		on, seen := featureOn[f]
		featureOn[f] = (on || !seen) && handlers[n*4+2] != nil
	}
}

func implemented(feature string) bool { return featureOn[feature] }

func (c *CPU) featureLeaf() (a, b, cx, d uint32) {
	d, cx = featureBits(leaf1EDX), featureBits(leaf1ECX)
	if !implemented("SSE4.2") || !implemented("XSAVE") {
		cx &^= 1 << 26
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

// xsaveLeaf is leaf 0Dh: x87 and SSE in the legacy area.
func (c *CPU) xsaveLeaf(sub uint32) (a, b, cx, d uint32) {
	if _, _, f, _ := c.featureLeaf(); f>>26&1 == 0 {
		return 0, 0, 0, 0
	}
	switch sub {
	case 0:
		return 3, 576, 576, 0
	case 1:
		a = b2u32(implemented("XSAVEOPT")) | b2u32(implemented("XSAVEC"))<<1
		if a&2 != 0 {
			b = 576
		}
		return a, b, 0, 0
	}
	return 0, 0, 0, 0
}

func (c *CPU) extendedLeaf(n uint32) (a, b, cx, d uint32) {
	amd := c.config.Vendor != "intel"
	switch n {
	case 0x80000000:
		if amd {
			b, d, cx = vendorID("amd")
		}
		return maxExtendedLeaf, b, cx, d
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
	}
	return 0, 0, 0, 0
}

func (c *CPU) extendedFeatures(amd bool) (a, b, cx, d uint32) {
	d, cx = featureBits(leafExtEDX), featureBits(leafExtECX)
	if !amd {
		return 0, 0, cx &^ (1 << 8), d
	}
	d |= featureBits(leaf1EDX) & leafAMDEDX
	if c.config.CPUs > 1 {
		cx |= 1 << 1 // CmpLegacy
	}
	return c.signature(), 0, cx, d
}

func (c *CPU) addressLeaf(amd bool) (a, b, cx, d uint32) {
	a = 48<<8 | physBits
	if amd {
		b = b2u32(implemented("CLZERO"))
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
