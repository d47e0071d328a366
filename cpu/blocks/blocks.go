// Package blocks keeps what the block engines of both instruction sets know of decoded code: which blocks there are, by what decoding
// depended on and by the physical page.
//
// Invariant: a block that is not dead is found by its key and by its page.
package blocks

const pageMask = 1<<12 - 1

// Room for decoded code. When any of it is used up, all is forgotten: nothing is taken from the Go heap in the long run.
const (
	instRoom  = 1 << 19 // instructions
	blockRoom = 1 << 17 // blocks
	keyHeads  = 1 << 16
	pageHeads = 1 << 14
)

// Block is decoded code of one page. It holds no pointer, so the collector never looks through them.
type Block struct {
	Key      Key
	First    uint32 // its first micro-operation, in the engine's arena
	Inst     uint32 // its first instruction
	N        uint32 // instructions
	nextKey  uint32 // the next block with the same hash of its key; 0 is none
	nextPage uint32 // the same for the page
	Dead     bool
}

// Key is what decoding depends on.
type Key struct {
	PA, VA uint64
	Mode   uint64 // what the engine assumes besides, in bits that no physical page has
}

// Store finds blocks by key and by physical page, with their instructions of type I. Block 0 is not used.
type Store[I any] struct {
	Blocks []Block
	Insts  []I      // of all blocks, one block behind the other
	addrs  []uint64 // virtual addresses of the instructions
	byKey  []uint32
	byPage []uint32
}

// Init makes room.
func (s *Store[I]) Init() {
	s.Blocks = make([]Block, 1, blockRoom)
	s.Insts = make([]I, 0, instRoom)
	s.addrs = make([]uint64, 0, instRoom)
	s.byKey = make([]uint32, keyHeads)
	s.byPage = make([]uint32, pageHeads)
}

// Clear forgets all blocks.
func (s *Store[I]) Clear() {
	if len(s.Blocks) > 1 {
		s.Blocks, s.Insts, s.addrs = s.Blocks[:1], s.Insts[:0], s.addrs[:0]
		clear(s.byKey)
		clear(s.byPage)
	}
}

// Full reports whether there is no room for a block of n instructions.
func (s *Store[I]) Full(n int) bool {
	return len(s.Blocks) == cap(s.Blocks) || len(s.addrs)+n > cap(s.addrs)
}

func (s *Store[I]) keySlot(k *Key) *uint32 {
	h := (k.PA ^ k.VA<<7 ^ k.Mode<<3) * 0x9e3779b97f4a7c15
	return &s.byKey[h>>48&(keyHeads-1)]
}

func (s *Store[I]) pageSlot(pa uint64) *uint32 { return &s.byPage[pa>>12&(pageHeads-1)] }

// Find returns the block of a key, or nil.
func (s *Store[I]) Find(k *Key) *Block {
	for n := *s.keySlot(k); n != 0; n = s.Blocks[n].nextKey {
		if s.Blocks[n].Key == *k {
			return &s.Blocks[n]
		}
	}
	return nil
}

// Add puts a block in, for which there is room, and returns its number.
func (s *Store[I]) Add(key Key, insts []I, addrs []uint64) uint32 {
	number := uint32(len(s.Blocks))
	byKey, byPage := s.keySlot(&key), s.pageSlot(key.PA)
	s.Blocks = append(s.Blocks, Block{
		Key: key, Inst: uint32(len(s.addrs)), N: uint32(len(addrs)), nextKey: *byKey, nextPage: *byPage,
	})
	*byKey, *byPage = number, number
	s.Insts = append(s.Insts, insts...)
	s.addrs = append(s.addrs, addrs...)
	return number
}

// DropPage takes out the blocks of a physical page and calls dropped for each.
func (s *Store[I]) DropPage(page uint64, dropped func(b *Block)) {
	for n := *s.pageSlot(page); n != 0; n = s.Blocks[n].nextPage {
		if b := &s.Blocks[n]; b.Key.PA&^pageMask == page {
			s.Unlink(n)
			dropped(b)
		}
	}
}

// Unlink takes out a block. Its own links stay, for who stands at it.
func (s *Store[I]) Unlink(number uint32) {
	b := &s.Blocks[number]
	b.Dead = true
	at := s.keySlot(&b.Key)
	for *at != number {
		at = &s.Blocks[*at].nextKey
	}
	*at = b.nextKey
	at = s.pageSlot(b.Key.PA)
	for *at != number {
		at = &s.Blocks[*at].nextPage
	}
	*at = b.nextPage
}

// AddrsOf are the virtual addresses of a block's instructions, AddrOf that of the k-th.
func (s *Store[I]) AddrsOf(b *Block) []uint64     { return s.addrs[b.Inst : b.Inst+b.N] }
func (s *Store[I]) AddrOf(b *Block, k int) uint64 { return s.addrs[b.Inst+uint32(k)] }

// InstOf is the k-th instruction of a block.
func (s *Store[I]) InstOf(b *Block, k int) *I { return &s.Insts[b.Inst+uint32(k)] }
