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

.text
.code64
main:
        call    init_traps
        call    virtual_wire
        mov     al, 0xff                # no interrupts but those that a test asks for
        call    init_pic
        call    command_line
        cmp     byte ptr [rsi], 0
        je      all
        lea     rbx, [rip + tests]      # the one whose name is the first word
1:      mov     rdi, [rbx]
        call    next_word
        je      2f
        add     rbx, 16
        lea     rax, [rip + ends_end]
        cmp     rbx, rax
        jb      1b
        print   "FAIL no such test\n"
        inc     qword ptr [rip + failures]
        jmp     report
2:      call    run_test
        jmp     report

all:
        lea     rbx, [rip + tests]
1:      call    run_test
        add     rbx, 16
        lea     rax, [rip + tests_end]
        cmp     rbx, rax
        jb      1b

report:
        print   "tests: "
        mov     rax, [rip + passes]
        call    putdec
        print   " passed, "
        mov     rax, [rip + failures]
        call    putdec
        print   " failed\n"
        mov     rax, [rip + failures]
        jmp     debug_exit

# run_test runs the one at RBX. It returns in RAX the number of the step that failed, or 0.
run_test:
        push    rbx
        call    [rbx + 8]
        pop     rbx
        cli
        cld
        test    rax, rax
        jnz     1f
        inc     qword ptr [rip + passes]
        print   "PASS "
        mov     rsi, [rbx]
        call    puts
        print   "\n"
        ret
1:      inc     qword ptr [rip + failures]
        push    rax
        print   "FAIL "
        mov     rsi, [rbx]
        call    puts
        print   " at step "
        pop     rax
        call    putdec
        print   ", last exception "
        mov     rax, [rip + trap_vector]
        call    puthex
        print   " error "
        mov     rax, [rip + trap_error]
        call    puthex
        print   "\n"
        ret

.bss
        .align  8
passes: .skip   8
failures:
        .skip   8
