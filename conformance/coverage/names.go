package main

import (
	"slices"
	"strings"

	decode "stasis/decode/x86"
)

// conditions are the manual's names of the conditions of Jcc, SETcc and CMOVcc.
var conditions = strings.Fields("O NO B C NAE AE NB NC E Z NE NZ BE NA A NBE S NS P PE NP PO L NGE GE NL LE NG G NLE")

// other are mnemonics that the tables spell otherwise, or spread over several.
var other = map[string][]decode.Op{
	"CDQ": {decode.CWD}, "CQO": {decode.CWD}, "CWDE": {decode.CBW}, "CDQE": {decode.CBW}, "ICEBP": {decode.INT1}, "INT": {decode.INT, decode.INT3},
	"LCALL": {decode.CALLF}, "LJMP": {decode.JMPF}, "LRET": {decode.RETF}, "JECXZ": {decode.JCXZ}, "JRCXZ": {decode.JCXZ}, "SAL": {decode.SHL},
	"WAIT": {decode.FWAIT}, "XLATB": {decode.XLAT}, "MOVSD": {decode.MOVS}, "CMPSD": {decode.CMPS}, "MOVSD_XMM": {decode.MOVSD_X},
	"CMPSD_XMM": {decode.CMPSD_X}, "PUSH": {decode.PUSH, decode.PUSHSEG}, "POP": {decode.POP, decode.POPSEG},
	"MOV": {decode.MOV, decode.MOVTOCR, decode.MOVFROMCR, decode.MOVTODR, decode.MOVFROMDR, decode.MOVTOSEG, decode.MOVFROMSEG},
}

// families are mnemonics that name the operand size by a suffix, where the tables have one for all sizes.
var families = map[string]string{
	"MOVS": "B W D Q", "CMPS": "B W Q", "STOS": "B W D Q", "LODS": "B W D Q", "SCAS": "B W D Q", "INS": "B W D", "OUTS": "B W D",
	"IRET": "D Q", "PUSHA": "D", "POPA": "D", "PUSHF": "D Q", "POPF": "D Q", "FXSAVE": "64", "FXRSTOR": "64", "XSAVE": "64", "XRSTOR": "64",
	"XSAVEOPT": "64", "XSAVEC": "64", "XSAVES": "64", "XRSTORS": "64",
}

// waiting are x87 mnemonics for FWAIT and an instruction that does not wait.
var waiting = map[string]decode.Op{"FCLEX": decode.FNCLEX, "FINIT": decode.FNINIT, "FSAVE": decode.FNSAVE, "FSTCW": decode.FNSTCW,
	"FSTENV": decode.FNSTENV, "FSTSW": decode.FNSTSW}

// byName holds the tables' mnemonics.
var byName = opsByName()

func opsByName() map[string][]decode.Op {
	names := map[string][]decode.Op{}
	for op := decode.Op(1); op < decode.NumOps; op++ {
		if op != decode.MOVSD_X && op != decode.CMPSD_X {
			names[op.String()] = []decode.Op{op}
		}
	}
	for _, c := range conditions {
		names["J"+c], names["SET"+c], names["CMOV"+c] = []decode.Op{decode.JCC}, []decode.Op{decode.SETCC}, []decode.Op{decode.CMOVCC}
	}
	for stem, suffixes := range families {
		for _, s := range strings.Fields(suffixes) {
			names[stem+s] = names[stem]
		}
	}
	for name, op := range waiting {
		names[name] = []decode.Op{decode.FWAIT, op}
	}
	for name, ops := range other {
		names[name] = ops
	}
	return names
}

// rowsOf are the rows of a mnemonic of x86.csv.
func rowsOf(name string) (rows []int) {
	for n := range decode.Rows {
		if n > 0 && slices.Contains(byName[name], decode.Rows[n].Op) {
			rows = append(rows, n)
		}
	}
	return rows
}
