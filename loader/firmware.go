package loader

import "stasis/loader/acpi"

// finish adds what firmware leaves in memory and makes the image.
func (p *placer) finish(s Spec, name string, cpu CPU) *Image {
	for _, t := range acpi.Tables(acpiConfig(s)) {
		p.insert(Segment{Name: t.Name, Addr: t.Addr, Data: t.Data, Size: uint64(len(t.Data))})
	}
	p.insert(biosData())
	return &Image{Format: name, Arch: "amd64", Board: "pc", Segments: p.used, CPU: cpu}
}

func acpiConfig(s Spec) acpi.Config {
	return acpi.Config{CPUs: s.CPUs, HoleBase: s.HoleBase}
}
