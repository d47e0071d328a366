package machine

import (
	"encoding/binary"
	"testing"

	"stasis/bus"
	"stasis/loader"
)

// FuzzDevices makes accesses of any size to any port and device register, with time passing in between. Nothing may
// panic, and a machine that is put back and sees the same again must end in the same state.
func FuzzDevices(f *testing.F) {
	f.Add([]byte{0, 0x43, 0, 0x34, 1, 0x40, 0, 0xff, 2, 0x61, 0, 3})
	f.Add([]byte{0x10, 0x70, 0, 0x0b, 0x11, 0x71, 0, 0x42, 0x80, 0, 0, 0, 0xc0, 0x10, 0, 0xff})
	m, sys := bareBoard(f)
	start := m.Snapshot()
	f.Fuzz(func(t *testing.T, program []byte) {
		var hashes [2][32]byte
		for i := range hashes {
			if err := m.Restore(start); err != nil {
				t.Fatal(err)
			}
			sys.poke(program)
			hashes[i] = m.Hash()
		}
		if hashes[0] != hashes[1] {
			t.Error("the same accesses from the same state end in different states")
		}
	})
}

// bareBoard is a board with nothing to run, and what its first CPU sees of it.
func bareBoard(tb testing.TB) (*Machine, *system) {
	tb.Helper()
	config, err := Config{Mem: 4 << 20, SMP: 2}.normal()
	if err == nil {
		config, err = config.onBoard(loader.BoardPC)
	}
	if err != nil {
		tb.Fatal(err)
	}
	ram, err := bus.NewRAM(config.Mem, loader.DefaultHoleBase, 4<<30)
	if err != nil {
		tb.Fatal(err)
	}
	m := assemble(config, Host{}, ram)
	tb.Cleanup(func() { m.Close() })
	board, err := newPC(m, &loader.Image{})
	if err != nil {
		tb.Fatal(err)
	}
	return m, &system{m: m, lapic: board.(*pc).lapics[0]}
}

// windows are where devices have registers in memory.
var windows = [4]uint64{0xfec00000, 0xfed00000, 0xfee00000, 0xfed00100}

// poke runs a program of four bytes an access: what, where and a value.
func (s *system) poke(program []byte) {
	for ; len(program) >= 4; program = program[4:] {
		what, where, value := program[0], binary.LittleEndian.Uint16(program[1:]), uint64(program[3])
		size := 1 << (what & 3)
		value |= value<<8 | value<<24 | value<<49
		switch what >> 5 {
		case 0, 1:
			s.Out(where, min(size, 4), uint32(value))
		case 2:
			s.In(where, min(size, 4))
		case 3:
			s.WriteMSR(0x800+uint32(where)%0x100, value)
		case 4:
			s.m.State.Skipped += value << (where & 15) & (1<<18 - 1)
			s.m.settle()
		case 5, 6:
			s.WriteMMIO(windows[what>>2&3]+uint64(where)%0x1000, size, value)
		case 7:
			s.ReadMMIO(windows[what>>2&3]+uint64(where)%0x1000, size)
		}
		s.m.ending = nil
	}
}
