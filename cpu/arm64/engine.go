package arm64

// engine is what the two engines keep besides State.
type engine struct {
	single  Inst // the single-step engine's instruction
	targets bool // indirect branches set PSTATE.BTYPE
}

func (e *engine) init(have map[string]bool) {
	e.targets = have["BTI"]
}

// runBlocks runs a step.
func (c *CPU) runBlocks() { c.step() }

// InvalidateCode is told of code that has changed.
func (c *CPU) InvalidateCode(page uint64) {}
