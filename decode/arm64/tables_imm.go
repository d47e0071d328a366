package arm64

// immediateRows is data processing with an immediate. A 32-bit operation has no N and no count above 31; a logical immediate is no run
// of ones over the whole element.
//
// Source: Arm ARM, "Data Processing -- Immediate".
var immediateRows = []row{
	{"0ii10000iiiiiiiiiiiiiiiiiiiddddd", ADR, ""},
	{"1ii10000iiiiiiiiiiiiiiiiiiiddddd", ADRP, ""},
	{"z00100010siiiiiiiiiiiinnnnnddddd", ADDimm, ""},
	{"z01100010siiiiiiiiiiiinnnnnddddd", ADDSimm, ""},
	{"z10100010siiiiiiiiiiiinnnnnddddd", SUBimm, ""},
	{"z11100010siiiiiiiiiiiinnnnnddddd", SUBSimm, ""},
	{"z00100100Nrrrrrriiiiiinnnnnddddd", ANDimm, "N=0|z=1 N=1|i!=31 N=1|i!=47 N=1|i!=55 N=1|i!=59 N=1|i<61 N=0|i!=63"},
	{"z01100100Nrrrrrriiiiiinnnnnddddd", ORRimm, "N=0|z=1 N=1|i!=31 N=1|i!=47 N=1|i!=55 N=1|i!=59 N=1|i<61 N=0|i!=63"},
	{"z10100100Nrrrrrriiiiiinnnnnddddd", EORimm, "N=0|z=1 N=1|i!=31 N=1|i!=47 N=1|i!=55 N=1|i!=59 N=1|i<61 N=0|i!=63"},
	{"z11100100Nrrrrrriiiiiinnnnnddddd", ANDSimm, "N=0|z=1 N=1|i!=31 N=1|i!=47 N=1|i!=55 N=1|i!=59 N=1|i<61 N=0|i!=63"},
	{"z00100101hhiiiiiiiiiiiiiiiiddddd", MOVN, "z=1|h<2"},
	{"z10100101hhiiiiiiiiiiiiiiiiddddd", MOVZ, "z=1|h<2"},
	{"z11100101hhiiiiiiiiiiiiiiiiddddd", MOVK, "z=1|h<2"},
	{"z00100110Nrrrrrriiiiiinnnnnddddd", SBFM, "N=z z=1|r<32 z=1|i<32"},
	{"z01100110Nrrrrrriiiiiinnnnnddddd", BFM, "N=z z=1|r<32 z=1|i<32"},
	{"z10100110Nrrrrrriiiiiinnnnnddddd", UBFM, "N=z z=1|r<32 z=1|i<32"},
	{"z00100111N0mmmmmiiiiiinnnnnddddd", EXTR, "N=z z=1|i<32"},
}
