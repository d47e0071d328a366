package gic

import (
	"testing"

	"stasis/irq"
)

// bench is a controller with wires that remember.
type bench struct {
	*testing.T
	*GIC
	irq, fiq []bool
}

func newBench(t *testing.T, version, cpus int) *bench {
	b := &bench{T: t, irq: make([]bool, cpus), fiq: make([]bool, cpus)}
	lines := make([]Lines, cpus)
	for i := range lines {
		lines[i] = Lines{
			IRQ: irq.Func(func(high bool) { b.irq[i] = high }),
			FIQ: irq.Func(func(high bool) { b.fiq[i] = high }),
		}
	}
	b.GIC = New(version, lines)
	return b
}

// want compares.
func (b *bench) want(what string, got, want any) {
	b.Helper()
	if got != want {
		b.Errorf("%s: %v, want %v", what, got, want)
	}
}

// enable3 makes a controller of version 3 with all groups enabled, and the given interrupts enabled in group 1 at priority A0h.
func enable3(t *testing.T, cpus int, ids ...int) *bench {
	b := newBench(t, 3, cpus)
	b.Distributor(0).Write(regCTLR, 4, 3)
	for i := range cpus {
		b.WriteRegister(i, iccPMR, 0xf8)
		b.WriteRegister(i, iccIGRPEN0, 1)
		b.WriteRegister(i, iccIGRPEN1, 1)
	}
	for _, id := range ids {
		b.configure(0, id, 0xa0)
	}
	return b
}

// configure enables an interrupt of version 3 in group 1. A private one is a CPU's.
func (b *bench) configure(cpu, id int, priority uint8) {
	if id < private {
		base := uint64(cpu)*RedistributorSize + rdSGI
		r := b.Redistributors()
		r.Write(base+regGroup, 4, r.Read(base+regGroup, 4)|1<<id)
		r.Write(base+regPriority+uint64(id), 1, uint64(priority))
		r.Write(base+regSetEnable, 4, 1<<id)
		return
	}
	d, w := b.Distributor(0), uint64(id/32*4)
	d.Write(regGroup+w, 4, d.Read(regGroup+w, 4)|1<<(id%32))
	d.Write(regPriority+uint64(id), 1, uint64(priority))
	d.Write(regRoute+8*uint64(id), 8, uint64(cpu))
	d.Write(regSetEnable+w, 4, 1<<(id%32))
}

func (b *bench) read(cpu int, r uint16) uint64 {
	v, ok := b.ReadRegister(cpu, r)
	if !ok {
		b.Errorf("register %#x is not there", r)
	}
	return v
}

func TestLevel(t *testing.T) {
	b := enable3(t, 1, 33)
	b.SPI(1).Set(true)
	b.want("signalled", b.irq[0], true)
	b.want("highest", b.read(0, iccHPPIR1), uint64(33))
	b.want("acknowledged", b.read(0, iccIAR1), uint64(33))
	b.want("wire while active", b.irq[0], false)
	b.want("running", b.read(0, iccRPR), uint64(0xa0))
	b.want("nothing more", b.read(0, iccIAR1), uint64(spurious))
	b.WriteRegister(0, iccEOIR1, 33)
	b.want("again, the level being high", b.irq[0], true)
	b.want("idle", b.read(0, iccRPR), uint64(idle))
	b.read(0, iccIAR1)
	b.SPI(1).Set(false)
	b.WriteRegister(0, iccEOIR1, 33)
	b.want("over", b.irq[0], false)
}

func TestEdge(t *testing.T) {
	b := enable3(t, 1, 40)
	b.Distributor(0).Write(regConfig+40/4&^3, 4, 2<<(40%16*2))
	b.SPI(8).Set(true)
	b.SPI(8).Set(false)
	b.want("latched", b.read(0, iccIAR1), uint64(40))
	b.SPI(8).Set(true)
	b.WriteRegister(0, iccEOIR1, 40)
	b.want("the second edge", b.read(0, iccIAR1), uint64(40))
	b.WriteRegister(0, iccEOIR1, 40)
	b.want("no third", b.irq[0], false)
}

func TestPriorities(t *testing.T) {
	b := enable3(t, 1)
	b.configure(0, 50, 0x80)
	b.configure(0, 51, 0x40)
	b.configure(0, 52, 0x40)
	for _, n := range []int{18, 20} {
		b.SPI(n).Set(true)
	}
	b.want("the more urgent", b.read(0, iccIAR1), uint64(52))
	b.SPI(19).Set(true)
	b.want("an equal one does not preempt", b.irq[0], false)
	b.want("the lower number first", b.read(0, iccHPPIR1), uint64(51))
	b.WriteRegister(0, iccEOIR1, 52)
	b.WriteRegister(0, iccPMR, 0x40)
	b.want("masked", b.irq[0], false)
	b.WriteRegister(0, iccPMR, 0x48)
	b.want("not masked", b.irq[0], true)
}

