# bench: loops to time an emulator by, on the board virt: those of the x86 guest, with the same checksums, and loops of the
# system's instructions. It prints the name of one and its checksum, and powers off. Interrupts stay off.
#
# Variables for the outside, to be patched in the file: bench_choice, which row of the table runs, and bench_turns, how often
# (0: as the table says).

.arch   armv8-a
.include "print.inc"
.include "tables.inc"
.include "bench/compute.inc"
.include "bench/sha256.inc"
.include "bench/memory.inc"
.include "bench/branch.inc"
.include "bench/system.inc"

.globl  bench_choice, bench_turns

# entry adds a row: name, function, how many times it runs by itself. The function is called with the number in x0 and returns
# a checksum there. It keeps x28 and SP.
.macro entry name, function, turns
        .section .rodata
8:      .asciz  "\name "
        .section .data.table, "aw"
        .quad   8b, \function, \turns
.endm

.section .data.table, "aw"
        .align  3
table:
        entry   "none", bench_none, 1
        entry   "alu", bench_alu, 80000000
        entry   "float", bench_float, 20000000
        entry   "sha256", bench_sha256, 300000
        entry   "sieve", bench_sieve, 24
        entry   "quicksort", bench_quicksort, 16
        entry   "hashwalk", bench_hashwalk, 10000000
        entry   "chase", bench_chase, 5000000
        entry   "copy", bench_copy, 200000
        entry   "fill", bench_fill, 200000
        entry   "calls", bench_calls, 15000000
        entry   "branches", bench_branches, 40000000
        entry   "svc", bench_svc, 4000000
        entry   "pagefault", bench_pagefault, 1000000
        entry   "tlbi", bench_tlbi, 3000000
        entry   "tlbiall", bench_tlbiall, 400000
        entry   "ttbr", bench_ttbr, 1000000

.data
        .align  3
bench_choice:
        .quad   0
bench_turns:
        .quad   0

.section .text.start, "ax"
        .globl  start
start:
        la      x0, stack_top
        mov     sp, x0
        mov     x0, #3 << 20
        msr     cpacr_el1, x0
        la      x0, vectors
        msr     vbar_el1, x0
        isb
        bl      setup
        la      x1, bench_choice
        ldr     x1, [x1]
        mov     x2, #24
        la      x28, table
        madd    x28, x1, x2, x28
        la      x0, bench_turns
        ldr     x0, [x0]
        ldp     x1, x2, [x28, #8]
        cmp     x0, #0
        csel    x0, x2, x0, eq
        blr     x1
        mov     x27, x0
        ldr     x0, [x28]
        bl      print
        mov     x0, x27
        bl      print_hex
        bl      newline
        b       poweroff

bench_none:
        ret

.bss
        .align  12
arena:  .skip   4 << 20                 // for whoever runs
        .skip   65536
stack_top:
