package machine

import (
	"fmt"

	"stasis/bus"
	"stasis/cpu/x86"
	"stasis/device/acpipm"
	"stasis/device/apic"
	"stasis/device/debugport"
	"stasis/device/exit"
	"stasis/device/hpet"
	"stasis/device/i8042"
	"stasis/device/ioapic"
	"stasis/device/pci"
	"stasis/device/pic"
	"stasis/device/pit"
	"stasis/device/reset"
	"stasis/device/rtc"
	"stasis/device/serial"
	"stasis/irq"
	"stasis/loader"
	"stasis/loader/acpi"
)

// pc is the board: a PC of the kind that kernels know by heart. Where things are is what loader/acpi tells them.
type pc struct {
	m      *Machine
	cpus   []*x86.CPU
	lapics []*apic.LAPIC
	fabric apic.Fabric
	pic    *pic.Pair
	ioapic *ioapic.IOAPIC
	errs   []error
}

// newPC wires the board. The order of the calls is the order of events at equal deadlines and of the state's encoding.
func newPC(m *Machine, image *loader.Image) (board, error) {
	pc := &pc{m: m}
	pc.addControllers()
	pc.addCPUs()
	pc.addTimers()
	pc.addPower()
	pc.addPCI(image.Firmware.Data == nil)
	pc.addPorts()
	pc.addSerial()
	pc.addFWCfg(image)
	pc.addFirmware(image.Firmware)
	if len(pc.errs) > 0 {
		return nil, pc.errs[0]
	}
	return pc, nil
}

// mmio and port put a device on the bus.
func (pc *pc) mmio(name string, base, size uint64, d bus.Device) {
	pc.note(pc.m.bus.MapMMIO(name, base, size, d))
}

func (pc *pc) port(name string, base, size uint64, d bus.Device) {
	pc.note(pc.m.bus.MapPort(name, base, size, d))
}

func (pc *pc) note(err error) {
	if err != nil {
		pc.errs = append(pc.errs, err)
	}
}

// isa is the wire of an ISA interrupt: to the 8259s, and to the I/O APIC, where interrupt 0 arrives at another pin.
func (pc *pc) isa(n int) irq.Line {
	pin := n
	if n == 0 {
		pin = acpi.PITPin
	}
	a, b := pc.pic.Line(n), pc.ioapic.Line(pin)
	return irq.Func(func(high bool) {
		a.Set(high)
		b.Set(high)
	})
}

// pins are the wires to the I/O APIC.
func (pc *pc) pins() []irq.Line {
	list := make([]irq.Line, ioapic.Pins)
	for i := range list {
		list[i] = pc.ioapic.Line(i)
	}
	return list
}

// addControllers makes the interrupt controllers that all CPUs share.
func (pc *pc) addControllers() {
	pc.ioapic = ioapic.New(pc.fabric.MSI)
	pc.fabric.OnEOI(pc.ioapic.EOI)
	pc.pic = pic.New(irq.Func(func(high bool) {
		if len(pc.lapics) > 0 {
			pc.lapics[0].LINT0().Set(high)
		}
	}))
	pc.m.addPart("pic", &pc.pic.State, nil)
	pc.m.addPart("ioapic", &pc.ioapic.State, nil)
	pc.port("pic master", 0x20, 2, pc.pic.Master())
	pc.port("pic slave", 0xa0, 2, pc.pic.Slave())
	pc.port("pic elcr", 0x4d0, 2, pc.pic.ELCR())
	pc.mmio("ioapic", acpi.IOAPICBase, ioapic.WindowSize, pc.ioapic)
}

// addCPUs makes the CPUs, each with its local APIC.
func (pc *pc) addCPUs() {
	config := pc.m.config
	for i := range config.SMP {
		sys := &system{m: pc.m}
		c := x86.New(sys, i, x86.Config{
			Vendor: config.CPU, Strict: config.Strict, CPUs: config.SMP, IPS: config.IPS, Seed: config.Seed,
			Hide: config.Hide,
		})
		sys.lapic = apic.New(&pc.fabric, pc.m.queue, apic.Config{
			ID: uint32(i), BSP: i == 0, IPS: config.IPS, X2APIC: true, TSCDeadline: true,
		}, c, pc.pic.Ack)
		pc.cpus = append(pc.cpus, c)
		pc.lapics = append(pc.lapics, sys.lapic)
		pc.m.cpus = append(pc.m.cpus, c)
		pc.m.addPart(fmt.Sprintf("local apic %d", i), &sys.lapic.State, nil)
	}
}

