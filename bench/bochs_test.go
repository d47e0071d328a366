package bench

import (
	"fmt"
	"path/filepath"
	"testing"

	"stasis/internal/guests"
)

// bochsSetup is Bochs's set-up for a disk: no window, no pace.
const bochsSetup = `megs: 256
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
floppya: 1_44=%s, status=inserted
boot: floppy
display_library: term
cpu: count=1, ips=50000000, model=corei7_haswell_4770
clock: sync=none
com1: enabled=1, mode=null
log: %s
panic: action=fatal
error: action=ignore
`

// bochsEnd is what Bochs says when the guest ends it. Sometimes it crashes afterwards.
const bochsEnd = "shutdown requested"

// bochs is Bochs as Debian has it: with a debugger, which is told to go on. It loads the bench guest from a disk.
func bochs(l *lab, b *testing.B) *emulator {
	script := l.write(b, "bochs.script", []byte("continue\nquit\n"))
	return &emulator{name: "bochs", args: func(j job) []string {
		disk, err := guests.Disk(guests.ELF(guests.Bench), j.line)
		if err != nil {
			b.Fatal(err)
		}
		setup := fmt.Sprintf(bochsSetup, l.write(b, "disk", disk), filepath.Join(l.dir, "bochs.log"))
		return []string{"bochs", "-q", "-rc", script, "-f", l.write(b, "bochsrc", []byte(setup))}
	}}
}
