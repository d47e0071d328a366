package arm64

import "stasis/mmu"

// Exclusives, and accesses with an order of their own, which program order has anyway. The monitor is State, so a debugger that stops
// between a load and its store changes nothing. It remembers the value too: a store by another CPU, or by anything else, shows as a
// change of the value, and one that leaves the value as it was cannot be told from none. Source: Arm ARM, "Synchronization and
// semaphores".

func ldar(c *CPU, i *Inst)  { c.loadOrdered(i) }
func ldapr(c *CPU, i *Inst) { c.loadOrdered(i) }

func (c *CPU) loadOrdered(i *Inst) {
	va, size := c.base(i), i.Field(31, 30)
	c.needAligned(va, 1<<size, mmu.Read)
	c.setX(i.Rd(), c.readSized(va, size))
}

func stlr(c *CPU, i *Inst) {
	va, size := c.base(i), i.Field(31, 30)
	c.needAligned(va, 1<<size, mmu.Write)
	c.writeSized(va, size, c.x(i.Rd()))
}

// ldapur and stlur have an offset; ldapurs extends the sign.
func ldapur(c *CPU, i *Inst) {
	va := c.base(i) + unscaledOffset(i)
	c.needAligned(va, 1<<i.Field(31, 30), mmu.Read)
	c.loadTo(i, va)
}

func ldapurs(c *CPU, i *Inst) { ldapur(c, i) }

func stlur(c *CPU, i *Inst) {
	va := c.base(i) + unscaledOffset(i)
	c.needAligned(va, 1<<i.Field(31, 30), mmu.Write)
	c.storeFrom(i, va)
}

// ldxr is LDXR: the monitor opens.
func ldxr(c *CPU, i *Inst) {
	va, size := c.base(i), i.Field(31, 30)
	c.needAligned(va, 1<<size, mmu.Read)
	v := c.readSized(va, size)
	c.open(va, 1<<size, v, 0)
	c.setX(i.Rd(), v)
}

func ldaxr(c *CPU, i *Inst) { ldxr(c, i) }

// ldxp is LDXP: two words or doublewords, aligned as one.
func ldxp(c *CPU, i *Inst) {
	va, size := c.base(i), 2+i.Field(30, 30)
	c.needAligned(va, 2<<size, mmu.Read)
	v1, v2 := c.readSized(va, size), c.readSized(va+1<<size, size)
	c.open(va, 2<<size, v1, v2)
	c.setX(i.Rd(), v1)
	c.setX(i.Ra(), v2)
}

func ldaxp(c *CPU, i *Inst) { ldxp(c, i) }

func (c *CPU) open(va uint64, size uint8, v1, v2 uint64) {
	c.ExclusiveOpen, c.ExclusiveAddr, c.ExclusiveSize, c.ExclusiveData = true, va, size, [2]uint64{v1, v2}
}

// stxr is STXR: Ws is 0 if the store was done.
func stxr(c *CPU, i *Inst) {
	va, size := c.base(i), i.Field(31, 30)
	c.needAligned(va, 1<<size, mmu.Write)
	if !c.monitors(va, 1<<size) {
		c.fail(i)
		return
	}
	c.probeWrite(va, 1<<size)
	if c.readSized(va, size) != c.ExclusiveData[0] {
		c.fail(i)
		return
	}
	c.writeSized(va, size, c.x(i.Rd()))
	c.succeed(i)
}

func stlxr(c *CPU, i *Inst) { stxr(c, i) }

// stxp is STXP.
func stxp(c *CPU, i *Inst) {
	va, size := c.base(i), 2+i.Field(30, 30)
	c.needAligned(va, 2<<size, mmu.Write)
	if !c.monitors(va, 2<<size) {
		c.fail(i)
		return
	}
	c.probeWrite(va, 2<<size)
	if c.readSized(va, size) != c.ExclusiveData[0] || c.readSized(va+1<<size, size) != c.ExclusiveData[1] {
		c.fail(i)
		return
	}
	v1, v2 := c.x(i.Rd()), c.x(i.Ra())
	c.writeSized(va, size, v1)
	c.writeSized(va+1<<size, size, v2)
	c.succeed(i)
}

func stlxp(c *CPU, i *Inst) { stxp(c, i) }

// monitors reports whether the monitor is open for an access.
func (c *CPU) monitors(va uint64, size uint8) bool {
	return c.ExclusiveOpen && c.ExclusiveAddr == va && c.ExclusiveSize == size
}

// fail and succeed are the end of a Store-Exclusive: the status in Ws, and the monitor closed.
func (c *CPU) fail(i *Inst) {
	c.ExclusiveOpen = false
	c.setX(i.Rm(), 1)
}

func (c *CPU) succeed(i *Inst) {
	c.ExclusiveOpen = false
	c.setX(i.Rm(), 0)
}

func clrex(c *CPU, i *Inst) { c.ExclusiveOpen = false }
