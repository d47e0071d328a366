package arm64

// exclusiveRows is load-acquire, store-release and the exclusives.
//
// Source: Arm ARM, "Load/store exclusive register", "Load/store ordered".
var exclusiveRows = []row{
	{"ss001000000wwwww0xxxxxnnnnnttttt", STXR, ""},
	{"ss001000000wwwww1xxxxxnnnnnttttt", STLXR, ""},
	{"ss001000010xxxxx0xxxxxnnnnnttttt", LDXR, ""},
	{"ss001000010xxxxx1xxxxxnnnnnttttt", LDAXR, ""},
	{"1s001000001wwwww0aaaaannnnnttttt", STXP, ""},
	{"1s001000001wwwww1aaaaannnnnttttt", STLXP, ""},
	{"1s001000011xxxxx0aaaaannnnnttttt", LDXP, ""},
	{"1s001000011xxxxx1aaaaannnnnttttt", LDAXP, ""},
	{"ss001000100xxxxx1xxxxxnnnnnttttt", STLR, ""},
	{"ss001000110xxxxx1xxxxxnnnnnttttt", LDAR, ""},
}

// lseRows is the atomics of the Large System Extensions. A is acquire, R is release; CASP takes even registers.
var lseRows = []row{
	{"0s0010000A1wwww0R11111nnnnntttt0", CASP, ""},
	{"ss0010001A1wwwwwR11111nnnnnttttt", CAS, ""},
	{"ss111000AR1wwwww000000nnnnnttttt", LDADD, ""},
	{"ss111000AR1wwwww000100nnnnnttttt", LDCLR, ""},
	{"ss111000AR1wwwww001000nnnnnttttt", LDEOR, ""},
	{"ss111000AR1wwwww001100nnnnnttttt", LDSET, ""},
	{"ss111000AR1wwwww010000nnnnnttttt", LDSMAX, ""},
	{"ss111000AR1wwwww010100nnnnnttttt", LDSMIN, ""},
	{"ss111000AR1wwwww011000nnnnnttttt", LDUMAX, ""},
	{"ss111000AR1wwwww011100nnnnnttttt", LDUMIN, ""},
	{"ss111000AR1wwwww100000nnnnnttttt", SWP, ""},
}

// lrcpcRows is load-acquire with RCpc order.
var lrcpcRows = []row{
	{"ss111000101xxxxx110000nnnnnttttt", LDAPR, ""},
}

// rcpcOffsetRows is such loads and stores at an offset that is not scaled. Those that extend the sign have 64 bits (o=0) or 32.
//
// Source: Arm ARM, "LDAPR/STLR (unscaled immediate)".
var rcpcOffsetRows = []row{
	{"ss011001000iiiiiiiii00nnnnnttttt", STLUR, ""},
	{"ss011001010iiiiiiiii00nnnnnttttt", LDAPUR, ""},
	{"ss0110011o0iiiiiiiii00nnnnnttttt", LDAPURS, "s!=3 s!=2|o=0"},
}
