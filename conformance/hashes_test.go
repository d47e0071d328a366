package conformance

import (
	"crypto/sha256"
	"fmt"
	"os"
	"strings"
	"testing"

	"stasis/internal/guests"
	"stasis/loader"
	"stasis/machine"
)

// goldenHashes is the file of hashes that TestGoldenHashes keeps.
const goldenHashes = "testdata/hashes.txt"

// TestGoldenHashes: short runs have the hashes that they had in every earlier version with the same encoding of the state. A line
// names a guest, the beginning of its image's SHA-256, the number of CPUs, and hashes after so many units. With -update the file is
// rewritten: right after a new EncodingVersion or a new image, and otherwise never.
func TestGoldenHashes(t *testing.T) {
	lines := []string{machine.EncodingVersion}
	for _, c := range []struct {
		guest string
		smp   int
	}{
		{guests.Hello32, 1}, {guests.Hello64, 1}, {guests.Demo, 1}, {guests.Demo, 2}, {guests.Clocks, 1}, {guests.Tests, 2},
		{guests.Checks, 1}, {guests.Checks32, 1}, {guests.DemoARM64, 1}, {guests.DemoARM64, 4}, {guests.TestsARM64, 2},
	} {
		lines = append(lines, hashLine(t, c.guest, c.smp))
	}
	got := strings.Join(lines, "\n") + "\n"
	if *update {
		if err := os.WriteFile(goldenHashes, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(goldenHashes)
	if err != nil {
		t.Fatal(err)
	}
	compareLines(t, goldenHashes, got, string(want), nil)
}

// hashLine runs a guest.
func hashLine(t *testing.T, guest string, smp int) string {
	image := guests.ELF(guest)
	sum := sha256.Sum256(image)
	m, err := machine.New(machine.Config{Kernel: loader.File{Name: guest, Data: image}, Mem: 64 << 20, SMP: smp}, machine.Host{})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	line := fmt.Sprintf("%s %x smp %d:", guest, sum[:4], smp)
	for _, at := range []uint64{1_000, 100_000, 3_000_000} {
		m.Resume(machine.Plan{Until: at})
		line += fmt.Sprintf(" %d %x", m.Retired(), m.Hash())
	}
	return line
}
