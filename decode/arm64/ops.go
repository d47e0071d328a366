package arm64

// Op is a mnemonic with the manual's variant of it: ADDimm is ADD (immediate).
type Op uint16
