//go:build !linux

package bus

import "unsafe"

// mapMemory allocates n zero bytes, aligned to a page.
func mapMemory(n uint64) ([]byte, error) {
	p := make([]byte, n+PageSize)
	skip := -uintptr(unsafe.Pointer(&p[0])) & (PageSize - 1)
	return p[skip : uint64(skip)+n], nil
}

func unmapMemory([]byte) error { return nil }
