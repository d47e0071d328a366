package conformance

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"stasis/internal/guests"
	"stasis/loader"
	"stasis/machine"
)

// TestARM64Bench runs the loops of AArch64's bench guest for a few turns: they print their checksums.
func TestARM64Bench(t *testing.T) {
	for _, b := range guests.BenchmarksARM64 {
		t.Run(b.Name, func(t *testing.T) {
			image, err := guests.BenchImageARM64(b.Name, uint64(b.Few))
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			m, err := machine.New(machine.Config{Kernel: loader.File{Name: guests.BenchARM64, Data: image}, Mem: 64 << 20, SMP: 1},
				machine.Host{Serial: [2]io.Writer{&out, io.Discard}})
			if err != nil {
				t.Fatal(err)
			}
			defer m.Close()
			stop := m.Resume(machine.Plan{Until: 100_000_000})
			if want := fmt.Sprintf("%s %x\n", b.Name, b.Checksum); out.String() != want {
				t.Errorf("%+v: it prints %q, want %q", stop, out.String(), want)
			}
		})
	}
}
