# tests: checks of a machine from the inside, on the board virt. Each prints what it finds; the transcript is the result.

.arch   armv8.5-a+crypto+fp16+memtag
.include "print.inc"
.include "trap.inc"
.include "tables.inc"
.include "tests/exceptions.inc"
.include "tests/aborts.inc"
.include "tests/flags.inc"
.include "tests/tlb.inc"
.include "tests/exclusive.inc"
.include "tests/order.inc"
.include "tests/debug.inc"
.include "tests/granules.inc"
.include "tests/interrupts.inc"
.include "tests/smp.inc"

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
        msr     nzcv, xzr
        bl      test_entry
        bl      test_illegal
        bl      test_user
        bl      test_float
        bl      test_aborts
        bl      test_alignment
        bl      test_at
        bl      test_hardware_flags
        bl      test_attributes
        bl      test_tlb
        bl      test_exclusive
        bl      test_order
        bl      test_step
        bl      test_break
        bl      test_watch
        bl      test_granules
        bl      test_gic
        bl      test_timers
        bl      test_events
        bl      test_smp
        la      x0, .Lend
        bl      print
        b       poweroff

.section .rodata
.Lend:  .asciz  "end\n"
