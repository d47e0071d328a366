package arm64

import (
	"fmt"
	"strings"

	decode "stasis/decode/arm64"
)

// printers are the instructions whose operands do not follow from their fields.
var printers = map[decode.Op]printer{
	decode.UDF: immediate(15, 0), decode.HVC: immediate(20, 5), decode.SMC: immediate(20, 5),
	decode.SYS: system, decode.SYSL: systemRead, decode.MSRimm: pstate, decode.BTI: bti,
	decode.SB: bare, decode.CFINV: bare, decode.AXFLAG: bare, decode.XAFLAG: bare, decode.RMIF: rmif, decode.SETF8: setFlags, decode.SETF16: setFlags,
	decode.RETAA: key(false), decode.ERETAA: key(false), decode.BRAA: key(true), decode.BLRAA: key(true), decode.LDRAA: loadAuth,
	decode.PACGA: func(i *decode.Inst, name string) (string, []string) {
		return name, []string{x(i.Rd()), x(i.Rn()), base(i.Rm())}
	},
	decode.XPACI: target, decode.XPACD: target,
	decode.PACIA: sign, decode.PACIB: sign, decode.PACDA: sign, decode.PACDB: sign,
	decode.AUTIA: sign, decode.AUTIB: sign, decode.AUTDA: sign, decode.AUTDB: sign,
	decode.CAS: atomic, decode.SWP: atomic, decode.LDADD: atomic, decode.LDCLR: atomic, decode.LDEOR: atomic, decode.LDSET: atomic,
	decode.LDSMAX: atomic, decode.LDSMIN: atomic, decode.LDUMAX: atomic, decode.LDUMIN: atomic, decode.CASP: casp, decode.LDAPR: loadAcquire,
	decode.LDAPUR: orderedOffset, decode.LDAPURS: orderedOffset, decode.STLUR: orderedOffset,
	decode.FJCVTZS: func(i *decode.Inst, name string) (string, []string) {
		return name, []string{w(i.Rd()), fmt.Sprint("d", i.Rn())}
	},
	decode.FMOVgen: convert, decode.FMOVimm: floatImmediate, decode.FMOVvimm: floatImmediate,
}

func init() {
	for _, op := range []decode.Op{decode.XPACLRI, decode.PACIA1716, decode.PACIB1716, decode.AUTIA1716, decode.AUTIB1716, decode.PACIAZ,
		decode.PACIASP, decode.PACIBZ, decode.PACIBSP, decode.AUTIAZ, decode.AUTIASP, decode.AUTIBZ, decode.AUTIBSP} {
		printers[op] = bare
	}
}

func bare(i *decode.Inst, name string) (string, []string) { return name, nil }

func immediate(hi, lo uint) printer {
	return func(i *decode.Inst, name string) (string, []string) {
		return name, []string{fmt.Sprintf("#%#x", i.Field(hi, lo))}
	}
}

func system(i *decode.Inst, name string) (string, []string) {
	return name, []string{fmt.Sprintf("#%d", i.Field(18, 16)), fmt.Sprintf("C%d", i.Field(15, 12)), fmt.Sprintf("C%d", i.Field(11, 8)),
		fmt.Sprintf("#%d", i.Field(7, 5)), x(i.Rd())}
}

func systemRead(i *decode.Inst, name string) (string, []string) {
	_, operands := system(i, name)
	return name, append(operands[4:5:5], operands[:4]...)
}

func pstate(i *decode.Inst, name string) (string, []string) {
	field := map[uint32]string{3: "uao", 4: "pan", 5: "spsel", 3<<3 | 1: "ssbs", 3<<3 | 2: "dit", 3<<3 | 6: "daifset", 3<<3 | 7: "daifclr"}
	return name, []string{field[i.Field(18, 16)<<3|i.Field(7, 5)], fmt.Sprintf("#%#x", i.Field(11, 8))}
}

func bti(i *decode.Inst, name string) (string, []string) {
	if t := i.Field(7, 6); t != 0 {
		return name, []string{[...]string{1: "c", 2: "j", 3: "jc"}[t]}
	}
	return name, nil
}

func rmif(i *decode.Inst, name string) (string, []string) {
	return name, []string{x(i.Rn()), fmt.Sprintf("#%d", i.Field(20, 15)), fmt.Sprintf("#%d", i.Field(3, 0))}
}

func setFlags(i *decode.Inst, name string) (string, []string) {
	return map[decode.Op]string{decode.SETF8: "setf8", decode.SETF16: "setf16"}[i.Op], []string{w(i.Rn())}
}

