package x86

// sse3Rows is horizontal arithmetic and duplicating moves.
//
// Source: SDM Vol. 2, Tables for all of this file.
var sse3Rows = []row{
	{"F3 0F 12 /r", MOVSLDUP, "Vps Wps", 0},
	{"F3 0F 16 /r", MOVSHDUP, "Vps Wps", 0},
	{"F2 0F 12 /r", MOVDDUP, "Vpd Wq", 0},
	{"66 0F 7C /r", HADDPD, "Vpd Wpd", 0},
	{"F2 0F 7C /r", HADDPS, "Vps Wps", 0},
	{"66 0F 7D /r", HSUBPD, "Vpd Wpd", 0},
	{"F2 0F 7D /r", HSUBPS, "Vps Wps", 0},
	{"66 0F D0 /r", ADDSUBPD, "Vpd Wpd", 0},
	{"F2 0F D0 /r", ADDSUBPS, "Vps Wps", 0},
	{"F2 0F F0 /r mod!=3", LDDQU, "Vdq Mdq", Unaligned},
}

// ssse3MMXRows and ssse3Rows are the same operations on both register files.
var ssse3MMXRows = []row{
	{"NP 0F 38 00 /r", PSHUFB, "Pq Qq", 0},
	{"NP 0F 38 01 /r", PHADDW, "Pq Qq", 0},
	{"NP 0F 38 02 /r", PHADDD, "Pq Qq", 0},
	{"NP 0F 38 03 /r", PHADDSW, "Pq Qq", 0},
	{"NP 0F 38 04 /r", PMADDUBSW, "Pq Qq", 0},
	{"NP 0F 38 05 /r", PHSUBW, "Pq Qq", 0},
	{"NP 0F 38 06 /r", PHSUBD, "Pq Qq", 0},
	{"NP 0F 38 07 /r", PHSUBSW, "Pq Qq", 0},
	{"NP 0F 38 08 /r", PSIGNB, "Pq Qq", 0},
	{"NP 0F 38 09 /r", PSIGNW, "Pq Qq", 0},
	{"NP 0F 38 0A /r", PSIGND, "Pq Qq", 0},
	{"NP 0F 38 0B /r", PMULHRSW, "Pq Qq", 0},
	{"NP 0F 38 1C /r", PABSB, "Pq Qq", 0},
	{"NP 0F 38 1D /r", PABSW, "Pq Qq", 0},
	{"NP 0F 38 1E /r", PABSD, "Pq Qq", 0},
	{"NP 0F 3A 0F /r ib", PALIGNR, "Pq Qq Ib", 0},
}

// ssse3Rows: see ssse3MMXRows.
var ssse3Rows = []row{
	{"66 0F 38 00 /r", PSHUFB, "Vdq Wdq", 0},
	{"66 0F 38 01 /r", PHADDW, "Vdq Wdq", 0},
	{"66 0F 38 02 /r", PHADDD, "Vdq Wdq", 0},
	{"66 0F 38 03 /r", PHADDSW, "Vdq Wdq", 0},
	{"66 0F 38 04 /r", PMADDUBSW, "Vdq Wdq", 0},
	{"66 0F 38 05 /r", PHSUBW, "Vdq Wdq", 0},
	{"66 0F 38 06 /r", PHSUBD, "Vdq Wdq", 0},
	{"66 0F 38 07 /r", PHSUBSW, "Vdq Wdq", 0},
	{"66 0F 38 08 /r", PSIGNB, "Vdq Wdq", 0},
	{"66 0F 38 09 /r", PSIGNW, "Vdq Wdq", 0},
	{"66 0F 38 0A /r", PSIGND, "Vdq Wdq", 0},
	{"66 0F 38 0B /r", PMULHRSW, "Vdq Wdq", 0},
	{"66 0F 38 1C /r", PABSB, "Vdq Wdq", 0},
	{"66 0F 38 1D /r", PABSW, "Vdq Wdq", 0},
	{"66 0F 38 1E /r", PABSD, "Vdq Wdq", 0},
	{"66 0F 3A 0F /r ib", PALIGNR, "Vdq Wdq Ib", 0},
}

