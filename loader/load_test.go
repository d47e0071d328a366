package loader

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"

	"stasis/internal/guests"
	"stasis/loader/acpi"
	"stasis/loader/fdt"
)

const mib = 1 << 20

func spec(k []byte, name string) Spec {
	return Spec{Kernel: File{Name: name, Data: k}, MemSize: 64 * mib}
}

func load(t *testing.T, s Spec) *Image {
	t.Helper()
	image, err := Load(s)
	if err != nil {
		t.Fatal(err)
	}
	checkImage(t, image, s)
	return image
}

// checkImage tests the package's invariant.
func checkImage(t *testing.T, image *Image, s Spec) {
	t.Helper()
	var end uint64
	for _, x := range image.Segments {
		if x.Addr < end || x.End() < x.Addr || uint64(len(x.Data)) > x.Size {
			t.Errorf("%s at %#x to %#x: order or size; before it something ends at %#x", x.Name, x.Addr, x.End(), end)
		}
		end = x.End()
		if image.Board == BoardVirt {
			if x.Addr < fdt.RAMBase || end > fdt.RAMBase+s.MemSize {
				t.Errorf("%s at %#x to %#x is not in memory", x.Name, x.Addr, end)
			}
			continue
		}
		low := min(s.MemSize, DefaultHoleBase)
		if end > low && (x.Addr < highBase || end > highBase+s.MemSize-low) {
			t.Errorf("%s at %#x to %#x is not in memory", x.Name, x.Addr, end)
		}
	}
	if image.Board == BoardVirt {
		if tree := image.at(image.Start.X0, 4); string(tree) != "\xd0\x0d\xfe\xed" {
			t.Errorf("at the device tree: %x", tree)
		}
		return
	}
	if root := image.at(acpi.RSDPAddr, 8); string(root) != "RSD PTR " {
		t.Errorf("at the ACPI root: %q", root)
	}
}

// at returns n bytes of the image's memory, or nil where no segment lies.
func (m *Image) at(addr uint64, n uint64) []byte {
	for _, s := range m.Segments {
		if s.Addr <= addr && addr+n <= s.End() {
			b := make([]byte, s.Size)
			copy(b, s.Data)
			return b[addr-s.Addr:][:n]
		}
	}
	return nil
}

// text returns the zero-terminated string at addr.
func (m *Image) text(addr uint64) string {
	for n := uint64(1); ; n++ {
		b := m.at(addr, n)
		if b == nil {
			return "?"
		}
		if b[n-1] == 0 {
			return string(b[:n-1])
		}
	}
}

func (m *Image) u32(addr uint64) uint64 { return uint64(binary.LittleEndian.Uint32(m.at(addr, 4))) }
func (m *Image) u64(addr uint64) uint64 { return binary.LittleEndian.Uint64(m.at(addr, 8)) }

func (m *Image) find(t *testing.T, name string) Segment {
	t.Helper()
	for _, s := range m.Segments {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("no segment %q", name)
	return Segment{}
}

// TestFlatState checks what PVH, multiboot and flat binaries share.
func TestFlatState(t *testing.T) {
	for _, s := range []Spec{
		spec(guests.ELF(guests.Hello32), "hello32"), spec(guests.ELF(guests.Hello64), "hello64"),
		spec([]byte{0xf4}, "x.bin"),
	} {
		image := load(t, s)
		c := image.CPU
		if c.CR0 != 0x11 || c.CR4 != 0 || c.EFER != 0 || c.RFLAGS != 2 || image.Entry() != c.RIP {
			t.Errorf("%s: %+v", s.Kernel.Name, c)
		}
		code := SegmentRegister{Selector: 0x10, Attr: 0xc09b, Limit: 0xffffffff}
		if diff := cmp.Diff(code, c.CS); diff != "" {
			t.Error(diff)
		}
		// The hidden parts agree with the descriptor table.
		if got := image.u64(c.GDTR.Base + 0x10); got != 0x00cf9b000000ffff {
			t.Errorf("code descriptor %#x", got)
		}
		if got := image.u64(c.GDTR.Base + uint64(c.SS.Selector)); got != 0x00cf93000000ffff {
			t.Errorf("data descriptor %#x", got)
		}
		if got := image.u64(c.GDTR.Base + uint64(c.TR.Selector)); got != 0x00008b0000000067 {
			t.Errorf("TSS descriptor %#x", got)
		}
	}
}

// TestCompressed loads the same guest under every compression.
func TestCompressed(t *testing.T) {
	plain := guests.ELF(guests.Hello64)
	want := load(t, spec(plain, "hello64"))
	for suffix, pack := range map[string]func(io.Writer) (io.WriteCloser, error){
		".gz":  func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil },
		".xz":  func(w io.Writer) (io.WriteCloser, error) { return xz.NewWriter(w) },
		".zst": func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) },
	} {
		var b bytes.Buffer
		w, err := pack(&b)
		if err != nil {
			t.Fatal(err)
		}
		w.Write(plain)
		w.Close()
		got := load(t, spec(b.Bytes(), "hello64"+suffix))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", suffix, diff)
		}
		if _, err := Load(spec(b.Bytes()[:b.Len()/2], "half"+suffix)); !errors.Is(err, ErrTruncated) {
			t.Errorf("half a %s: %v", suffix, err)
		}
		bad := bytes.Clone(b.Bytes())
		bad[len(bad)/2] ^= 0xff
		if _, err := Load(spec(bad, "bad"+suffix)); err == nil {
			t.Errorf("damaged %s: no error", suffix)
		}
	}
}

