package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"

	"stasis/conformance/golden"
	vector "stasis/conformance/vector/arm64"
	decode "stasis/decode/arm64"
)

// raisingA64 are the operations of AArch64 that never complete, and why.
var raisingA64 = map[decode.Op]string{
	decode.UDF: "its exception is what it is for", decode.SVC: "its exception is what it is for", decode.BRK: "its exception is what it is for",
	decode.HVC: "firmware answers where the board has some; to the CPU alone it is UNDEFINED", decode.SMC: "there is no EL3",
	decode.HLT: "halting debug is off", decode.DCPS1: "halting debug is off", decode.DCPS2: "halting debug is off",
	decode.DCPS3: "halting debug is off", decode.DRPS: "halting debug is off", decode.SYSL: "there is no instruction in its space",
}

// missingA64 is what the tables do not have.
var missingA64 = []struct{ what, why string }{
	{"AArch32", "the ID registers say that no exception level has it"},
	{"SVE, SVE2, SME", "not advertised"},
	{"MTE: ADDG, IRG, LDG, STG and their kin", "not advertised"},
	{"LOR: LDLAR, STLLR", "not advertised"},
	{"LRCPC2: LDAPUR, STLUR", "not advertised"},
	{"FlagM2: AXFLAG, XAFLAG", "not advertised"},
	{"FHM: FMLAL, FMLSL", "not advertised"},
	{"BF16, I8MM", "not advertised"},
	{"SHA3, SM3, SM4: EOR3, BCAX, RAX1, XAR and others", "not advertised"},
	{"WFxT, XS, LS64, MOPS, HBC, CSSC, D128", "not advertised"},
}

// treeA64 is what the project's files say about each row of AArch64.
type treeA64 struct {
	handled  map[string]bool // by the names of operations
	recorded []proof         // by the oracle
	count    []int
	lines    []proof
	total    int
}

func readTreeA64(root string) (t treeA64, err error) {
	t = treeA64{map[string]bool{}, make([]proof, len(decode.Rows)), make([]int, len(decode.Rows)), make([]proof, len(decode.Rows)), 0}
	data, err := os.ReadFile(filepath.Join(root, "cpu/arm64/zhandlers.go"))
	if err != nil {
		return t, err
	}
	for _, m := range regexp.MustCompile(`decode\.(\w+):\s+\w+,`).FindAllSubmatch(data, -1) {
		t.handled[string(m[1])] = true
	}
	if err := each(root, "arm64/*.vec.gz", t.readVectors); err != nil {
		return t, err
	}
	return t, each(root, "arm64/*.ins", t.readLines)
}

func (t *treeA64) readVectors(f *os.File) error {
	file, err := vector.Read(f)
	if err != nil {
		return err
	}
	for n := range file.Vectors {
		v := &file.Vectors[n]
		i, _ := decode.Decode(v.Raw)
		t.recorded[i.Row].note(v.Kind == vector.Done)
		t.count[i.Row]++
		t.total++
	}
	return nil
}

func (t *treeA64) readLines(f *os.File) error {
	list, err := golden.Parse(f)
	for n := range list {
		if l := &list[n]; l.ISA == "arm64" && len(l.Code) == decode.Len {
			i, _ := decode.Decode(binary.LittleEndian.Uint32(l.Code))
			t.lines[i.Row].note(l.Fault == nil)
		}
	}
	return err
}

// unproven lists the rows without a handler or a case, and those whose cases all fault although they could complete.
func (t *treeA64) unproven() (list []string) {
	for n := 1; n < len(decode.Rows); n++ {
		r, best := &decode.Rows[n], max(t.recorded[n], t.lines[n])
		if !t.handled[r.Op.String()] || best == nothing || best == faults && raisingA64[r.Op] == "" {
			list = append(list, fmt.Sprintf("%v %s", r.Op, r.Pattern))
		}
	}
	return list
}

func (t *treeA64) write(w io.Writer) {
	fmt.Fprintf(w, "\n## AArch64\n\n%d rows of %d operations. *QEMU*: %d vectors that qemu-aarch64 recorded at EL0 (`conformance/testdata/arm64/*.vec.gz`),\n", len(decode.Rows)-1, decode.NumOps-1, t.total)
	fmt.Fprint(w, "and how many of a row. *Lines*: golden lines worked out from the manual (`*.ins`). *yes*: at least one case completes; *faults*:\nall end in an exception.\n\n| never completes | why |\n|---|---|\n")
	for op := decode.Op(1); op < decode.NumOps; op++ {
		if why := raisingA64[op]; why != "" {
			fmt.Fprintf(w, "| %v | %s |\n", op, why)
		}
	}
	fmt.Fprint(w, "\n| not in the tables | why |\n|---|---|\n")
	for _, m := range missingA64 {
		fmt.Fprintf(w, "| %s | %s |\n", m.what, m.why)
	}
	fmt.Fprint(w, "\n| encoding | operation | feature | QEMU | lines |\n|---|---|---|---|---|\n")
	for n := 1; n < len(decode.Rows); n++ {
		r, recorded := &decode.Rows[n], ""
		if t.count[n] > 0 {
			recorded = fmt.Sprintf("%v %d", t.recorded[n], t.count[n])
		}
		fmt.Fprintf(w, "| `%s` | %v | %s | %s | %s |\n", r.Pattern, r.Op, r.Feature, recorded, t.lines[n])
	}
}
