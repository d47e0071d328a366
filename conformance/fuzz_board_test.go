package conformance

import (
	"encoding/binary"
	"math/rand/v2"
	"sync"
	"testing"

	"stasis/internal/guests"
	"stasis/loader"
	"stasis/machine"
)

// boardRig is a machine that stands before its first instruction, in 32-bit mode without paging.
type boardRig struct {
	sync.Mutex
	m     *machine.Machine
	start *machine.Snapshot
}

var theBoardRig = sync.OnceValue(func() *boardRig {
	kernel := loader.File{Name: "hello64", Data: guests.ELF(guests.Hello64)}
	m, err := machine.New(machine.Config{Mem: 4 << 20, SMP: 2, Kernel: kernel, Reboot: true}, machine.Host{})
	if err != nil {
		panic(err)
	}
	return &boardRig{m: m, start: m.Snapshot()}
})

// randomBoard has a guest access random ports and device memory in every size.
func randomBoard(t *testing.T, seed uint64, raw []byte) {
	r := theBoardRig()
	r.Lock()
	defer r.Unlock()
	defer guard(t, seed, raw)
	if err := r.m.Restore(r.start); err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(seed, 2))
	code := append(accesses(rng), raw[:min(len(raw), 0x1000)]...)
	if err := r.m.WritePhys(code, r.m.CPUs()[0].PC()); err != nil {
		t.Fatal(err)
	}
	r.m.Resume(machine.Plan{Until: 1 + rng.Uint64N(3000)})
	middle := r.m.Snapshot()
	at, hash := r.m.Retired(), r.m.Hash()
	r.m.Resume(machine.Plan{Until: at + 100})
	if err := r.m.Restore(middle); err != nil || r.m.Hash() != hash {
		t.Errorf("seed %d: restored at %d, %v, the hash is another", seed, at, err)
	}
}

// ports and regions are where the board has something.
var (
	ports   = []uint16{0x20, 0xa0, 0x40, 0x60, 0x70, 0x80, 0x92, 0xe9, 0xf4, 0x2f8, 0x3f8, 0x4d0, 0x510, 0x600, 0xcf8}
	regions = []uint32{0xfec00000, 0xfed00000, 0xfee00000, 0xc0000000, 0xfffff000, 0x3ff000}
)

// accesses is code that makes random accesses, some of them again and again, and waits now and then.
func accesses(rng *rand.Rand) (code []byte) {
	le := binary.LittleEndian
	for range 40 {
		value := rng.Uint32() >> rng.IntN(32)
		code = le.AppendUint32(append(code, 0xb8), value) // MOV EAX
		switch rng.IntN(8) {
		case 0, 1, 2, 3:
			port := ports[rng.IntN(len(ports))] + uint16(rng.Uint32N(16))
			if rng.IntN(8) == 0 {
				port = uint16(rng.Uint32())
			}
			code = le.AppendUint16(append(code, 0x66, 0xba), port) // MOV DX
			code = append(code, [][]byte{{0xec}, {0x66, 0xed}, {0xed}, {0xee}, {0x66, 0xef}, {0xef}}[rng.IntN(6)]...)
		case 4, 5, 6:
			at := regions[rng.IntN(len(regions))] + rng.Uint32N(0x400)
			if rng.IntN(2) == 0 {
				at &^= 15
			}
			code = append(code, [][]byte{{0xa0}, {0x66, 0xa1}, {0xa1}, {0xa2}, {0x66, 0xa3}, {0xa3}}[rng.IntN(6)]...)
			code = le.AppendUint32(code, at)
		case 7:
			code = append(code, [][]byte{{0x90}, {0xfa}, {0xfb}, {0x0f, 0x30}, {0x0f, 0x32}, {0xf3, 0x6c}, {0xf3, 0x6f}}[rng.IntN(7)]...)
		}
	}
	return append(code, 0xeb, 0xfe)
}

// randomKernel boots what was a kernel before some of its bytes were changed, or what never was one.
func randomKernel(t *testing.T, seed uint64, raw []byte) {
	defer guard(t, seed, raw)
	rng := rand.New(rand.NewPCG(seed, 3))
	name := []string{guests.Hello32, guests.Hello64, guests.Demo, guests.Tests, "code.bin"}[rng.IntN(5)]
	var kernel []byte
	if name == "code.bin" {
		kernel = append(append(kernel, raw...), instructions(rng, 32)...)
	} else {
		kernel = guests.ELF(name)
	}
	for range rng.IntN(4) {
		end := len(kernel)
		if rng.IntN(2) == 0 {
			end = min(end, 0x200)
		}
		kernel[rng.IntN(end)] = uint8(rng.Uint32())
	}
	if rng.IntN(8) == 0 {
		kernel = kernel[:rng.IntN(len(kernel))]
	}
	m, err := machine.New(machine.Config{Mem: 4 << 20, Kernel: loader.File{Name: name, Data: kernel}}, machine.Host{})
	if err != nil {
		return
	}
	defer m.Close()
	m.Resume(machine.Plan{Until: 20_000})
	m.Hash()
}
