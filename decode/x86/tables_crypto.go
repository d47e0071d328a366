package x86

// aesRows is AES-NI.
//
// Source: SDM Vol. 2, Tables for all of this file.
var aesRows = []row{
	{"66 0F 38 DB /r", AESIMC, "Vdq Wdq", 0},
	{"66 0F 38 DC /r", AESENC, "Vdq Wdq", 0},
	{"66 0F 38 DD /r", AESENCLAST, "Vdq Wdq", 0},
	{"66 0F 38 DE /r", AESDEC, "Vdq Wdq", 0},
	{"66 0F 38 DF /r", AESDECLAST, "Vdq Wdq", 0},
	{"66 0F 3A DF /r ib", AESKEYGENASSIST, "Vdq Wdq Ib", 0},
}

// pclmulRows is carry-less multiplication.
var pclmulRows = []row{
	{"66 0F 3A 44 /r ib", PCLMULQDQ, "Vdq Wdq Ib", 0},
}

// shaRows is SHA-1 and SHA-256.
var shaRows = []row{
	{"NP 0F 38 C8 /r", SHA1NEXTE, "Vdq Wdq", 0},
	{"NP 0F 38 C9 /r", SHA1MSG1, "Vdq Wdq", 0},
	{"NP 0F 38 CA /r", SHA1MSG2, "Vdq Wdq", 0},
	{"NP 0F 38 CB /r", SHA256RNDS2, "Vdq Wdq", 0},
	{"NP 0F 38 CC /r", SHA256MSG1, "Vdq Wdq", 0},
	{"NP 0F 38 CD /r", SHA256MSG2, "Vdq Wdq", 0},
	{"NP 0F 3A CC /r ib", SHA1RNDS4, "Vdq Wdq Ib", 0},
}
