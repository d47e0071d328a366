package arm64

import "stasis/cpu/blocks"

// arenaSize is the room for micro-operations. When it is used up, all decoded code is forgotten.
const arenaSize = 1 << 20

// block is decoded code, blockKey what decoding depends on; its mode is as codeSlot.key has it.
type (
	block    = blocks.Block
	blockKey = blocks.Key
)

// blockStore is the blocks with their instructions.
type blockStore struct {
	blocks.Store
	insts []Inst
}

func (s *blockStore) init() {
	s.Store.Init()
	s.insts = make([]Inst, 0, blocks.InstRoom)
}

func (s *blockStore) clear() {
	s.Store.Clear()
	s.insts = s.insts[:0]
}

// add puts a block in, for which there is room, and returns its number.
func (s *blockStore) add(key blockKey, insts []Inst, addrs []uint64) uint32 {
	s.insts = append(s.insts, insts...)
	return s.Store.Add(key, addrs)
}

// instOf is the k-th instruction of a block.
func (s *blockStore) instOf(b *block, k int) *Inst { return &s.insts[b.Inst+uint32(k)] }
