package bus

// A line is the grain in which decoded code is tracked: pages mix code and data.
const lineShift = 6

// lines returns the mask of the lines of a page that [from, from+n) touches; it must not leave the page.
func lines(from uint64, n int) uint64 {
	first := from % PageSize >> lineShift
	last := (from%PageSize + uint64(n) - 1) >> lineShift
	return (^uint64(0) >> (63 - (last - first))) << first
}

// MarkCode says that decoded code was made from [pa, pa+n).
func (r *RAM) MarkCode(pa uint64, n int) {
	for n > 0 {
		part := min(n, int(PageSize-pa%PageSize))
		if o, ok := r.offset(pa); ok {
			page := o >> pageShift
			if r.code[page] == 0 && r.held.has(page) {
				r.held.clear(page)
				r.OnCode(r.address(page << pageShift))
			}
			r.code[page] |= lines(o, part)
		}
		pa, n = pa+uint64(part), n-part
	}
}

// PageHasCode reports whether decoded code was made from the page of pa.
func (r *RAM) PageHasCode(pa uint64) bool {
	o, ok := r.offset(pa)
	return ok && r.code[o>>pageShift] != 0
}

// Written is called after a write: it marks the pages dirty, and where it hit a line with code it drops the marks of
// that page and tells OnCodeWrite.
func (r *RAM) Written(pa uint64, n int) {
	for n > 0 {
		part := min(n, int(PageSize-pa%PageSize))
		if o, ok := r.offset(pa); ok {
			r.written(o, part)
		}
		pa, n = pa+uint64(part), n-part
	}
}

// written is Written for an offset and a length inside one page.
func (r *RAM) written(o uint64, n int) {
	page := o >> pageShift
	r.dirty.set(page)
	if r.code[page] != 0 && r.code[page]&lines(o, n) != 0 {
		r.dropCode(page)
		r.OnCodeStore(r.address(o), n)
	}
}

func (r *RAM) dropCode(page uint64) {
	r.code[page] = 0
	r.OnCodeWrite(r.address(page << pageShift))
}
