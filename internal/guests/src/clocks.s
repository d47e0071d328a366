# clocks: every clock of the board runs and is written down. The PIT, the APIC timer, the HPET and the RTC interrupt about a thousand
# times a second, and the handlers note the TSC; in between all counters are read one after the other, again and again, at `sample`.
# All processors call `shared`, which counts and watches that the TSC never goes back. When the last interrupt to the others has come to
# all of them, the next is sent.
#
# Variable for the outside, to be patched in the file: clocks_apic, how the APIC timer is used: 0 periodic, 1 one-shot, started anew
# by its handler, 2 TSC deadline, likewise.
#
# Sources: Intel SDM Vol. 3A, "APIC Timer"; Intel, "IA-PC HPET Specification" 1.0a; Intel 82093AA data sheet, "IOREDTBL"; Motorola
# MC146818A data sheet, "Register B"; Intel 8254 data sheet, "Counter Latch Command".

.intel_syntax noprefix
.include "platform.inc"
.include "pvh.inc"
.include "print.inc"
.include "idt.inc"

.set PIT_CH0,      0x40
.set PIT_CONTROL,  0x43
.set PIT_RATE,     0x34         # channel 0, low byte then high byte, mode 2
.set PIT_DIVISOR,  1193
.set IOAPIC,       0xfec00000
.set IOAPIC_DATA,  0x10
.set HPET,         0xfed00000
.set HPET_ENABLE,  0x10
.set HPET_COUNTER, 0xf0
.set HPET_CONFIG,  0x100        # of timer 0
.set HPET_COMPARE, 0x108
.set HPET_PERIOD,  100000       # 1 ms of 10 ns
.set HPET_PIN,     20
.set HPET_MODE,    HPET_PIN << 9 | 0x4c   # periodic, interrupts, the period is written next
.set RTC_INDEX,    0x70
.set RTC_DATA,     0x71
.set PM_TIMER,     0x608
.set PERIODIC,     0x20000
.set DEADLINE,     0x40000
.set TSC_DEADLINE, 0x6e0
.set APIC_DIV16,   3
.set APIC_PERIOD,  62500        # 1 ms of 1 GHz / 16
.set TSC_PERIOD,   10000        # 1 ms of 10 MHz, the rate of the tests
.set TO_OTHERS,    0xc4000      # all but self, assert
.set DELIVER_INIT, 0x500
.set DELIVER_SIPI, 0x600
.set TRAMPOLINE,   0x8000
.set AP_STACK,     4096
.set MAX_APS,      3
.set TICK,         0x40         # vectors: PIT, APIC timer, HPET, RTC
.set POKE,         0x50
.set TICK_LOG,     4096         # entries for each source
.set SAMPLES,      4096

.globl main, sample, shared, samples, sample_count, tick_count, tick_log, shared_count, cpu_counts, backwards, pokes, poked, clocks_apic
.globl started

.text
.code64
main:
        mov     al, 0xff
        call    init_pic
        call    virtual_wire
        call    gates
        call    load_idt
        call    wake_others
        call    start_pit
        call    start_apic
        call    start_hpet
        call    start_rtc
        sti
        xor     ebp, ebp                # this processor's number
1:      call    sample
        call    shared
        mov     rax, [rip + started]
        test    eax, eax
        jz      1b
        imul    rax, [rip + pokes]
        cmp     rax, [rip + poked]
        jne     1b
        inc     qword ptr [rip + pokes]
        mov     ebx, APIC
        mov     dword ptr [rbx + APIC_ICR], TO_OTHERS | POKE
        jmp     1b

