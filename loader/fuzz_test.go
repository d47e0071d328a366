package loader

import (
	"strings"
	"testing"

	"stasis/internal/guests"
)

// fuzz loads whatever comes. Load must return an image that keeps the package's invariant, or one line of error.
func fuzz(f *testing.F, name string, seeds ...[]byte) {
	for _, s := range seeds {
		f.Add(s, uint32(64), "a b", []byte("initrd"))
	}
	f.Fuzz(func(t *testing.T, kernel []byte, mem uint32, line string, initrd []byte) {
		s := spec(kernel, name)
		s.MemSize = uint64(mem%8192) * mib
		s.Append = line
		if len(initrd) > 0 {
			s.Initrds = []File{{Name: "initrd", Data: initrd}}
		}
		image, err := Load(s)
		if err == nil {
			checkImage(t, image, s)
		} else if strings.Contains(err.Error(), "\n") || image != nil {
			t.Errorf("%v, %v", image, err)
		}
	})
}

func FuzzBzImage(f *testing.F) { fuzz(f, "bzImage", testBzImage()) }
func FuzzPVH(f *testing.F)     { fuzz(f, "vmlinux", guests.ELF(guests.Hello64)) }
func FuzzMultiboot(f *testing.F) {
	fuzz(f, "kernel", guests.ELF(guests.Hello32), multibootKernel(mbAddresses, 0x200010, 0x200000, 0x200100, 0x203000, 0x200040))
}
func FuzzArm64(f *testing.F) {
	image := testArm64Image()
	fuzz(f, "Image", image, testZboot("gzip", gzipped(f, image)), testArm64ELF())
}
func FuzzFlat(f *testing.F) {
	fuzz(f, "kernel.bin", []byte("\xf4"), append(make([]byte, 510), 0x55, 0xaa), []byte("\x1f\x8b\x08"), []byte("\x28\xb5\x2f\xfd"))
}