// addTimers makes the devices whose only business is time.
func (pc *pc) addTimers() {
	ips := pc.m.config.IPS
	timers := hpet.New(pc.m.queue, ips, hpet.Lines{IRQ0: pc.isa(0), IRQ8: pc.isa(8), Pins: pc.pins()})
	pc.m.addPart("hpet", &timers.State, nil)
	pc.mmio("hpet", acpi.HPETBase, hpet.WindowSize, timers)

	pit := pit.New(pc.m.queue, ips, timers.PITLine())
	pc.m.addPart("pit", &pit.State, nil)
	pc.port("pit", 0x40, 4, pit.Ports())
	pc.port("port 61h", 0x61, 1, pit.Port61())

	_, high := pc.m.bus.RAM.High()
	rtc := rtc.New(pc.m.queue, ips, timers.RTCLine(), rtc.Config{
		Epoch: pc.m.config.Epoch, Low: pc.m.bus.RAM.Low(), High: high, CPUs: pc.m.config.SMP,
	})
	pc.m.addPart("rtc", &rtc.State, nil)
	pc.port("rtc", 0x70, 2, rtc)
}

// addPower makes what ACPI describes: power-off and the PM timer.
func (pc *pc) addPower() {
	pm := acpipm.New(pc.m.queue, pc.m.config.IPS, pc.isa(acpi.SCI), func(sleepType uint8) {
		if sleepType == acpi.SleepTypeS5 {
			pc.m.end(StopPowerOff, 0)
		}
	})
	pc.m.addPart("acpi pm", &pm.State, nil)
	pc.port("acpi pm", acpi.PM1EventPort, acpipm.Size, pm)
}

// reset is a reset of whatever kind. INIT would start the first CPU in firmware, of which there is none.
func (pc *pc) reset() { pc.m.end(StopReset, 0) }

// addPorts makes what is nothing but a port: the ways to end the machine, the debug consoles, and the keyboard controller
// that nothing is plugged into. ACPI denies it.
func (pc *pc) addPorts() {
	port92 := reset.NewPort92(pc.reset, irq.Unconnected)
	pc.m.addPart("port 92h", &port92.Port92State, nil)
	pc.port("port 92h", 0x92, 1, port92)
	keyboard := i8042.New(pc.isa(1), pc.isa(12), irq.Unconnected, pc.reset)
	pc.m.addPart("i8042", &keyboard.State, nil)
	pc.port("i8042 data", 0x60, 1, keyboard.Data())
	pc.port("i8042 command", 0x64, 1, keyboard.Command())
	pc.port("exit", 0xf4, exit.Size, exit.New(func(v uint32) { pc.m.end(StopDebugExit, int(v)) }))
	console := debugport.New(pc.m.outputs[debugOutput])
	pc.port("debug console", 0xe9, 1, console)
	pc.port("firmware's debug console", firmwareDebugger, 1, console)
}

// addPCI makes the bus with its two bridges, as firmware leaves them or as a reset does. PCI interrupts arrive at the I/O
// APIC's pins beyond those of ISA, in the order that loader/acpi tells.
func (pc *pc) addPCI(shadowed bool) {
	control := reset.NewControl(func(reset.Kind) { pc.reset() })
	pc.m.addPart("reset control", &control.ControlState, nil)
	host := pci.NewHost(control)
	pins := pc.pins()[acpi.PCIInterrupts:]
	isa := pci.NewISABridge(nil, []irq.Line{pins[1], pins[2], pins[3], pins[0]})
	bridge := pci.NewHostBridge(shadowed)
	pc.note(host.Add(0, 0, bridge))
	pc.note(host.Add(1, 0, isa))
	pc.m.addPart("pci", &host.State, nil)
	pc.m.addPart("pci host bridge", &bridge.HeaderState, nil)
	pc.m.addPart("pci isa bridge", &isa.ISABridgeState, nil)
	pc.port("pci", 0xcf8, 8, host)
}

// serialPorts are COM1 and COM2.
var serialPorts = [...]struct {
	base uint64
	irq  int
}{{0x3f8, 4}, {0x2f8, 3}}

// addSerial makes the serial ports.
func (pc *pc) addSerial() {
	for i, at := range serialPorts {
		u := serial.New(pc.m.queue, pc.m.config.IPS, pc.isa(at.irq), pc.m.outputs[serialOutput+i])
		name := fmt.Sprintf("serial port %d", i+1)
		pc.m.addPart(name, &u.State, nil)
		pc.port(name, at.base, 8, u)
		pc.m.serial[i] = u
	}
}