func TestPreemption(t *testing.T) {
	b := enable3(t, 1)
	b.configure(0, 50, 0x90)
	b.configure(0, 51, 0x80)
	b.SPI(18).Set(true)
	b.WriteRegister(0, iccBPR1, 5)
	b.want("first", b.read(0, iccIAR1), uint64(50))
	b.SPI(19).Set(true)
	b.want("of the same group of priorities", b.irq[0], false)
	b.SPI(19).Set(false)
	b.WriteRegister(0, iccEOIR1, 50)
	b.WriteRegister(0, iccBPR1, 0)
	b.want("least binary point", b.read(0, iccBPR1), uint64(3))
	b.want("first again", b.read(0, iccIAR1), uint64(50))
	b.SPI(19).Set(true)
	b.want("preempts", b.read(0, iccIAR1), uint64(51))
	b.want("active priorities", b.read(0, iccAP1R0), uint64(1<<(0x80>>3)|1<<(0x90>>3)))
	b.WriteRegister(0, iccEOIR1, 51)
	b.want("back", b.read(0, iccRPR), uint64(0x90))
}

func TestEOImode(t *testing.T) {
	b := enable3(t, 1, 33)
	b.WriteRegister(0, iccCTLR, iccEOImode)
	b.SPI(1).Set(true)
	b.read(0, iccIAR1)
	b.WriteRegister(0, iccEOIR1, 33)
	b.want("priority dropped", b.read(0, iccRPR), uint64(idle))
	b.want("still active", b.irq[0], false)
	b.WriteRegister(0, iccDIR, 33)
	b.want("deactivated", b.irq[0], true)
}

func TestGroups(t *testing.T) {
	b := enable3(t, 1, 33)
	b.Distributor(0).Write(regGroup+4, 4, 0)
	b.SPI(1).Set(true)
	b.want("group 0 is FIQ", [2]bool{b.irq[0], b.fiq[0]}, [2]bool{false, true})
	b.want("not by IAR1", b.read(0, iccIAR1), uint64(spurious))
	b.want("by IAR0", b.read(0, iccIAR0), uint64(33))
	b.WriteRegister(0, iccEOIR0, 33)
	b.WriteRegister(0, iccIGRPEN0, 0)
	b.want("disabled", b.fiq[0], false)
}

func TestSystemSGI(t *testing.T) {
	b := enable3(t, 4)
	for i := range 4 {
		b.configure(i, 5, 0x10)
	}
	b.WriteRegister(0, iccSGI1R, 5<<24|0b1010)
	b.want("list", [4]bool(b.irq), [4]bool{false, true, false, true})
	b.want("acknowledged", b.read(1, iccIAR1), uint64(5))
	b.read(3, iccIAR1)
	b.WriteRegister(1, iccSGI1R, 1<<40|5<<24)
	b.want("all others", [4]bool(b.irq), [4]bool{true, false, true, false})
	b.WriteRegister(0, iccSGI1R, 1<<16|5<<24|1<<1)
	b.WriteRegister(1, iccEOIR1, 5)
	b.want("another cluster", b.irq[1], false)
	b.WriteRegister(0, iccSGI0R, 5<<24|1<<1)
	b.want("another group", b.irq[1], false)
}

func TestRouting(t *testing.T) {
	b := enable3(t, 2)
	b.configure(1, 33, 0x10)
	b.SPI(1).Set(true)
	b.want("to CPU 1", [2]bool(b.irq), [2]bool{false, true})
	b.Distributor(0).Write(regRoute+8*33, 4, 0)
	b.want("to CPU 0", [2]bool(b.irq), [2]bool{true, false})
	b.Distributor(0).Write(regRoute+8*33, 8, 7)
	b.want("to nobody", [2]bool(b.irq), [2]bool{false, false})
}

func TestRedistributor(t *testing.T) {
	b := newBench(t, 3, 2)
	r := b.Redistributors()
	b.want("first TYPER", r.Read(rdTYPER, 8), uint64(0))
	b.want("last TYPER", r.Read(RedistributorSize+rdTYPER, 8), uint64(1<<32|1<<rdNumber|rdLast))
	b.want("asleep", r.Read(rdWAKER, 4), uint64(wakerChildrenAsleep|wakerProcessorSleep))
	r.Write(rdWAKER, 4, 0)
	b.want("awake", r.Read(rdWAKER, 4), uint64(0))
	b.want("version", r.Read(regPIDR2v3, 4)>>4, uint64(3))
	b.want("distributor's version", b.Distributor(0).Read(regPIDR2v3, 4)>>4, uint64(3))
	b.want("private registers are not the distributor's", b.Distributor(0).Read(regConfig, 4), uint64(0))
	b.want("SGIs are edges", r.Read(rdSGI+regConfig, 4), uint64(0xaaaaaaaa))
	r.Write(rdSGI+regConfig, 4, 0)
	b.want("and stay so", r.Read(rdSGI+regConfig, 4), uint64(0xaaaaaaaa))
}

