# bench: loops to time an emulator by. The command line is the name of one and, if wanted, how many times
# to run it: "sieve 10". It prints the name and a checksum, and ends by writing 0 to the debug exit port.
# Interrupts stay off. Whoever loads it gives it 128 MiB of memory at least.

.intel_syntax noprefix
.include "platform.inc"
.include "pvh.inc"
.include "print.inc"
.include "idt.inc"
.include "trap.inc"
.include "window.inc"
.include "user.inc"
.include "bench/compute.inc"
.include "bench/sha256.inc"
.include "bench/memory.inc"
.include "bench/branch.inc"
.include "bench/system.inc"
.include "bench/far.inc"
.include "bench/device.inc"
.include "bench/switch.inc"
.include "bench/modes.inc"

# entry adds a row: name, function, how many times it runs by itself. The function is called with the
# number in RDI and returns a checksum in RAX.
.macro entry name, function, times
        .section .rodata
        8: .asciz "\name"
        .section .data.table, "aw"
        .quad   8b, \function, \times
.endm

.section .data.table, "aw"
        .align  8
table:
        entry   "none", passed, 1
        entry   "alu", bench_alu, 20000000
        entry   "float", bench_float, 20000000
        entry   "x87", bench_x87, 1000000
        entry   "sha256", bench_sha256, 60000
        entry   "sieve", bench_sieve, 12
        entry   "quicksort", bench_quicksort, 16
        entry   "hashwalk", bench_hashwalk, 10000000
        entry   "chase", bench_chase, 5000000
        entry   "stride", bench_stride, 600
        entry   "copy", bench_copy, 50000
        entry   "fill", bench_fill, 400000
        entry   "bytecopy", bench_bytecopy, 10000
        entry   "wordcopy", bench_wordcopy, 80000
        entry   "calls", bench_calls, 15000000
        entry   "branches", bench_branches, 20000000
        entry   "predictable", bench_predictable, 30000000
        entry   "code64", bench_code64, 15000000
        entry   "code32", bench_code32, 15000000
        entry   "code16", bench_code16, 5000000
        entry   "syscall", bench_syscall, 10000000
        entry   "int80", bench_int80, 10000000
        entry   "pagefault", bench_pagefault, 1000000
        entry   "invlpg", bench_invlpg, 5000000
        entry   "cr3", bench_cr3, 1000000
        entry   "pcid", bench_pcid, 1000000
        entry   "switch", bench_switch, 500000
        entry   "portio", bench_portio, 1000000
        entry   "mmio", bench_mmio, 1000000
        entry   "smc", bench_smc, 300000
        .section .data.table
table_end:

.set SHUTDOWN_PORT, 0x8900      # of Bochs

.text
.code64
main:
        call    init_traps
        mov     al, 0xff                # no interrupts
        call    init_pic
        call    map_window
        call    command_line
        lea     rbx, [rip + table]
1:      mov     rdi, [rbx]
        call    next_word
        je      run
        add     rbx, 24
        lea     rax, [rip + table_end]
        cmp     rbx, rax
        jb      1b
        print   "bench: no such benchmark\n"
        mov     eax, 1
        jmp     debug_exit

run:
        call    number
        test    rax, rax
        jnz     1f
        mov     rax, [rbx + 16]
1:      mov     rdi, rax
        push    rbx
        call    [rbx + 8]
        pop     rbx
        mov     rcx, rax
        mov     rsi, [rbx]
        call    puts
        print   " "
        mov     rax, rcx
        call    puthex
        print   "\n"
        lea     rsi, [rip + shutdown]   # ends Bochs; nobody else listens
        mov     ecx, 8
        mov     edx, SHUTDOWN_PORT
        rep outsb
        xor     eax, eax
        jmp     debug_exit

# number returns the decimal number that follows blanks at RSI, or 0.
number:
        xor     eax, eax
1:      movzx   ecx, byte ptr [rsi]
        inc     rsi
        cmp     ecx, ' '
        je      1b
        sub     ecx, '0'
        cmp     ecx, 9
        ja      2f
        imul    rax, rax, 10
        add     rax, rcx
        jmp     1b
2:      ret

.section .rodata
shutdown:
        .ascii  "Shutdown"

.bss
        .align  4096
.set ARENA_SIZE, 4 << 20
arena:  .skip   ARENA_SIZE              # for whoever runs
