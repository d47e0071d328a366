package x86

import (
	"fmt"

	"golang.org/x/arch/x86/x86asm"
)

// compareOperands compares memory, registers and immediates where both sides list the same number of operands.
func compareOperands(i *Inst, oracle *x86asm.Inst) string {
	form := &Forms[i.Row]
	for n := range form.N {
		switch arg := oracle.Args[n].(type) {
		case x86asm.Mem:
			if d := compareMemory(i, form.Operands[n].Kind, arg); d != "" {
				return d
			}
		case x86asm.Reg:
			if want, ok := oracleRegister(i, n); ok && want != arg && !(looseWidth[i.Op] && registerNumber(want) == registerNumber(arg)) {
				return fmt.Sprintf("operand %d: %v, oracle %v", n, want, arg)
			}
		case x86asm.Imm:
			if !sameImmediate(i, form.Operands[n].Kind, int64(arg)) {
				return fmt.Sprintf("operand %d: %#x, oracle %#x", n, i.Imm, int64(arg))
			}
		case x86asm.Rel:
			if int64(arg) != i.Imm {
				return fmt.Sprintf("operand %d: %+d, oracle %+d", n, i.Imm, int64(arg))
			}
		}
	}
	return ""
}

// compareMemory compares an addressing form. String instructions and the oracle's implied segments are left out.
func compareMemory(i *Inst, kind Kind, m x86asm.Mem) string {
	if kind == KindX || kind == KindY {
		return ""
	}
	base, index := addressRegister(i, i.Base), addressRegister(i, i.Index)
	disp := int64(int32(m.Disp)) // the oracle extends some displacements by zeros
	if i.AddrSize == 2 {
		disp = int64(int16(disp))
	}
	switch {
	case kind == KindO && m.Disp&mask(i.AddrSize) != i.Disp:
		return fmt.Sprintf("moffs: %#x, oracle %#x", i.Disp, m.Disp)
	case kind == KindO:
		return ""
	case base != m.Base || i.Disp != disp:
		return fmt.Sprintf("memory: %v%+#x, oracle %v", base, i.Disp, m)
	case index != m.Index || index != 0 && 1<<i.Scale != m.Scale:
		return fmt.Sprintf("memory: index %v<<%d, oracle %v", index, i.Scale, m)
	case m.Segment != 0 && i.Seg != uint8(m.Segment-x86asm.ES) && i.Mode != Mode64:
		return fmt.Sprintf("memory: segment %d, oracle %v", i.Seg, m)
	}
	return ""
}

func mask(bytes uint8) int64 { return 1<<(8*bytes) - 1 }

// addressRegister is a base or index as the oracle names it.
func addressRegister(i *Inst, r uint8) x86asm.Reg {
	first := map[uint8]x86asm.Reg{2: x86asm.AX, 4: x86asm.EAX, 8: x86asm.RAX}[i.AddrSize]
	switch r {
	case RegNone:
		return 0
	case RegIP:
		return map[uint8]x86asm.Reg{4: x86asm.EIP, 8: x86asm.RIP}[i.AddrSize]
	}
	return first + x86asm.Reg(r)
}

// oracleRegister is the n-th operand if it is a general or vector register.
func oracleRegister(i *Inst, n int) (x86asm.Reg, bool) {
	op := Forms[i.Row].Operands[n]
	switch op.Kind {
	case KindG:
		return generalRegister(i, i.Reg, i.bytes(op.RegSize)), true
	case KindE, KindR:
		return generalRegister(i, i.RM, i.bytes(op.RegSize)), !i.IsMem
	case KindZ:
		return generalRegister(i, i.OpReg, i.bytes(op.RegSize)), true
	case KindReg:
		return generalRegister(i, op.Reg, i.bytes(op.RegSize)), true
	case KindV:
		return x86asm.X0 + x86asm.Reg(i.Reg), true
	case KindW, KindU:
		return x86asm.X0 + x86asm.Reg(i.RM), true
	case KindP:
		return x86asm.M0 + x86asm.Reg(i.Reg), true
	case KindQ, KindN:
		return x86asm.M0 + x86asm.Reg(i.RM), true
	case KindS:
		return x86asm.ES + x86asm.Reg(i.Reg), true
	case KindSeg:
		return x86asm.ES + x86asm.Reg(op.Reg), true
	case KindC:
		return x86asm.CR0 + x86asm.Reg(i.Reg), true
	case KindD:
		return x86asm.DR0 + x86asm.Reg(i.Reg), true
	}
	return 0, false // x87: the oracle leaves out what is implied
}

// looseWidth is operations whose register the oracle names by another width; the bits that matter are the same.
var looseWidth = map[Op]bool{
	MOVTOSEG: true, LSL: true, MOVSXD: true, PMOVMSKB: true, MOVMSKPS: true, MOVMSKPD: true, PEXTRB: true, PEXTRW: true, EXTRACTPS: true,
}

// registerNumber is the number of a 16-, 32- or 64-bit register.
func registerNumber(r x86asm.Reg) x86asm.Reg { return (r - x86asm.AX) % 16 }

func generalRegister(i *Inst, r uint8, size int) x86asm.Reg {
	switch {
	case size == 1 && i.Prefix&PrefixREX == 0 || size == 1 && r < 4:
		return x86asm.AL + x86asm.Reg(r)
	case size == 1:
		return x86asm.SPB + x86asm.Reg(r-4)
	}
	return map[int]x86asm.Reg{2: x86asm.AX, 4: x86asm.EAX, 8: x86asm.RAX}[size] + x86asm.Reg(r)
}

// sameImmediate compares an immediate; the oracle zero-extends some bytes and words.
func sameImmediate(i *Inst, kind Kind, v int64) bool {
	return kind == KindOne && v == 1 || v == i.Imm || v == i.Imm&0xff || v == i.Imm&0xffff || v == int64(i.Imm2) || v == i.Imm&0xffffffff ||
		v == int64(int32(i.Imm)) || i.Op == INT3
}
