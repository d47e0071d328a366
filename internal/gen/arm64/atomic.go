package main

import "fmt"

// What an order, an exclusive or an atomic needs besides a plain access: it must be aligned, and whatever is not usual is its handler's.

// aligned makes ea an address that is a multiple of size.
func aligned(size int) string {
	ea := "ea := " + reg("base") + " + uint64(in.disp)\n"
	if size == 1 {
		return ea
	}
	return ea + fmt.Sprintf("if ea&%d != 0 {\n%s}\n", size-1, slowly)
}

// probeBoth makes p the host address of an aligned operand that can be read and written, and of which nobody watches either.
func probeBoth(bits int) string {
	return aligned(bits/8) + fmt.Sprintf(`e := &c.tlbW[ea>>12&(mmu.Entries-1)]
if tag := ea&^pageMask|c.ctx; e.tag != tag || c.tlbR[ea>>12&(mmu.Entries-1)].tag != tag {
%s}
p := (*uint%d)(unsafe.Add(e.page, ea&pageMask))
`, slowly, bits)
}

// exclusives makes Load-Exclusive and Store-Exclusive of one register, and the loads and stores with an order. A store that fails is the
// handler's.
func (u *uops) exclusives() {
	for _, bits := range []int{8, 16, 32, 64} {
		size := bits / 8
		load := aligned(size) + look("ea", bits, size, false)
		u.ordered("LDAR", bits, load+reg("dst")+" = uint64(*p)\n")
		u.ordered("STLR", bits, aligned(size)+look("ea", bits, size, true)+"*p = "+get("src", bits)+"\n")
		u.ordered("LDXR", bits, load+fmt.Sprintf("v := uint64(*p)\n%s = v\n"+
			"c.ExclusiveOpen, c.ExclusiveAddr, c.ExclusiveSize, c.ExclusiveData = true, ea, %d, [2]uint64{v, 0}\n", reg("dst"), size))
		u.ordered("STXR", bits, probeBoth(bits)+fmt.Sprintf("if !c.ExclusiveOpen || c.ExclusiveAddr != ea || c.ExclusiveSize != %d || uint64(*p) != c.ExclusiveData[0] {\n%s}\n"+
			"*p = %s\nc.ExclusiveOpen = false\n%s = 0\n", size, slowly, get("src", bits), reg("dst")))
	}
}

// ordered adds an operation whose address is a register and an offset.
func (u *uops) ordered(what string, bits int, body string) {
	name := fmt.Sprintf("u%s%d", what, bits)
	u.Add(name, bits/8, body+advance)
	u.key(what, "IMM", bits, 0, name)
}

// atomics makes what reads and writes in one: src is the operand, dst gets what memory held.
func (u *uops) atomics() {
	for _, bits := range []int{8, 16, 32, 64} {
		for _, op := range []struct{ name, text string }{
			{"LDADD", "old + v"}, {"LDCLR", "old &^ v"}, {"LDEOR", "old ^ v"}, {"LDSET", "old | v"}, {"SWP", "v"},
		} {
			u.ordered(op.name, bits, probeBoth(bits)+fmt.Sprintf("old, v := *p, %s\n*p = %s\n%s = uint64(old)\n", get("src", bits), op.text, reg("dst")))
		}
		u.ordered("CAS", bits, probeBoth(bits)+fmt.Sprintf("old := *p\nif old == %s {\n*p = %s\n}\n%s = uint64(old)\n", get("idx", bits), get("src", bits), reg("dst")))
	}
}
