package rtc

// Config is what firmware would have left in the CMOS memory, and the date.
type Config struct {
	Epoch int64  // Unix seconds at power-on; see DefaultEpoch
	Low   uint64 // bytes of RAM below 4 GiB
	High  uint64 // bytes of RAM above
	CPUs  int
}

// CMOS memory beyond the clock, as PC firmware lays it out.
//
// Source: Ralf Brown's Interrupt List, "CMOS.LST"; the sizes above 16 MiB and the number of CPUs are a convention of
// virtual PCs.
const (
	cmosEquipment    = 0x14
	cmosBaseMemory   = 0x15 // KiB, 2 bytes
	cmosExtended     = 0x17 // KiB above 1 MiB, 2 bytes
	cmosSumFirst     = 0x10
	cmosSumLast      = 0x2d
	cmosSum          = 0x2e // 2 bytes, high one first
	cmosExtendedPOST = 0x30 // as cmosExtended
	cmosAbove16M     = 0x34 // 64 KiB units, 2 bytes
	cmosAbove4G      = 0x5b // 64 KiB units, 3 bytes
	cmosCPUs         = 0x5f // without the first

	equipmentFPU = 1 << 1
	baseKiB      = 640
)

// fill writes the sizes and the checksum.
func (c Config) fill(ram *[128]uint8) {
	put := func(at, n int, v uint64) {
		v = min(v, 1<<(8*n)-1)
		for i := range n {
			ram[at+i] = uint8(v >> (8 * i))
		}
	}
	above := func(from, unit uint64) uint64 {
		if c.Low < from {
			return 0
		}
		return (c.Low - from) / unit
	}
	ram[cmosEquipment] = equipmentFPU
	put(cmosBaseMemory, 2, baseKiB)
	put(cmosExtended, 2, above(1<<20, 1<<10))
	put(cmosExtendedPOST, 2, above(1<<20, 1<<10))
	put(cmosAbove16M, 2, above(16<<20, 64<<10))
	put(cmosAbove4G, 3, c.High/(64<<10))
	put(cmosCPUs, 1, uint64(max(0, c.CPUs-1)))
	var sum uint16
	for _, b := range ram[cmosSumFirst : cmosSumLast+1] {
		sum += uint16(b)
	}
	ram[cmosSum], ram[cmosSum+1] = uint8(sum>>8), uint8(sum)
}