# sample reads all clocks, always the same number of instructions apart.
sample:
        cli
        mov     rdi, [rip + sample_count]
        inc     qword ptr [rip + sample_count]
        and     edi, SAMPLES - 1
        imul    rdi, rdi, 48
        lea     rax, [rip + samples]
        add     rdi, rax
        rdtsc
        mov     [rdi], eax
        mov     [rdi + 4], edx
        mov     dx, PM_TIMER
        in      eax, dx
        mov     [rdi + 8], rax
        mov     ebx, HPET
        mov     rax, [rbx + HPET_COUNTER]
        mov     [rdi + 16], rax
        mov     ebx, APIC
        mov     eax, [rbx + APIC_NOW]
        mov     [rdi + 24], rax
        xor     eax, eax
        out     PIT_CONTROL, al         # latch channel 0
        in      al, PIT_CH0
        mov     ecx, eax
        in      al, PIT_CH0
        shl     eax, 8
        or      eax, ecx
        mov     [rdi + 32], rax
        xor     eax, eax
        out     RTC_INDEX, al           # seconds
        in      al, RTC_DATA
        movzx   ecx, al
        mov     al, 2
        out     RTC_INDEX, al           # minutes
        in      al, RTC_DATA
        mov     ch, al
        mov     al, 4
        out     RTC_INDEX, al           # hours
        in      al, RTC_DATA
        shl     eax, 16
        or      eax, ecx
        mov     [rdi + 40], rax
        sti
        ret

# shared is what all processors run. EBP is the processor's number.
shared:
        lock inc qword ptr [rip + shared_count]
        lea     rax, [rip + cpu_counts]
        inc     qword ptr [rax + rbp * 8]
        pushfq
        cli
1:      lock bts dword ptr [rip + lock_word], 0
        jc      1b
        rdtsc
        shl     rdx, 32
        or      rax, rdx
        cmp     rax, [rip + last_tsc]
        jae     2f
        inc     qword ptr [rip + backwards]
2:      mov     [rip + last_tsc], rax
        mov     dword ptr [rip + lock_word], 0
        popfq
        ret

# note N writes down that source N has interrupted.
.macro note n
        rdtsc
        shl     rdx, 32
        or      rax, rdx
        mov     rcx, [rip + tick_count + 8 * \n]
        inc     qword ptr [rip + tick_count + 8 * \n]
        and     ecx, TICK_LOG - 1
        lea     rdx, [rip + tick_log + 8 * TICK_LOG * \n]
        mov     [rdx + rcx * 8], rax
.endm

.macro enter_tick
        push    rax
        push    rcx
        push    rdx
.endm

.macro leave_tick
        mov     eax, APIC
        mov     dword ptr [rax + APIC_EOI], 0
        pop     rdx
        pop     rcx
        pop     rax
        iretq
.endm

pit_tick:
        enter_tick
        note    0
        leave_tick

apic_tick:
        enter_tick
        note    1
        call    again
        leave_tick

hpet_tick:
        enter_tick
        note    2
        leave_tick

rtc_tick:
        enter_tick
        note    3
        mov     al, 0x0c                # register C: what it was, which lets the next one come
        out     RTC_INDEX, al
        in      al, RTC_DATA
        leave_tick

poke:
        push    rax
        lock inc qword ptr [rip + poked]
        mov     eax, APIC
        mov     dword ptr [rax + APIC_EOI], 0
        pop     rax
        iretq

# again starts the APIC timer anew, if it does not do so by itself.
again:
        mov     rax, [rip + clocks_apic]
        cmp     eax, 1
        jb      2f
        je      1f
        rdtsc
        add     eax, TSC_PERIOD
        adc     edx, 0
        mov     ecx, TSC_DEADLINE
        wrmsr
        ret
1:      mov     eax, APIC
        mov     dword ptr [rax + APIC_COUNT], APIC_PERIOD
2:      ret

gates:
        mov     edx, GATE
        mov     edi, TICK
        lea     rsi, [rip + pit_tick]
        call    set_gate
        inc     edi
        lea     rsi, [rip + apic_tick]
        call    set_gate
        inc     edi
        lea     rsi, [rip + hpet_tick]
        call    set_gate
        inc     edi
        lea     rsi, [rip + rtc_tick]
        call    set_gate
        mov     edi, POKE
        lea     rsi, [rip + poke]
        jmp     set_gate

# pin routes I/O APIC pin ECX to vector EDX of processor 0, by edges.
pin:
        push    rbx
        mov     ebx, IOAPIC
        lea     eax, [rcx * 2 + 0x11]
        mov     [rbx], eax
        mov     dword ptr [rbx + IOAPIC_DATA], 0
        dec     eax
        mov     [rbx], eax
        mov     [rbx + IOAPIC_DATA], edx
        pop     rbx
        ret

