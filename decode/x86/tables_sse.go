package x86

// sseRows is single precision.
//
// Source: SDM Vol. 2, Tables A-3 and A-6 (group 15). CVTPI2PS and its kin also touch the MMX registers.
var sseRows = []row{
	{"NP 0F 10 /r", MOVUPS, "Vps Wps", Unaligned},
	{"NP 0F 11 /r", MOVUPS, "Wps Vps", Unaligned},
	{"F3 0F 10 /r", MOVSS, "Vss Wss", 0},
	{"F3 0F 11 /r", MOVSS, "Wss Vss", 0},
	{"NP 0F 12 /r mod!=3", MOVLPS, "Vq Mq", 0},
	{"NP 0F 12 /r mod=3", MOVHLPS, "Vq Uq", 0},
	{"NP 0F 13 /r mod!=3", MOVLPS, "Mq Vq", 0},
	{"NP 0F 16 /r mod!=3", MOVHPS, "Vq Mq", 0},
	{"NP 0F 16 /r mod=3", MOVLHPS, "Vq Uq", 0},
	{"NP 0F 17 /r mod!=3", MOVHPS, "Mq Vq", 0},
	{"NP 0F 28 /r", MOVAPS, "Vps Wps", 0},
	{"NP 0F 29 /r", MOVAPS, "Wps Vps", 0},
	{"NP 0F 2B /r mod!=3", MOVNTPS, "Mps Vps", 0},
	{"NP 0F 50 /r mod=3", MOVMSKPS, "Gy Ups", 0},

	{"NP 0F 51 /r", SQRTPS, "Vps Wps", 0},
	{"F3 0F 51 /r", SQRTSS, "Vss Wss", 0},
	{"NP 0F 58 /r", ADDPS, "Vps Wps", 0},
	{"F3 0F 58 /r", ADDSS, "Vss Wss", 0},
	{"NP 0F 59 /r", MULPS, "Vps Wps", 0},
	{"F3 0F 59 /r", MULSS, "Vss Wss", 0},
	{"NP 0F 5C /r", SUBPS, "Vps Wps", 0},
	{"F3 0F 5C /r", SUBSS, "Vss Wss", 0},
	{"NP 0F 5D /r", MINPS, "Vps Wps", 0},
	{"F3 0F 5D /r", MINSS, "Vss Wss", 0},
	{"NP 0F 5E /r", DIVPS, "Vps Wps", 0},
	{"F3 0F 5E /r", DIVSS, "Vss Wss", 0},
	{"NP 0F 5F /r", MAXPS, "Vps Wps", 0},
	{"F3 0F 5F /r", MAXSS, "Vss Wss", 0},

	{"NP 0F 14 /r", UNPCKLPS, "Vps Wps", 0},
	{"NP 0F 15 /r", UNPCKHPS, "Vps Wps", 0},
	{"NP 0F 54 /r", ANDPS, "Vps Wps", 0},
	{"NP 0F 55 /r", ANDNPS, "Vps Wps", 0},
	{"NP 0F 56 /r", ORPS, "Vps Wps", 0},
	{"NP 0F 57 /r", XORPS, "Vps Wps", 0},
	{"NP 0F 52 /r", RSQRTPS, "Vps Wps", 0},
	{"F3 0F 52 /r", RSQRTSS, "Vss Wss", 0},
	{"NP 0F 53 /r", RCPPS, "Vps Wps", 0},
	{"F3 0F 53 /r", RCPSS, "Vss Wss", 0},
	{"NP 0F 2E /r", UCOMISS, "Vss Wss", 0},
	{"NP 0F 2F /r", COMISS, "Vss Wss", 0},
	{"NP 0F C2 /r ib", CMPPS, "Vps Wps Ib", 0},
	{"F3 0F C2 /r ib", CMPSS, "Vss Wss Ib", 0},
	{"NP 0F C6 /r ib", SHUFPS, "Vps Wps Ib", 0},

	{"NP 0F 2A /r", CVTPI2PS, "Vq Qq", MMX},
	{"F3 0F 2A /r", CVTSI2SS, "Vss Ey", 0},
	{"NP 0F 2C /r", CVTTPS2PI, "Pq Wq", MMX},
	{"F3 0F 2C /r", CVTTSS2SI, "Gy Wss", 0},
	{"NP 0F 2D /r", CVTPS2PI, "Pq Wq", MMX},
	{"F3 0F 2D /r", CVTSS2SI, "Gy Wss", 0},

	{"NP 0F AE /2 mod!=3", LDMXCSR, "Md", 0},
	{"NP 0F AE /3 mod!=3", STMXCSR, "Md", 0},
}

// fenceRows is the parts of SSE that need no vector state. SFENCE came with SSE, the others with SSE2; each processor with one has all.
var fenceRows = []row{
	{"NP 0F AE /5 mod=3", LFENCE, "", 0},
	{"NP 0F AE /6 mod=3", MFENCE, "", 0},
	{"NP 0F AE /7 mod=3", SFENCE, "", 0},
	{"NP 0F C3 /r mod!=3", MOVNTI, "My Gy", 0},
}