func TestBootSector(t *testing.T) {
	sector := make([]byte, 1024)
	sector[510], sector[511], sector[512] = 0x55, 0xaa, 0xf4
	image := load(t, spec(sector, "disk"))
	c := image.CPU
	if c.CR0 != 0x10 || image.Entry() != 0x7c00 || c.CS.Selector != 0 || c.RDX != 0x80 || c.IDTR.Limit != 0x3ff {
		t.Errorf("%+v", c)
	}
	if image.at(0x7e00, 1)[0] != 0xf4 {
		t.Error("the second sector is not there")
	}
}

// TestSpec covers machines that make no sense.
func TestSpec(t *testing.T) {
	k := guests.ELF(guests.Hello64)
	for name, s := range map[string]Spec{
		"no memory":      {},
		"little memory":  {MemSize: mib},
		"too much":       {MemSize: 1 << 41},
		"hole":           {MemSize: 64 * mib, HoleBase: 1},
		"CPUs":           {MemSize: 64 * mib, CPUs: 1000},
		"CPUs below one": {MemSize: 64 * mib, CPUs: -1},
	} {
		s.Kernel = File{Name: "k", Data: k}
		if _, err := Load(s); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestForeign checks what is said about files that cannot be booted.
func TestForeign(t *testing.T) {
	put := func(n, at int, magic string) []byte {
		b := make([]byte, n)
		copy(b[at:], magic)
		return b
	}
	program := guests.ELF(guests.Hello64)
	program[16] = 3 // ET_DYN
	noNote := bytes.Replace(guests.ELF(guests.Hello64), []byte("Xen\x00"), []byte("Xem\x00"), 1)
	for _, c := range []struct {
		name string
		data []byte
		is   error
		text string
	}{
		{"Image.efi", put(4096, 0x38, "RSC\x05"), ErrArch, "RISC-V"},
		{"program", bytes.Replace(program, []byte("Xen\x00"), []byte("Xem\x00"), 1), ErrFormat, "program or library"},
		{"vmlinux", noNote, ErrFormat, "CONFIG_PVH"},
		{"cut", guests.ELF(guests.Hello64)[:40], ErrTruncated, "ELF headers"},
		{"cut.elf", guests.ELF(guests.Hello64)[:0x1100], ErrTruncated, "get the file anew"},
		{"empty", nil, ErrTruncated, "empty"},
		{"disk.qcow2", put(1024, 0, "QFI\xfb"), ErrFormat, "qcow2"},
		{"initrd.cpio", put(1024, 0, "070701"), ErrFormat, "--initrd"},
		{"grub.efi", put(1024, 0, "MZ"), ErrFormat, "EFI"},
		{"README", []byte("just text\n"), ErrFormat, "must be named *.bin"},
	} {
		_, err := Load(spec(c.data, c.name))
		if !errors.Is(err, c.is) {
			t.Errorf("%s: %v, want %v", c.name, err, c.is)
			continue
		}
		if s := err.Error(); !strings.Contains(s, c.text) || !strings.Contains(s, c.name) || strings.Contains(s, "\n") {
			t.Errorf("%s: %s", c.name, s)
		}
	}
}
