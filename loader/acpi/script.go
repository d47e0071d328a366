package acpi

import "encoding/binary"

// Names of the files from which firmware installs the tables at places of its own choice.
//
// Source: QEMU, "APEI tables generating and CPER record", "Design Details", tells of the files; the commands are those that
// SeaBIOS and EDK II obey.
const (
	TablesFile = "etc/acpi/tables"
	RootFile   = "etc/acpi/rsdp"
	ScriptFile = "etc/table-loader"
)

// Commands of the script, 128 bytes each.
const (
	scriptCommand = 128
	scriptName    = 56

	cmdAllocate   = 1
	cmdPointer    = 2
	cmdChecksum   = 3
	zoneAnywhere  = 1
	zoneBIOS      = 2 // the area that kernels search
	tablesAlign   = 64
	rootAlign     = 16
	pointerSizeV1 = 4
	pointerSizeV2 = 8
)

// Installable returns the tables as one file whose pointers are offsets in it, the root pointer, and the script that
// tells firmware where the pointers and checksums are.
func Installable(c Config) (tables, root, commands []byte) {
	l := layout{}
	var s script
	s.allocate(TablesFile, tablesAlign, zoneAnywhere)
	s.allocate(RootFile, rootAlign, zoneBIOS)
	list, r, x := l.all(c)
	rootTable := rsdp(r, x)
	for _, t := range l.tables {
		at := uint32(t.Addr)
		tables = append(append(tables, make([]byte, int(t.Addr)-len(tables))...), t.Data...)
		switch t.Name {
		case "FACS":
			continue
		case "FADT":
			s.pointer(TablesFile, TablesFile, at+fadtFACS, pointerSizeV1)
			s.pointer(TablesFile, TablesFile, at+fadtDSDT, pointerSizeV1)
			s.pointer(TablesFile, TablesFile, at+fadtXDSDT, pointerSizeV2)
		case "RSDT":
			s.pointers(TablesFile, at+headerSize, pointerSizeV1, len(list))
		case "XSDT":
			s.pointers(TablesFile, at+headerSize, pointerSizeV2, len(list))
		}
		s.checksum(TablesFile, at+checksumAt, at, uint32(len(t.Data)))
	}
	s.pointer(RootFile, TablesFile, rsdpRSDT, pointerSizeV1)
	s.pointer(RootFile, TablesFile, rsdpXSDT, pointerSizeV2)
	s.checksum(RootFile, rsdpChecksumAt, 0, rsdpV1Size)
	s.checksum(RootFile, rsdpExtendedAt, 0, rsdpSize)
	return tables, rootTable, s.commands
}

// script is a list of commands. Its numbers are little endian, its names are padded with zeros.
type script struct {
	commands []byte
}

func (s *script) add(command uint32, fill func(p []byte)) {
	var b [scriptCommand]byte
	binary.LittleEndian.PutUint32(b[:], command)
	fill(b[4:])
	s.commands = append(s.commands, b[:]...)
}

// allocate loads a file.
func (s *script) allocate(file string, align uint32, zone byte) {
	s.add(cmdAllocate, func(p []byte) {
		copy(p, file)
		binary.LittleEndian.PutUint32(p[scriptName:], align)
		p[scriptName+4] = zone
	})
}

// pointer adds the address of file to to the number at an offset of file in.
func (s *script) pointer(in, to string, offset uint32, size byte) {
	s.add(cmdPointer, func(p []byte) {
		copy(p, in)
		copy(p[scriptName:], to)
		binary.LittleEndian.PutUint32(p[2*scriptName:], offset)
		p[2*scriptName+4] = size
	})
}

func (s *script) pointers(in string, offset uint32, size byte, n int) {
	for i := range uint32(n) {
		s.pointer(in, TablesFile, offset+i*uint32(size), size)
	}
}

// checksum makes the sum of bytes of a file zero by the byte at an offset.
func (s *script) checksum(file string, offset, start, length uint32) {
	s.add(cmdChecksum, func(p []byte) {
		copy(p, file)
		for i, v := range []uint32{offset, start, length} {
			binary.LittleEndian.PutUint32(p[scriptName+4*i:], v)
		}
	})
}
