package bench

import (
	"testing"

	"stasis/internal/guests"
)

// platform is what the rows of one instruction set have in common.
type platform struct {
	name, title string
	qemu        []string                         // how its command begins
	nothing     func(l *lab, b *testing.B) job   // a guest that ends at once
	jobs        func(l *lab, b *testing.B) []job // the rows: loops, and a boot of Linux
	disks       bool                             // its loops come as disks too, for Bochs
	apart       []string                         // straight loops that one of the means leaves out
	why         string                           // and the reason
	table       rows
}

var platforms = []*platform{
	{
		name: "x86", title: "x86-64", qemu: []string{"qemu-system-x86_64", "-device", "isa-debug-exit,iobase=0xf4,iosize=4"},
		nothing: func(l *lab, b *testing.B) job { return loopX86(l, b, guests.Benchmark{Name: "none"}) },
		jobs: func(l *lab, b *testing.B) []job {
			list := append(loops(l, b, guests.Benchmarks, loopX86), l.boot(b, "boot", "vmlinuz", "busybox", "ttyS0")...)
			return append(list, l.boot(b, "full-boot-and-work", "vmlinuz-amd64", "busybox", "ttyS0", userLoad...)...)
		},
		disks: true,
		apart: []string{"copy", "fill"}, why: "each a REP instruction",
	},
	{
		// The pointer authentication of QEMU is the fast one too, which is not its default.
		name: "arm64", title: "AArch64", qemu: []string{"qemu-system-aarch64", "-machine", "virt,gic-version=3", "-cpu", "max,pauth-impdef=on"},
		nothing: func(l *lab, b *testing.B) job { return loopARM64(l, b, guests.Benchmark{}) },
		jobs: func(l *lab, b *testing.B) []job {
			return append(loops(l, b, guests.BenchmarksARM64, loopARM64), l.boot(b, "boot", "vmlinuz-arm64", "busybox-arm64", "ttyAMA0")...)
		},
	},
}

// loops are the rows of a bench guest.
func loops(l *lab, b *testing.B, list []guests.Benchmark, make func(*lab, *testing.B, guests.Benchmark) job) (jobs []job) {
	for _, g := range list {
		j := make(l, b, g)
		if g.System {
			j.kind = system
		}
		jobs = append(jobs, j)
	}
	return jobs
}

// loopX86 is a loop of the x86 guest, which its command line chooses.
func loopX86(l *lab, b *testing.B, g guests.Benchmark) job {
	return job{name: g.Name, kernel: l.write(b, "bench.elf", guests.ELF(guests.Bench)), line: g.CommandLine(0)}
}

// loopARM64 is a loop of AArch64's guest, which a variable in the file chooses.
func loopARM64(l *lab, b *testing.B, g guests.Benchmark) job {
	image, err := guests.BenchImageARM64(g.Name, 0)
	if err != nil {
		b.Fatal(err)
	}
	return job{name: g.Name, kernel: l.write(b, g.Name+"-arm64.elf", image)}
}
