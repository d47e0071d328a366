package bus

import "crypto/sha256"

// Digest is a SHA-256 digest.
type Digest = [sha256.Size]byte

// fan is how many digests one node of the tree covers.
const fan = 16

// tree holds the digests of all pages and of the nodes above them, 16 to one. A stored zero digest stands for
// whatever the level has for pages that are all zero, so that memory never touched costs nothing.
type tree struct {
	levels [][]Digest // [0] the pages, the last one has one element
	zero   []Digest   // of each level
}

// newTree returns the tree of n zero pages. Where 16 does not divide a level, zero pages fill it up.
func newTree(n uint64) tree {
	var t tree
	t.zero = append(t.zero, sha256.Sum256(make([]byte, PageSize)))
	t.levels = append(t.levels, make([]Digest, n))
	for n > 1 {
		n = (n + fan - 1) / fan
		t.levels = append(t.levels, make([]Digest, n))
		z := t.zero[len(t.zero)-1]
		var node [fan * sha256.Size]byte
		for i := range fan {
			copy(node[i*sha256.Size:], z[:])
		}
		t.zero = append(t.zero, sha256.Sum256(node[:]))
	}
	return t
}

func (t *tree) set(level int, i uint64, d Digest) {
	if d == t.zero[level] {
		d = Digest{}
	}
	t.levels[level][i] = d
}

func (t *tree) get(level int, i uint64) Digest {
	if i >= uint64(len(t.levels[level])) || t.levels[level][i] == (Digest{}) {
		return t.zero[level]
	}
	return t.levels[level][i]
}

// update makes the node i of a level anew from the digests below it.
func (t *tree) update(level int, i uint64) {
	var node [fan * sha256.Size]byte
	for k := range uint64(fan) {
		d := t.get(level-1, i*fan+k)
		copy(node[k*sha256.Size:], d[:])
	}
	t.set(level, i, sha256.Sum256(node[:]))
}

func (t *tree) root() Digest { return t.get(len(t.levels)-1, 0) }

// Hash returns the root of a Merkle tree over the digests of all pages. It costs time for the pages written since the
// last call alone.
func (r *RAM) Hash() Digest {
	r.collect()
	r.unhashed.each(func(page uint64) {
		r.digests.set(0, page, sha256.Sum256(r.mem[page<<pageShift:][:PageSize]))
	})
	changed := r.unhashed
	for level := 1; level < len(r.digests.levels); level++ {
		above := newBitmap(uint64(len(r.digests.levels[level])))
		changed.each(func(i uint64) {
			if node := i / fan; above[node>>6]>>(node&63)&1 == 0 {
				above.set(node)
				r.digests.update(level, node)
			}
		})
		changed = above
	}
	clear(r.unhashed)
	return r.digests.root()
}
