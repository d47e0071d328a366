package arm64

// Structures: elements of one to four registers, interleaved in memory. Source: Arm ARM, "Advanced SIMD load/store multiple structures",
// "Advanced SIMD load/store single structure".

// structure is what the opcode of LD1 … ST4 (multiple structures) says.
type structure struct{ repeat, registers int }

func multiple(i *Inst) structure {
	switch i.Field(15, 12) {
	case 0:
		return structure{1, 4}
	case 2:
		return structure{4, 1}
	case 4:
		return structure{1, 3}
	case 6:
		return structure{3, 1}
	case 8:
		return structure{1, 2}
	case 10:
		return structure{2, 1}
	}
	return structure{1, 1}
}

// place is where an element lies: in which register after Rt, and its number there.
func (s structure) place(n, count int) (register, at int) {
	register = n % s.registers
	n /= s.registers
	return register + n/count, n % count
}

// afterwards is Rn of the post-indexed forms: Rm 31 is the number of bytes.
func (c *CPU) afterwards(i *Inst, at uint64, bytes int) {
	switch {
	case !i.Bit(23):
	case i.Rm() == regZero:
		c.setXSP(i.Rn(), at+uint64(bytes))
	default:
		c.setXSP(i.Rn(), at+c.x(i.Rm()))
	}
}

// wholes reports whether registers can be moved 64 bits at a time: no order of elements or bytes, and no alignment matters.
func (c *CPU) wholes(s structure, at uint64) bool {
	return s.registers == 1 && !c.bigEndian && at&7 == 0
}

func (c *CPU) loadWholes(i *Inst, registers int, at uint64) {
	var r [4]vec
	bytes := uint64(8) << i.Field(30, 30)
	for n := range registers {
		r[n&3][0] = load[uint64](c, at+uint64(n)*bytes)
		if bytes == 16 {
			r[n&3][1] = load[uint64](c, at+uint64(n)*16+8)
		}
	}
	for n := range registers {
		c.V[(int(i.Rd())+n)&31] = r[n&3]
	}
	c.afterwards(i, at, registers*int(bytes))
}

func (c *CPU) storeWholes(i *Inst, registers int, at uint64) {
	bytes := uint64(8) << i.Field(30, 30)
	c.probeWrite(at, registers*int(bytes))
	for n := range registers {
		v := &c.V[(int(i.Rd())+n)&31]
		store(c, at+uint64(n)*bytes, v[0])
		if bytes == 16 {
			store(c, at+uint64(n)*16+8, v[1])
		}
	}
	c.afterwards(i, at, registers*int(bytes))
}

func (c *CPU) loadMultiple(i *Inst) {
	c.checkFP()
	s, size, at := multiple(i), i.Field(11, 10), c.base(i)
	if c.wholes(s, at) {
		c.loadWholes(i, s.repeat, at)
		return
	}
	e := uint(8) << size
	count := elements(i, e)
	total := s.repeat * s.registers * count
	var r [4]vec
	for n := range total {
		register, m := s.place(n, count)
		setElement(&r[register&3], m, e, c.readSized(at+uint64(n)<<size, size))
	}
	for n := range s.repeat * s.registers {
		c.V[(int(i.Rd())+n)&31] = r[n&3]
	}
	c.afterwards(i, at, total<<size)
}

func (c *CPU) storeMultiple(i *Inst) {
	c.checkFP()
	s, size, at := multiple(i), i.Field(11, 10), c.base(i)
	if c.wholes(s, at) {
		c.storeWholes(i, s.repeat, at)
		return
	}
	e := uint(8) << size
	count := elements(i, e)
	total := s.repeat * s.registers * count
	c.probeWrite(at, total<<size)
	for n := range total {
		register, m := s.place(n, count)
		c.writeSized(at+uint64(n)<<size, size, element(&c.V[(int(i.Rd())+register)&31], m, e))
	}
	c.afterwards(i, at, total<<size)
}

func ld1Multi(c *CPU, i *Inst) { c.loadMultiple(i) }
func ld2Multi(c *CPU, i *Inst) { c.loadMultiple(i) }
func ld3Multi(c *CPU, i *Inst) { c.loadMultiple(i) }
func ld4Multi(c *CPU, i *Inst) { c.loadMultiple(i) }
func st1Multi(c *CPU, i *Inst) { c.storeMultiple(i) }
func st2Multi(c *CPU, i *Inst) { c.storeMultiple(i) }
func st3Multi(c *CPU, i *Inst) { c.storeMultiple(i) }
func st4Multi(c *CPU, i *Inst) { c.storeMultiple(i) }

// single is what an instruction on one structure names: how many registers, the logarithm of the element's size, and its number.
func single(i *Inst) (registers int, size uint32, index int) {
	registers = int(i.Field(13, 13)<<1|i.Field(21, 21)) + 1
	all := i.Field(30, 30)<<3 | i.Field(12, 12)<<2 | i.Field(11, 10)
	size = i.Field(15, 14)
	if size == 2 && i.Bit(10) {
		return registers, 3, int(all >> 3)
	}
	return registers, size, int(all >> size)
}

func (c *CPU) loadSingle(i *Inst) {
	c.checkFP()
	registers, size, index := single(i)
	at := c.base(i)
	var r [4]uint64
	for n := range registers {
		r[n&3] = c.readSized(at+uint64(n)<<size, size)
	}
	for n := range registers {
		setElement(&c.V[(int(i.Rd())+n)&31], index, 8<<size, r[n&3])
	}
	c.afterwards(i, at, registers<<size)
}

func (c *CPU) storeSingle(i *Inst) {
	c.checkFP()
	registers, size, index := single(i)
	at := c.base(i)
	c.probeWrite(at, registers<<size)
	for n := range registers {
		c.writeSized(at+uint64(n)<<size, size, element(&c.V[(int(i.Rd())+n)&31], index, 8<<size))
	}
	c.afterwards(i, at, registers<<size)
}

// loadReplicated is LD1R and its kin: one structure, into all elements.
func (c *CPU) loadReplicated(i *Inst) {
	c.checkFP()
	registers, _, _ := single(i)
	size, at := i.Field(11, 10), c.base(i)
	var r [4]uint64
	for n := range registers {
		r[n&3] = c.readSized(at+uint64(n)<<size, size)
	}
	for n := range registers {
		v := *spread(r[n&3], 8<<size)
		if !i.Bit(30) {
			v[1] = 0
		}
		c.V[(int(i.Rd())+n)&31] = v
	}
	c.afterwards(i, at, registers<<size)
}

func ld1Single(c *CPU, i *Inst) { c.loadSingle(i) }
func ld2Single(c *CPU, i *Inst) { c.loadSingle(i) }
func ld3Single(c *CPU, i *Inst) { c.loadSingle(i) }
func ld4Single(c *CPU, i *Inst) { c.loadSingle(i) }
func st1Single(c *CPU, i *Inst) { c.storeSingle(i) }
func st2Single(c *CPU, i *Inst) { c.storeSingle(i) }
func st3Single(c *CPU, i *Inst) { c.storeSingle(i) }
func st4Single(c *CPU, i *Inst) { c.storeSingle(i) }
func ld1r(c *CPU, i *Inst)      { c.loadReplicated(i) }
func ld2r(c *CPU, i *Inst)      { c.loadReplicated(i) }
func ld3r(c *CPU, i *Inst)      { c.loadReplicated(i) }
func ld4r(c *CPU, i *Inst)      { c.loadReplicated(i) }