// enable2 makes a controller of version 2 with everything enabled.
func enable2(t *testing.T, cpus int) *bench {
	b := newBench(t, 2, cpus)
	b.Distributor(0).Write(regCTLR, 4, 1)
	for i := range cpus {
		b.Interface(i).Write(gicPMR, 4, 0xf0)
		b.Interface(i).Write(gicCTLR, 4, 1)
	}
	return b
}

func TestVersion2(t *testing.T) {
	b := enable2(t, 2)
	d, c := b.Distributor(0), b.Interface(0)
	d.Write(regSetEnable+4, 4, 1<<1)
	b.SPI(1).Set(true)
	b.want("no target", [2]bool(b.irq), [2]bool{})
	d.Write(regTargets+33, 1, 3)
	b.want("both", [2]bool(b.irq), [2]bool{true, true})
	b.want("acknowledged", c.Read(gicIAR, 4), uint64(33))
	b.want("by one", [2]bool(b.irq), [2]bool{})
	b.want("too late for the other", b.Interface(1).Read(gicIAR, 4), uint64(spurious))
	b.SPI(1).Set(false)
	c.Write(gicEOIR, 4, 33)
	b.want("running", c.Read(gicRPR, 4), uint64(idle))
	b.want("targets of private interrupts", b.Distributor(1).Read(regTargets, 4), uint64(0x02020202))
	b.want("version", d.Read(regPIDR2v2, 4)>>4, uint64(2))
}

func TestVersion2SGI(t *testing.T) {
	b := enable2(t, 3)
	b.Distributor(1).Write(regSGI, 4, filterOthers<<sgirFilter|7)
	b.Distributor(2).Write(regSGI, 4, 1<<sgirList|7)
	b.want("wires", [3]bool(b.irq), [3]bool{true, false, true})
	c := b.Interface(0)
	b.want("from CPU 1", c.Read(gicIAR, 4), uint64(1<<10|7))
	c.Write(gicEOIR, 4, 1<<10|7)
	b.want("from CPU 2", c.Read(gicIAR, 4), uint64(2<<10|7))
	c.Write(gicEOIR, 4, 2<<10|7)
	b.want("no more", c.Read(gicIAR, 4), uint64(spurious))
	b.Distributor(0).Write(regSGI, 4, filterOneself<<sgirFilter|3)
	b.want("to oneself", c.Read(gicHPPIR, 4), uint64(3))
	b.Distributor(0).Write(regClrSGI, 4, 0x01000000)
	b.want("cleared", b.irq[0], false)
	b.Distributor(0).Write(regClrEnable, 4, 0xffffffff)
	b.want("SGIs stay enabled", b.Distributor(0).Read(regSetEnable, 4), uint64(0xffff))
}

func TestVersion2Groups(t *testing.T) {
	b := enable2(t, 1)
	d, c := b.Distributor(0), b.Interface(0)
	d.Write(regCTLR, 4, 3)
	c.Write(gicCTLR, 4, 3|gicFIQEn)
	d.Write(regSetEnable+4, 4, 3<<1)
	d.Write(regGroup+4, 4, 1<<1)
	b.SPI(1).Set(true)
	b.want("group 1 is IRQ", b.irq[0], true)
	b.want("not by IAR", c.Read(gicIAR, 4), uint64(spuriousOther))
	b.want("by AIAR", c.Read(gicAIAR, 4), uint64(33))
	c.Write(gicAEOIR, 4, 33)
	b.SPI(1).Set(false)
	b.SPI(2).Set(true)
	b.want("group 0 is FIQ", [2]bool{b.irq[0], b.fiq[0]}, [2]bool{false, true})
	b.want("not by AIAR", c.Read(gicAIAR, 4), uint64(spurious))
	b.want("by IAR", c.Read(gicIAR, 4), uint64(34))
}

func TestStateIsAll(t *testing.T) {
	b := enable3(t, 2, 33)
	b.SPI(1).Set(true)
	other := newBench(t, 3, 2)
	other.SetState(b.State)
	other.want("wires", [2]bool(other.irq), [2]bool{true, false})
}
