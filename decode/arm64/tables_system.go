package arm64

// systemRows is hints, barriers, and accesses to system registers and PSTATE. HINT is every hint without a row of its own: nothing
// happens. SYS, SYSL, MSR and MRS cover their whole spaces; which registers there are is not a matter of decoding.
//
// Source: Arm ARM, "Branches, Exception Generating and System instructions".
var systemRows = []row{
	{"11010101000000110010iiiiiii11111", HINT, ""},
	{"11010101000000110010000000111111", YIELD, ""},
	{"11010101000000110010000001011111", WFE, ""},
	{"11010101000000110010000001111111", WFI, ""},
	{"11010101000000110010000010011111", SEV, ""},
	{"11010101000000110010000010111111", SEVL, ""},
	{"11010101000000110011iiii01011111", CLREX, ""},
	{"11010101000000110011iiii10011111", DSB, ""},
	{"11010101000000110011iiii10111111", DMB, ""},
	{"11010101000000110011iiii11011111", ISB, ""},
	{"11010101000000000100iiii10111111", MSRimm, ""},
	{"11010101000000110100iiii11s11111", MSRimm, ""},
	{"1101010100001oooccccmmmmpppttttt", SYS, ""},
	{"1101010100101oooccccmmmmpppttttt", SYSL, ""},
	{"110101010001soooccccmmmmpppttttt", MSRreg, ""},
	{"110101010011soooccccmmmmpppttttt", MRS, ""},
}

// authHintRows is pointer authentication in the hint space, where CPUs without it do nothing.
var authHintRows = []row{
	{"11010101000000110010000011111111", XPACLRI, ""},
	{"11010101000000110010000100011111", PACIA1716, ""},
	{"11010101000000110010000101011111", PACIB1716, ""},
	{"11010101000000110010000110011111", AUTIA1716, ""},
	{"11010101000000110010000111011111", AUTIB1716, ""},
	{"11010101000000110010001100011111", PACIAZ, ""},
	{"11010101000000110010001100111111", PACIASP, ""},
	{"11010101000000110010001101011111", PACIBZ, ""},
	{"11010101000000110010001101111111", PACIBSP, ""},
	{"11010101000000110010001110011111", AUTIAZ, ""},
	{"11010101000000110010001110111111", AUTIASP, ""},
	{"11010101000000110010001111011111", AUTIBZ, ""},
	{"11010101000000110010001111111111", AUTIBSP, ""},
}

// btiRows is BTI with its four kinds of target.
var btiRows = []row{
	{"110101010000001100100100tt011111", BTI, ""},
}

// sbRows is the speculation barrier.
var sbRows = []row{
	{"11010101000000110011xxxx11111111", SB, ""},
}

// panRows sets PSTATE.PAN.
var panRows = []row{
	{"11010101000000000100iiii10011111", MSRimm, ""},
}

// uaoRows sets PSTATE.UAO.
var uaoRows = []row{
	{"11010101000000000100iiii01111111", MSRimm, ""},
}

// ditRows sets PSTATE.DIT.
var ditRows = []row{
	{"11010101000000110100iiii01011111", MSRimm, ""},
}

// ssbsRows sets PSTATE.SSBS.
var ssbsRows = []row{
	{"11010101000000110100iiii00111111", MSRimm, ""},
}

// cfinvRows inverts the carry flag.
var cfinvRows = []row{
	{"11010101000000000100xxxx00011111", CFINV, ""},
}

// axflagRows turns the flags of a comparison of floating-point numbers into another form and back.
var axflagRows = []row{
	{"11010101000000000100xxxx00111111", XAFLAG, ""},
	{"11010101000000000100xxxx01011111", AXFLAG, ""},
}
