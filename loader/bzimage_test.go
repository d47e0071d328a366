package loader

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"stasis/loader/acpi"
)

// testBzImage is a kernel of one page for the 64-bit entry, with fields like a distribution's.
func testBzImage() []byte {
	const setup = 2 * sectorSize
	le := binary.LittleEndian
	k := make([]byte, setup+pageSize)
	k[hdrSetupSects] = 1
	le.PutUint32(k[hdrSyssize:], pageSize/16)
	le.PutUint16(k[hdrBootFlag:], bootFlag)
	k[hdrJump], k[hdrJump+1] = 0xeb, 0x6a
	copy(k[hdrMagic:], headerMagic)
	le.PutUint16(k[hdrVersion:], 0x020f)
	k[hdrLoadflags] = loadedHigh
	le.PutUint32(k[hdrInitrdAddrMax:], 0x7fffffff)
	le.PutUint16(k[hdrXloadflags:], xloadKernel64|xloadAbove4G)
	le.PutUint32(k[hdrCmdlineSize:], 2047)
	le.PutUint64(k[hdrPrefAddress:], 16*mib)
	le.PutUint32(k[hdrInitSize:], 8*mib)
	copy(k[setup:], "kernel")
	return k
}

func TestBzImage(t *testing.T) {
	s := spec(testBzImage(), "bzImage")
	s.Append = "console=ttyS0"
	s.Initrds = []File{{Name: "a", Data: []byte("first")}, {Name: "b", Data: []byte("second")}}
	image := load(t, s)
	c := image.CPU
	if image.Entry() != 16*mib+0x200 || c.CR0 != 0x80000011 || c.CR4 != 0x20 || c.EFER != 0x500 || c.CS.Attr != 0xa09b {
		t.Errorf("%+v", c)
	}
	z := c.RSI
	for name, x := range map[string]struct{ got, want uint64 }{
		"sentinel":      {uint64(image.at(z+0x1ef, 1)[0]), 0},
		"header":        {image.u32(z + hdrMagic), uint64(binary.LittleEndian.Uint32([]byte(headerMagic)))},
		"loader":        {uint64(image.at(z+hdrTypeOfLoader, 1)[0]), 0xff},
		"RSDP":          {image.u64(z + zeroRSDP), acpi.RSDPAddr},
		"initrd":        {image.u32(z + hdrRamdiskImage), 64*mib - pageSize},
		"initrd's size": {image.u32(z + hdrRamdiskSize), 8 + 6},
		"map entries":   {uint64(image.at(z+zeroE820Entries, 1)[0]), 4},
		"first range":   {image.u64(z + zeroE820Table + 8), ebdaBase},
		"last range":    {image.u64(z + zeroE820Table + 3*20 + 8), 63 * mib},
		"code32_start":  {image.u32(z + hdrCode32Start), 16 * mib},
	} {
		if x.got != x.want {
			t.Errorf("%s: %#x, want %#x", name, x.got, x.want)
		}
	}
	if line := image.text(image.u32(z + hdrCmdLinePtr)); line != s.Append {
		t.Errorf("command line %q", line)
	}
	if got := image.at(64*mib-pageSize, 14); !bytes.Equal(got, []byte("first\x00\x00\x00second")) {
		t.Errorf("initrd %q", got)
	}
	if kernel := image.find(t, "kernel"); kernel.Size != 8*mib || string(kernel.Data[:6]) != "kernel" {
		t.Errorf("kernel of %#x bytes", kernel.Size)
	}
}

// TestIdentityMap walks the page tables for addresses in each GiB.
func TestIdentityMap(t *testing.T) {
	image := load(t, spec(testBzImage(), "bzImage"))
	for _, va := range []uint64{0, 16*mib + 0x234, 1 << 30, 3<<30 + 5*mib, 4<<30 - 1} {
		table := image.CPU.CR3
		for shift := 39; shift >= 21; shift -= 9 {
			e := image.u64(table + (va>>shift&511)*8)
			if e&3 != 3 || (e&0x80 != 0) != (shift == 21) {
				t.Fatalf("%#x: entry %#x at level %d", va, e, shift)
			}
			table = e &^ 0xfff
		}
		if pa := table + va&0x1fffff; pa != va {
			t.Errorf("%#x is mapped to %#x", va, pa)
		}
	}
}

