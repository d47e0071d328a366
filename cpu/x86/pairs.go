package x86

// pair joins micro-operations that stand in a row and have a case in common. The second of two stays as it is behind the
// first: whoever comes back to it finds it alone.
func (w *builder) pair() {
	for n := 0; n+1 < len(w.out) && (w.out[n].last || partial(w.out[n].op)); n++ {
		if op, ok := pairTable.get(packedPair(w.out[n].op, w.out[n+1].op)); ok {
			w.out[n].op = op
			n++
		}
	}
}

// partial reports a micro-operation that is followed by another one of its instruction.
func partial(op uint16) bool {
	return op == uSEG16 || op == uSEG32 || op >= uVLD32 && op <= uVLD128x
}
