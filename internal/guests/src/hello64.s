# hello64: PVH, long mode with paging, SSE on. It prints one line, its text carried through XMM
# registers, and powers off through ACPI.

.intel_syntax noprefix
.include "platform.inc"
.include "pvh.inc"
.include "print.inc"

.text
.code64
main:
        movups  xmm0, [message]
        movups  xmm1, [message + 16]
        movups  [copy], xmm0
        movups  [copy + 16], xmm1
        lea     rsi, [rip + copy]
        call    puts
        jmp     poweroff

.section .rodata
message:
        .asciz  "hello from 64-bit long mode\n"
        .skip   32 - (. - message)

.bss
copy:   .skip   32
