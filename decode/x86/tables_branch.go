package x86

// branchRows is every transfer of control that user code uses. Near branches have a 64-bit operand in 64-bit mode whatever the
// prefixes say: the 66 prefix is ignored there, as on Intel (SDM Vol. 2, "Superscripts Utilized in Opcode Tables", f64); AMD would
// truncate RIP.
//
// UD0 and UD1 take a ModRM byte as on Intel; AMD raises #UD without fetching it.
//
// Sources: SDM Vol. 2, Tables and A-6 (group 5).
var branchRows = []row{
	{"70+cc jb", JCC, "Jb", F64 | End},
	{"0F 80+cc jz", JCC, "Jz", F64 | End},
	{"E0 jb", LOOPNE, "Jb", F64 | End},
	{"E1 jb", LOOPE, "Jb", F64 | End},
	{"E2 jb", LOOP, "Jb", F64 | End},
	{"E3 jb", JCXZ, "Jb", F64 | End},
	{"E8 jz", CALL, "Jz", F64 | End},
	{"E9 jz", JMP, "Jz", F64 | End},
	{"EB jb", JMP, "Jb", F64 | End},
	{"FF /2", CALL, "Ev", F64 | End},
	{"FF /4", JMP, "Ev", F64 | End},
	{"C2 iw", RET, "Iw", F64 | End},
	{"C3", RET, "", F64 | End},

	{"9A ap", CALLF, "Ap", I64 | End},
	{"EA ap", JMPF, "Ap", I64 | End},
	{"FF /3 mod!=3", CALLF, "Mp", End},
	{"FF /5 mod!=3", JMPF, "Mp", End},
	{"CA iw", RETF, "Iw", End},
	{"CB", RETF, "", End},

	{"CC", INT3, "", End},
	{"CD ib", INT, "Ib", End},
	{"CE", INTO, "", I64 | End},
	{"CF", IRET, "", End},
	{"F1", INT1, "", End},
	{"62 /r mod!=3", BOUND, "Gv Ma", I64},

	{"0F 0B", UD2, "", End},
	{"0F B9 /r", UD1, "Gv Ev", End},
	{"0F FF /r", UD0, "Gv Ev", End},
}

// flagRows sets single flags. STI ends a block for its interrupt shadow.
var flagRows = []row{
	{"F5", CMC, "", 0},
	{"F8", CLC, "", 0},
	{"F9", STC, "", 0},
	{"FA", CLI, "", 0},
	{"FB", STI, "", End},
	{"FC", CLD, "", 0},
	{"FD", STD, "", 0},
}
