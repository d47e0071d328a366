package x86

// sse2Rows is double precision.
//
// Source: SDM Vol. 2, Table A-3.
var sse2Rows = []row{
	{"66 0F 10 /r", MOVUPD, "Vpd Wpd", Unaligned},
	{"66 0F 11 /r", MOVUPD, "Wpd Vpd", Unaligned},
	{"F2 0F 10 /r", MOVSD_X, "Vsd Wsd", 0},
	{"F2 0F 11 /r", MOVSD_X, "Wsd Vsd", 0},
	{"66 0F 12 /r mod!=3", MOVLPD, "Vq Mq", 0},
	{"66 0F 13 /r mod!=3", MOVLPD, "Mq Vq", 0},
	{"66 0F 16 /r mod!=3", MOVHPD, "Vq Mq", 0},
	{"66 0F 17 /r mod!=3", MOVHPD, "Mq Vq", 0},
	{"66 0F 28 /r", MOVAPD, "Vpd Wpd", 0},
	{"66 0F 29 /r", MOVAPD, "Wpd Vpd", 0},
	{"66 0F 2B /r mod!=3", MOVNTPD, "Mpd Vpd", 0},
	{"66 0F 50 /r mod=3", MOVMSKPD, "Gy Upd", 0},

	{"66 0F 51 /r", SQRTPD, "Vpd Wpd", 0},
	{"F2 0F 51 /r", SQRTSD, "Vsd Wsd", 0},
	{"66 0F 58 /r", ADDPD, "Vpd Wpd", 0},
	{"F2 0F 58 /r", ADDSD, "Vsd Wsd", 0},
	{"66 0F 59 /r", MULPD, "Vpd Wpd", 0},
	{"F2 0F 59 /r", MULSD, "Vsd Wsd", 0},
	{"66 0F 5C /r", SUBPD, "Vpd Wpd", 0},
	{"F2 0F 5C /r", SUBSD, "Vsd Wsd", 0},
	{"66 0F 5D /r", MINPD, "Vpd Wpd", 0},
	{"F2 0F 5D /r", MINSD, "Vsd Wsd", 0},
	{"66 0F 5E /r", DIVPD, "Vpd Wpd", 0},
	{"F2 0F 5E /r", DIVSD, "Vsd Wsd", 0},
	{"66 0F 5F /r", MAXPD, "Vpd Wpd", 0},
	{"F2 0F 5F /r", MAXSD, "Vsd Wsd", 0},

	{"66 0F 14 /r", UNPCKLPD, "Vpd Wpd", 0},
	{"66 0F 15 /r", UNPCKHPD, "Vpd Wpd", 0},
	{"66 0F 54 /r", ANDPD, "Vpd Wpd", 0},
	{"66 0F 55 /r", ANDNPD, "Vpd Wpd", 0},
	{"66 0F 56 /r", ORPD, "Vpd Wpd", 0},
	{"66 0F 57 /r", XORPD, "Vpd Wpd", 0},
	{"66 0F 2E /r", UCOMISD, "Vsd Wsd", 0},
	{"66 0F 2F /r", COMISD, "Vsd Wsd", 0},
	{"66 0F C2 /r ib", CMPPD, "Vpd Wpd Ib", 0},
	{"F2 0F C2 /r ib", CMPSD_X, "Vsd Wsd Ib", 0},
	{"66 0F C6 /r ib", SHUFPD, "Vpd Wpd Ib", 0},
}

// convertRows is SSE2's conversions. CVTPI2PD with a memory operand leaves the MMX registers alone (SDM Vol. 2, "CVTPI2PD").
var convertRows = []row{
	{"66 0F 2A /r mod!=3", CVTPI2PD, "Vpd Mq", 0},
	{"66 0F 2A /r mod=3", CVTPI2PD, "Vpd Nq", MMX},
	{"F2 0F 2A /r", CVTSI2SD, "Vsd Ey", 0},
	{"66 0F 2C /r", CVTTPD2PI, "Pq Wpd", MMX},
	{"F2 0F 2C /r", CVTTSD2SI, "Gy Wsd", 0},
	{"66 0F 2D /r", CVTPD2PI, "Pq Wpd", MMX},
	{"F2 0F 2D /r", CVTSD2SI, "Gy Wsd", 0},
	{"NP 0F 5A /r", CVTPS2PD, "Vpd Wq", 0},
	{"66 0F 5A /r", CVTPD2PS, "Vps Wpd", 0},
	{"F3 0F 5A /r", CVTSS2SD, "Vsd Wss", 0},
	{"F2 0F 5A /r", CVTSD2SS, "Vss Wsd", 0},
	{"NP 0F 5B /r", CVTDQ2PS, "Vps Wdq", 0},
	{"66 0F 5B /r", CVTPS2DQ, "Vdq Wps", 0},
	{"F3 0F 5B /r", CVTTPS2DQ, "Vdq Wps", 0},
	{"66 0F E6 /r", CVTTPD2DQ, "Vq Wpd", 0},
	{"F3 0F E6 /r", CVTDQ2PD, "Vpd Wq", 0},
	{"F2 0F E6 /r", CVTPD2DQ, "Vq Wpd", 0},
}
