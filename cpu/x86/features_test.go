package x86

import (
	"testing"

	decode "stasis/decode/x86"
)

func TestFeatureNames(t *testing.T) {
	for text, want := range map[string]string{"sse4.2": "SSE4.2", "SSE4_2": "SSE4.2", "sse42": "SSE4.2", "abm": "LZCNT", "tzcnt": "BMI1", "pcid": "PCID",
		"tsc-deadline": "TSC_DEADLINE", "avx": ""} {
		if got, err := FeatureName(text); got != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q %v", text, got, err)
		}
	}
}

func TestHiddenFeatures(t *testing.T) {
	for _, c := range []struct {
		vendor, hide string
		code         []byte
		want         decode.Op // Invalid for #UD
	}{
		{"amd", "", []byte{0xf3, 0x0f, 0xbd, 0xc0}, decode.LZCNT},
		{"amd", "LZCNT", []byte{0xf3, 0x0f, 0xbd, 0xc0}, decode.BSR},
		{"amd", "BMI1", []byte{0xf3, 0x0f, 0xbc, 0xc0}, decode.BSF},
		{"amd", "SSE4.2", []byte{0xf2, 0x0f, 0x38, 0xf1, 0xc0}, decode.Invalid}, // CRC32
		{"amd", "SSE", []byte{0x66, 0x0f, 0xef, 0xc0}, decode.Invalid},          // PXOR builds on it
		{"amd", "", []byte{0x0f, 0x01, 0xfc}, decode.CLZERO},
		{"intel", "", []byte{0x0f, 0x01, 0xfc}, decode.Invalid},
		{"intel", "", []byte{0x0f, 0x01, 0xc8}, decode.Invalid}, // MONITOR
		{"intel", "SMAP", []byte{0x0f, 0x01, 0xca}, decode.Invalid},
	} {
		config := Config{Vendor: c.vendor, CPUs: 1, IPS: 1e9, Hide: []string{c.hide}}
		cpu := New(deaf{floatCPU(t).ram}, 0, config)
		cpu.mode = decode.Mode64
		i, err := cpu.decode(c.code)
		if err != nil {
			i.Op = decode.Invalid
		}
		if i.Op != c.want {
			t.Errorf("%s -%s % x: %v %v", c.vendor, c.hide, c.code, i.Op, err)
		}
	}
}

// TestLeaves checks some bits of CPUID for both vendors, and that hidden features are in none.
func TestLeaves(t *testing.T) {
	type reg struct {
		leaf, sub uint32
		n         int
	}
	for _, c := range []struct {
		vendor, hide string
		at           reg
		mask, want   uint32
	}{
		{"amd", "", reg{1, 0, 2}, 1<<3 | 1<<17 | 1<<26 | 1<<31, 1<<17 | 1<<26},
		{"intel", "XSAVE", reg{1, 0, 2}, 1 << 26, 0},
		{"intel", "XSAVE", reg{7, 0, 2}, 1 << 3, 0}, // PKU is useless without
		{"amd", "", reg{7, 0, 1}, 1<<7 | 1<<10 | 1<<20 | 1<<3, 1<<7 | 1<<10 | 1<<20},
		{"amd", "SMAP", reg{7, 0, 1}, 1<<7 | 1<<20, 1 << 7},
		{"amd", "", reg{0xd, 0, 0}, 0xffffffff, 0x203},
		{"amd", "PKU", reg{0xd, 0, 2}, 0xffffffff, 576},
		{"amd", "", reg{0xd, 9, 1}, 0xffffffff, 576},
		{"amd", "", reg{0x80000008, 0, 0}, 0xffff, 57<<8 | 40},
		{"intel", "LA57", reg{0x80000008, 0, 0}, 0xffff, 48<<8 | 40},
		{"intel", "", reg{0x80000001, 0, 3}, 1<<11 | 1<<26 | 1<<29, 1<<26 | 1<<29}, // SYSCALL in 64-bit mode only
		{"intel", "", reg{0x15, 0, 1}, 0xffffffff, 3},
		{"intel", "", reg{0x40000000, 0, 2}, 0xffffffff, apicClock}, // the last basic leaf
		{"amd", "", reg{0x40000000, 0, 2}, 0xffffffff, 0},
	} {
		cpu := New(deaf{floatCPU(t).ram}, 0, Config{Vendor: c.vendor, CPUs: 1, IPS: 3e9, Hide: []string{c.hide}})
		var r [4]uint32
		r[0], r[1], r[2], r[3] = cpu.leaf(c.at.leaf, c.at.sub)
		if r[c.at.n]&c.mask != c.want {
			t.Errorf("%s -%s %#x: %#x, want %#x in %#x", c.vendor, c.hide, c.at, r, c.want, c.mask)
		}
	}
}
