package conformance

import (
	"testing"

	"stasis/cpu/x86"
)

// TestDebugKernel is what an operating system builds on the rules.
func TestDebugKernel(t *testing.T) {
	t.Run("X-024", int3SelfTest)
	t.Run("X-025", signalCodes)
	t.Run("V-023", kprobe)
	t.Run("V-024", pokedCode)
}

// int3SelfTest is a handler that knows INT3 by the address before the return address, and makes a call of it in the frame.
func int3SelfTest(t *testing.T) {
	r := newTrial(t, "amd", "cc e8f6070000 0f0b")
	r.put(probeCode+0x7fc, "ffc3 c3")
	seen := false
	calls := func(e event, s *x86.State) {
		if e.vector == 3 && e.frame[0]-1 == probeCode {
			seen = true
			r.redirect = func(frame *[5]uint64) { frame[0] = probeCode + 1 }
		}
	}
	r.before = calls
	if got := r.events(); got != "BP+1 UD+6:RF" || !seen || r.CPU.Snapshot().GPR[3] != 1 {
		t.Errorf("got %s, seen %v, RBX %d", got, seen, r.CPU.Snapshot().GPR[3])
	}
}

// signalCodes: the si_code that Linux makes of a frame and of DR6.
func signalCodes(t *testing.T) {
	for _, row := range []struct {
		name, code string
		setup      func(*trial)
		want       string
	}{
		{"int3", "cc", nil, "SI_KERNEL"},
		{"int 3", "cd03", nil, "SI_KERNEL"},
		{"step", "90", stepping, "TRAP_TRACE"},
		{"step and data", "8907", with(stepping, dr(1, write, 4, atBuf(0))), "TRAP_TRACE"},
		{"data", "8907", dr(1, write, 4, atBuf(0)), "TRAP_HWBKPT"},
		{"int1", "f1", nil, "TRAP_BRKPT"},
	} {
		r := newTrial(t, "amd", row.code+"0f0b")
		if row.setup != nil {
			row.setup(r)
		}
		r.limit = 1
		code := ""
		r.before = func(e event, s *x86.State) {
			switch {
			case e.vector == 3:
				code = "SI_KERNEL"
			case s.DR6&bs != 0:
				code = "TRAP_TRACE"
			case s.DR6&15 != 0:
				code = "TRAP_HWBKPT"
			default:
				code = "TRAP_BRKPT"
			}
		}
		r.events()
		if code != row.want {
			t.Errorf("%s: %s, want %s", row.name, code, row.want)
		}
	}
}

// kprobe: INT3 on an instruction, a copy of it stepped out of line with IF clear, and back. An interrupt waits meanwhile.
func kprobe(t *testing.T) {
	r := newTrial(t, "amd", "90 cc c3 ffc3 0f0b") // CC stands for FF of INC EBX, C3 is its second byte
	r.put(probeCode+0x800, "ffc3 0f0b")
	r.before = func(e event, s *x86.State) {
		switch e.vector {
		case 3:
			pendInterrupt(r)
			r.s.INTR = false
			s.INTR = true
			r.redirect = func(f *[5]uint64) { f[0], f[2] = probeCode+0x800, f[2]&^0x200|flagTF }
		case 1:
			r.redirect = func(f *[5]uint64) { f[0], f[2] = probeCode+3, f[2]&^flagTF|0x200 }
		default:
			r.redirect = nil
		}
	}
	if got := r.events(); got != "BP+2 DB+2050:TF,BS INT40+3 UD+5:RF" || r.CPU.Snapshot().GPR[3] != 2 {
		t.Errorf("got %s, RBX %d", got, r.CPU.Snapshot().GPR[3])
	}
}

// pokedCode: a byte stored into code that another CPU has decoded is executed by it the next time.
func pokedCode(t *testing.T) {
	r := newTrial(t, "amd", "ffc3 eb04 90909090 ffcb ebf4")
	other := x86.New(r.System, 1, x86.Config{Vendor: "amd", CPUs: 2, IPS: 1e9})
	first := r.CPU
	r.RAM.OnCodeWrite = func(page uint64) { first.InvalidateCode(page); other.InvalidateCode(page) }
	r.RAM.OnCode = func(page uint64) { first.ProtectCode(page); other.ProtectCode(page) }
	r.RAM.OnClean = func() { first.DropInlineWrites(); other.DropInlineWrites() }
	other.SetState(r.s)
	other.Run(1000)
	r.mapUser(probeCode+0x1000, 0x1000)
	r.put(probeCode+0x1000, "c60425 00004000 cc 0f0b")
	r.s.RIP = probeCode + 0x1000
	first.SetState(r.s)
	first.Run(1)
	r.CPU = other
	other.Run(1000)
	if e, s := r.stopped(); r.text(e, s) != "BP+1" {
		t.Errorf("got %s", r.text(e, s))
	}
	other.SetState(r.s) // and code written by a device
	r.s.RIP = probeCode + 8
	other.SetState(r.s)
	r.put(probeCode, "ffc3")
	other.Run(500)
	r.put(probeCode+8, "0f0b")
	other.Run(1000)
	if e, s := r.stopped(); r.text(e, s) != "UD+8:RF" {
		t.Errorf("got %s", r.text(e, s))
	}
}
