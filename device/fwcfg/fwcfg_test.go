package fwcfg

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var errOutside = errors.New("outside of memory")

// memory is a small memory at address 1000h.
type memory [0x3000]byte

const memoryBase = 0x1000

func (m *memory) at(p []byte, pa uint64) ([]byte, error) {
	if pa < memoryBase || pa+uint64(len(p)) > memoryBase+uint64(len(m)) {
		return nil, errOutside
	}
	return m[pa-memoryBase:][:len(p)], nil
}

func (m *memory) ReadAt(p []byte, pa uint64) error {
	q, err := m.at(p, pa)
	copy(p, q)
	return err
}

func (m *memory) WriteAt(p []byte, pa uint64) error {
	q, err := m.at(p, pa)
	copy(q, p)
	return err
}

type bench struct {
	*testing.T
	*Device
	memory memory
}

func newBench(t *testing.T) *bench {
	b := &bench{T: t}
	b.Device = New(&b.memory)
	return b
}

// read selects an item and reads n bytes of it through the data port.
func (b *bench) read(key uint64, n int) []byte {
	b.Write(portSelector, 2, key)
	var p []byte
	for range n {
		p = append(p, byte(b.Read(portData, 1)))
	}
	return p
}

// dma puts a descriptor at 1000h, starts it, and returns its control word afterwards.
func (b *bench) dma(control, length uint32, address uint64) uint32 {
	binary.BigEndian.PutUint32(b.memory[0:], control)
	binary.BigEndian.PutUint32(b.memory[4:], length)
	binary.BigEndian.PutUint64(b.memory[8:], address)
	b.Write(portDMAHigh, 4, 0)
	b.Write(portDMALow, 4, 0x0010_0000) // 1000h, big endian
	return binary.BigEndian.Uint32(b.memory[:])
}

func (b *bench) want(what string, got, want any) {
	b.Helper()
	if d := cmp.Diff(want, got); d != "" {
		b.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func TestDataPort(t *testing.T) {
	b := newBench(t)
	if err := b.AddItem(KeyCPUs, []byte{4, 0}); err != nil {
		t.Fatal(err)
	}
	b.want("signature, and zeros behind it", b.read(keySignature, 6), []byte("QEMU\x00\x00"))
	b.want("features", b.read(keyFeatures, 4), []byte{3, 0, 0, 0})
	b.want("CPUs", b.read(KeyCPUs, 3), []byte{4, 0, 0})
	b.want("CPUs, to be written", b.read(KeyCPUs|keyWrite, 1), []byte{4})
	b.Write(portData, 1, 9)
	b.want("not written", b.read(KeyCPUs, 1), []byte{4})
	b.want("nothing there", b.read(0x1234, 2), []byte{0, 0})
	b.want("DMA signature", []uint64{b.Read(4, 4), b.Read(8, 4)}, []uint64{0x554d4551, 0x47464320})
}

func TestFiles(t *testing.T) {
	b := newBench(t)
	for _, name := range []string{"opt/b", "etc/a", "opt/c"} {
		if err := b.AddFile(name, []byte("data of "+name)); err != nil {
			t.Fatal(err)
		}
	}
	entry := func(size, key byte, name string) string {
		return "\x00\x00\x00" + string(size) + "\x00" + string(key) + "\x00\x00" + name + strings.Repeat("\x00", 56-len(name))
	}
	want := "\x00\x00\x00\x03" + entry(13, 0x20, "etc/a") + entry(13, 0x21, "opt/b") + entry(13, 0x22, "opt/c")
	b.want("directory", string(b.read(keyDirectory, len(want))), want)
	b.want("file", string(b.read(0x21, 13)), "data of opt/b")
}

func TestAddErrors(t *testing.T) {
	b := newBench(t)
	for _, err := range []error{
		b.AddItem(keySignature, nil), b.AddItem(keyDirectory, nil), b.AddItem(0x20, nil),
		errors.Join(b.AddFile("a", nil), b.AddFile("a", nil)),
	} {
		if !errors.Is(err, ErrTaken) {
			t.Errorf("error %v, want %v", err, ErrTaken)
		}
	}
	if err := b.AddFile(strings.Repeat("x", 56), nil); !errors.Is(err, ErrName) {
		t.Errorf("error %v, want %v", err, ErrName)
	}
}

func TestDMA(t *testing.T) {
	b := newBench(t)
	data := bytes.Repeat([]byte("0123456789abcde\n"), 300)
	if err := b.AddFile("big", data); err != nil {
		t.Fatal(err)
	}
	b.want("read", b.dma(0x20<<16|dmaSelect|dmaRead, 4800, 0x1100), uint32(0))
	b.want("data", b.memory[0x100:0x100+4800], data)
	b.want("select and skip", b.dma(0x20<<16|dmaSelect|dmaSkip, 10, 0), uint32(0))
	b.want("read on", b.dma(dmaRead, 6, 0x1100), uint32(0))
	b.want("data", string(b.memory[0x100:0x106]), "abcde\n")
	b.want("then the data port", b.Read(portData, 1), uint64('0'))
	b.want("write", b.dma(dmaWrite, 1, 0x1100), uint32(dmaError))
	b.want("outside of memory", b.dma(0x20<<16|dmaSelect|dmaRead, 1, 0x9000), uint32(dmaError))
	b.want("nothing to do", b.dma(0, 1, 0x9000), uint32(0))
}

func TestMMIO(t *testing.T) {
	b := newBench(t)
	m := MMIO{b.Device}
	if err := b.AddItem(KeyCPUs, []byte{4, 0}); err != nil {
		t.Fatal(err)
	}
	m.Write(mmioSelector, 2, 0x0500)
	b.want("CPUs, in order", m.Read(mmioData, 8), uint64(4))
	m.Write(mmioSelector, 2, 0)
	b.want("signature", m.Read(mmioData, 4), uint64(0x554d4551))
	b.want("DMA signature", m.Read(mmioDMA, 8), uint64(0x4746432055<<24|0x4d4551))
	binary.BigEndian.PutUint32(b.memory[0:], dmaSelect|dmaRead|KeyCPUs<<dmaSelectShift)
	binary.BigEndian.PutUint32(b.memory[4:], 2)
	binary.BigEndian.PutUint64(b.memory[8:], memoryBase+0x100)
	m.Write(mmioDMA, 8, 0x0010_0000_0000_0000)
	b.want("DMA", b.memory[0x100:0x102], []byte{4, 0})
	b.memory[0x100] = 0
	binary.BigEndian.PutUint32(b.memory[0:], dmaSelect|dmaRead|KeyCPUs<<dmaSelectShift)
	m.Write(mmioDMA, 4, 0)
	m.Write(mmioDMA+4, 4, 0x0010_0000)
	b.want("DMA by halves", b.memory[0x100:0x102], []byte{4, 0})
}
