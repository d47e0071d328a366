package arm64

import (
	"math"

	"stasis/cpu"
	decode "stasis/decode/arm64"
)

// Run executes at most budget units and says why it came back.
func (c *CPU) Run(budget uint64) cpu.Exit {
	c.budget = int64(min(budget, math.MaxInt64))
	c.start = c.budget
	c.stats.Begin(c.budget, c.EL == 0)
	c.leaving = false
	c.exit = cpu.Exit{}
	for c.budget > 0 && !c.leaving {
		c.guarded()
	}
	c.account()
	return c.exit
}

// Units is the number of units done in this Run.
func (c *CPU) Units() uint64 { return uint64(c.start - c.budget) }

// PC is the address of the next instruction.
func (c *CPU) PC() uint64 { return c.pc }

// SetSingleStep chooses the engine.
func (c *CPU) SetSingleStep(on bool) { c.singleStep = on }

// guarded runs until there is a reason to leave, or until a guest exception unwinds to here.
func (c *CPU) guarded() {
	defer c.catch()
	for c.budget > 0 && !c.leaving {
		if c.attention && c.boundary() {
			continue
		}
		if c.breakpoints != nil && c.stop() {
			continue
		}
		if c.singleStep || c.slowBoundary() {
			c.step()
			continue
		}
		c.runBlocks()
	}
}

// step executes one instruction with its handler.
func (c *CPU) step() {
	c.stats.Steps++
	i := c.fetch()
	stepping := c.stepping
	c.skip, c.Hold = false, false
	c.perform(i)
	if stepping {
		c.stepped(i)
	}
}

// perform executes the instruction at pc and completes it: one unit.
func (c *CPU) perform(i *Inst) {
	c.next = c.pc + decode.Len
	if c.BTYPE != 0 {
		c.arrive(i)
	}
	h := handlers[i.Op]
	if h == nil {
		h = unimplemented
	}
	h(c, i)
	c.pc = c.next
	c.budget--
}

// arrive is the first thing an instruction does to which an indirect branch has led. An exception that BRK raises still has the
// type of the branch; what those of other instructions have is not defined, so it may go here.
func (c *CPU) arrive(i *Inst) {
	c.checkTarget(i)
	if i.Op != decode.BRK {
		c.BTYPE = 0
	}
}

// fetch decodes the instruction at pc.
func (c *CPU) fetch() *Inst {
	c.checkFetch(c.pc)
	i, ok := c.decode(uint32(c.readPhys(c.fetchPA|c.pc&pageMask, decode.Len)))
	if !ok {
		i.Op = decode.Invalid
	}
	c.engine.single = i
	return &c.engine.single
}

// unallocated is a word that no row describes.
func unallocated(c *CPU, i *Inst) { c.undefined() }

// unimplemented is an instruction that the tables know and no function executes: UNDEFINED, counted.
func unimplemented(c *CPU, i *Inst) {
	c.note(i.Op.String())
	c.undefined()
}
