# pac: pointer authentication with keys, on the board virt. For each setting of TCR_EL1 and SCTLR_EL1 it tries each operation on
# many addresses, modifiers and keys, and prints a hash of the results; the transcript is the result. Translation is off.

.arch   armv8.5-a
.include "print.inc"

.equ    INPUTS, 256             // of an operation in a setting
.equ    KEY_LIFE, 8             // inputs for which the keys stay

# x19 the setting, x20 the operation, x21 inputs left, x22 hash, x23 state of the generator, x24 where to go on after an exception,
# x25 the enabled keys, x26 whether bits 63 and 55 of an address are the same, x27 the address.

.section .text.start, "ax"
        .globl  start
start:
        la      x0, stack_top
        mov     sp, x0
        la      x0, vectors
        msr     vbar_el1, x0
        isb
        bl      published
        la      x19, settings
setting:
        ldp     x0, x1, [x19], #16
        cbz     x1, done
        ldr     x26, [x19], #8
        msr     tcr_el1, x0
        mrs     x2, sctlr_el1
        orr     x2, x2, x1
        msr     sctlr_el1, x2
        isb
        mov     x25, x1
        la      x0, .Ltcr
        bl      print
        mrs     x0, tcr_el1
        bl      print_hex
        la      x0, .Lkeys
        bl      print
        mov     x0, x25
        bl      print_hex
        bl      newline
        la      x20, operations