// key is a branch with authentication: the mnemonic ends in the key, and in Z without a modifier.
func key(registers bool) printer {
	return func(i *decode.Inst, name string) (string, []string) {
		name = name[:len(name)-1] + string("ab"[i.Field(10, 10)])
		switch {
		case !registers:
			return name, nil
		case !i.Bit(24):
			return name + "z", []string{x(i.Rn())}
		}
		return name, []string{x(i.Rn()), base(i.Rd())}
	}
}

func loadAuth(i *decode.Inst, name string) (string, []string) {
	name = name[:len(name)-1] + string("ab"[i.Field(23, 23)])
	offset := (i.Signed(22, 22)<<9 | int64(i.Field(20, 12))) << 3
	address := fmt.Sprintf("[%s, #%d]", base(i.Rn()), offset)
	if i.Bit(11) {
		address += "!"
	}
	return name, []string{x(i.Rd()), address}
}

func target(i *decode.Inst, name string) (string, []string) { return name, []string{x(i.Rd())} }

func sign(i *decode.Inst, name string) (string, []string) {
	if i.Bit(13) {
		return name[:3] + name[3:4] + "z" + name[4:], []string{x(i.Rd())}
	}
	return name, []string{x(i.Rd()), base(i.Rn())}
}

// order is the suffix of acquire and release, and of the size.
func order(i *decode.Inst, acquire, release bool) (suffix string) {
	if acquire {
		suffix = "a"
	}
	if release {
		suffix += "l"
	}
	if size := i.Field(31, 30); size < 2 {
		suffix += string("bh"[size])
	}
	return suffix
}

func atomic(i *decode.Inst, name string) (string, []string) {
	size := i.Field(31, 30)
	acquire, release := i.Bit(23), i.Bit(22)
	if i.Op == decode.CAS {
		acquire, release = i.Bit(22), i.Bit(15)
	}
	return name + order(i, acquire, release), []string{sized(i.Rm(), size), sized(i.Rd(), size), "[" + base(i.Rn()) + "]"}
}

func casp(i *decode.Inst, name string) (string, []string) {
	if i.Bit(22) {
		name += "a"
	}
	if i.Bit(15) {
		name += "l"
	}
	size := 2 + i.Field(30, 30)
	return name, []string{sized(i.Rm(), size), sized(i.Rm()+1, size), sized(i.Rd(), size), sized(i.Rd()+1, size), "[" + base(i.Rn()) + "]"}
}

func loadAcquire(i *decode.Inst, name string) (string, []string) {
	return name + order(i, false, false), []string{sized(i.Rd(), i.Field(31, 30)), "[" + base(i.Rn()) + "]"}
}

// orderedOffset is a load-acquire or store-release at an offset.
func orderedOffset(i *decode.Inst, name string) (string, []string) {
	size, to := i.Field(31, 30), w(i.Rd())
	if opc := i.Field(23, 22); opc == 2 || opc < 2 && size == 3 {
		to = x(i.Rd())
	}
	name += order(i, false, false)
	if size == 2 && i.Op == decode.LDAPURS {
		name += "w"
	}
	address := "[" + base(i.Rn())
	if offset := i.Signed(20, 12); offset != 0 {
		address += fmt.Sprintf(", #%d", offset)
	}
	return name, []string{to, address + "]"}
}

// convert is between general-purpose and floating-point registers of half precision.
func convert(i *decode.Inst, name string) (string, []string) {
	general := sized(0, 2+i.Field(31, 31))[:1]
	to, from := general+fmt.Sprint(i.Rd()), fmt.Sprint("h", i.Rn())
	if o := i.Field(18, 16); o == 2 || o == 3 || o == 7 {
		to, from = fmt.Sprint("h", i.Rd()), general+fmt.Sprint(i.Rn())
	}
	operands := []string{strings.Replace(to, general+"31", general+"zr", 1), strings.Replace(from, general+"31", general+"zr", 1)}
	if !i.Bit(21) {
		operands = append(operands, fmt.Sprintf("#%d", 64-i.Field(15, 10)))
	}
	return name, operands
}

// floatImmediate is FMOV of a number. Source: Arm ARM, "VFPExpandImm".
func floatImmediate(i *decode.Inst, name string) (string, []string) {
	imm := i.Field(20, 13)
	to := fmt.Sprint("h", i.Rd())
	if i.Op == decode.FMOVvimm {
		imm = i.Field(18, 16)<<5 | i.Field(9, 5)
		to = fmt.Sprintf("v%d.%s", i.Rd(), arrangement(i, 1))
	}
	v := float64(16+imm&15) / 16 * float64(uint32(1)<<((imm>>4&7^4)&7)) / 8
	if imm&0x80 != 0 {
		v = -v
	}
	return name, []string{to, fmt.Sprintf("#%g", v)}
}
