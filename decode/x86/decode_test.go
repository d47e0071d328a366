package x86

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func bytesOf(t testing.TB, text string) []byte {
	t.Helper()
	code, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// summary is an instruction in one line: length, row, sizes, prefixes that count, operands that differ from their rest value.
func summary(i *Inst) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %v op%d addr%d", i.Len, i, i.OpSize, i.AddrSize)
	if i.HasModRM {
		fmt.Fprintf(&b, " reg%d", i.Reg)
		if !i.IsMem {
			fmt.Fprintf(&b, " rm%d", i.RM)
		}
	}
	if i.IsMem {
		fmt.Fprintf(&b, " [%s:%d+%d<<%d%+d]", [...]string{"es", "cs", "ss", "ds", "fs", "gs"}[i.Seg], i.Base, i.Index, i.Scale, i.Disp)
	}
	if k := patterns[i.Row].imm; k != immNone && k != immMoffs {
		fmt.Fprintf(&b, " imm%d,%d", i.Imm, i.Imm2)
	}
	return b.String()
}

// TestPrefixes is the rules of which prefix wins. Sources: SDM Vol. 2, "Instruction Prefixes"; APM Vol. 3, "Instruction Prefixes".
func TestPrefixes(t *testing.T) {
	tests := []struct {
		name string
		mode Mode
		code string
		want string
	}{
		{"REX before the opcode", Mode64, "48 01 c8", "3 ADD Ev Gv op8 addr8 reg1 rm0"},
		{"a prefix after REX cancels it", Mode64, "48 66 01 c8", "4 ADD Ev Gv op2 addr8 reg1 rm0"},
		{"the last REX counts", Mode64, "48 41 01 c8", "4 ADD Ev Gv op4 addr8 reg1 rm8"},
		{"REX.W beats 66", Mode64, "66 48 01 c8", "4 ADD Ev Gv op8 addr8 reg1 rm0"},
		{"no REX outside 64-bit mode", Mode32, "48 01 c8", "1 DEC Zv op4 addr4"},
		{"66 in 16-bit mode", Mode16, "66 01 c8", "3 ADD Ev Gv op4 addr2 reg1 rm0"},
		{"66 is mandatory", Mode64, "66 0f 58 c1", "4 ADDPD Vpd Wpd op2 addr8 reg0 rm1"},
		{"F3 hides 66", Mode64, "66 f3 0f 58 c1", "5 ADDSS Vss Wss op2 addr8 reg0 rm1"},
		{"the last of F2 and F3 wins", Mode64, "f3 f2 0f 58 c1", "5 ADDSD Vsd Wsd op4 addr8 reg0 rm1"},
		{"66 after F2 is hidden too", Mode64, "f2 66 0f 58 c1", "5 ADDSD Vsd Wsd op2 addr8 reg0 rm1"},
		{"66 sizes POPCNT under F3", Mode64, "66 f3 0f b8 c1", "5 POPCNT Gv Ev op2 addr8 reg0 rm1"},
		{"66 sizes CRC32 under F2", Mode64, "66 f2 0f 38 f1 c1", "6 CRC32 Gy Ev op2 addr8 reg0 rm1"},
		{"REX between prefix and opcode", Mode64, "f3 4d 0f b8 c1", "5 POPCNT Gv Ev op8 addr8 reg8 rm9"},
		{"F3 is no part of ADD", Mode64, "f3 01 c8", "3 ADD Ev Gv op4 addr8 reg1 rm0"},
		{"F3 BSF is TZCNT", Mode64, "f3 0f bc c1", "4 TZCNT Gv Ev op4 addr8 reg0 rm1"},
		{"F2 BSF is BSF", Mode64, "f2 0f bc c1", "4 BSF Gv Ev op4 addr8 reg0 rm1"},
		{"90", Mode64, "90", "1 NOP op4 addr8"},
		{"REX.W 90", Mode64, "48 90", "2 NOP op8 addr8"},
		{"66 90", Mode32, "66 90", "2 NOP op2 addr4"},
		{"REX.B 90", Mode64, "41 90", "2 XCHG Zv rAX op4 addr8"},
		{"F3 90", Mode64, "f3 90", "2 PAUSE op4 addr8"},
		{"F3 REX.B 90", Mode64, "f3 41 90", "3 XCHG Zv rAX op4 addr8"},
		{"REX.W MOVD is MOVQ", Mode64, "66 48 0f 6e c0", "5 MOVQ Vdq Eq op8 addr8 reg0 rm0"},
		{"REX.W CMPXCHG8B is 16B", Mode64, "48 0f c7 0e", "4 CMPXCHG16B Mdq op8 addr8 reg1 [ds:6+16<<0+0]"},
		{"LOCK on memory", Mode64, "f0 01 08", "3 ADD Ev Gv op4 addr8 reg1 [ds:0+16<<0+0]"},
		{"ENDBR64", Mode64, "f3 0f 1e fa", "4 NOP Ev op4 addr8 reg7 rm2"},
	}
	for _, test := range tests {
		inst, err := Decode(bytesOf(t, test.code), test.mode)
		if got := summary(&inst); err != nil || got != test.want {
			t.Errorf("%s: %s: got %q, %v; want %q", test.name, test.code, got, err, test.want)
		}
	}
}