start_pit:
        mov     ecx, 2
        mov     edx, TICK
        call    pin
        mov     al, PIT_RATE
        out     PIT_CONTROL, al
        mov     al, PIT_DIVISOR & 0xff
        out     PIT_CH0, al
        mov     al, PIT_DIVISOR >> 8
        out     PIT_CH0, al
        ret

start_apic:
        mov     ebx, APIC
        mov     dword ptr [rbx + APIC_DIVIDE], APIC_DIV16
        mov     rax, [rip + clocks_apic]
        mov     ecx, TICK + 1
        cmp     eax, 1
        je      2f
        ja      1f
        or      ecx, PERIODIC
        jmp     2f
1:      or      ecx, DEADLINE
2:      mov     [rbx + APIC_TIMER], ecx
        mov     dword ptr [rbx + APIC_COUNT], APIC_PERIOD
        jmp     again

start_hpet:
        mov     ecx, HPET_PIN
        mov     edx, TICK + 2
        call    pin
        mov     ebx, HPET
        mov     qword ptr [rbx + HPET_CONFIG], HPET_MODE
        mov     qword ptr [rbx + HPET_COMPARE], HPET_PERIOD
        mov     qword ptr [rbx + HPET_COMPARE], HPET_PERIOD
        mov     dword ptr [rbx + HPET_ENABLE], 1
        ret

start_rtc:
        mov     ecx, 8
        mov     edx, TICK + 3
        call    pin
        mov     al, 0x0a
        out     RTC_INDEX, al
        mov     al, 0x26                # 1024 Hz
        out     RTC_DATA, al
        mov     al, 0x0b
        out     RTC_INDEX, al
        in      al, RTC_DATA
        or      al, 0x40                # periodic interrupt
        mov     ecx, eax
        mov     al, 0x0b
        out     RTC_INDEX, al
        mov     eax, ecx
        out     RTC_DATA, al
        mov     al, 0x0c
        out     RTC_INDEX, al
        in      al, RTC_DATA
        ret

# wake_others starts the other processors and gives them time to come.
wake_others:
        lea     rsi, [rip + trampoline]
        mov     edi, TRAMPOLINE
        mov     ecx, trampoline_end - trampoline
        rep movsb
        mov     ebx, APIC
        mov     dword ptr [rbx + APIC_ICR], TO_OTHERS | DELIVER_INIT
        call    wait
        mov     dword ptr [rbx + APIC_ICR], TO_OTHERS | DELIVER_SIPI | TRAMPOLINE >> 12
wait:
        mov     ecx, 100000
1:      pause
        loop    1b
        ret

ap_main:
        call    load_idt
        mov     eax, APIC
        mov     dword ptr [rax + APIC_SVR], 0x100 | SPURIOUS
        sti
1:      call    shared
        jmp     1b

# trampoline is copied below 1 MiB, where application processors start in real mode.
.code16
trampoline:
        cli
        cld
        mov     ax, cs
        mov     ds, ax
        lgdtd   [trampoline_gdt - trampoline]
        mov     eax, cr0
        or      al, CR0_PE
        mov     cr0, eax
        .byte   0x66, 0xea              # far jump with a 32-bit offset
        .long   ap32
        .word   CODE32
        .balign 4
trampoline_gdt:
        .word   gdt_end - gdt - 1
        .long   gdt
trampoline_end:

.code32
ap32:
        mov     eax, DATA64
        mov     ds, eax
        mov     es, eax
        mov     ss, eax
        mov     ebp, 1
        lock xadd [started], ebp
        inc     ebp
        cmp     ebp, MAX_APS
        ja      2f
        imul    eax, ebp, AP_STACK
        lea     esp, [eax + ap_stacks]
        mov     edi, ebp
        call    enter_long_mode
.code64
        mov     ebp, edi
        jmp     ap_main
.code32
2:      hlt
        jmp     2b

.data
        .align  8
clocks_apic:
        .quad   0

.bss
        .align  16
lock_word:    .skip 8
last_tsc:     .skip 8
started:      .skip 8
sample_count: .skip 8
shared_count: .skip 8
backwards:    .skip 8
pokes:        .skip 8
poked:        .skip 8
cpu_counts:   .skip 4 * 8
tick_count:   .skip 4 * 8
samples:      .skip SAMPLES * 48
tick_log:     .skip 4 * TICK_LOG * 8
ap_stacks:    .skip MAX_APS * AP_STACK
