package arm64

// aesRows is the rounds of AES.
//
// Source: Arm ARM, "Cryptographic AES", "Cryptographic three-register SHA" and the like.
var aesRows = []row{
	{"0100111000101000010010nnnnnddddd", AESE, ""},
	{"0100111000101000010110nnnnnddddd", AESD, ""},
	{"0100111000101000011010nnnnnddddd", AESMC, ""},
	{"0100111000101000011110nnnnnddddd", AESIMC, ""},
}

// sha1Rows is SHA-1.
var sha1Rows = []row{
	{"01011110000mmmmm000000nnnnnddddd", SHA1C, ""},
	{"01011110000mmmmm000100nnnnnddddd", SHA1P, ""},
	{"01011110000mmmmm001000nnnnnddddd", SHA1M, ""},
	{"01011110000mmmmm001100nnnnnddddd", SHA1SU0, ""},
	{"0101111000101000000010nnnnnddddd", SHA1H, ""},
	{"0101111000101000000110nnnnnddddd", SHA1SU1, ""},
}

// sha256Rows is SHA-256.
var sha256Rows = []row{
	{"01011110000mmmmm010000nnnnnddddd", SHA256H, ""},
	{"01011110000mmmmm010100nnnnnddddd", SHA256H2, ""},
	{"01011110000mmmmm011000nnnnnddddd", SHA256SU1, ""},
	{"0101111000101000001010nnnnnddddd", SHA256SU0, ""},
}

// sha512Rows is SHA-512.
var sha512Rows = []row{
	{"11001110011mmmmm100000nnnnnddddd", SHA512H, ""},
	{"11001110011mmmmm100001nnnnnddddd", SHA512H2, ""},
	{"11001110011mmmmm100010nnnnnddddd", SHA512SU1, ""},
	{"1100111011000000100000nnnnnddddd", SHA512SU0, ""},
}

// sha3Rows is what SHA-3 is made of.
var sha3Rows = []row{
	{"11001110000mmmmm0aaaaannnnnddddd", EOR3, ""},
	{"11001110001mmmmm0aaaaannnnnddddd", BCAX, ""},
	{"11001110011mmmmm100011nnnnnddddd", RAX1, ""},
	{"11001110100mmmmmiiiiiinnnnnddddd", XAR, ""},
}

// pmullRows multiplies polynomials of 64 bits.
var pmullRows = []row{
	{"0q001110111mmmmm111000nnnnnddddd", PMULL, ""},
}
