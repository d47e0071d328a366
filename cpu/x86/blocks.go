package x86

import "stasis/cpu/blocks"

// arenaSize is the room for micro-operations. When it is used up, all decoded code is forgotten.
const arenaSize = 1 << 20

// block is decoded code, blockKey what decoding depends on; its mode is as codeSlot.key has it.
type (
	block    = blocks.Block
	blockKey = blocks.Key

	// blockStore is the blocks with their instructions.
	blockStore = blocks.Store[Inst]
)
