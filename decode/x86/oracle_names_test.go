package x86

// The oracle has one mnemonic a width or condition where Op has one for all.

var oracleConditions = [16]string{"O", "NO", "B", "AE", "E", "NE", "BE", "A", "S", "NS", "P", "NP", "L", "GE", "LE", "G"}

// oracleNames is plain renamings.
var oracleNames = map[Op]string{
	CALLF: "LCALL", JMPF: "LJMP", RETF: "LRET", INT1: "ICEBP", INT3: "INT", XLAT: "XLATB", MOVSD_X: "MOVSD_XMM", CMPSD_X: "CMPSD_XMM",
	MOVTOCR: "MOV", MOVFROMCR: "MOV", MOVTODR: "MOV", MOVFROMDR: "MOV", MOVTOSEG: "MOV", MOVFROMSEG: "MOV", PUSHSEG: "PUSH", POPSEG: "POP",
}

// widthNames is names by operand size: 2, 4, 8.
var widthNames = map[Op][3]string{
	CBW: {"CBW", "CWDE", "CDQE"}, CWD: {"CWD", "CDQ", "CQO"}, IRET: {"IRET", "IRETD", "IRETQ"},
	PUSHA: {"PUSHA", "PUSHAD"}, POPA: {"POPA", "POPAD"}, PUSHF: {"PUSHF", "PUSHFD", "PUSHFQ"}, POPF: {"POPF", "POPFD", "POPFQ"},
	FXSAVE: {"FXSAVE", "FXSAVE", "FXSAVE64"}, FXRSTOR: {"FXRSTOR", "FXRSTOR", "FXRSTOR64"}, XSAVE: {"XSAVE", "XSAVE", "XSAVE64"},
	XRSTOR: {"XRSTOR", "XRSTOR", "XRSTOR64"}, XSAVEOPT: {"XSAVEOPT", "XSAVEOPT", "XSAVEOPT64"}, XSAVEC: {"XSAVEC", "XSAVEC", "XSAVEC64"},
	XSAVES: {"XSAVES", "XSAVES", "XSAVES64"}, XRSTORS: {"XRSTORS", "XRSTORS", "XRSTORS64"},
}

// stringOps takes a letter for the width of its memory operand, which is the operand Operand(index).
var stringOps = map[Op]int{MOVS: 0, CMPS: 0, STOS: 0, LODS: 1, SCAS: 1, INS: 0, OUTS: 1}

// oracleName is the oracle's mnemonic for an instruction.
func oracleName(i *Inst) string {
	if n, ok := stringOps[i.Op]; ok {
		return i.Op.String() + map[int]string{1: "B", 2: "W", 4: "D", 8: "Q"}[i.OperandSize(n)]
	}
	if names, ok := widthNames[i.Op]; ok {
		return names[i.OpSize>>2]
	}
	condition := oracleConditions[i.Opcode&15]
	switch i.Op {
	case JCC:
		return "J" + condition
	case SETCC:
		return "SET" + condition
	case CMOVCC:
		return "CMOV" + condition
	case JCXZ:
		return map[uint8]string{2: "JCXZ", 4: "JECXZ", 8: "JRCXZ"}[i.AddrSize]
	}
	if name, ok := oracleNames[i.Op]; ok {
		return name
	}
	return i.Op.String()
}
