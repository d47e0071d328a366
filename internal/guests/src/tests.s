# tests: checks of a machine from the inside. Each prints PASS or FAIL with its name; the machine ends
# with a write of the number of failures to the debug exit port.
#
# The command line chooses one test by name. Without one, all run but those that end the machine:
# poweroff, reset, halt, triple-fault, and strict, which QEMU's TCG does not pass.

.intel_syntax noprefix
.include "platform.inc"
.include "pvh.inc"
.include "print.inc"
.include "idt.inc"
.include "trap.inc"
.include "window.inc"
.include "user.inc"
.include "tests/paging.inc"
.include "tests/user.inc"
.include "tests/exceptions.inc"
.include "tests/code.inc"
.include "tests/data.inc"
.include "tests/timers.inc"
.include "tests/smp.inc"
.include "tests/ends.inc"

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
        entry   "undefined-opcode", test_ud
        entry   "divide-error", test_de
        entry   "breakpoint", test_bp
        entry   "general-protection", test_gp
        entry   "software-interrupt", test_int
        entry   "single-step", test_step
        entry   "double-fault", test_df
        entry   "page-fault", test_pf
        entry   "page-fix-up", test_fixup
        entry   "no-execute", test_nx
        entry   "accessed-dirty", test_ad
        entry   "invlpg", test_invlpg
        entry   "user-syscall", test_syscall
        entry   "user-int80", test_int80
        entry   "user-protection", test_user
        entry   "compatibility-mode", test_compat
        entry   "self-modifying", test_smc
        entry   "string", test_string
        entry   "sse", test_sse
        entry   "x87", test_x87
        entry   "pit", test_pit
        entry   "ioapic", test_ioapic
        entry   "apic-timer", test_apic_timer
        entry   "halt-wakes", test_hlt
        entry   "sti-shadow", test_shadow
        entry   "nmi", test_nmi
        entry   "pm-timer", test_pm
        entry   "hpet", test_hpet
        entry   "smp", test_smp
        .section .data.tests
tests_end:
        entry   "strict", test_strict
        entry   "poweroff", poweroff
        entry   "reset", end_reset
        entry   "halt", end_halt
        entry   "triple-fault", end_triple
        .section .data.tests
ends_end:

.include "suite.inc"
