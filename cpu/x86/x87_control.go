package x86

// Control instructions. Those with FN do not look at pending exceptions; the forms with F are these after FWAIT.

func fwait(c *CPU, i *Inst) {
	if c.CR0&(cr0MP|cr0TS) == cr0MP|cr0TS {
		c.raise(vecNM, 0)
	}
	c.checkPending()
}

func fldcw(c *CPU, i *Inst) {
	c.checkFPU()
	c.FPU.setControl(load[uint16](c, c.linRead(i, 2)))
}

func fnstcw(c *CPU, i *Inst) {
	c.checkFPUPresent()
	store(c, c.linWrite(i, 2), c.FPU.CW)
}

// fnstsw is FNSTSW to memory or AX.
func fnstsw(c *CPU, i *Inst) {
	c.checkFPUPresent()
	if i.Opcode == 0xdf {
		c.setGPR(0, c.gpr(0)&^0xffff|uint64(c.FPU.SW))
		return
	}
	store(c, c.linWrite(i, 2), c.FPU.SW)
}

func fnclex(c *CPU, i *Inst) {
	c.checkFPUPresent()
	c.FPU.SW &^= swFlags | swSF | swES | swB
}

func fninit(c *CPU, i *Inst) {
	c.checkFPUPresent()
	c.FPU.initX87()
}

// initX87 is FNINIT: the registers keep their contents.
func (f *FPU) initX87() {
	f.CW, f.SW, f.TW = cwInit, 0, 0xffff
	f.FOP, f.FIP, f.FDP, f.FCS, f.FDS = 0, 0, 0, 0, 0
}

// environmentSize is 14 or 28 bytes.
func environmentSize(i *Inst) uint64 {
	if i.OpSize == 2 {
		return 14
	}
	return 28
}

// storeEnvironment writes the environment in one of four layouts: 16 or 32 bits, protected or real mode.
//
// Source: SDM Vol. 1, figures "Protected Mode x87 FPU State Image in Memory, 32-Bit Format" and the following.
func (c *CPU) storeEnvironment(i *Inst, lin uint64) {
	words := c.environment()
	if i.OpSize == 2 {
		if c.protected() {
			words[4] &= 0xffff
		}
		for n, w := range words {
			store(c, lin+2*uint64(n), uint16(w))
		}
		return
	}
	for n, reserved := range [7]bool{true, true, true, !c.protected(), false, !c.protected(), c.protected()} {
		if reserved {
			words[n] |= 0xffff0000
		}
		store(c, lin+4*uint64(n), words[n])
	}
}

// environment is the seven words, as wide as they get.
func (c *CPU) environment() [7]uint32 {
	f := &c.FPU
	fip, fdp := uint32(f.FIP), uint32(f.FDP)
	if c.protected() {
		return [7]uint32{uint32(f.CW), uint32(f.SW), uint32(f.tags()), fip, uint32(f.FCS) | uint32(f.FOP)<<16, fdp, uint32(f.FDS)}
	}
	fip += uint32(f.FCS) << 4
	fdp += uint32(f.FDS) << 4
	return [7]uint32{uint32(f.CW), uint32(f.SW), uint32(f.tags()),
		fip & 0xffff, fip>>16<<12 | uint32(f.FOP), fdp & 0xffff, fdp >> 16 << 12}
}

// loadEnvironment is the reverse. Real mode's linear pointers become offsets from selector 0.
func (c *CPU) loadEnvironment(i *Inst, lin uint64) {
	var words [7]uint32
	for n := range words {
		if i.OpSize == 2 {
			words[n] = uint32(load[uint16](c, lin+2*uint64(n)))
		} else {
			words[n] = load[uint32](c, lin+4*uint64(n))
		}
	}
	f := &c.FPU
	f.CW = uint16(words[0])&cwMask | cwOne
	f.setStatus(uint16(words[1]))
	f.setTags(uint16(words[2]))
	if !c.protected() {
		f.FIP, f.FDP = uint64(words[3]&0xffff|words[4]>>12<<16), uint64(words[5]&0xffff|words[6]>>12<<16)
		f.FCS, f.FDS, f.FOP = 0, 0, uint16(words[4]&0x7ff)
		return
	}
	f.FIP, f.FDP = uint64(words[3]), uint64(words[5])
	f.FCS, f.FDS = uint16(words[4]), uint16(words[6])
	f.FOP = 0
	if i.OpSize != 2 {
		f.FOP = uint16(words[4] >> 16 & 0x7ff)
	}
}

// fnstenv is FNSTENV: store the environment, then mask all exceptions.
func fnstenv(c *CPU, i *Inst) {
	c.checkFPUPresent()
	c.storeEnvironment(i, c.linWrite(i, int(environmentSize(i))))
	c.FPU.setControl(c.FPU.CW | cwMasks)
}

func fldenv(c *CPU, i *Inst) {
	c.checkFPU()
	c.loadEnvironment(i, c.linRead(i, int(environmentSize(i))))
}

// fnsave is FNSAVE: store the environment and the registers from ST(0) on, then FNINIT.
func fnsave(c *CPU, i *Inst) {
	c.checkFPUPresent()
	size := environmentSize(i)
	lin := c.linWrite(i, int(size)+80)
	c.storeEnvironment(i, lin)
	for n := range uint8(8) {
		c.store80(lin+size+10*uint64(n), c.FPU.get(n))
	}
	c.FPU.initX87()
}

// frstor is FRSTOR: the reverse of FNSAVE. The registers are read before the environment is changed.
func frstor(c *CPU, i *Inst) {
	c.checkFPU()
	size := environmentSize(i)
	lin := c.linRead(i, int(size)+80)
	var st [8]f80
	for n := range st {
		st[n] = c.load80(lin + size + 10*uint64(n))
	}
	c.loadEnvironment(i, lin)
	for n, v := range st {
		c.FPU.ST[c.FPU.st(uint8(n))] = v
	}
}