// TestSizes is default operand sizes. Source: SDM Vol. 2, "Superscripts Utilized in Opcode Tables" (d64, f64).
func TestSizes(t *testing.T) {
	tests := []struct {
		mode Mode
		code string
		want string
	}{
		{Mode64, "50", "1 PUSH Zv op8 addr8"},
		{Mode64, "66 50", "2 PUSH Zv op2 addr8"},
		{Mode64, "66 48 50", "3 PUSH Zv op8 addr8"},
		{Mode64, "66 6a ff", "3 PUSH sIb op2 addr8 imm-1,0"},
		{Mode64, "66 68 34 82", "4 PUSH Iz op2 addr8 imm-32204,0"},
		{Mode64, "66 e8 00 00 00 80", "6 CALL Jz op8 addr8 imm-2147483648,0"},
		{Mode32, "66 e8 fe ff", "4 CALL Jz op2 addr4 imm-2,0"},
		{Mode64, "cb", "1 RETF op4 addr8"},
		{Mode64, "48 cf", "2 IRET op8 addr8"},
		{Mode64, "c3", "1 RET op8 addr8"},
		{Mode64, "66 c3", "2 RET op8 addr8"},
		{Mode64, "67 e3 00", "3 JCXZ Jb op8 addr4 imm0,0"},
		{Mode64, "0f 20 04", "3 MOVFROMCR Ry Cy op8 addr8 reg0 rm4"},
		{Mode64, "44 0f 22 c0", "4 MOVTOCR Cy Ry op8 addr8 reg8 rm0"},
		{Mode64, "b8 ff ff ff ff", "5 MOV Zv Iv op4 addr8 imm-1,0"},
		{Mode64, "49 b8 01 00 00 00 00 00 00 80", "10 MOV Zv Iv op8 addr8 imm-9223372036854775807,0"},
		{Mode64, "48 c7 c0 00 00 00 80", "7 MOV Ev Iz op8 addr8 reg0 rm0 imm-2147483648,0"},
		{Mode64, "c8 00 80 03", "4 ENTER Iw Ib op8 addr8 imm-32768,3"},
		{Mode32, "ea 00 00 00 80 33 00", "7 JMPF Ap op4 addr4 imm2147483648,51"},
		{Mode16, "ea f0 ff 00 f0", "5 JMPF Ap op2 addr2 imm65520,61440"},
		{Mode64, "a0 01 02 03 04 05 06 07 88", "9 MOV AL Ob op4 addr8 [ds:16+16<<0-8644934341102468607]"},
		{Mode64, "67 a0 01 02 03 84", "6 MOV AL Ob op4 addr4 [ds:16+16<<0+2214789633]"},
		{Mode64, "d9 c9", "2 FXCH ST0 STi op4 addr8 reg1 rm1"},
		{Mode64, "4d 0f fc c1", "4 PADDB Pq Qq op8 addr8 reg0 rm1"},
		{Mode64, "44 8e d8", "3 MOVTOSEG Sw Ew op4 addr8 reg3 rm0"},
	}
	for _, test := range tests {
		inst, err := Decode(bytesOf(t, test.code), test.mode)
		if got := summary(&inst); err != nil || got != test.want {
			t.Errorf("%s: got %q, %v; want %q", test.code, got, err, test.want)
		}
	}
}

