package cpu

// Watch is a host watchpoint on linear addresses.
type Watch struct {
	Addr, Len   uint64
	Read, Write bool
	Changed     bool // of the writes, only those that leave another value behind
}

// Overlap is the part of an access of at most 8 bytes that the watchpoint covers, as a mask of its bits.
func (w *Watch) Overlap(va uint64, size int) (mask uint64) {
	if w.Addr-va >= uint64(size) && va-w.Addr >= w.Len {
		return 0
	}
	first := w.Addr - va
	if va-w.Addr < w.Len {
		first = 0
	}
	n := min(uint64(size), w.Addr-va+w.Len) - first
	return (1<<(8*n) - 1) << (8 * first)
}
