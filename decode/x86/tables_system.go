package x86

// systemRows is descriptor tables, control registers, MSRs, caches and system calls of every x86-64 processor.
//
// Sources: SDM Vol. 2, Tables A-3 and A-6 (groups 6, 7, 15); APM Vol. 3, "System Instruction Reference".
var systemRows = []row{
	{"63 /r", ARPL, "Ew Gw", I64},
	{"0F 00 /0", SLDT, "Mw/Rv", 0},
	{"0F 00 /1", STR, "Mw/Rv", 0},
	{"0F 00 /2", LLDT, "Ew", 0},
	{"0F 00 /3", LTR, "Ew", 0},
	{"0F 00 /4", VERR, "Ew", 0},
	{"0F 00 /5", VERW, "Ew", 0},
	{"0F 02 /r", LAR, "Gv Mw/Rv", 0},
	{"0F 03 /r", LSL, "Gv Mw/Rv", 0},
	{"0F 01 /0 mod!=3", SGDT, "Ms", F64},
	{"0F 01 /1 mod!=3", SIDT, "Ms", F64},
	{"0F 01 /2 mod!=3", LGDT, "Ms", F64},
	{"0F 01 /3 mod!=3", LIDT, "Ms", F64},
	{"0F 01 /4", SMSW, "Mw/Rv", 0},
	{"0F 01 /6", LMSW, "Ew", End},
	{"0F 01 /7 mod!=3", INVLPG, "Mb", End},
	{"0F 01 F8", SWAPGS, "", O64},

	{"0F 20 /r", MOVFROMCR, "Ry Cy", F64 | ModReg},
	{"0F 21 /r", MOVFROMDR, "Ry Dy", F64 | ModReg},
	{"0F 22 /r", MOVTOCR, "Cy Ry", F64 | ModReg | End},
	{"0F 23 /r", MOVTODR, "Dy Ry", F64 | ModReg | End},
	{"0F 06", CLTS, "", End},
	{"0F 08", INVD, "", 0},
	{"0F 09", WBINVD, "", 0},
	{"0F 30", WRMSR, "", End},
	{"0F 31", RDTSC, "", 0},
	{"0F 32", RDMSR, "", End},
	{"0F 33", RDPMC, "", 0},
	{"0F A2", CPUID, "", 0},
	{"F4", HLT, "", End},
}

var syscallRows = []row{
	{"0F 05", SYSCALL, "", End},
	{"0F 07", SYSRET, "", End},
}

var sysenterRows = []row{
	{"0F 34", SYSENTER, "", End},
	{"0F 35", SYSEXIT, "", End},
}

var fsgsbaseRows = []row{
	{"F3 0F AE /0 mod=3", RDFSBASE, "Ry", O64},
	{"F3 0F AE /1 mod=3", RDGSBASE, "Ry", O64},
	{"F3 0F AE /2 mod=3", WRFSBASE, "Ry", O64},
	{"F3 0F AE /3 mod=3", WRGSBASE, "Ry", O64},
}

var monitorRows = []row{
	{"NP 0F 01 C8", MONITOR, "", 0},
	{"NP 0F 01 C9", MWAIT, "", End},
}

var smapRows = []row{
	{"NP 0F 01 CA", CLAC, "", End},
	{"NP 0F 01 CB", STAC, "", End},
}

var pkuRows = []row{
	{"NP 0F 01 EE", RDPKRU, "", 0},
	{"NP 0F 01 EF", WRPKRU, "", End},
}

var rdtscpRows = []row{
	{"0F 01 F9", RDTSCP, "", 0},
}

// rdpidRows: the register is 64 bits wide in 64-bit mode without a prefix.
var rdpidRows = []row{
	{"F3 0F C7 /7 mod=3", RDPID, "Ry", F64},
}

var invpcidRows = []row{
	{"66 0F 38 82 /r mod!=3", INVPCID, "Gy Mdq", F64 | End},
}

var clzeroRows = []row{
	{"0F 01 FC", CLZERO, "", 0},
}

var clflushRows = []row{
	{"NP 0F AE /7 mod!=3", CLFLUSH, "Mb", 0},
}

var clflushoptRows = []row{
	{"66 0F AE /7 mod!=3", CLFLUSHOPT, "Mb", 0},
}

var clwbRows = []row{
	{"66 0F AE /6 mod!=3", CLWB, "Mb", 0},
}
