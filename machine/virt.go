package machine

import (
	"fmt"

	"stasis/bus"
	"stasis/cpu/arm64"
	"stasis/device/gic"
	"stasis/device/gtimer"
	"stasis/device/pci"
	"stasis/device/pl011"
	"stasis/device/pl031"
	"stasis/device/pl061"
	"stasis/device/virtio"
	"stasis/irq"
	"stasis/loader"
	"stasis/loader/fdt"
)

// virt is the board of AArch64: that of QEMU's name, so that its guests run unchanged. Where things are is what loader/fdt tells
// them.
type virt struct {
	m      *Machine
	cpus   []*arm64.CPU
	gic    *gic.GIC
	timers []*gtimer.Timer
	power  irq.Line // the power key
	errs   []error
}

// newVirt wires the board. The order of the calls is the order of events at equal deadlines and of the state's encoding.
func newVirt(m *Machine, image *loader.Image) (board, error) {
	v := &virt{m: m}
	v.addCPUs()
	v.addGIC()
	v.addTimers()
	v.addDevices()
	v.addPCI()
	v.addFlash(image.Firmware)
	v.addFWCfg(image)
	if len(v.errs) > 0 {
		return nil, v.errs[0]
	}
	return v, nil
}

// mmio puts a device on the bus.
func (v *virt) mmio(name string, base, size uint64, d bus.Device) {
	v.note(v.m.bus.MapMMIO(name, base, size, d))
}

func (v *virt) note(err error) {
	if err != nil {
		v.errs = append(v.errs, err)
	}
}

// addCPUs makes the CPUs.
func (v *virt) addCPUs() {
	config := v.m.config
	for i := range config.SMP {
		c := arm64.New(&virtSystem{virt: v, cpu: i}, i, arm64.Config{
			Strict: config.Strict, IPS: config.IPS, Seed: config.Seed, QARMA5: config.PAuth == "qarma5", CPUs: config.SMP,
			GICSystem: config.GIC == 3, Hide: config.Hide,
		})
		v.cpus = append(v.cpus, c)
		v.m.cpus = append(v.m.cpus, c)
	}
}

// addGIC makes the interrupt controller. The windows of a GICv2 show each CPU its own, so that they are no regions of the bus.
func (v *virt) addGIC() {
	lines := make([]gic.Lines, len(v.cpus))
	for i, c := range v.cpus {
		lines[i] = gic.Lines{IRQ: irq.Func(c.SetIRQ), FIQ: irq.Func(c.SetFIQ)}
	}
	v.gic = gic.New(v.m.config.GIC, lines)
	v.m.addPart("gic", &v.gic.State, nil)
	if v.m.config.GIC == 3 {
		v.mmio("gic distributor", fdt.GICDBase, gic.DistributorSize, v.gic.Distributor(0))
		v.mmio("gic redistributors", fdt.GICRBase, uint64(len(v.cpus))*gic.RedistributorSize, v.gic.Redistributors())
	}
}

// addTimers makes each CPU's generic timer.
func (v *virt) addTimers() {
	for i := range v.cpus {
		t := gtimer.New(v.m.queue, v.m.config.IPS, v.gic.PPI(i, fdt.PhysicalTimerPPI), v.gic.PPI(i, fdt.VirtualTimerPPI))
		v.timers = append(v.timers, t)
		v.m.addPart(fmt.Sprintf("generic timer %d", i), &t.State, nil)
	}
}

// addDevices makes the peripherals.
func (v *virt) addDevices() {
	ips := v.m.config.IPS
	uart := pl011.New(v.m.queue, ips, v.gic.SPI(fdt.UARTIRQ), v.m.outputs[serialOutput])
	v.m.addPart("pl011", &uart.State, nil)
	v.mmio("pl011", fdt.UARTBase, pl011.Size, uart)
	v.m.serial = [2]receiver{uart, nobody{}}

	rtc := pl031.New(v.m.queue, ips, v.m.config.Epoch, v.gic.SPI(fdt.RTCIRQ))
	v.m.addPart("pl031", &rtc.State, nil)
	v.mmio("pl031", fdt.RTCBase, pl031.Size, rtc)

	gpio := pl061.New(v.gic.SPI(fdt.GPIOIRQ))
	v.m.addPart("pl061", &gpio.State, nil)
	v.mmio("pl061", fdt.GPIOBase, pl061.Size, gpio)
	v.power = gpio.Pin(fdt.PowerKeyPin)

	for i := range uint64(fdt.VirtIOSlots) {
		v.mmio(fmt.Sprintf("virtio slot %d", i), fdt.VirtIOBase+i*fdt.VirtIOSize, fdt.VirtIOSize, virtio.Empty{})
	}
}

// nobody is the end of a serial line that leads nowhere.
type nobody struct{}

func (nobody) Receive(byte) bool { return true }

// addPCI makes the bus with nothing on it but its host bridge.
func (v *virt) addPCI() {
	bridge := pci.NewGenericBridge()
	ecam := pci.NewECAM()
	v.note(ecam.Add(0, 0, bridge))
	v.m.addPart("pci host bridge", &bridge.HeaderState, nil)
	v.mmio("pci", fdt.ECAMBase, fdt.ECAMSize, ecam)
}

// addFlash makes the two banks of flash: firmware in the first, the second one erased.
func (v *virt) addFlash(firmware loader.Segment) {
	v.mmio("flash", fdt.FlashBase, 2*fdt.FlashSize, flash(firmware.Data))
}

// flash is memory that is read only and erased behind its contents.
type flash []byte

func (f flash) Read(offset uint64, size int) (v uint64) {
	for i := range uint64(size) {
		b := byte(0xff)
		if offset+i < uint64(len(f)) {
			b = f[offset+i]
		}
		v |= uint64(b) << (8 * i)
	}
	return v
}

func (flash) Write(uint64, int, uint64) {}

// start enters the kernel, or leaves the first CPU as a reset does.
func (v *virt) start(image *loader.Image) {
	if image.Firmware.Data == nil {
		v.cpus[0].PowerOn(image.Start.PC, image.Start.X0)
	}
}

// reset is a reset of the system.
func (v *virt) reset() { v.m.end(StopReset, 0) }
