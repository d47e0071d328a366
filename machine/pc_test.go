package machine

import (
	"bytes"
	"io"
	"testing"

	"stasis/internal/guests"
	"stasis/loader"
)

func guest(name string) Config {
	return Config{Mem: 16 << 20, Kernel: loader.File{Name: name, Data: guests.ELF(name)}}
}

func TestHello(t *testing.T) {
	for _, name := range []string{guests.Hello32, guests.Hello64} {
		var out bytes.Buffer
		m, err := New(guest(name), Host{Serial: [2]io.Writer{&out}})
		if err != nil {
			t.Fatal(err)
		}
		stop := m.Resume(Plan{Until: 1_000_000})
		if stop.Reason != StopPowerOff || out.Len() == 0 {
			t.Errorf("%s: %+v at %d, pc %#x, output %q", name, stop, m.Retired(), m.CPUs()[0].PC(), out.String())
		}
		m.Close()
	}
}
