package fdt

import (
	"encoding/binary"
	"fmt"
)

// Addresses of the board virt. They and the interrupts below are those of QEMU's board of this name, so that its guests run
// unchanged.
//
// Source: QEMU documentation, "'virt' generic virtual platform", and the device tree that it describes itself by.
const (
	FlashBase    = 0
	FlashSize    = 64 << 20 // of each of two banks
	GICDBase     = 0x0800_0000
	GICCBase     = 0x0801_0000
	GICRBase     = 0x080a_0000
	gicrSize     = 0xf6_0000
	UARTBase     = 0x0900_0000
	RTCBase      = 0x0901_0000
	FWCfgBase    = 0x0902_0000
	GPIOBase     = 0x0903_0000
	VirtIOBase   = 0x0a00_0000
	VirtIOSize   = 0x200 // of a slot
	VirtIOSlots  = 32
	mmioBase     = 0x1000_0000 // of PCI devices
	mmioSize     = 0x2eff_0000
	pioBase      = 0x3eff_0000
	pioSize      = 0x1_0000
	RAMBase      = 0x4000_0000
	ECAMBase     = 0x40_1000_0000
	ECAMSize     = 0x1000_0000
	highMMIOBase = 0x80_0000_0000
	highMMIOSize = 0x80_0000_0000
)

// Interrupts of the board: shared ones, by their numbers among these, and private ones.
const (
	UARTIRQ   = 1
	RTCIRQ    = 2
	PCIIRQ    = 3 // and the three after it
	GPIOIRQ   = 7
	VirtIOIRQ = 16 // and the 31 after it

	SecureTimerPPI   = 13
	PhysicalTimerPPI = 14
	VirtualTimerPPI  = 11
	HypTimerPPI      = 10

	PowerKeyPin = 3 // of the GPIO
	powerKey    = 0x74
)

const (
	shared  = 0
	private = 1
	rising  = 1
	high    = 4

	phandleClock = 0x8000
	phandleGIC   = 0x8001
	phandleGPIO  = 0x8002
	clockHz      = 24_000_000
)

// Config is what of the board virt can differ.
type Config struct {
	CPUs        int
	MemSize     uint64
	GIC         int // 2 or 3
	CommandLine string
	InitrdStart uint64
	InitrdEnd   uint64 // 0: no initrd
	Seed        uint64 // of the random numbers for the kernel
}

// Virt is the device tree of the board virt.
func Virt(c Config) []byte {
	root := New().Cells("interrupt-parent", phandleGIC).Strings("model", "linux,dummy-virt").
		Cells("#size-cells", 2).Cells("#address-cells", 2).Strings("compatible", "linux,dummy-virt")
	c.addPSCI(root)
	root.Add(fmt.Sprintf("memory@%x", RAMBase)).Reg("reg", RAMBase, c.MemSize).Strings("device_type", "memory")
	root.Add(fmt.Sprintf("fw-cfg@%x", FWCfgBase)).Flag("dma-coherent").Reg("reg", FWCfgBase, 0x18).
		Strings("compatible", "qemu,fw-cfg-mmio")
	addVirtIO(root)
	addGPIO(root)
	addPCIe(root)
	c.addDevices(root)
	c.addGIC(root)
	root.Add("flash@0").Cells("bank-width", 4).Reg("reg", FlashBase, FlashSize, FlashBase+FlashSize, FlashSize).
		Strings("compatible", "cfi-flash")
	c.addCPUs(root)
	c.addTimer(root)
	root.Add("apb-pclk").Cells("phandle", phandleClock).Strings("clock-output-names", "clk24mhz").
		Cells("clock-frequency", clockHz).Cells("#clock-cells", 0).Strings("compatible", "fixed-clock")
	c.addChosen(root)
	return root.Encode(0)
}

func (c *Config) addPSCI(root *Node) {
	root.Add("psci").Cells("migrate", 0xc400_0005).Cells("cpu_on", 0xc400_0003).Cells("cpu_off", 0x8400_0002).
		Cells("cpu_suspend", 0xc400_0001).Strings("method", "hvc").
		Strings("compatible", "arm,psci-1.0", "arm,psci-0.2", "arm,psci")
}

func addVirtIO(root *Node) {
	for i := range uint32(VirtIOSlots) {
		base := uint64(VirtIOBase + i*VirtIOSize)
		root.Add(fmt.Sprintf("virtio_mmio@%x", base)).Flag("dma-coherent").Cells("interrupts", shared, VirtIOIRQ+i, rising).
			Reg("reg", base, VirtIOSize).Strings("compatible", "virtio,mmio")
	}
}

func addGPIO(root *Node) {
	keys := root.Add("gpio-keys").Strings("compatible", "gpio-keys")
	keys.Add("poweroff").Cells("gpios", phandleGPIO, PowerKeyPin, 0).Cells("linux,code", powerKey).
		Strings("label", "GPIO Key Poweroff")
	primecell(root, "pl061", GPIOBase, GPIOIRQ, "apb_pclk").Cells("phandle", phandleGPIO).Flag("gpio-controller").
		Cells("#gpio-cells", 2)
}

