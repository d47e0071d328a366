package x86

// fxsrRows saves and restores x87, MMX and SSE state; REX.W selects the form with 64-bit pointers.
//
// Source: SDM Vol. 2, Table A-6 (groups 9, 15, 7).
var fxsrRows = []row{
	{"NP 0F AE /0 mod!=3", FXSAVE, "Mfx", X87},
	{"NP 0F AE /1 mod!=3", FXRSTOR, "Mfx", X87},
}

var xsaveRows = []row{
	{"NP 0F AE /4 mod!=3", XSAVE, "M", 0},
	{"NP 0F AE /5 mod!=3", XRSTOR, "M", 0},
	{"NP 0F 01 D0", XGETBV, "", 0},
	{"NP 0F 01 D1", XSETBV, "", End},
}

var xsaveoptRows = []row{
	{"NP 0F AE /6 mod!=3", XSAVEOPT, "M", 0},
}

var xsavecRows = []row{
	{"NP 0F C7 /4 mod!=3", XSAVEC, "M", 0},
}

var xsavesRows = []row{
	{"NP 0F C7 /3 mod!=3", XRSTORS, "M", 0},
	{"NP 0F C7 /5 mod!=3", XSAVES, "M", 0},
}
