package pci

// GenericBridge is the function at 00.0 of a bus that needs nothing set up.
type GenericBridge struct {
	HeaderState
}

// NewGenericBridge returns the host bridge of QEMU's generic PCI Express bus.
func NewGenericBridge() *GenericBridge {
	h := newHeader(ID{Vendor: 0x1b36, Device: 0x0008, Class: 0x06_00_00})
	h.put16(offsetSubVendor, 0x1af4)
	h.put16(offsetSubsystem, 0x1100)
	return &GenericBridge{h}
}

// WriteConfig has no effect.
func (*GenericBridge) WriteConfig(offset, size int, v uint32) {}
