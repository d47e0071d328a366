package bench

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"stasis/internal/guests"
)

// userTime is the processor time of this process in user mode: other processes disturb it less than the wall clock's.
func userTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano())
}

// BenchmarkWatchpointQEMU measures what BenchmarkBreakpoints does of watchpoints with QEMU and its gdb server: the ratio of the times
// of the demo guest's loop with and without one that is never hit.
func BenchmarkWatchpointQEMU(b *testing.B) {
	if _, err := exec.LookPath("qemu-system-x86_64"); err != nil {
		b.Skip("qemu-system-x86_64 is not installed")
	}
	image, err := guests.Patch(guests.ELF(guests.Demo), guests.DemoLoops, 30_000_000)
	if err != nil {
		b.Fatal(err)
	}
	symbols, err := guests.Symbols(image)
	if err != nil {
		b.Fatal(err)
	}
	kernel := filepath.Join(b.TempDir(), "demo.elf")
	if err := os.WriteFile(kernel, image, 0o644); err != nil {
		b.Fatal(err)
	}
	bare := underQEMU(b, kernel, "")
	for name, addr := range map[string]uint64{"cold-page": 0x400000, "hot-page": symbols[guests.DemoCount]&^0xfff + 0xe00} {
		b.Run(name, func(b *testing.B) {
			for range b.N {
				loaded := underQEMU(b, kernel, fmt.Sprintf("Z2,%x,8", addr))
				b.ReportMetric(float64(loaded)/float64(bare), "ratio")
			}
		})
	}
}

// underQEMU is the user time of a run to the power-off, with a packet for gdb's server first.
func underQEMU(b *testing.B, kernel, packet string) time.Duration {
	b.Helper()
	socket := filepath.Join(b.TempDir(), "gdb")
	cmd := exec.CommandContext(b.Context(), "qemu-system-x86_64", "-accel", "tcg", "-m", "64M", "-display", "none", "-serial", "null", "-monitor", "none",
		"-nodefaults", "-no-reboot", "-kernel", kernel, "-S", "-gdb", "unix:"+socket+",server=on,wait=off")
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	var conn net.Conn
	for try := 0; conn == nil; try++ {
		var err error
		if conn, err = net.Dial("unix", socket); err != nil {
			if try == 100 {
				b.Fatal(err)
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	defer conn.Close()
	for _, p := range []string{packet, "c"} {
		if p != "" {
			send(b, conn, p)
		}
	}
	if err := cmd.Wait(); err != nil {
		b.Fatal(err)
	}
	return cmd.ProcessState.UserTime()
}

// send sends a packet, and waits for the answer of all but c.
func send(b *testing.B, conn net.Conn, packet string) {
	b.Helper()
	sum := byte(0)
	for i := range len(packet) {
		sum += packet[i]
	}
	if _, err := fmt.Fprintf(conn, "$%s#%02x", packet, sum); err != nil {
		b.Fatal(err)
	}
	if packet == "c" {
		return
	}
	buf := make([]byte, 64)
	var got string
	for !strings.Contains(got, "#") {
		n, err := conn.Read(buf)
		if err != nil {
			b.Fatal(err)
		}
		got += string(buf[:n])
	}
	if !strings.Contains(got, "$OK#") {
		b.Fatalf("QEMU answers %s with %q", packet, got)
	}
}
