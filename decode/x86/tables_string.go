package x86

// stringRows is string instructions and port I/O. The width comes from the operands: the manual's MOVSB, MOVSW, MOVSD and
// MOVSQ are all MOVS.
//
// Source: SDM Vol. 2, Table A-2.
var stringRows = []row{
	{"A4", MOVS, "Yb Xb", Rep},
	{"A5", MOVS, "Yv Xv", Rep},
	{"A6", CMPS, "Xb Yb", Rep},
	{"A7", CMPS, "Xv Yv", Rep},
	{"AA", STOS, "Yb AL", Rep},
	{"AB", STOS, "Yv rAX", Rep},
	{"AC", LODS, "AL Xb", Rep},
	{"AD", LODS, "rAX Xv", Rep},
	{"AE", SCAS, "AL Yb", Rep},
	{"AF", SCAS, "rAX Yv", Rep},

	{"6C", INS, "Yb DX", Rep | IO | End},
	{"6D", INS, "Yz DX", Rep | IO | End},
	{"6E", OUTS, "DX Xb", Rep | IO | End},
	{"6F", OUTS, "DX Xz", Rep | IO | End},
	{"E4 ib", IN, "AL Ib", IO},
	{"E5 ib", IN, "eAX Ib", IO},
	{"E6 ib", OUT, "Ib AL", IO},
	{"E7 ib", OUT, "Ib eAX", IO},
	{"EC", IN, "AL DX", IO},
	{"ED", IN, "eAX DX", IO},
	{"EE", OUT, "DX AL", IO},
	{"EF", OUT, "DX eAX", IO},
}
