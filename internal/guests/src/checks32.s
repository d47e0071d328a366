# checks32: 32-bit protected mode asked in full: segments, gates of both sizes, task switches, virtual-8086 mode and real mode. Each
# check prints PASS or FAIL with its name; the machine ends with a write of the number of failures to the debug exit port.
#
# Source: Multiboot Specification version 0.6.96, "OS image format".

.intel_syntax noprefix
.include "platform.inc"

.set MB_MAGIC, 0x1badb002
.set MB_FLAGS, 3

.section .multiboot, "a"
.align 4
        .long   MB_MAGIC, MB_FLAGS, -(MB_MAGIC + MB_FLAGS)

.include "checks32/traps.inc"
.include "checks32/segments.inc"
.include "checks32/tasks.inc"
.include "checks32/modes.inc"

.text
.code32
.globl _start
_start:
        cli
        cld
        mov     esp, offset stack_top
        lgdt    [gdt_pointer]
        jmp     CODE:1f
1:      call    data_segments
        mov     ss, eax
        call    init_traps
        mov     ebx, offset checks
2:      call    run_check
        add     ebx, 8
        cmp     ebx, offset checks_end
        jb      2b
        mov     eax, [failures]
        out     DEBUG_EXIT, eax
        cli
3:      hlt
        jmp     3b

data_segments:
        mov     eax, DATA
        mov     ds, eax
        mov     es, eax
        mov     fs, eax
        mov     gs, eax
        ret

# run_check runs the one at EBX: it returns in EAX the number of the step that failed, or 0.
run_check:
        push    ebx
        call    [ebx + 4]
        pop     ebx
        mov     edi, eax
        mov     esi, offset pass_text
        test    edi, edi
        jz      1f
        inc     dword ptr [failures]
        mov     esi, offset fail_text
1:      call    puts
        mov     esi, [ebx]
        call    puts
        test    edi, edi
        jz      2f
        mov     eax, edi
        call    putnumber
        mov     eax, [trap_vector]
        call    putnumber
        mov     eax, [trap_error]
        call    putnumber
        mov     eax, [trap_eip]
        call    putnumber
2:      mov     esi, offset end_text
puts:   lodsb
        test    al, al
        jz      3f
        call    putc
        jmp     puts
putc:   push    eax
        out     DEBUGCON, al
        mov     dx, COM1_LSR
1:      in      al, dx
        test    al, LSR_THRE
        jz      1b
        pop     eax
        mov     dx, COM1
        out     dx, al
3:      ret
# putnumber prints EAX as eight hex digits.
putnumber:
        mov     ecx, 8
        mov     ebp, eax
        mov     al, ' '
        call    putc
1:      rol     ebp, 4
        mov     eax, ebp
        and     eax, 15
        cmp     al, 10
        sbb     al, 0x69
        das
        call    putc
        dec     ecx
        jnz     1b
        ret

.section .rodata
pass_text:      .asciz "PASS "
fail_text:      .asciz "FAIL "
end_text:       .asciz "\n"

# entry adds a row to the table.
.macro entry name, function
        .section .rodata
        8: .asciz "\name"
        .section .data.checks, "aw"
        .long   8b, \function
.endm
.section .data.checks, "aw"
        .align  4
checks:
        entry   "segment-limits", test_limits
        entry   "segment-rights", test_rights
        entry   "call-gates", test_call_gates
        entry   "interrupt-gates", test_gates
        entry   "task-jump", test_task_jump
        entry   "task-call", test_task_call
        entry   "task-gates", test_task_gates
        entry   "task-faults", test_task_faults
        entry   "task-16-bit", test_task16
        entry   "virtual-8086", test_v86
        entry   "virtual-interrupt-flag", test_vme
        entry   "outer-return", test_outer
        entry   "virtual-8086-task", test_v86_task
        entry   "real-mode", test_real
        entry   "paging", test_paging
        .section .data.checks
checks_end:

.bss
        .align  16
        .skip   8192
stack_top:
failures:
        .skip   4