// TestInitrdPlaces covers the kernel's limit, memory above 4 GiB, and no room at all.
func TestInitrdPlaces(t *testing.T) {
	big := make([]byte, 40*mib)
	for _, c := range []struct {
		name string
		mem  uint64
		edit func(k []byte)
		want uint64 // 0: an error
	}{
		{"top", 128 * mib, nil, 88 * mib},
		{"hole", 4096 * mib, nil, 0x80000000 - 40*mib},
		{"limit", 128 * mib, func(k []byte) { binary.LittleEndian.PutUint32(k[hdrInitrdAddrMax:], 100*mib-1) }, 60 * mib},
		{"below the kernel", 128 * mib, func(k []byte) {
			binary.LittleEndian.PutUint64(k[hdrPrefAddress:], 64*mib)
			binary.LittleEndian.PutUint32(k[hdrInitrdAddrMax:], 70*mib-1)
		}, 24 * mib},
		{"above 4 GiB", 6144 * mib, func(k []byte) { binary.LittleEndian.PutUint32(k[hdrInitrdAddrMax:], 30*mib-1) }, 7<<30 - 40*mib},
		{"not above 4 GiB", 6144 * mib, func(k []byte) {
			binary.LittleEndian.PutUint32(k[hdrInitrdAddrMax:], 30*mib-1)
			binary.LittleEndian.PutUint16(k[hdrXloadflags:], xloadKernel64)
		}, 0},
		{"too small", 56 * mib, nil, 0},
	} {
		k := testBzImage()
		if c.edit != nil {
			c.edit(k)
		}
		s := spec(k, "bzImage")
		s.MemSize = c.mem
		s.Initrds = []File{{Name: "big.cpio", Data: big}}
		if c.want == 0 {
			_, err := Load(s)
			if !errors.Is(err, ErrNoRoom) || !strings.Contains(err.Error(), "big.cpio") || !strings.Contains(err.Error(), "--mem") {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		image := load(t, s)
		z := image.CPU.RSI
		if got := image.u32(z+hdrRamdiskImage) | image.u32(z+zeroExtRamdisk)<<32; got != c.want {
			t.Errorf("%s: at %#x, want %#x", c.name, got, c.want)
		}
	}
}

func TestBadBzImage(t *testing.T) {
	le := binary.LittleEndian
	for _, c := range []struct {
		name string
		edit func(s *Spec)
		is   error
		text string
	}{
		{"cut", func(s *Spec) { s.Kernel.Data = s.Kernel.Data[:3000] }, ErrTruncated, "speaks of 5120 bytes, the file has 3000"},
		{"old", func(s *Spec) { le.PutUint16(s.Kernel.Data[hdrVersion:], 0x0200) }, ErrFormat, "2.00"},
		{"zImage", func(s *Spec) { s.Kernel.Data[hdrLoadflags] = 0 }, ErrFormat, "zImage"},
		{"header", func(s *Spec) { s.Kernel.Data[hdrJump+1] = 0 }, ErrFormat, "setup header"},
		{"load address", func(s *Spec) { le.PutUint64(s.Kernel.Data[hdrPrefAddress:], 1<<63) }, ErrFormat, "loaded at"},
		{"memory", func(s *Spec) { s.MemSize = 20 * mib }, ErrNoRoom, "--mem"},
		{"module", func(s *Spec) { s.Modules = []File{{Name: "mod"}} }, nil, "--initrd"},
		{"command line", func(s *Spec) { s.Append = strings.Repeat("x", 2048) }, nil, "takes 2047"},
	} {
		s := spec(testBzImage(), "bzImage")
		c.edit(&s)
		_, err := Load(s)
		if err == nil || c.is != nil && !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestBzImage32 enters a kernel without a 64-bit entry point by the 32-bit one.
func TestBzImage32(t *testing.T) {
	k := testBzImage()
	binary.LittleEndian.PutUint16(k[hdrXloadflags:], 0)
	image := load(t, spec(k, "bzImage"))
	if image.Entry() != 16*mib || image.CPU.CR0 != 0x11 || image.CPU.CS.Attr != 0xc09b || image.CPU.RSI == 0 {
		t.Errorf("%+v", image.CPU)
	}
}
