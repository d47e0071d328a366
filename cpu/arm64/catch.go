package arm64

// catchSoftware stops before an exception that is part of its instruction, if the debugger waits for it.
func (c *CPU) catchSoftware(e *exception) {}
