# checks: what the manuals say about protection, paging and interrupts, asked in full. Each check prints PASS or FAIL with its name;
# the machine ends with a write of the number of failures to the debug exit port.
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
        .section .data.tests
tests_end:
ends_end:
.include "suite.inc"
