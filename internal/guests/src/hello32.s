# hello32: the smallest guest. Multiboot 1, 32-bit protected mode, no stack, no paging.
# It prints one line on COM1 and on the debug port, and powers off through ACPI.
#
# Source: Multiboot Specification version 0.6.96, "OS image format".

.intel_syntax noprefix
.include "platform.inc"

.set MB_MAGIC, 0x1badb002
.set MB_FLAGS, 0x00000003       # modules page aligned, memory map wanted

.section .multiboot, "a"
.align 4
        .long   MB_MAGIC, MB_FLAGS, -(MB_MAGIC + MB_FLAGS)

.text
.code32
.globl _start
_start:
        mov     esi, offset message
next:
        lodsb
        test    al, al
        jz      poweroff
        mov     bl, al
        out     DEBUGCON, al
        mov     dx, COM1_LSR
wait:
        in      al, dx
        test    al, LSR_THRE
        jz      wait
        mov     al, bl
        mov     dx, COM1
        out     dx, al
        jmp     next

poweroff:
        mov     dx, PM1A_CNT
        mov     ax, SLP_EN
        out     dx, ax
halt:
        cli
        hlt
        jmp     halt

.section .rodata
message:
        .asciz  "hello from 32-bit protected mode\n"
