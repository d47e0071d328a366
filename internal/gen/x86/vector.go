package main

// floats makes the cases of x87, MMX and SSE instructions.
func (u *uops) floats() {
	for _, call := range []struct {
		name, function string
		access         int
	}{
		{"uCallX87", "c.callX87", 0}, {"uCallSSE", "c.callSSE", 0},
		{"uX87_m32", "x87Memory[uint32]", 4}, {"uX87_m64", "x87Memory[uint64]", 8}, {"uX87_r", "c.x87Register", 0},
		{"uFLD_m32", "x87Load[uint32]", 4}, {"uFLD_m64", "x87Load[uint64]", 8}, {"uFLD_m80", "c.x87Load80", 10}, {"uFLD_r", "c.x87Copy", 0},
		{"uFILD_m16", "x87LoadInteger[int16]", 2}, {"uFILD_m32", "x87LoadInteger[int32]", 4}, {"uFILD_m64", "x87LoadInteger[int64]", 8},
		{"uFST_m32", "x87Store[uint32]", 4}, {"uFST_m64", "x87Store[uint64]", 8}, {"uFSTP_m80", "c.x87Store80", 10}, {"uFST_r", "c.x87Move", 0},
		{"uFXCH_r", "c.x87Exchange", 0},
	} {
		arguments := "(in)"
		if call.function[0] == 'x' {
			arguments = "(c, in)"
		}
		u.Add(call.name, call.access, "in = "+call.function+arguments)
	}
}
