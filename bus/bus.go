// Package bus is guest-physical space: RAM with dirty pages and code lines, ROM, and the regions of devices in memory
// and port space.
//
// Invariant: a device sees offsets into its region and the size of an access, never its own address. An access that
// lies whole in one region reaches it whole; any other is split into bytes, lowest first, each for whoever claims it.
// What nobody claims reads as all ones and takes writes without effect.
package bus

// Device answers accesses to its region. Size is 1, 2, 4 or 8; the offset need not be aligned.
type Device interface {
	Read(offset uint64, size int) uint64
	Write(offset uint64, size int, value uint64)
}

// Bus is a machine's physical memory and port space.
type Bus struct {
	RAM *RAM

	mmio  space
	ports space

	// Unclaimed counts accesses that found nobody. It is for people, and no part of the state.
	Unclaimed struct{ Reads, Writes uint64 }
}

// New returns a bus with nothing on it but the given RAM.
func New(ram *RAM) *Bus { return &Bus{RAM: ram} }

// MapMMIO puts a device at [base, base+size). Regions must not overlap.
func (b *Bus) MapMMIO(name string, base, size uint64, d Device) error {
	return b.mmio.add(name, base, size, d)
}

// MapPort puts a device at the ports [base, base+size). Regions must not overlap.
func (b *Bus) MapPort(name string, base, size uint64, d Device) error {
	return b.ports.add(name, base, size, d)
}

// MapROM puts bytes that cannot be written at base.
func (b *Bus) MapROM(name string, base uint64, data []byte) error {
	return b.mmio.add(name, base, uint64(len(data)), rom(data))
}

// Read reads physical memory: RAM, ROM or a device. Device regions win over RAM.
func (b *Bus) Read(pa uint64, size int) uint64 {
	if r := b.mmio.find(pa, size); r != nil {
		return r.device.Read(pa-r.base, size)
	}
	if size > 1 && b.mmio.touches(pa, size) {
		return b.split(pa, size, b.Read)
	}
	return b.readRAM(pa, size)
}

// Write writes physical memory.
func (b *Bus) Write(pa uint64, size int, v uint64) {
	if r := b.mmio.find(pa, size); r != nil {
		r.device.Write(pa-r.base, size, v)
		return
	}
	if size > 1 && b.mmio.touches(pa, size) {
		for i := range size {
			b.Write(pa+uint64(i), 1, v>>(8*i)&0xff)
		}
		return
	}
	b.writeRAM(pa, size, v)
}

// In reads a port.
func (b *Bus) In(port uint16, size int) uint32 {
	if r := b.ports.find(uint64(port), size); r != nil {
		return uint32(r.device.Read(uint64(port)-r.base, size))
	}
	if size > 1 {
		return uint32(b.split(uint64(port), size, func(p uint64, n int) uint64 { return uint64(b.In(uint16(p), n)) }))
	}
	b.Unclaimed.Reads++
	return 0xff
}

// Out writes a port.
func (b *Bus) Out(port uint16, size int, v uint32) {
	if r := b.ports.find(uint64(port), size); r != nil {
		r.device.Write(uint64(port)-r.base, size, uint64(v))
		return
	}
	if size == 1 {
		b.Unclaimed.Writes++
		return
	}
	for i := range size {
		b.Out(port+uint16(i), 1, v>>(8*i)&0xff)
	}
}

func (b *Bus) split(at uint64, size int, read func(uint64, int) uint64) uint64 {
	var v uint64
	for i := range size {
		v |= read(at+uint64(i), 1) & 0xff << (8 * i)
	}
	return v
}
