package arm64

// registerRows is data processing on general-purpose registers. z is the width; t the shift, e the extension.
//
// Source: Arm ARM, "Data Processing -- Register".
var registerRows = []row{
	{"z0001010tt0mmmmmiiiiiinnnnnddddd", ANDshift, "z=1|i<32"},
	{"z0001010tt1mmmmmiiiiiinnnnnddddd", BICshift, "z=1|i<32"},
	{"z0101010tt0mmmmmiiiiiinnnnnddddd", ORRshift, "z=1|i<32"},
	{"z0101010tt1mmmmmiiiiiinnnnnddddd", ORNshift, "z=1|i<32"},
	{"z1001010tt0mmmmmiiiiiinnnnnddddd", EORshift, "z=1|i<32"},
	{"z1001010tt1mmmmmiiiiiinnnnnddddd", EONshift, "z=1|i<32"},
	{"z1101010tt0mmmmmiiiiiinnnnnddddd", ANDSshift, "z=1|i<32"},
	{"z1101010tt1mmmmmiiiiiinnnnnddddd", BICSshift, "z=1|i<32"},
	{"z0001011tt0mmmmmiiiiiinnnnnddddd", ADDshift, "t!=3 z=1|i<32"},
	{"z0001011001mmmmmeeeiiinnnnnddddd", ADDext, "i<5"},
	{"z0101011tt0mmmmmiiiiiinnnnnddddd", ADDSshift, "t!=3 z=1|i<32"},
	{"z0101011001mmmmmeeeiiinnnnnddddd", ADDSext, "i<5"},
	{"z1001011tt0mmmmmiiiiiinnnnnddddd", SUBshift, "t!=3 z=1|i<32"},
	{"z1001011001mmmmmeeeiiinnnnnddddd", SUBext, "i<5"},
	{"z1101011tt0mmmmmiiiiiinnnnnddddd", SUBSshift, "t!=3 z=1|i<32"},
	{"z1101011001mmmmmeeeiiinnnnnddddd", SUBSext, "i<5"},
	{"z0011010000mmmmm000000nnnnnddddd", ADC, ""},
	{"z0111010000mmmmm000000nnnnnddddd", ADCS, ""},
	{"z1011010000mmmmm000000nnnnnddddd", SBC, ""},
	{"z1111010000mmmmm000000nnnnnddddd", SBCS, ""},
	{"z0111010010mmmmmcccc00nnnnn0ffff", CCMNreg, ""},
	{"z0111010010iiiiicccc10nnnnn0ffff", CCMNimm, ""},
	{"z1111010010mmmmmcccc00nnnnn0ffff", CCMPreg, ""},
	{"z1111010010iiiiicccc10nnnnn0ffff", CCMPimm, ""},
	{"z0011010100mmmmmcccc00nnnnnddddd", CSEL, ""},
	{"z0011010100mmmmmcccc01nnnnnddddd", CSINC, ""},
	{"z1011010100mmmmmcccc00nnnnnddddd", CSINV, ""},
	{"z1011010100mmmmmcccc01nnnnnddddd", CSNEG, ""},
	{"z0011011000mmmmm0aaaaannnnnddddd", MADD, ""},
	{"z0011011000mmmmm1aaaaannnnnddddd", MSUB, ""},
	{"10011011001mmmmm0aaaaannnnnddddd", SMADDL, ""},
	{"10011011001mmmmm1aaaaannnnnddddd", SMSUBL, ""},
	{"10011011010mmmmm0xxxxxnnnnnddddd", SMULH, ""},
	{"10011011101mmmmm0aaaaannnnnddddd", UMADDL, ""},
	{"10011011101mmmmm1aaaaannnnnddddd", UMSUBL, ""},
	{"10011011110mmmmm0xxxxxnnnnnddddd", UMULH, ""},
	{"z0011010110mmmmm000010nnnnnddddd", UDIV, ""},
	{"z0011010110mmmmm000011nnnnnddddd", SDIV, ""},
	{"z0011010110mmmmm001000nnnnnddddd", LSLV, ""},
	{"z0011010110mmmmm001001nnnnnddddd", LSRV, ""},
	{"z0011010110mmmmm001010nnnnnddddd", ASRV, ""},
	{"z0011010110mmmmm001011nnnnnddddd", RORV, ""},
	{"z101101011000000000000nnnnnddddd", RBIT, ""},
	{"z101101011000000000001nnnnnddddd", REV16, ""},
	{"0101101011000000000010nnnnnddddd", REV, ""},
	{"1101101011000000000011nnnnnddddd", REV, ""},
	{"1101101011000000000010nnnnnddddd", REV32, ""},
	{"z101101011000000000100nnnnnddddd", CLZ, ""},
	{"z101101011000000000101nnnnnddddd", CLS, ""},
}

// crcRows is CRC32 and CRC32C of a byte, halfword, word (s) or doubleword.
var crcRows = []row{
	{"00011010110mmmmm0100ssnnnnnddddd", CRC32, "s!=3"},
	{"10011010110mmmmm010011nnnnnddddd", CRC32, ""},
	{"00011010110mmmmm0101ssnnnnnddddd", CRC32C, "s!=3"},
	{"10011010110mmmmm010111nnnnnddddd", CRC32C, ""},
}

// authRows is pointer authentication of a register. Z has no modifier.
var authRows = []row{
	{"110110101100000100Z000nnnnnddddd", PACIA, "Z=0|n=31"},
	{"110110101100000100Z001nnnnnddddd", PACIB, "Z=0|n=31"},
	{"110110101100000100Z010nnnnnddddd", PACDA, "Z=0|n=31"},
	{"110110101100000100Z011nnnnnddddd", PACDB, "Z=0|n=31"},
	{"110110101100000100Z100nnnnnddddd", AUTIA, "Z=0|n=31"},
	{"110110101100000100Z101nnnnnddddd", AUTIB, "Z=0|n=31"},
	{"110110101100000100Z110nnnnnddddd", AUTDA, "Z=0|n=31"},
	{"110110101100000100Z111nnnnnddddd", AUTDB, "Z=0|n=31"},
	{"110110101100000101000011111ddddd", XPACI, ""},
	{"110110101100000101000111111ddddd", XPACD, ""},
	{"10011010110mmmmm001100nnnnnddddd", PACGA, ""},
}

// flagRows moves bits and comparisons into the flags.
var flagRows = []row{
	{"10111010000iiiiii00001nnnnn0ffff", RMIF, ""},
	{"0011101000000000000010nnnnn01101", SETF8, ""},
	{"0011101000000000010010nnnnn01101", SETF16, ""},
}
