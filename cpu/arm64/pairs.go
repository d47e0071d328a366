package arm64

// join makes one of two micro-operations that stand in a row and have a case in common. The second of two stays as it is behind the
// first: whoever comes back to it finds it alone.
func (w *builder) join() {
	for n := w.arrived; n+1 < len(w.out) && w.out[n].last; n++ {
		if op, ok := pairOf[[2]uint16{w.out[n].op, w.out[n+1].op}]; ok {
			w.out[n].op = op
			n++
		}
	}
}