// primecell adds one of Arm's peripherals. It has a clock for each name.
func primecell(root *Node, name string, base uint64, irq uint32, clocks ...string) *Node {
	n := root.Add(fmt.Sprintf("%s@%x", name, base)).Strings("clock-names", clocks...)
	list := make([]uint32, len(clocks))
	for i := range list {
		list[i] = phandleClock
	}
	return n.Cells("clocks", list...).Cells("interrupts", shared, irq, high).Reg("reg", base, 0x1000).
		Strings("compatible", "arm,"+name, "arm,primecell")
}

// addPCIe adds the host bridge. Pin p of slot s arrives at the interrupt (s + p) modulo 4 of the four.
func addPCIe(root *Node) {
	var wires []uint32
	for slot := range uint32(4) {
		for pin := range uint32(4) {
			wires = append(wires, slot<<11, 0, 0, pin+1, phandleGIC, 0, 0, shared, PCIIRQ+(slot+pin)%4, high)
		}
	}
	const io, mem32, mem64 = 0x0100_0000, 0x0200_0000, 0x0300_0000
	root.Add(fmt.Sprintf("pcie@%x", mmioBase)).Cells("interrupt-map-mask", 0x1800, 0, 0, 7).
		Cells("interrupt-map", wires...).Cells("#interrupt-cells", 1).
		Cells("ranges",
			io, 0, 0, 0, pioBase, 0, pioSize,
			mem32, 0, mmioBase, 0, mmioBase, 0, mmioSize,
			mem64, highMMIOBase>>32, 0, highMMIOBase>>32, 0, highMMIOSize>>32, 0).
		Reg("reg", ECAMBase, ECAMSize).Flag("dma-coherent").Cells("bus-range", 0, 0xff).Cells("linux,pci-domain", 0).
		Cells("#size-cells", 2).Cells("#address-cells", 3).Strings("device_type", "pci").
		Strings("compatible", "pci-host-ecam-generic")
}

func (c *Config) addDevices(root *Node) {
	primecell(root, "pl031", RTCBase, RTCIRQ, "apb_pclk")
	primecell(root, "pl011", UARTBase, UARTIRQ, "uartclk", "apb_pclk")
}

func (c *Config) addGIC(root *Node) {
	n := root.Add(fmt.Sprintf("intc@%x", GICDBase)).Cells("phandle", phandleGIC)
	if c.GIC == 2 {
		n.Reg("reg", GICDBase, 0x1_0000, GICCBase, 0x1_0000).Strings("compatible", "arm,cortex-a15-gic")
	} else {
		n.Reg("reg", GICDBase, 0x1_0000, GICRBase, gicrSize).Cells("#redistributor-regions", 1).Strings("compatible", "arm,gic-v3")
	}
	n.Flag("ranges").Cells("#size-cells", 2).Cells("#address-cells", 2).Flag("interrupt-controller").Cells("#interrupt-cells", 3)
}

func (c *Config) addCPUs(root *Node) {
	n := root.Add("cpus").Cells("#size-cells", 0).Cells("#address-cells", 1)
	for i := range uint32(c.CPUs) {
		cpu := n.Add(fmt.Sprintf("cpu@%x", i)).Cells("reg", i)
		if c.CPUs > 1 {
			cpu.Strings("enable-method", "psci")
		}
		cpu.Strings("compatible", "arm,armv8").Strings("device_type", "cpu")
	}
}

// addTimer adds the generic timer. With a GICv2 a private interrupt says at which CPUs it arrives.
func (c *Config) addTimer(root *Node) {
	flags := uint32(high)
	if c.GIC == 2 {
		flags |= (1<<c.CPUs - 1) << 8
	}
	root.Add("timer").Cells("interrupts",
		private, SecureTimerPPI, flags, private, PhysicalTimerPPI, flags, private, VirtualTimerPPI, flags, private, HypTimerPPI, flags).
		Flag("always-on").Strings("compatible", "arm,armv8-timer", "arm,armv7-timer")
}

func (c *Config) addChosen(root *Node) {
	n := root.Add("chosen")
	if c.InitrdEnd != 0 {
		n.Reg("linux,initrd-end", c.InitrdEnd).Reg("linux,initrd-start", c.InitrdStart)
	}
	if c.CommandLine != "" {
		n.Strings("bootargs", c.CommandLine)
	}
	n.Strings("stdout-path", fmt.Sprintf("/pl011@%x", UARTBase))
	n.Bytes("rng-seed", c.random(1, 32)).Bytes("kaslr-seed", c.random(5, 8))
}

// random is bytes that follow from the seed, by the SplitMix64 generator from its step-th number on.
//
// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
func (c *Config) random(step uint64, n int) (b []byte) {
	for ; len(b) < n; step++ {
		z := c.Seed + step*0x9e37_79b9_7f4a_7c15
		z = (z ^ z>>30) * 0xbf58_476d_1ce4_e5b9
		z = (z ^ z>>27) * 0x94d0_49bb_1331_11eb
		b = binary.BigEndian.AppendUint64(b, z^z>>31)
	}
	return b
}
