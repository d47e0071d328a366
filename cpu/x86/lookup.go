package x86

// opTable finds micro-operations by keys of 64 bits that are not 0. Whoever builds blocks asks it several times an instruction, and
// maps of the language would be half of the work.
type opTable struct {
	keys [tableSize]uint64
	ops  [tableSize]uint16
}

const (
	tableBits = 12 // several times as much room as there are keys
	tableSize = 1 << tableBits
)

// newOpTable makes the table of a map.
func newOpTable[K comparable](ops map[K]uint16, packed func(K) uint64) *opTable {
	t := &opTable{}
	for k, op := range ops {
		at := t.at(packed(k))
		t.keys[at], t.ops[at] = packed(k), op
	}
	return t
}

// at is the slot of a key, or the free one where it would be.
func (t *opTable) at(key uint64) uint64 {
	n := key * 0x9e3779b97f4a7c15 >> (64 - tableBits)
	for t.keys[n] != 0 && t.keys[n] != key {
		n = (n + 1) % tableSize
	}
	return n
}

func (t *opTable) get(key uint64) (op uint16, ok bool) {
	n := t.at(key)
	return t.ops[n], t.keys[n] != 0
}

// packed is the key as the table has it.
func (k uopKey) packed() uint64 {
	return 1<<63 | uint64(k.op)<<32 | uint64(k.form)<<24 | uint64(k.size)<<16 | uint64(k.cc)<<8 | b2u(k.indexed)<<1 | b2u(k.dead)
}

var (
	uopTable  = newOpTable(uopOf, uopKey.packed)
	pairTable = newOpTable(pairOf, func(p [2]uint16) uint64 { return packedPair(p[0], p[1]) })
)

func packedPair(first, second uint16) uint64 { return 1<<63 | uint64(first)<<16 | uint64(second) }

// uopFor is the micro-operation of a form, if there is one.
func uopFor(k uopKey) (op uint16, ok bool) { return uopTable.get(k.packed()) }
