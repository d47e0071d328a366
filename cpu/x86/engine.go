package x86

type engine struct{}

func (e *engine) init()                                   {}
func (e *engine) evictCode(slot int)                      {}
func (e *engine) dropCode()                               {}
func (e *engine) breakpointsChanged(_, _ map[uint64]bool) {}

func (c *CPU) runBlocks()              { c.step() }
func (c *CPU) InvalidateCode(p uint64) {}
func (c *CPU) segmentsChanged()        {}
