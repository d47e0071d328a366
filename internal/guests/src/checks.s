# checks: what the manuals say about protection, paging and interrupts, asked in full. Each check prints PASS or FAIL with its name;
# the machine ends with a write of the number of failures to the debug exit port.
#
# QEMU's TCG does not pass: among others it pushes no RF, and knows few of the descriptors' limits.
#
# The command line chooses one check by name. Without one, all run.

.intel_syntax noprefix
.include "platform.inc"
.include "pvh.inc"
.include "print.inc"
.include "idt.inc"
.include "trap.inc"
.include "window.inc"
.include "user.inc"
.include "checks/descriptors.inc"
.include "checks/access.inc"
.include "checks/events.inc"
.include "checks/registers.inc"
.include "checks/apic.inc"
.include "checks/timers.inc"
.include "checks/more.inc"
.include "checks/processors.inc"

# entry adds a row to the table.
.macro entry name, function
        .section .rodata
        8: .asciz "\name"
        .section .data.tests, "aw"
        .quad   8b, \function
.endm

.section .data.tests, "aw"
        .align  8
tests:
        entry   "segment-loads", test_loads
        entry   "table-limits", test_limits
        entry   "descriptor-queries", test_queries
        entry   "page-access", test_access
        entry   "smep-smap", test_smep_smap
        entry   "protection-keys", test_keys
        entry   "large-pages", test_large
        entry   "exceptions", test_faults
        entry   "interrupt-gates", test_gates
        entry   "stacks", test_stacks
        entry   "interrupt-return", test_iret
        entry   "call-gates", test_call_gates
        entry   "user-call-gates", test_user_gates
        entry   "control-registers", test_cr
        entry   "msr", test_msr
        entry   "msr-kept", test_kept
        entry   "memory-hints", test_memory_hints
        entry   "tsc", test_tsc_adjust
        entry   "user-instructions", test_umip
        entry   "pcid", test_pcid
        entry   "xsave", test_xsave
        entry   "system-calls", test_syscalls
        entry   "apic-registers", test_apic_registers
        entry   "apic-priority", test_apic_priority
        entry   "apic-logical", test_apic_logical
        entry   "nmis", test_nmis
        entry   "x2apic", test_x2apic
        entry   "tsc-deadline", test_deadline
        entry   "ioapic-registers", test_ioapic_registers
        entry   "ioapic-level", test_level
        entry   "pit-modes", test_pit_modes
        entry   "clocks", test_clocks
        entry   "apic-divisors", test_divisors
        entry   "rtc", test_rtc
        entry   "pic", test_pic
        entry   "alignment", test_alignment
        entry   "five-levels", test_five_levels
        entry   "ports", test_ports
        entry   "init-sipi", test_init
        .section .data.tests
tests_end:
ends_end:
.include "suite.inc"
