package loader

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// The header of a kernel that unpacks itself under EFI, in the place of a DOS program's.
//
// Source: Linux, drivers/firmware/efi/libstub/zboot-header.S, the comments on the fields.
const (
	zbootMagic       = 4
	zbootOffset      = 8
	zbootSize        = 12
	zbootCompression = 24
	zbootHeader      = 56
)

// isZboot wants the DOS program's mark and the header's.
func isZboot(k []byte) bool {
	return len(k) >= zbootHeader && string(k[:2]) == "MZ" && string(k[zbootMagic:zbootMagic+4]) == "zimg"
}

// unpackZboot opens the kernel inside an EFI program that unpacks itself; other files are returned as they are.
func unpackZboot(f File) (File, error) {
	if !isZboot(f.Data) {
		return f, nil
	}
	at, n := binary.LittleEndian.Uint32(f.Data[zbootOffset:]), binary.LittleEndian.Uint32(f.Data[zbootSize:])
	payload, err := slice(f.Data, uint64(at), uint64(n))
	if err != nil {
		return f, fmt.Errorf("EFI zboot: %w", err)
	}
	kind, _, _ := strings.Cut(string(f.Data[zbootCompression:zbootHeader]), "\x00")
	inner, err := decompress(File{Name: f.Name, Data: payload})
	if err != nil {
		return f, fmt.Errorf("EFI zboot: %w", err)
	}
	if len(inner.Data) == len(payload) {
		return f, fmt.Errorf("%w: EFI zboot with a payload of type %q; there are gzip, xz and zstd", ErrFormat, kind)
	}
	return inner, nil
}