// TestAddressing is ModRM and SIB. Source: SDM Vol. 2, Tables 2-1 to 2-7.
func TestAddressing(t *testing.T) {
	tests := []struct {
		mode Mode
		code string
		want string // of the memory operand
	}{
		{Mode64, "8b 05 fc ff ff ff", "[ds:17+16<<0-4]"},
		{Mode64, "67 8b 05 fc ff ff ff", "[ds:17+16<<0-4]"},
		{Mode64, "41 8b 05 00 00 00 00", "[ds:17+16<<0+0]"},
		{Mode32, "8b 05 fc ff ff ff", "[ds:16+16<<0-4]"},
		{Mode64, "8b 04 25 fc ff ff ff", "[ds:16+16<<0-4]"},
		{Mode64, "8b 04 24", "[ss:4+16<<0+0]"},
		{Mode64, "41 8b 04 24", "[ds:12+16<<0+0]"},
		{Mode64, "41 8b 45 80", "[ds:13+16<<0-128]"},
		{Mode64, "8b 45 7f", "[ss:5+16<<0+127]"},
		{Mode64, "42 8b 04 a0", "[ds:0+12<<2+0]"},
		{Mode64, "8b 04 e0", "[ds:0+16<<0+0]"},
		{Mode64, "8b 04 6d 01 00 00 00", "[ds:16+5<<1+1]"},
		{Mode64, "41 8b 04 6d 01 00 00 00", "[ds:16+5<<1+1]"},
		{Mode64, "8b 44 6d 01", "[ss:5+5<<1+1]"},
		{Mode64, "64 8b 00", "[fs:0+16<<0+0]"},
		{Mode64, "64 2e 8b 00", "[fs:0+16<<0+0]"},
		{Mode64, "65 64 8b 00", "[fs:0+16<<0+0]"},
		{Mode64, "36 8b 00", "[ds:0+16<<0+0]"},
		{Mode32, "64 2e 8b 00", "[cs:0+16<<0+0]"},
		{Mode32, "3e 8b 45 00", "[ds:5+16<<0+0]"},
		{Mode16, "8b 00", "[ds:3+6<<0+0]"},
		{Mode16, "8b 02", "[ss:5+6<<0+0]"},
		{Mode16, "8b 06 34 82", "[ds:16+16<<0-32204]"},
		{Mode16, "8b 46 fe", "[ss:5+16<<0-2]"},
		{Mode16, "8b 87 00 80", "[ds:3+16<<0-32768]"},
		{Mode16, "67 8b 04 24", "[ss:4+16<<0+0]"},
		{Mode32, "67 8b 07", "[ds:3+16<<0+0]"},
	}
	for _, test := range tests {
		code := bytesOf(t, test.code)
		inst, err := Decode(code, test.mode)
		if got := summary(&inst); err != nil || !strings.HasSuffix(got, " "+test.want) || int(inst.Len) != len(code) {
			t.Errorf("mode %d %s: got %q, %v; want %q", test.mode, test.code, got, err, test.want)
		}
	}
}

func TestErrors(t *testing.T) {
	prefixes := strings.Repeat("66 ", 14)
	tests := []struct {
		name string
		mode Mode
		code string
		want error
		len  int
	}{
		{"nothing", Mode64, "", ErrTruncated, 0},
		{"15 bytes", Mode64, prefixes + "90", nil, 15},
		{"16 bytes", Mode64, prefixes + "66 90", ErrTooLong, 15},
		{"the 16th byte is displacement", Mode64, prefixes[:27] + "8b 05 00 00 00 00 00", nil, 15},
		{"the 16th byte is displacement", Mode64, prefixes[:30] + "8b 05 00 00 00 00 00", ErrTooLong, 15},
		{"only prefixes", Mode64, "66 f0", ErrTruncated, 2},
		{"escape", Mode64, "0f 38", ErrTruncated, 2},
		{"ModRM missing", Mode64, "01", ErrTruncated, 1},
		{"undefined opcode needs no ModRM", Mode64, "0f 04", ErrUndefined, 2},
		{"invalid in 64-bit mode", Mode64, "06", ErrUndefined, 1},
		{"64-bit mode only", Mode32, "0f 01 f8", ErrUndefined, 3},
		{"LOCK on a register", Mode64, "f0 01 c8", ErrUndefined, 3},
		{"LOCK on a source", Mode64, "f0 03 08", ErrUndefined, 3},
		{"LOCK on MOV", Mode64, "f0 89 08", ErrUndefined, 3},
		{"LOCK, but bytes missing", Mode64, "f0 89 05 00", ErrTruncated, 4},
		{"LEA of a register", Mode64, "8d c0", ErrUndefined, 2},
		{"load of CS", Mode64, "8e c8", ErrUndefined, 2},
		{"segment register 6", Mode64, "8c f0", ErrUndefined, 2},
		{"control register 1", Mode64, "0f 20 c8", ErrUndefined, 3},
		{"debug register 8", Mode64, "44 0f 21 c0", ErrUndefined, 4},
		{"VEX", Mode64, "c5 f8 77", ErrUndefined, 1},
		{"VEX", Mode32, "c5 f8 77", ErrUndefined, 2},
		{"EVEX", Mode64, "62 f1 7c 48 58 c1", ErrUndefined, 1},
	}
	for _, test := range tests {
		inst, err := Decode(bytesOf(t, test.code), test.mode)
		if !errors.Is(err, test.want) || test.want == nil && err != nil || int(inst.Len) != test.len {
			t.Errorf("%s: %s: length %d, %v; want %d, %v", test.name, test.code, inst.Len, err, test.len, test.want)
		}
	}
}
