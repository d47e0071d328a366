package loader

import (
	"testing"

	"stasis/internal/guests"
)

func spec(k []byte, name string) Spec {
	return Spec{Kernel: File{Name: name, Data: k}, MemSize: 64 << 20}
}

func TestHello(t *testing.T) {
	for name, format := range map[string]string{guests.Hello32: "multiboot", guests.Hello64: "ELF, PVH entry"} {
		image, err := Load(spec(guests.ELF(name), name))
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %s entry %#x cpu %+v", name, image.Format, image.Entry(), image.CPU)
		for _, s := range image.Segments {
			t.Logf("  %#8x %#8x %s", s.Addr, s.End(), s.Name)
		}
		if image.Format != format {
			t.Errorf("%s: %s", name, image.Format)
		}
	}
}
