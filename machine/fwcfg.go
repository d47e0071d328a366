package machine

import (
	"encoding/binary"
	"errors"

	"stasis/device/fwcfg"
	"stasis/loader"
	"stasis/loader/acpi"
	"stasis/loader/bootrom"
	"stasis/loader/fdt"
)

// Ports of the configuration device and of the debug console beside port E9h, as QEMU has them.
const (
	fwcfgPort        = 0x510
	firmwareDebugger = 0x402
)

// addFWCfg makes the device from which firmware learns what the machine is and loads a kernel.
func (pc *pc) addFWCfg(image *loader.Image) {
	d := fwcfg.New(pc.m.bus.RAM)
	le := binary.LittleEndian
	config := pc.m.config
	cpus := le.AppendUint16(nil, uint16(config.SMP))
	for _, i := range []struct {
		key  uint16
		data []byte
	}{
		{fwcfg.KeyUUID, make([]byte, 16)},
		{fwcfg.KeyRAMSize, le.AppendUint64(nil, config.Mem)},
		{fwcfg.KeyNoDisplay, []byte{1, 0}},
		{fwcfg.KeyCPUs, cpus},
		{fwcfg.KeyMaxCPUs, cpus},
		{fwcfg.KeyNUMA, make([]byte, 8)},
		{fwcfg.KeyBootMenu, []byte{1, 0}},
		{fwcfg.KeyIRQ0Override, []byte{1, 0, 0, 0}},
	} {
		pc.note(d.AddItem(i.key, i.data))
	}
	tables, root, script := acpi.Installable(acpi.Config{CPUs: config.SMP, HoleBase: loader.DefaultHoleBase})
	for _, f := range []struct {
		name string
		data []byte
	}{
		{acpi.TablesFile, tables},
		{acpi.RootFile, root},
		{acpi.ScriptFile, script},
		{"etc/e820", pc.memoryMap()},
		{"etc/sercon-port", le.AppendUint64(nil, serialPorts[0].base)},
	} {
		pc.note(d.AddFile(f.name, f.data))
	}
	if image.Parts != nil {
		pc.addKernel(d, image.Parts)
	}
	pc.m.addPart("firmware configuration", &d.State, nil)
	pc.port("firmware configuration", fwcfgPort, fwcfg.Size, d)
}

// addKernel serves the parts of a kernel, and the option ROM that loads them.
func (pc *pc) addKernel(d *fwcfg.Device, p *loader.Parts) {
	pc.note(addParts(d, p))
	pc.note(d.AddFile(bootrom.Name, bootrom.Image()))
	pc.note(d.AddFile("bootorder", []byte(bootrom.Order)))
}

// addParts serves the parts of a kernel.
func addParts(d *fwcfg.Device, p *loader.Parts) (err error) {
	for _, k := range []struct {
		part             loader.Part
		addr, size, data uint16
	}{
		{p.Kernel, fwcfg.KeyKernelAddr, fwcfg.KeyKernelSize, fwcfg.KeyKernelData},
		{p.Initrd, fwcfg.KeyInitrdAddr, fwcfg.KeyInitrdSize, fwcfg.KeyInitrdData},
		{p.CommandLine, fwcfg.KeyCmdLineAddr, fwcfg.KeyCmdLineSize, fwcfg.KeyCmdLineData},
		{p.Setup, fwcfg.KeySetupAddr, fwcfg.KeySetupSize, fwcfg.KeySetupData},
	} {
		err = errors.Join(err,
			d.AddItem(k.addr, binary.LittleEndian.AppendUint32(nil, k.part.Addr)),
			d.AddItem(k.size, binary.LittleEndian.AppendUint32(nil, uint32(len(k.part.Data)))),
			d.AddItem(k.data, k.part.Data))
	}
	return err
}

// addFWCfg makes the device from which firmware learns what the machine is and loads a kernel.
func (v *virt) addFWCfg(image *loader.Image) {
	d := fwcfg.New(v.m.bus.RAM)
	cpus := binary.LittleEndian.AppendUint16(nil, uint16(v.m.config.SMP))
	v.note(d.AddItem(fwcfg.KeyUUID, make([]byte, 16)))
	v.note(d.AddItem(fwcfg.KeyRAMSize, binary.LittleEndian.AppendUint64(nil, v.m.config.Mem)))
	v.note(d.AddItem(fwcfg.KeyNoDisplay, []byte{1, 0}))
	v.note(d.AddItem(fwcfg.KeyCPUs, cpus))
	v.note(d.AddItem(fwcfg.KeyMaxCPUs, cpus))
	v.note(d.AddItem(fwcfg.KeyBootMenu, []byte{1, 0}))
	if image.Parts != nil {
		v.note(addParts(d, image.Parts))
	}
	v.m.addPart("firmware configuration", &d.State, nil)
	v.mmio("firmware configuration", fdt.FWCfgBase, fwcfg.MMIOSize, fwcfg.MMIO{Device: d})
}

// memoryMap lists the RAM: address, size and type 1 for each piece.
func (pc *pc) memoryMap() []byte {
	high, size := pc.m.bus.RAM.High()
	var b []byte
	for _, r := range [][2]uint64{{0, pc.m.bus.RAM.Low()}, {high, size}} {
		if r[1] == 0 {
			continue
		}
		b = binary.LittleEndian.AppendUint64(b, r[0])
		b = binary.LittleEndian.AppendUint64(b, r[1])
		b = binary.LittleEndian.AppendUint32(b, 1)
	}
	return b
}

// addFirmware maps the firmware's memory, if there is any.
func (pc *pc) addFirmware(s loader.Segment) {
	if len(s.Data) > 0 {
		pc.note(pc.m.bus.MapROM(s.Name, s.Addr, s.Data))
	}
}
