// Package bootrom is an option ROM that loads a Linux kernel from the configuration device, for firmware to run.
//
// Invariant: bootrom.bin is what the assembler makes of bootrom.asm; a test compares them.
package bootrom

import _ "embed"

//go:generate sh -c "as --32 -o bootrom.o bootrom.asm && objcopy -O binary -j .text bootrom.o bootrom.bin && rm bootrom.o"

//go:embed bootrom.bin
var code []byte

// Name is the file's name, by which firmware takes it for an option ROM; Order is the list of boot devices with it alone.
const (
	Name  = "genroms/kernel.bin"
	Order = "/rom@" + Name + "\nHALT\x00"
)

// Offsets of the two checksums.
const (
	headerAt  = 0x20
	headerLen = 32
	headerSum = headerAt + 9
)

// Image returns the ROM, summed up.
func Image() []byte {
	b := append([]byte(nil), code...)
	b[headerSum] = -sum(b[headerAt : headerAt+headerLen])
	b[len(b)-1] = -sum(b)
	return b
}

func sum(b []byte) (s byte) {
	for _, v := range b {
		s += v
	}
	return s
}
