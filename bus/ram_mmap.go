//go:build linux

package bus

import "syscall"

// mapMemory reserves n zero bytes outside the Go heap. The host gives pages as they are touched.
func mapMemory(n uint64) ([]byte, error) {
	return syscall.Mmap(-1, 0, int(n), syscall.PROT_READ|syscall.PROT_WRITE,
		syscall.MAP_ANON|syscall.MAP_PRIVATE|syscall.MAP_NORESERVE)
}

func unmapMemory(p []byte) error { return syscall.Munmap(p) }
