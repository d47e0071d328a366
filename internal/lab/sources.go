package lab

// Public sources of what is expected to go wrong. "QEMU's WHPX patch" is "whpx: Added support for breakpoints and stepping" (Ivan
// Shcherbakov, 2022, in QEMU 7.0); its limitations are numbered in the comment above WhpxStepMode.
const (
	d39949 = `FreeBSD D39949: "each attempt at single-stepping a vCPU lands in a timer interrupt"`
	timers = "FreeBSD r355724: the stub stops virtual CPUs (vm_suspend_cpu), not the timers that vmm keeps in the host"
	patch0 = "FreeBSD r355724, set_breakpoint: INT3 is written into guest memory when gdb inserts it, and stays while the guest runs"
	z0     = "FreeBSD r355724, update_sw_breakpoint: the address is translated when gdb inserts it; if that fails, so does Z0"
	gpa    = "FreeBSD r355724, find_breakpoint: a breakpoint is a guest-physical address; an INT3 elsewhere is given to the guest"
	length = "illumos, svm_setreg: the entry-instruction length is ignored on AMD; #BP is pushed with the address of the INT3"
	maskIF = "FreeBSD D39949, first form: stepping over STI, CLI, POPF and PUSHF corrupts IF; so does any frame"
	whpx1  = "QEMU's WHPX patch, limitation 1: PUSHF saves it, POPF overwrites it"
	whpx2  = "QEMU's WHPX patch, limitation 2: an exception saves TF and clears it; the handler runs unstepped"
	whpx3  = "QEMU's WHPX patch, limitation 3: INT1 events of a debugger in the guest are intercepted as long as gdb has breakpoints"
	whpxF1 = "QEMU's WHPX patch, whpx_apply_breakpoints: INT1 is in guest memory while the guest runs"
	whpxPC = "QEMU's WHPX patch, whpx_vcpu_run: a CPU that starts at a breakpoint steps over it, whether it has been reported or not"
)

// on gives one source to several columns.
func on(source string, columns ...string) map[string]string {
	m := map[string]string{}
	for _, c := range columns {
		m[c] = source
	}
	return m
}

// and joins such maps.
func and(list ...map[string]string) map[string]string {
	all := map[string]string{}
	for _, m := range list {
		for c, source := range m {
			all[c] = source
		}
	}
	return all
}

// sources says which cells are red, and who says so in public.
var sources = map[string]map[string]string{
	"timer-stepover":  on(d39949, "bhyve", "bhyve-amd"),
	"pause-ticks":     on(timers, "bhyve", "bhyve-amd", "mask-if", "mask-if-raw"),
	"lost-ticks":      on(timers, "bhyve", "bhyve-amd", "mask-if", "mask-if-raw"),
	"hour-pause":      on(timers, "bhyve", "bhyve-amd", "mask-if", "mask-if-raw"),
	"pushf-step":      on(whpx1, "whpx-raw"),
	"popf-iret-step":  and(on(whpx1, "whpx-raw"), on(maskIF, "mask-if-raw")),
	"fault-step":      and(on(whpx2, "whpx-raw"), on(maskIF, "mask-if-raw")),
	"guest-int3":      on(length, "bhyve-amd"),
	"guest-int1":      on(whpx3, "whpx", "whpx-raw"),
	"guest-tf":        on(whpx3, "whpx", "whpx-raw"),
	"guest-debugger":  and(on(whpx3, "whpx"), on(whpx1, "whpx-raw")),
	"checksum":        and(on(patch0, "bhyve", "bhyve-amd", "mask-if", "mask-if-raw"), on(whpxF1, "whpx", "whpx-raw")),
	"bp-unmapped":     on(z0, "bhyve", "bhyve-amd", "mask-if", "mask-if-raw"),
	"bp-swapped":      on(gpa, "bhyve", "bhyve-amd", "mask-if", "mask-if-raw"),
	"two-cpus-one-bp": on(whpxPC, "whpx", "whpx-raw"),
	"thousand-steps":  and(on(whpx1, "whpx-raw"), on(maskIF, "mask-if-raw")),
}
