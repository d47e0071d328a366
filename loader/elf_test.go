package loader

import (
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"stasis/internal/guests"
	"stasis/loader/acpi"
)

func TestPVH(t *testing.T) {
	s := spec(guests.ELF(guests.Hello64), "hello64")
	s.MemSize = 4096 * mib
	s.Append = "alu 7"
	s.Initrds = []File{{Name: "i", Data: []byte("123")}, {Name: "j", Data: []byte("45")}}
	s.Modules = []File{{Name: "m", Data: []byte("module"), Args: "its string"}}
	image := load(t, s)
	symbols, err := guests.Symbols(s.Kernel.Data)
	if err != nil {
		t.Fatal(err)
	}
	if image.Entry() != symbols["_start"] {
		t.Errorf("entry %#x", image.Entry())
	}
	info := image.CPU.RBX
	if image.u32(info) != startMagic || image.u32(info+4) != 1 || image.u64(info+32) != acpi.RSDPAddr {
		t.Errorf("start info % x", image.at(info, startInfoSize))
	}
	if line := image.text(image.u64(info + 24)); line != s.Append {
		t.Errorf("command line %q", line)
	}
	if n := image.u32(info + 12); n != 2 {
		t.Fatalf("%d modules", n)
	}
	list := image.u64(info + 16)
	if got := string(image.at(image.u64(list), image.u64(list+8))); got != "123\x0045" {
		t.Errorf("first module %q", got)
	}
	if got := image.text(image.u64(list + 32 + 16)); got != "its string" {
		t.Errorf("second module's string %q", got)
	}
	if n := image.u32(info + 48); n != 5 {
		t.Fatalf("%d ranges", n)
	}
	last := image.u64(info+40) + 4*24
	if image.u64(last) != 4<<30 || image.u64(last+8) != 1<<30 || image.u32(last+16) != 1 {
		t.Errorf("last range % x", image.at(last, 24))
	}
}

// multibootKernel is a file with a header at offset 16 that has addresses.
func multibootKernel(flags uint32, addresses ...uint32) []byte {
	le := binary.LittleEndian
	k := make([]byte, 4096)
	le.PutUint32(k[16:], mbHeaderMagic)
	le.PutUint32(k[20:], flags)
	le.PutUint32(k[24:], -(mbHeaderMagic + flags))
	for i, a := range addresses {
		le.PutUint32(k[28+4*i:], a)
	}
	copy(k[64:], "code")
	return k
}

func TestMultiboot(t *testing.T) {
	s := spec(guests.ELF(guests.Hello32), "/boot/hello32")
	s.Append = "a b"
	s.Modules = []File{{Name: "/x/m1", Data: []byte("one")}, {Name: "m2", Data: []byte("two"), Args: "m2 -v"}}
	image := load(t, s)
	if image.Format != "multiboot" || image.CPU.RAX != mbBootMagic {
		t.Errorf("%s, %+v", image.Format, image.CPU)
	}
	info := image.CPU.RBX
	if line := image.text(image.u32(info + 16)); line != "hello32 a b" {
		t.Errorf("command line %q", line)
	}
	if image.u32(info+4) != 639 || image.u32(info+8) != 63*1024 || image.u32(info+44) != 4*24 || image.u32(info+20) != 2 {
		t.Errorf("information % x", image.at(info, mbInfoSize))
	}
	for i, want := range []string{"one m1", "two m2 -v"} {
		m := image.u32(info+24) + uint64(i)*16
		start, end := image.u32(m), image.u32(m+4)
		if got := string(image.at(start, end-start)) + " " + image.text(image.u32(m+8)); got != want || start%pageSize != 0 {
			t.Errorf("module at %#x: %q, want %q", start, got, want)
		}
	}
}

func TestMultibootAddresses(t *testing.T) {
	const flags = mbAddresses | 3
	image := load(t, spec(multibootKernel(flags, 0x200010, 0x200000, 0x200100, 0x203000, 0x200040), "kernel"))
	if got := string(image.at(0x200040, 4)); got != "code" || image.Entry() != 0x200040 {
		t.Errorf("%q at the entry point %#x", got, image.Entry())
	}
	if k := image.find(t, "kernel"); k.Size != 0x3000 || len(k.Data) != 0x100 {
		t.Errorf("kernel of %#x bytes in %#x", len(k.Data), k.Size)
	}
	whole := load(t, spec(multibootKernel(flags, 0x200010, 0x200000, 0, 0, 0x200040), "kernel"))
	if k := whole.find(t, "kernel"); len(k.Data) != 4096 {
		t.Errorf("kernel of %#x bytes", len(k.Data))
	}
	for name, c := range map[string]struct {
		k    []byte
		is   error
		text string
	}{
		"features":     {multibootKernel(0x10, 0), ErrFormat, "0x10"},
		"not ELF":      {multibootKernel(0, 0), ErrFormat, "not ELF"},
		"header":       {multibootKernel(flags, 0x100000, 0x200000, 0, 0, 0x200040), ErrFormat, "load address"},
		"before file":  {multibootKernel(flags, 0x200010, 0x1fff00, 0, 0, 0x200040), ErrFormat, "load address"},
		"load end":     {multibootKernel(flags, 0x200010, 0x200000, 0x1fffff, 0, 0x200040), ErrFormat, "load end"},
		"truncated":    {multibootKernel(flags, 0x200010, 0x200000, 0x202000, 0, 0x200040), ErrTruncated, "anew"},
		"entry":        {multibootKernel(flags, 0x200010, 0x200000, 0, 0, 0x300000), ErrFormat, "entry point"},
		"video memory": {multibootKernel(flags, 0xa0010, 0xa0000, 0, 0, 0xa0040), ErrNoRoom, "RAM"},
		"high":         {multibootKernel(flags, 0xf0000010, 0xf0000000, 0, 0, 0xf0000040), ErrNoRoom, "--mem"},
	} {
		if _, err := Load(spec(c.k, "kernel")); !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestFlat covers the file name, and what a flat binary cannot be given.
func TestFlat(t *testing.T) {
	image := load(t, spec([]byte("\xf4"), "dir/stop.BIN"))
	if image.Entry() != extendedBase || image.Format != "flat binary" {
		t.Errorf("%s at %#x", image.Format, image.Entry())
	}
	s := spec([]byte("\xf4"), "x.bin")
	s.Append = "x"
	if _, err := Load(s); err == nil {
		t.Error("a command line: no error")
	}
	s.Append, s.Initrds = "", []File{{Name: "i"}}
	if _, err := Load(s); err == nil {
		t.Error("an initrd: no error")
	}
}
