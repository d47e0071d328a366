# demo: a loop and a timer. The loop counts in loop_counter, the timer's handler in tick_counter;
# nothing else happens. A breakpoint belongs on loop_body, which does the counting.
#
# Variables for the outside, to be patched in the file: demo_timer_hz, the timer's rate (19 to
# 1193181), and demo_loops, after how many loops the machine powers off (0: never).
#
# Sources: Arm ARM (DDI 0487), "The Generic Timer in AArch64 state"; Arm GIC Architecture
# Specification (IHI 0069), "ICC_* System registers".

.arch   armv8-a
.include "print.inc"

.equ    GICD,           0x08000000
.equ    GICD_CTLR,      0x0000
.equ    GICR,           0x080a0000
.equ    GICR_WAKER,     0x0014
.equ    GICR_IGROUPR0,  0x10080
.equ    GICR_ISENABLER0, 0x10100
.equ    TIMER,          27              // the virtual timer's interrupt

.globl  loop, loop_body, tick, loop_counter, tick_counter, demo_timer_hz, demo_loops

.section .text.start, "ax"
        .globl  start
start:
        la      x0, stack_top
        mov     sp, x0
        la      x0, vectors
        msr     vbar_el1, x0
        isb
        la      x0, hello
        bl      print
        bl      init_gic
        bl      start_timer
        msr     daifclr, #2
loop:
        bl      loop_body
        la      x1, loop_counter
        ldr     x2, [x1]
        la      x1, demo_loops
        ldr     x3, [x1]
        cmp     x2, x3
        b.ne    loop
        msr     daifset, #2
        la      x0, loops
        bl      print
        la      x1, loop_counter
        ldr     x0, [x1]
        bl      print_hex
        la      x0, ticks
        bl      print
        la      x1, tick_counter
        ldr     x0, [x1]
        bl      print_hex
        bl      newline
        b       poweroff

# loop_body is one turn.
loop_body:
        adrp    x1, loop_counter
        ldr     x2, [x1, :lo12:loop_counter]
        add     x2, x2, #1
        str     x2, [x1, :lo12:loop_counter]
        ret

# start_timer lets the virtual timer interrupt after a period, of which x19 keeps the length.
start_timer:
        mrs     x19, cntfrq_el0
        la      x1, demo_timer_hz
        ldr     x1, [x1]
        udiv    x19, x19, x1
        msr     cntv_tval_el0, x19
        mov     x1, #1
        msr     cntv_ctl_el0, x1
        ret

# init_gic lets the timer's interrupt through, in group 1.
init_gic:
        mov     x1, #GICD
        mov     w2, #3
        str     w2, [x1, #GICD_CTLR]
        ldr     x1, =GICR
        str     wzr, [x1, #GICR_WAKER]
        mov     w2, #1 << TIMER
        ldr     x3, =GICR_IGROUPR0
        str     w2, [x1, x3]
        ldr     x3, =GICR_ISENABLER0
        str     w2, [x1, x3]
        mov     x2, #0xf0
        msr     s3_0_c4_c6_0, x2        // ICC_PMR_EL1
        mov     x2, #1
        msr     s3_0_c12_c12_7, x2      // ICC_IGRPEN1_EL1
        isb
        ret

.align 11
vectors:
.rept 5
        b       .
.align 7
.endr

# tick is the timer's interrupt: IRQ at EL1 with SP_EL1.
tick:
        stp     x1, x2, [sp, #-16]!
        mrs     x1, s3_0_c12_c12_0      // ICC_IAR1_EL1
        msr     cntv_tval_el0, x19
        msr     s3_0_c12_c12_1, x1      // ICC_EOIR1_EL1
        adrp    x1, tick_counter
        ldr     x2, [x1, :lo12:tick_counter]
        add     x2, x2, #1
        str     x2, [x1, :lo12:tick_counter]
        ldp     x1, x2, [sp], #16
        eret
.align 7
.rept 10
        b       .
.align 7
.endr

.section .rodata
hello:  .asciz  "demo: a loop and a timer\n"
loops:  .asciz  "demo: loops 0x"
ticks:  .asciz  " ticks 0x"

.data
        .align  3
demo_timer_hz:
        .quad   1000
demo_loops:
        .quad   0
loop_counter:
        .quad   0
tick_counter:
        .quad   0

.bss
        .align  4
        .skip   4096
stack_top:
