package debug

import "bytes"

// pageSize is the grain of translation.
const pageSize = 4096

// ReadMemory reads virtual memory as a CPU sees it now, with supervisor rights. It returns what precedes the first byte that
// is not mapped or not memory.
func (d *Debugger) ReadMemory(cpu int, va uint64, n int) []byte {
	p := make([]byte, n)
	return p[:d.pages(cpu, va, p, d.target.ReadPhysical)]
}

// WriteMemory writes virtual memory likewise and returns the number of bytes written.
func (d *Debugger) WriteMemory(cpu int, va uint64, p []byte) int {
	return d.pages(cpu, va, p, d.target.WritePhysical)
}

// ReadPhysical reads guest-physical memory up to the first byte that is none.
func (d *Debugger) ReadPhysical(pa uint64, n int) []byte {
	p := make([]byte, n)
	return p[:d.target.ReadPhysical(p, pa)]
}

// WritePhysical writes guest-physical memory and returns the number of bytes written.
func (d *Debugger) WritePhysical(pa uint64, p []byte) int { return d.target.WritePhysical(p, pa) }

// Translate is the physical address behind a virtual one, without any side effect.
func (d *Debugger) Translate(cpu int, va uint64) (pa uint64, ok bool) {
	return d.cpus[cpu].Translate(va)
}

// pages moves p page by page, up to the first hole.
func (d *Debugger) pages(cpu int, va uint64, p []byte, move func([]byte, uint64) int) (done int) {
	for done < len(p) {
		pa, ok := d.cpus[cpu].Translate(va)
		if !ok {
			return done
		}
		n := min(len(p)-done, pageSize-int(va%pageSize))
		moved := move(p[done:done+n], pa)
		done += moved
		if moved < n {
			return done
		}
		va += uint64(n)
	}
	return done
}

// searchStep is how much of memory a search reads at a time.
const searchStep = 64 << 10

// Search finds the first place of pattern in [va, va+n). It is an error of the caller to have an empty pattern. ok is false if
// memory ends before the pattern is found.
func (d *Debugger) Search(cpu int, va, n uint64, pattern []byte) (at uint64, found, ok bool) {
	for n >= uint64(len(pattern)) {
		want := int(min(n, uint64(searchStep+len(pattern)-1)))
		chunk := d.ReadMemory(cpu, va, want)
		if i := bytes.Index(chunk, pattern); i >= 0 {
			return va + uint64(i), true, true
		}
		if len(chunk) < want {
			return 0, false, false
		}
		if n <= searchStep {
			break
		}
		va += searchStep
		n -= searchStep
	}
	return 0, false, true
}
