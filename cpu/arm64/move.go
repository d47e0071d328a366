package arm64

// halfword is the immediate of a wide move, and where it stands.
func halfword(i *Inst) (imm uint64, at uint) {
	at = uint(i.Field(22, 21)) * 16
	return uint64(i.Field(20, 5)) << at, at
}

func movz(c *CPU, i *Inst) {
	imm, _ := halfword(i)
	c.put(i, imm)
}

func movn(c *CPU, i *Inst) {
	imm, _ := halfword(i)
	c.put(i, ^imm)
}

// movk is MOVK: the other halfwords stay.
func movk(c *CPU, i *Inst) {
	imm, at := halfword(i)
	c.put(i, c.x(i.Rd())&^(0xffff<<at)|imm)
}
