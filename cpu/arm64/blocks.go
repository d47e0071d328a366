package arm64

// Room for decoded code. When any of it is used up, all is forgotten: nothing is taken from the Go heap in the long run.
const (
	arenaSize = 1 << 20 // micro-operations
	instRoom  = 1 << 19 // instructions
	blockRoom = 1 << 17 // blocks
	keyHeads  = 1 << 16
	pageHeads = 1 << 14
)

// block is decoded code of one page. It holds no pointer, so the collector never looks through them.
type block struct {
	key      blockKey
	first    uint32 // in the arena
	inst     uint32 // its first instruction, in insts and addrs
	n        uint32 // instructions
	nextKey  uint32 // the next block with the same hash of its key; 0 is none
	nextPage uint32 // the same for the page
	dead     bool
}

// blockKey is what decoding depends on.
type blockKey struct {
	pa, va uint64
	mode   uint64 // in the low 12 bits, as codeSlot.key has it
}

// blockStore finds blocks by key and by physical page. Block 0 is not used.
type blockStore struct {
	blocks []block
	insts  []Inst
	addrs  []uint64 // addresses of the instructions
	byKey  []uint32
	byPage []uint32
}

func (s *blockStore) init() {
	s.blocks = make([]block, 1, blockRoom)
	s.insts = make([]Inst, 0, instRoom)
	s.addrs = make([]uint64, 0, instRoom)
	s.byKey = make([]uint32, keyHeads)
	s.byPage = make([]uint32, pageHeads)
}

func (s *blockStore) clear() {
	if len(s.blocks) > 1 {
		s.blocks, s.insts, s.addrs = s.blocks[:1], s.insts[:0], s.addrs[:0]
		clear(s.byKey)
		clear(s.byPage)
	}
}

// full reports whether there is no room for a block of n instructions.
func (s *blockStore) full(n int) bool {
	return len(s.blocks) == cap(s.blocks) || len(s.insts)+n > cap(s.insts)
}

func (s *blockStore) keySlot(k *blockKey) *uint32 {
	h := (k.pa ^ k.va<<7 ^ k.mode<<3) * 0x9e3779b97f4a7c15
	return &s.byKey[h>>48&(keyHeads-1)]
}

func (s *blockStore) pageSlot(pa uint64) *uint32 { return &s.byPage[pa>>12&(pageHeads-1)] }

// find returns the block of a key, or nil.
func (s *blockStore) find(k *blockKey) *block {
	for n := *s.keySlot(k); n != 0; n = s.blocks[n].nextKey {
		if s.blocks[n].key == *k {
			return &s.blocks[n]
		}
	}
	return nil
}

// add puts a block in, for which there is room, and returns its number.
func (s *blockStore) add(key blockKey, insts []Inst, addrs []uint64) uint32 {
	number := uint32(len(s.blocks))
	byKey, byPage := s.keySlot(&key), s.pageSlot(key.pa)
	s.blocks = append(s.blocks, block{
		key: key, inst: uint32(len(s.insts)), n: uint32(len(insts)), nextKey: *byKey, nextPage: *byPage,
	})
	*byKey, *byPage = number, number
	s.insts, s.addrs = append(s.insts, insts...), append(s.addrs, addrs...)
	return number
}

// dropPage takes out the blocks of a physical page and calls dropped for each.
func (s *blockStore) dropPage(page uint64, dropped func(b *block)) {
	for n := *s.pageSlot(page); n != 0; n = s.blocks[n].nextPage {
		if b := &s.blocks[n]; b.key.pa&^pageMask == page {
			s.unlink(n)
			dropped(b)
		}
	}
}

// unlink takes out a block. Its own links stay, for who stands at it.
func (s *blockStore) unlink(number uint32) {
	b := &s.blocks[number]
	b.dead = true
	at := s.keySlot(&b.key)
	for *at != number {
		at = &s.blocks[*at].nextKey
	}
	*at = b.nextKey
	at = s.pageSlot(b.key.pa)
	for *at != number {
		at = &s.blocks[*at].nextPage
	}
	*at = b.nextPage
}

// addrsOf are the addresses of a block's instructions.
func (s *blockStore) addrsOf(b *block) []uint64 { return s.addrs[b.inst : b.inst+b.n] }

// instsOf are its instructions.
func (s *blockStore) instsOf(b *block) []Inst { return s.insts[b.inst : b.inst+b.n] }

// instOf is the k-th instruction of a block, addrOf its address.
func (s *blockStore) instOf(b *block, k int) *Inst  { return &s.insts[b.inst+uint32(k)] }
func (s *blockStore) addrOf(b *block, k int) uint64 { return s.addrs[b.inst+uint32(k)] }
