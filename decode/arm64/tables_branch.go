package arm64

// branchRows is branches.
//
// Source: Arm ARM, "Branches, Exception Generating and System instructions".
var branchRows = []row{
	{"01010100iiiiiiiiiiiiiiiiiii0cccc", Bcond, ""},
	{"000101iiiiiiiiiiiiiiiiiiiiiiiiii", B, ""},
	{"100101iiiiiiiiiiiiiiiiiiiiiiiiii", BL, ""},
	{"z0110100iiiiiiiiiiiiiiiiiiittttt", CBZ, ""},
	{"z0110101iiiiiiiiiiiiiiiiiiittttt", CBNZ, ""},
	{"b0110110bbbbbiiiiiiiiiiiiiittttt", TBZ, ""},
	{"b0110111bbbbbiiiiiiiiiiiiiittttt", TBNZ, ""},
	{"1101011000011111000000nnnnn00000", BR, ""},
	{"1101011000111111000000nnnnn00000", BLR, ""},
	{"1101011001011111000000nnnnn00000", RET, ""},
	{"11010110100111110000001111100000", ERET, ""},
	{"11010110101111110000001111100000", DRPS, ""},
}

// authBranchRows is branches to addresses that carry a pointer authentication code. M is the key, A or B.
var authBranchRows = []row{
	{"110101100001111100001Mnnnnn11111", BRAA, ""},
	{"110101110001111100001Mnnnnnmmmmm", BRAA, ""},
	{"110101100011111100001Mnnnnn11111", BLRAA, ""},
	{"110101110011111100001Mnnnnnmmmmm", BLRAA, ""},
	{"110101100101111100001M1111111111", RETAA, ""},
	{"110101101001111100001M1111111111", ERETAA, ""},
}

// exceptionRows is exception generation, and the permanently undefined instruction.
var exceptionRows = []row{
	{"0000000000000000iiiiiiiiiiiiiiii", UDF, ""},
	{"11010100000iiiiiiiiiiiiiiii00001", SVC, ""},
	{"11010100000iiiiiiiiiiiiiiii00010", HVC, ""},
	{"11010100000iiiiiiiiiiiiiiii00011", SMC, ""},
	{"11010100001iiiiiiiiiiiiiiii00000", BRK, ""},
	{"11010100010iiiiiiiiiiiiiiii00000", HLT, ""},
	{"11010100101iiiiiiiiiiiiiiii00001", DCPS1, ""},
	{"11010100101iiiiiiiiiiiiiiii00010", DCPS2, ""},
	{"11010100101iiiiiiiiiiiiiiii00011", DCPS3, ""},
}
