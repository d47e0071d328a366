package acpi

import (
	"bytes"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var config = Config{CPUs: 4, HoleBase: 0xc0000000}

// TestTables walks from the root pointer as a kernel does.
func TestTables(t *testing.T) {
	tables := Tables(config)
	at := map[uint64]Table{}
	var end uint64
	for _, x := range tables {
		if x.Addr < end {
			t.Errorf("%s at %#x lies over the table before it", x.Name, x.Addr)
		}
		end = x.Addr + uint64(len(x.Data))
		at[x.Addr] = x
	}
	if end > 0x100000 {
		t.Errorf("tables end at %#x", end)
	}
	root := at[RSDPAddr].Data
	if checksum(root) != 0 || checksum(root[:20]) != 0 || string(root[:8]) != "RSD PTR " {
		t.Fatalf("RSDP % x", root)
	}
	xsdt := at[binary.LittleEndian.Uint64(root[24:])].Data
	var found []string
	for b := xsdt[headerSize:]; len(b) > 0; b = b[8:] {
		x, ok := at[binary.LittleEndian.Uint64(b)]
		if !ok {
			t.Fatalf("nothing at %#x", b[:8])
		}
		found = append(found, string(x.Data[:4]))
		if checksum(x.Data) != 0 || int(binary.LittleEndian.Uint32(x.Data[lengthAt:])) != len(x.Data) {
			t.Errorf("%s: checksum or length", x.Name)
		}
	}
	if got := strings.Join(found, " "); got != "FACP APIC HPET" {
		t.Errorf("XSDT lists %s", got)
	}
	fadt := at[binary.LittleEndian.Uint64(xsdt[headerSize:])].Data
	if len(fadt) != fadtSize {
		t.Errorf("FADT of %d bytes", len(fadt))
	}
	if facs := at[uint64(binary.LittleEndian.Uint32(fadt[fadtFACS:]))]; facs.Name != "FACS" || facs.Addr%64 != 0 {
		t.Errorf("FACS %v", facs)
	}
	if dsdt := at[binary.LittleEndian.Uint64(fadt[fadtXDSDT:])]; dsdt.Name != "DSDT" || checksum(dsdt.Data) != 0 {
		t.Errorf("DSDT %v", dsdt.Name)
	}
}

func TestEncoding(t *testing.T) {
	long := counted(aml{amlPackage}, make(aml, 62))
	huge := counted(aml{amlPackage}, make(aml, 4094))
	for _, c := range []struct {
		name      string
		got, want aml
	}{
		{"zero", integer(0), aml{0}},
		{"one", integer(1), aml{1}},
		{"byte", integer(0xff), aml{0x0a, 0xff}},
		{"word", integer(0x100), aml{0x0b, 0, 1}},
		{"dword", integer(0x10000), aml{0x0c, 0, 0, 1, 0}},
		{"EISA id", eisaID("PNP0A03"), aml{0x0c, 0x41, 0xd0, 0x0a, 0x03}},
		{"path", path(`\_SB.PCI0`), aml("\\\x2e_SB_PCI0")},
		{"length 63", counted(aml{amlPackage}, make(aml, 62))[:2], aml{0x12, 63}},
		{"length 64", counted(aml{amlPackage}, make(aml, 63))[:3], aml{0x12, 0x41, 4}},
		{"length 4097", huge[:4], aml{0x12, 0x81, 0x00, 0x01}},
		{"content", long[2:4], aml{0, 0}},
	} {
		if !bytes.Equal(c.got, c.want) {
			t.Errorf("%s: % x, want % x", c.name, c.got, c.want)
		}
	}
}

func iasl(t *testing.T, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath("iasl"); err != nil {
		if os.Getenv("STASIS_NO_SKIP") != "" {
			t.Fatal("iasl is not installed: apt-get install acpica-tools")
		}
		t.Skip("iasl is not installed")
	}
	out, err := exec.Command("iasl", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("iasl %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// TestCompiled compares the DSDT with what ACPI's own compiler makes of the source.
func TestCompiled(t *testing.T) {
	prefix := filepath.Join(t.TempDir(), "dsdt")
	iasl(t, "-p", prefix, filepath.Join("testdata", "dsdt.asl"))
	want, err := os.ReadFile(prefix + ".aml")
	if err != nil {
		t.Fatal(err)
	}
	got := dsdt(config)
	if !bytes.Equal(got[headerSize:], want[headerSize:]) {
		t.Errorf("DSDT differs from testdata/dsdt.asl: %d bytes, want %d", len(got), len(want))
	}
}

// TestDisassembled lets ACPI's own disassembler look for mistakes in every table.
func TestDisassembled(t *testing.T) {
	dir := t.TempDir()
	for _, x := range Tables(config) {
		if x.Name == "RSDP" {
			continue
		}
		file := filepath.Join(dir, x.Name)
		if err := os.WriteFile(file+".aml", x.Data, 0o644); err != nil {
			t.Fatal(err)
		}
		out := iasl(t, "-p", file, "-d", file+".aml")
		source, err := os.ReadFile(file + ".dsl")
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{out, string(source)} {
			for _, line := range strings.Split(text, "\n") {
				if l := strings.ToLower(line); strings.Contains(l, "warning") || strings.Contains(l, "incorrect") || strings.Contains(l, "invalid") || strings.Contains(l, "error") {
					t.Errorf("%s: %s", x.Name, line)
				}
			}
		}
	}
}
