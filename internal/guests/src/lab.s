# lab: pieces of code that a debugger is tried on. lab_case, to be patched in the file, chooses one; then the machine powers off.
# What the code has seen is in memory, where a hash of the state finds it.
#
# Sources: Intel SDM Vol. 2, "PUSHF", "POPF", "IRET", "SYSCALL", "MOV", "STI", "INT"; SDM Vol. 3A, "Debug Exceptions", "MP
# Initialization".

.intel_syntax noprefix
.include "platform.inc"
.include "pvh.inc"
.include "print.inc"
.include "idt.inc"
.include "lab/traps.inc"
.include "lab/flags.inc"
.include "lab/memory.inc"
.include "lab/smp.inc"

.globl main, lab_case, lab_rounds, lab_end

.text
.code64
main:
        call    lab_traps
        mov     rax, [rip + lab_case]
        lea     rbx, [rip + lab_cases]
        call    [rbx + rax*8]
lab_end:
        jmp     poweroff

.section .rodata
        .align  8
lab_cases:
        .quad   lab_pushf, lab_popf, lab_lahf, lab_fault, lab_int3, lab_int1, lab_tf, lab_checksum
        .quad   lab_unmapped, lab_swapped, lab_mix, lab_race, lab_store

.data
        .align  8
lab_case:
        .quad   0
lab_rounds:
        .quad   0
