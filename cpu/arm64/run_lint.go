//go:build lint

package arm64

// run stands for the generated function where the code is analysed.
func (c *CPU) run(in *uop) { c.engine.exitOp = in }
