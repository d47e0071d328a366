package loader

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
)

func TestFirmware(t *testing.T) {
	bios := bytes.Repeat([]byte("0123456789abcdef"), 256<<10/16)
	s := spec(testBzImage(), "bzImage")
	s.Firmware = File{Name: "bios", Data: bios}
	s.Append = "quiet"
	s.Initrds = []File{{Name: "i", Data: make([]byte, 5000)}}
	image, err := Load(s)
	if err != nil {
		t.Fatal(err)
	}
	if f := image.Firmware; f.Addr != 4<<30-256<<10 || !bytes.Equal(f.Data, bios) {
		t.Errorf("%d bytes at %#x", len(f.Data), f.Addr)
	}
	if low := image.Segments[0]; len(image.Segments) != 1 || low.Addr != 0xe0000 || !bytes.Equal(low.Data, bios[128<<10:]) {
		t.Errorf("%d bytes at %#x", len(low.Data), low.Addr)
	}
	p := image.Parts
	if p.Setup.Addr != 0x10000 || p.Kernel.Addr != 0x100000 || p.CommandLine.Addr != 0x20000 ||
		len(p.Setup.Data) != 1024 || len(p.Kernel.Data) != pageSize || string(p.CommandLine.Data) != "quiet\x00" {
		t.Errorf("setup at %#x, kernel at %#x, command line %q", p.Setup.Addr, p.Kernel.Addr, p.CommandLine.Data)
	}
	le, h := binary.LittleEndian, p.Setup.Data
	if h[hdrTypeOfLoader] != 0xb0 || h[hdrLoadflags]&0x80 == 0 || le.Uint16(h[hdrHeapEnd:]) != 0xfe00 ||
		le.Uint32(h[hdrCmdLinePtr:]) != 0x20000 || le.Uint32(h[hdrRamdiskSize:]) != 5000 ||
		le.Uint32(h[hdrRamdiskImage:]) != p.Initrd.Addr || p.Initrd.Addr%pageSize != 0 || p.Initrd.Addr+5000 > 64*mib-tablesReserve {
		t.Errorf("header % x, initrd at %#x", h[hdrSetupSects:], p.Initrd.Addr)
	}
	if bytes.Equal(h, s.Kernel.Data[:1024]) || s.Kernel.Data[hdrTypeOfLoader] != 0 {
		t.Error("the kernel's file was changed")
	}
}

func TestFirmwareErrors(t *testing.T) {
	bios := File{Name: "bios", Data: make([]byte, 64<<10)}
	for want, s := range map[string]Spec{
		"no firmware image": {Firmware: File{Name: "bios", Data: make([]byte, 100)}},
		"0 bytes":           {Firmware: File{Name: "bios"}},
		"bzImage only":      {Firmware: bios, Kernel: File{Name: "k", Data: []byte("text")}},
		"no --module":       {Firmware: bios, Modules: []File{{Name: "m"}}},
		"command line":      {Firmware: bios, Kernel: File{Name: "k", Data: testBzImage()}, Append: strings.Repeat("x", 5000)},
		"initrd":            {Firmware: bios, Kernel: File{Name: "k", Data: testBzImage()}, Initrds: []File{{Name: "i", Data: make([]byte, 63*mib)}}},
	} {
		s.MemSize = 64 * mib
		if _, err := Load(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func TestEntry32(t *testing.T) {
	s := spec(testBzImage(), "bzImage")
	s.Entry32 = true
	if c := load(t, s).CPU; c.RIP != 16*mib || c.CR0 != cr0PE|cr0ET || c.CS.Attr != attrCode32 || c.EFER != 0 {
		t.Errorf("%+v", c)
	}
}
