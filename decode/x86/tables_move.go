package x86

// moveRows is data movement between registers and memory.
//
// Source: SDM Vol. 2, Tables and A-6 (groups 1A, 11).
var moveRows = []row{
	{"88 /r", MOV, "Eb Gb", 0},
	{"89 /r", MOV, "Ev Gv", 0},
	{"8A /r", MOV, "Gb Eb", 0},
	{"8B /r", MOV, "Gv Ev", 0},
	{"A0 moffs", MOV, "AL Ob", 0},
	{"A1 moffs", MOV, "rAX Ov", 0},
	{"A2 moffs", MOV, "Ob AL", 0},
	{"A3 moffs", MOV, "Ov rAX", 0},
	{"B0+r ib", MOV, "Zb Ib", 0},
	{"B8+r iv", MOV, "Zv Iv", 0},
	{"C6 /0 ib", MOV, "Eb Ib", 0},
	{"C7 /0 iz", MOV, "Ev Iz", 0},

	{"63 /r", MOVSXD, "Gv Ez", O64},
	{"0F B6 /r", MOVZX, "Gv Eb", 0},
	{"0F B7 /r", MOVZX, "Gv Ew", 0},
	{"0F BE /r", MOVSX, "Gv Eb", 0},
	{"0F BF /r", MOVSX, "Gv Ew", 0},
	{"0F C8+r", BSWAP, "Zv", 0},
	{"8D /r mod!=3", LEA, "Gv M", 0},
	{"D7", XLAT, "", 0},
	{"9E", SAHF, "", 0},
	{"9F", LAHF, "", 0},

	{"86 /r", XCHG, "Eb Gb", Lock},
	{"87 /r", XCHG, "Ev Gv", Lock},
	{"90+r", XCHG, "Zv rAX", 0},
	{"90 B=0", NOP, "", 0},
	{"F3 90 B=0", PAUSE, "", 0},
	{"0F B0 /r", CMPXCHG, "Eb Gb", Lock},
	{"0F B1 /r", CMPXCHG, "Ev Gv", Lock},
	{"0F C0 /r", XADD, "Eb Gb", Lock},
	{"0F C1 /r", XADD, "Ev Gv", Lock},

	{"0F 90+cc /r", SETCC, "Eb", 0},
}

// stackRows is PUSH and POP in all forms but segment registers' loads.
var stackRows = []row{
	{"50+r", PUSH, "Zv", D64},
	{"58+r", POP, "Zv", D64},
	{"68 iz", PUSH, "Iz", D64},
	{"6A ib", PUSH, "sIb", D64},
	{"8F /0", POP, "Ev", D64},
	{"FF /6", PUSH, "Ev", D64},
	{"60", PUSHA, "", I64},
	{"61", POPA, "", I64},
	{"9C", PUSHF, "", D64},
	{"9D", POPF, "", D64 | End},
	{"C8 iw ib", ENTER, "Iw Ib", D64},
	{"C9", LEAVE, "", D64},
}

// segmentRows moves segment registers. A load ends a block: it may change the mode, and SS opens a shadow.
var segmentRows = []row{
	{"06", PUSHSEG, "ES", I64},
	{"0E", PUSHSEG, "CS", I64},
	{"16", PUSHSEG, "SS", I64},
	{"1E", PUSHSEG, "DS", I64},
	{"0F A0", PUSHSEG, "FS", D64},
	{"0F A8", PUSHSEG, "GS", D64},
	{"07", POPSEG, "ES", I64 | End},
	{"17", POPSEG, "SS", I64 | End},
	{"1F", POPSEG, "DS", I64 | End},
	{"0F A1", POPSEG, "FS", D64 | End},
	{"0F A9", POPSEG, "GS", D64 | End},
	{"8C /r", MOVFROMSEG, "Mw/Rv Sw", 0},
	{"8E /r", MOVTOSEG, "Sw Ew", End},
	{"C4 /r mod!=3", LES, "Gv Mp", I64 | End},
	{"C5 /r mod!=3", LDS, "Gv Mp", I64 | End},
	{"0F B2 /r mod!=3", LSS, "Gv Mp", End},
	{"0F B4 /r mod!=3", LFS, "Gv Mp", End},
	{"0F B5 /r mod!=3", LGS, "Gv Mp", End},
}

// hintRows does nothing: prefetches, multi-byte NOPs and the opcodes reserved for hints (ENDBR64 among them).
//
// Source: SDM Vol. 2, Table A-3, opcodes 0F 0D and 0F 18–1F, and Table A-6 (groups 16, P). The register forms of 0F 0D do nothing as
// on Intel; AMD raises #UD.
var hintRows = []row{
	{"0F 0D /1 mod!=3", PREFETCHW, "Mb", 0},
	{"0F 0D /r", NOP, "Ev", 0},
	{"0F 18 /0 mod!=3", PREFETCHNTA, "Mb", 0},
	{"0F 18 /1 mod!=3", PREFETCHT0, "Mb", 0},
	{"0F 18 /2 mod!=3", PREFETCHT1, "Mb", 0},
	{"0F 18 /3 mod!=3", PREFETCHT2, "Mb", 0},
	{"0F 18 /r", NOP, "Ev", 0},
	{"0F 19 /r", NOP, "Ev", 0},
	{"0F 1A /r", NOP, "Ev", 0},
	{"0F 1B /r", NOP, "Ev", 0},
	{"0F 1C /r", NOP, "Ev", 0},
	{"0F 1D /r", NOP, "Ev", 0},
	{"0F 1E /r", NOP, "Ev", 0},
	{"0F 1F /r", NOP, "Ev", 0},
}

var cmovRows = []row{
	{"0F 40+cc /r", CMOVCC, "Gv Ev", 0},
}

// movbeRows carries a mandatory-prefix form for each operand size, since F2 makes CRC32 of the same opcode.
var movbeRows = []row{
	{"NP 0F 38 F0 /r mod!=3", MOVBE, "Gv Mv", 0},
	{"66 0F 38 F0 /r mod!=3", MOVBE, "Gv Mv", 0},
	{"NP 0F 38 F1 /r mod!=3", MOVBE, "Mv Gv", 0},
	{"66 0F 38 F1 /r mod!=3", MOVBE, "Mv Gv", 0},
}

var cx8Rows = []row{
	{"0F C7 /1 mod!=3", CMPXCHG8B, "Mq", Lock},
}

var cx16Rows = []row{
	{"REX.W 0F C7 /1 mod!=3", CMPXCHG16B, "Mdq", Lock},
}
