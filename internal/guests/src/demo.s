# demo: a loop and a timer. The loop counts in loop_counter, the timer's handler in tick_counter;
# nothing else happens. A breakpoint belongs on loop_body, whose one instruction does the counting.
#
# Variables for the outside, to be patched in the file: demo_timer_hz, the timer's rate (19 to
# 1193181), and demo_loops, after how many loops the machine powers off (0: never).
#
# Source: Intel 8254 data sheet, order no. 231164, "Mode 2: Rate Generator".

.intel_syntax noprefix
.include "platform.inc"
.include "pvh.inc"
.include "print.inc"
.include "idt.inc"

.set PIT_HZ,      1193182
.set PIT_CH0,     0x40
.set PIT_CONTROL, 0x43
.set PIT_RATE,    0x34          # channel 0, low byte then high byte, mode 2

.globl main, loop, loop_body, tick, loop_counter, tick_counter, demo_timer_hz, demo_loops

.text
.code64
main:
        print   "demo: timer at "
        mov     rax, [rip + demo_timer_hz]
        call    putdec
        print   " Hz\n"
        mov     edi, IRQ0
        lea     rsi, [rip + tick]
        mov     edx, GATE
        call    set_gate
        call    load_idt
        call    virtual_wire
        mov     al, 0xfe
        call    init_pic
        call    start_timer
        sti
loop:
        call    loop_body
        mov     rax, [rip + loop_counter]
        cmp     rax, [rip + demo_loops]
        jne     loop
        cli
        print   "demo: loops "
        mov     rax, [rip + loop_counter]
        call    putdec
        print   " ticks "
        mov     rax, [rip + tick_counter]
        call    putdec
        print   "\n"
        jmp     poweroff

# loop_body is one turn.
loop_body:
        inc     qword ptr [rip + loop_counter]
        ret

# tick is the timer's interrupt.
tick:
        push    rax
        inc     qword ptr [rip + tick_counter]
        mov     al, PIC_EOI
        out     PIC1_CMD, al
        pop     rax
        iretq

# start_timer sets the PIT's channel 0 to demo_timer_hz, rounded to the nearest divisor.
start_timer:
        mov     al, PIT_RATE
        out     PIT_CONTROL, al
        mov     rcx, [rip + demo_timer_hz]
        mov     rax, rcx
        shr     rax
        add     rax, PIT_HZ
        xor     edx, edx
        div     rcx
        out     PIT_CH0, al
        mov     al, ah
        out     PIT_CH0, al
        ret

.data
        .align  8
demo_timer_hz:
        .quad   1000
demo_loops:
        .quad   0
loop_counter:
        .quad   0
tick_counter:
        .quad   0
