package x86

import decode "stasis/decode/x86"

// branchOps are the instructions that always branch; conditional ones note that they did in CPU.taken.
var branchOps = map[decode.Op]bool{decode.JMP: true, decode.CALL: true, decode.RET: true, decode.JMPF: true, decode.CALLF: true,
	decode.RETF: true, decode.IRET: true, decode.SYSCALL: true, decode.SYSRET: true, decode.SYSENTER: true, decode.SYSEXIT: true}

// branched reports whether the instruction just executed took a branch, as single-stepping on branches has it. An iteration of
// REP is none.
func (c *CPU) branched(i *Inst) bool { return c.taken || branchOps[i.Op] }
