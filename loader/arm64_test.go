package loader

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"stasis/internal/guests"
	"stasis/loader/fdt"
)

// testArm64Image is a Linux Image of nothing but its header: a size of 128 KiB in memory.
func testArm64Image() []byte {
	b := make([]byte, 0x1000)
	binary.LittleEndian.PutUint64(b[imgSize:], 128<<10)
	copy(b[imgMagic:], arm64Magic)
	return b
}

// testZboot is an EFI program that unpacks itself, around a payload.
func testZboot(kind string, payload []byte) []byte {
	b := make([]byte, 0x200)
	copy(b, "MZ\x00\x00zimg")
	binary.LittleEndian.PutUint32(b[zbootOffset:], uint32(len(b)))
	binary.LittleEndian.PutUint32(b[zbootSize:], uint32(len(payload)))
	copy(b[zbootCompression:], kind)
	return append(b, payload...)
}

func gzipped(tb testing.TB, data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		tb.Fatal(err)
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// testArm64ELF is an executable with one segment at the start of memory.
func testArm64ELF() []byte {
	b := guests.ELF(guests.Hello64)
	le := binary.LittleEndian
	le.PutUint16(b[18:], 183)
	headers := le.Uint64(b[32:])
	for i := range uint64(le.Uint16(b[56:])) {
		at := b[headers+56*i:]
		le.PutUint64(at[24:], le.Uint64(at[24:])+fdt.RAMBase)
	}
	return b
}

func TestArm64Image(t *testing.T) {
	image := testArm64Image()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, k := range map[string][]byte{
		"Image": image, "Image.gz": gzipped(t, image),
		"vmlinuz.efi": testZboot("gzip", gzipped(t, image)), "zstd.efi": testZboot("zstd22", w.EncodeAll(image, nil)),
	} {
		s := spec(k, name)
		s.Append, s.Initrds = "console=ttyAMA0", []File{{Name: "initrd", Data: []byte("initial")}}
		m := load(t, s)
		if m.Arch != "arm64" || m.Board != BoardVirt || m.Entry() != fdt.RAMBase+imgAlign {
			t.Errorf("%s: %s on %s, entered at %#x", name, m.Arch, m.Board, m.Entry())
		}
		if got := m.at(fdt.RAMBase+32*mib, 7); string(got) != "initial" {
			t.Errorf("%s: at the initrd's place: %q", name, got)
		}
		if m.Start.X0%imgAlign != 0 || !bytes.Contains(m.DTB, []byte("console=ttyAMA0\x00")) {
			t.Errorf("%s: device tree at %#x", name, m.Start.X0)
		}
	}
	old := testArm64Image()
	binary.LittleEndian.PutUint64(old[imgSize:], 0)
	if m := load(t, spec(old, "old")); m.Entry() != fdt.RAMBase+oldTextOffset {
		t.Errorf("an Image that tells no size is entered at %#x", m.Entry())
	}
}

func TestArm64Others(t *testing.T) {
	m := load(t, spec(testArm64ELF(), "kernel.elf"))
	if m.Board != BoardVirt || m.at(m.Entry()&0xffff_ffff|fdt.RAMBase, 1) == nil {
		t.Errorf("ELF on %s, entered at %#x", m.Board, m.Entry())
	}
	s := spec([]byte{0, 0, 0, 0x14}, "flat.bin")
	s.Board = BoardVirt
	if m := load(t, s); m.Entry() != fdt.RAMBase+oldTextOffset {
		t.Errorf("a flat binary is entered at %#x", m.Entry())
	}
	s = Spec{MemSize: 64 * mib, Firmware: File{Name: "u-boot.bin", Data: []byte{10, 0, 0, 0x14, 1, 2, 3, 4}}}
	m, err := Load(s)
	if err != nil || m.Board != BoardVirt || !bytes.Equal(m.at(fdt.RAMBase, 4), m.DTB[:4]) {
		t.Errorf("firmware: %v", err)
	}
}

// TestArm64Errors checks what is said about input that cannot be used.
func TestArm64Errors(t *testing.T) {
	change := func(f func(b []byte)) []byte {
		b := testArm64Image()
		f(b)
		return b
	}
	object := testArm64ELF()
	object[16] = 1 // ET_REL
	pc := func(s *Spec) { s.Board = BoardPC }
	virt := func(s *Spec) { s.Board = BoardVirt }
	for _, c := range []struct {
		name  string
		data  []byte
		setup func(s *Spec)
		is    error
		text  string
	}{
		{"cut", testArm64Image()[:60], nil, ErrFormat, "neither"},
		{"small", change(func(b []byte) { b[imgSize+1] = 1; b[imgSize+2] = 0 }), nil, ErrFormat, "the header says"},
		{"huge", change(func(b []byte) { b[imgSize+7] = 0xff }), nil, ErrNoRoom, "--mem"},
		{"far", change(func(b []byte) { b[imgTextOffset+7] = 0xff }), nil, ErrNoRoom, "--mem"},
		{"big", change(func(b []byte) { b[imgFlags] = 1 }), nil, ErrFormat, "big-endian"},
		{"on a pc", testArm64Image(), pc, ErrArch, "leave out --board"},
		{"bzImage", testBzImage(), virt, ErrArch, "for the board pc"},
		{"lz4.efi", testZboot("lz4", []byte("payload")), nil, ErrFormat, `"lz4"`},
		{"cut.efi", testZboot("gzip", gzipped(t, testArm64Image()))[:0x210], nil, ErrTruncated, "zboot"},
		{"object.elf", object, nil, ErrFormat, "link a kernel"},
		{"tree", testArm64Image(), func(s *Spec) { s.DTB = File{Name: "t.dtb", Data: []byte("text")} }, ErrFormat, "dtc"},
		{"gic", testArm64Image(), func(s *Spec) { s.GIC = 4 }, nil, "--gic"},
		{"module", testArm64Image(), func(s *Spec) { s.Modules = []File{{Name: "m"}} }, nil, "--module"},
	} {
		s := spec(c.data, c.name)
		if c.setup != nil {
			c.setup(&s)
		}
		_, err := Load(s)
		if err == nil || c.is != nil && !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.text) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %v with %q", c.name, err, c.is, c.text)
		}
	}
}
