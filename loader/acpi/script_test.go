package acpi

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
)

// install does what firmware does with the script, with files at the given addresses.
func install(t *testing.T, files map[string][]byte, at map[string]uint64, commands []byte) {
	t.Helper()
	le := binary.LittleEndian
	text := func(p []byte) string { return strings.TrimRight(string(p[:scriptName]), "\x00") }
	for ; len(commands) > 0; commands = commands[scriptCommand:] {
		p := commands[4:]
		data := files[text(p)]
		if data == nil {
			t.Fatalf("no file %q", text(p))
		}
		switch le.Uint32(commands) {
		case cmdPointer:
			offset, size := le.Uint32(p[2*scriptName:]), p[2*scriptName+4]
			var b [8]byte
			copy(b[:size], data[offset:])
			le.PutUint64(b[:], le.Uint64(b[:])+at[text(p[scriptName:])])
			copy(data[offset:], b[:size])
		case cmdChecksum:
			q := p[scriptName:]
			data[le.Uint32(q)] += checksum(data[le.Uint32(q[4:]):][:le.Uint32(q[8:])])
		}
	}
}

// TestInstallable installs the tables where Tables puts them, and wants the same bytes.
func TestInstallable(t *testing.T) {
	tables, root, commands := Installable(config)
	want := Tables(config)
	install(t, map[string][]byte{TablesFile: tables, RootFile: root},
		map[string]uint64{TablesFile: want[1].Addr, RootFile: RSDPAddr}, commands)
	if !bytes.Equal(root, want[0].Data) {
		t.Errorf("RSDP % x, want % x", root, want[0].Data)
	}
	for _, x := range want[1:] {
		if got := tables[x.Addr-want[1].Addr:][:len(x.Data)]; !bytes.Equal(got, x.Data) {
			t.Errorf("%s differs:\n% x\n% x", x.Name, got, x.Data)
		}
	}
}