operation:
        ldr     x0, [x20, #8]
        cbz     x0, next_setting
        bl      print
        la      x23, seed
        ldr     x23, [x23]
        mov     x22, #0
        mov     x21, #INPUTS
1:      tst     x21, #KEY_LIFE - 1
        b.ne    2f
        bl      draw_keys
2:      bl      draw_address
        cbz     x26, 4f
        lsr     x1, x0, #55
        bfi     x0, x1, #63, #1
4:      mov     x27, x0
        bl      draw
        mov     x1, x0
        bl      draw
        mov     x2, x0
        mov     x0, x27
        ldr     x3, [x20]
        adr     x24, 3f
        blr     x3
3:      ror     x22, x22, #51
        eor     x22, x22, x0
        ldr     x1, =0x9e3779b97f4a7c15
        mul     x22, x22, x1
        subs    x21, x21, #1
        b.ne    1b
        mov     x0, x22
        bl      print_hex
        bl      newline
        add     x20, x20, #16
        b       operation
next_setting:
        mrs     x0, sctlr_el1
        bic     x0, x0, x25
        ldr     x1, =ALL_KEYS
        bic     x0, x0, x1
        msr     sctlr_el1, x0
        isb
        b       setting
done:
        la      x0, .Lend
        bl      print
        b       poweroff

# published is the vector of QARMA-64 with five rounds and the S-box 2 that its author gives, as far as PACGA shows it.
published:
        mov     x25, x30
        ldr     x0, =0xec2802d4e0a488e9
        msr     apgakeylo_el1, x0
        ldr     x0, =0x84be85ce9804e94b
        msr     apgakeyhi_el1, x0
        isb
        ldr     x0, =0xfb623599da6e8127
        ldr     x1, =0x477d469dec0b8762
        pacga   x26, x0, x1
        la      x0, .Lpublished
        bl      print
        mov     x0, x26
        bl      print_hex
        bl      newline
        ret     x25

# draw is the next number, xorshift: x0. x23 goes on.
draw:
        eor     x23, x23, x23, lsl #13
        eor     x23, x23, x23, lsr #7
        eor     x23, x23, x23, lsl #17
        ldr     x0, =0x2545f4914f6cdd1d
        mul     x0, x23, x0
        ret

# draw_address is one of: any number, with a sign of 16, 25, 32 or 39 bits, with no high bits at all. x0 to x3 are lost.
draw_address:
        mov     x3, x30
        bl      draw
        mov     x2, x0
        bl      draw
        ubfx    x1, x0, #40, #3
        cmp     x1, #1
        b.eq    1f
        cmp     x1, #2
        b.eq    2f
        cmp     x1, #3
        b.eq    3f
        cmp     x1, #4
        b.eq    4f
        cmp     x1, #5
        b.eq    5f
        mov     x0, x2
        ret     x3
1:      sbfx    x0, x2, #0, #49
        ret     x3
2:      sbfx    x0, x2, #0, #40
        ret     x3
3:      sbfx    x0, x2, #0, #26
        ret     x3
4:      ubfx    x0, x2, #0, #39
        ret     x3
5:      sbfx    x0, x2, #0, #49
        bfi     x0, x2, #56, #8         // a tag
        ret     x3

.macro key lo, hi
        bl      draw
        msr     \lo, x0
        bl      draw
        msr     \hi, x0
.endm

draw_keys:
        mov     x3, x30
        key     apiakeylo_el1, apiakeyhi_el1
        key     apibkeylo_el1, apibkeyhi_el1
        key     apdakeylo_el1, apdakeyhi_el1
        key     apdbkeylo_el1, apdbkeyhi_el1
        key     apgakeylo_el1, apgakeyhi_el1
        isb
        ret     x3

# Operations: x0 an address, x1 a modifier, x2 any number; the result is x0. x19 to x27 and sp stay.
.macro op name, code:vararg
.text
op_\name:
        \code
        ret
.section .rodata.names
name_\name: .asciz "  \name "
.section .rodata.operations, "a"
        .quad   op_\name, name_\name
.endm

.section .rodata.operations, "a"
        .balign 8
operations:

.irp k, ia, ib, da, db
op pac\k,   pac\k x0, x1
op aut\k,   aut\k x0, x1
.text
op_back_\k:
        pac\k   x0, x1
        aut\k   x0, x1
        ret
op_modifier_\k:
        pac\k   x0, x1
        eor     x1, x1, #1
        aut\k   x0, x1
        ret
op_flip_\k:
        pac\k   x0, x1
        mov     x3, #1
        lsl     x3, x3, x2
        eor     x0, x0, x3
        aut\k   x0, x1
        ret
.section .rodata.names
name_back_\k:   .asciz "  pac\k aut\k "
name_modifier_\k: .asciz "  pac\k aut\k, another modifier "
name_flip_\k:   .asciz "  pac\k aut\k, a bit flipped "
.section .rodata.operations, "a"
        .quad   op_back_\k, name_back_\k, op_modifier_\k, name_modifier_\k, op_flip_\k, name_flip_\k
.endr

.irp k, iza, izb, dza, dzb
op pac\k,   pac\k x0
op aut\k,   aut\k x0
.endr
op xpaci,   xpaci x0
op xpacd,   xpacd x0
op pacga,   pacga x0, x0, x1

# hint17 and hint30 are the forms in the hint space.
.macro hint17 name
.text
op_\name:
        mov     x17, x0
        mov     x16, x1
        \name
        mov     x0, x17
        ret
.section .rodata.names
name_\name: .asciz "  \name "
.section .rodata.operations, "a"
        .quad   op_\name, name_\name
.endm

.macro hint30 name
.text
op_\name:
        mov     x9, x30
        mov     x10, sp
        mov     sp, x1
        mov     x30, x0
        \name
        mov     x0, x30
        mov     sp, x10
        ret     x9
.section .rodata.names
name_\name: .asciz "  \name "
.section .rodata.operations, "a"
        .quad   op_\name, name_\name
.endm

.irp n, pacia1716, pacib1716, autia1716, autib1716
hint17 \n
.endr
.irp n, paciasp, pacibsp, autiasp, autibsp, paciaz, pacibz, autiaz, autibz, xpaclri
hint30 \n
.endr

# Branches and loads by an address that was authenticated: right, and with another modifier, which is an exception unless the codes
# meet. x0 is the signed address then, with what it led to.
.macro branch k, K, right, wrong
op blra\K,  b \right\()_blr_\k
op braz\K,  b \right\()_brz_\k
op reta\K,  b \right\()_ret_\k
op ereta\K, b \right\()_eret_\k
op bad_blra\K, b \wrong\()_blr_\k
op bad_reta\K, b \wrong\()_ret_\k
.text
\wrong\()_blr_\k:
        mov     x9, x30
        la      x3, 1f
        pac\k   x3, x1
        eor     x1, x1, x2
        b       2f
\right\()_blr_\k:
        mov     x9, x30
        la      x3, 1f
        pac\k   x3, x1
2:      blra\K  x3, x1
        mov     x0, #0                  // it went on behind
        ret     x9
1:      adr     x4, 2b + 4
        sub     x0, x30, x4
        eor     x0, x0, x3
        ret     x9
\right\()_brz_\k:
        la      x3, 1f
        paci\()z\K x3
        bra\K\()z x3
        mov     x0, #0
        ret
1:      mov     x0, x3
        ret
\wrong\()_ret_\k:
        mov     x9, x30
        mov     x10, sp
        la      x30, 1f
        mov     sp, x1
        pac\k   x30, x1
        eor     x1, x1, x2
        mov     sp, x1
        b       2f
\right\()_ret_\k:
        mov     x9, x30
        mov     x10, sp
        la      x30, 1f
        mov     sp, x1
        pac\k   x30, x1
2:      mov     x3, x30
        reta\K
1:      mov     x0, x3
        mov     sp, x10
        ret     x9
\right\()_eret_\k:
        mov     x10, sp
        la      x3, 1f
        mov     sp, x1
        pac\k   x3, x1
        msr     elr_el1, x3
        mov     x4, #0x3c5
        msr     spsr_el1, x4
        ereta\K
1:      mov     x0, x3
        mov     sp, x10
        ret
.endm

branch  ia, a, right, wrong
branch  ib, b, right, wrong

.macro loads k, K
op ldra\K,  b load_\k
op ldra\K\()_pre, b load_pre_\k
op bad_ldra\K, b load_bad_\k
.text
load_\k:
        la      x3, data + 512
        pacdz\K x3
        and     x2, x2, #7
        ldra\K  x0, [x3, #-512]
        eor     x0, x0, x3
        ret
load_pre_\k:
        la      x3, data
        pacdz\K x3
        ldra\K  x0, [x3, #504]!
        eor     x0, x0, x3
        ret
load_bad_\k:
        la      x3, data
        eor     x3, x3, x2, lsl #48
        ldra\K  x0, [x3, #8]!
        eor     x0, x0, x3
        ret
.endm

loads   da, a
loads   db, b

.section .rodata.operations, "a"
        .quad   0, 0

# An exception is a result: its syndrome and where it was.
.text
.balign 2048
vectors:
.rept   16
        .balign 128
        b       exception
.endr

exception:
        mrs     x0, esr_el1
        mrs     x1, elr_el1
        ror     x0, x0, #17
        eor     x0, x0, x1
        mrs     x1, far_el1
        ror     x0, x0, #29
        eor     x0, x0, x1
        la      x1, stack_top
        mov     sp, x1
        msr     elr_el1, x24
        mov     x1, #0x3c5
        msr     spsr_el1, x1
        eret

.equ    EN_IA, 1 << 31
.equ    EN_IB, 1 << 30
.equ    EN_DA, 1 << 27
.equ    EN_DB, 1 << 13
.equ    ALL_KEYS, EN_IA | EN_IB | EN_DA | EN_DB
.equ    TBI0, 1 << 37
.equ    TBI1, 1 << 38
.equ    TBID0, 1 << 51
.equ    TBID1, 1 << 52
.equ    GRANULE_64K, 1 << 14 | 3 << 30

.section .rodata
# TCR_EL1, the enabled keys, and whether bits 63 and 55 of addresses are the same. They are where the halves differ: there QEMU goes by
# the rule of the half that bit 55 names, and the manual has one for both.
.balign 8
settings:
        .quad   16 | 16 << 16, ALL_KEYS, 0
        .quad   25 | 25 << 16, ALL_KEYS, 0
        .quad   20 | 20 << 16, ALL_KEYS, 0
        .quad   32 | 39 << 16, ALL_KEYS, 1
        .quad   16 | 25 << 16 | TBI0, ALL_KEYS, 1
        .quad   25 | 16 << 16 | TBI1, ALL_KEYS, 1
        .quad   16 | 32 << 16 | TBI0 | TBI1, ALL_KEYS, 0
        .quad   16 | 16 << 16 | TBI0 | TBI1 | TBID0 | TBID1, ALL_KEYS, 0
        .quad   25 | 25 << 16 | TBI0 | TBID0, ALL_KEYS, 1
        .quad   20 | 20 << 16 | TBI1 | TBID1, ALL_KEYS, 1
        .quad   16 | 16 << 16 | GRANULE_64K, ALL_KEYS, 0
        .quad   12 | 12 << 16 | GRANULE_64K, ALL_KEYS, 0
        .quad   25 | 25 << 16, EN_IA | EN_DB, 0
        .quad   25 | 25 << 16, EN_IB | EN_DA, 0
        .quad   0, 0
seed:   .quad   0x6b8b4567327b23c6
.Lpublished: .asciz "published: "
.Ltcr:  .asciz  "tcr_el1 "
.Lkeys: .asciz  " keys "
.Lend:  .asciz  "end\n"

.data
.balign 16
data:
.rept   160
        .quad   0x0123456789abcdef + 0x1111 * (. - data)
.endr

.bss
.balign 16
        .skip   4096
stack_top:
