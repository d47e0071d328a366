package x86

// bitRows is bit tests and scans.
//
// Source: SDM Vol. 2, Tables A-3 and A-6 (group 8).
var bitRows = []row{
	{"0F A3 /r", BT, "Ev Gv", 0},
	{"0F AB /r", BTS, "Ev Gv", Lock},
	{"0F B3 /r", BTR, "Ev Gv", Lock},
	{"0F BB /r", BTC, "Ev Gv", Lock},
	{"0F BA /4 ib", BT, "Ev Ib", 0},
	{"0F BA /5 ib", BTS, "Ev Ib", Lock},
	{"0F BA /6 ib", BTR, "Ev Ib", Lock},
	{"0F BA /7 ib", BTC, "Ev Ib", Lock},
	{"0F BC /r", BSF, "Gv Ev", 0},
	{"0F BD /r", BSR, "Gv Ev", 0},
}

// lzcntRows and tzcntRows are special: where the feature is hidden the CPU executes BSR and BSF instead of raising #UD, since
// the prefix is then ignored (SDM Vol. 2, "LZCNT" and "TZCNT").
var lzcntRows = []row{
	{"F3 0F BD /r", LZCNT, "Gv Ev", 0},
}

var tzcntRows = []row{
	{"F3 0F BC /r", TZCNT, "Gv Ev", 0},
}

var popcntRows = []row{
	{"F3 0F B8 /r", POPCNT, "Gv Ev", 0},
}

var crc32Rows = []row{
	{"F2 0F 38 F0 /r", CRC32, "Gy Eb", 0},
	{"F2 0F 38 F1 /r", CRC32, "Gy Ev", 0},
}

var rdrandRows = []row{
	{"NP 0F C7 /6 mod=3", RDRAND, "Rv", 0},
	{"66 0F C7 /6 mod=3", RDRAND, "Rv", 0},
}

var rdseedRows = []row{
	{"NP 0F C7 /7 mod=3", RDSEED, "Rv", 0},
	{"66 0F C7 /7 mod=3", RDSEED, "Rv", 0},
}