// sse41Rows is blends, dot products, rounding and the missing integer widths. XMM0 is an implicit operand of the variable blends.
var sse41Rows = []row{
	{"66 0F 38 10 /r", PBLENDVB, "Vdq Wdq", 0},
	{"66 0F 38 14 /r", BLENDVPS, "Vps Wps", 0},
	{"66 0F 38 15 /r", BLENDVPD, "Vpd Wpd", 0},
	{"66 0F 38 17 /r", PTEST, "Vdq Wdq", 0},

	{"66 0F 38 20 /r", PMOVSXBW, "Vdq Wq", 0},
	{"66 0F 38 21 /r", PMOVSXBD, "Vdq Wd", 0},
	{"66 0F 38 22 /r", PMOVSXBQ, "Vdq Ww", 0},
	{"66 0F 38 23 /r", PMOVSXWD, "Vdq Wq", 0},
	{"66 0F 38 24 /r", PMOVSXWQ, "Vdq Wd", 0},
	{"66 0F 38 25 /r", PMOVSXDQ, "Vdq Wq", 0},
	{"66 0F 38 30 /r", PMOVZXBW, "Vdq Wq", 0},
	{"66 0F 38 31 /r", PMOVZXBD, "Vdq Wd", 0},
	{"66 0F 38 32 /r", PMOVZXBQ, "Vdq Ww", 0},
	{"66 0F 38 33 /r", PMOVZXWD, "Vdq Wq", 0},
	{"66 0F 38 34 /r", PMOVZXWQ, "Vdq Wd", 0},
	{"66 0F 38 35 /r", PMOVZXDQ, "Vdq Wq", 0},

	{"66 0F 38 28 /r", PMULDQ, "Vdq Wdq", 0},
	{"66 0F 38 29 /r", PCMPEQQ, "Vdq Wdq", 0},
	{"66 0F 38 2A /r mod!=3", MOVNTDQA, "Vdq Mdq", 0},
	{"66 0F 38 2B /r", PACKUSDW, "Vdq Wdq", 0},
	{"66 0F 38 38 /r", PMINSB, "Vdq Wdq", 0},
	{"66 0F 38 39 /r", PMINSD, "Vdq Wdq", 0},
	{"66 0F 38 3A /r", PMINUW, "Vdq Wdq", 0},
	{"66 0F 38 3B /r", PMINUD, "Vdq Wdq", 0},
	{"66 0F 38 3C /r", PMAXSB, "Vdq Wdq", 0},
	{"66 0F 38 3D /r", PMAXSD, "Vdq Wdq", 0},
	{"66 0F 38 3E /r", PMAXUW, "Vdq Wdq", 0},
	{"66 0F 38 3F /r", PMAXUD, "Vdq Wdq", 0},
	{"66 0F 38 40 /r", PMULLD, "Vdq Wdq", 0},
	{"66 0F 38 41 /r", PHMINPOSUW, "Vdq Wdq", 0},

	{"66 0F 3A 08 /r ib", ROUNDPS, "Vps Wps Ib", 0},
	{"66 0F 3A 09 /r ib", ROUNDPD, "Vpd Wpd Ib", 0},
	{"66 0F 3A 0A /r ib", ROUNDSS, "Vss Wss Ib", 0},
	{"66 0F 3A 0B /r ib", ROUNDSD, "Vsd Wsd Ib", 0},
	{"66 0F 3A 0C /r ib", BLENDPS, "Vps Wps Ib", 0},
	{"66 0F 3A 0D /r ib", BLENDPD, "Vpd Wpd Ib", 0},
	{"66 0F 3A 0E /r ib", PBLENDW, "Vdq Wdq Ib", 0},
	{"66 0F 3A 14 /r ib", PEXTRB, "Mb/Ry Vdq Ib", 0},
	{"66 0F 3A 15 /r ib", PEXTRW, "Mw/Ry Vdq Ib", 0},
	{"66 0F 3A 16 /r ib", PEXTRD, "Ed Vdq Ib", 0},
	{"66 REX.W 0F 3A 16 /r ib", PEXTRQ, "Eq Vdq Ib", 0},
	{"66 0F 3A 17 /r ib", EXTRACTPS, "Md/Ry Vdq Ib", 0},
	{"66 0F 3A 20 /r ib", PINSRB, "Vdq Mb/Rd Ib", 0},
	{"66 0F 3A 21 /r ib", INSERTPS, "Vdq Wd Ib", 0},
	{"66 0F 3A 22 /r ib", PINSRD, "Vdq Ed Ib", 0},
	{"66 REX.W 0F 3A 22 /r ib", PINSRQ, "Vdq Eq Ib", 0},
	{"66 0F 3A 40 /r ib", DPPS, "Vps Wps Ib", 0},
	{"66 0F 3A 41 /r ib", DPPD, "Vpd Wpd Ib", 0},
	{"66 0F 3A 42 /r ib", MPSADBW, "Vdq Wdq Ib", 0},
}

// sse42Rows is string comparison, whose memory operand needs no alignment, and PCMPGTQ.
var sse42Rows = []row{
	{"66 0F 38 37 /r", PCMPGTQ, "Vdq Wdq", 0},
	{"66 0F 3A 60 /r ib", PCMPESTRM, "Vdq Wdq Ib", Unaligned},
	{"66 0F 3A 61 /r ib", PCMPESTRI, "Vdq Wdq Ib", Unaligned},
	{"66 0F 3A 62 /r ib", PCMPISTRM, "Vdq Wdq Ib", Unaligned},
	{"66 0F 3A 63 /r ib", PCMPISTRI, "Vdq Wdq Ib", Unaligned},
}
