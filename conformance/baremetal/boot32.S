# Start of the 32-bit suite: protected mode without paging, as multiboot leaves it, and the entries of its 256 vectors.
        .section .multiboot, "a"
        .align  4
        .long   0x1badb002, 0, -0x1badb002

        .text
        .globl  _start, finish
_start: mov     $stack_top, %esp
        lgdt    gdt_pointer
        ljmp    $8, $1f
1:      mov     $0x10, %eax
        mov     %eax, %ds
        mov     %eax, %es
        mov     %eax, %ss
        xor     %eax, %eax
        mov     %eax, %fs
        mov     %eax, %gs
        fninit
        call    main
finish: out     %al, $0xf4
        hlt
        jmp     finish

        .macro  vector n
        .align  16
        .if     !(\n == 8 || (\n >= 10 && \n <= 14) || \n == 17)
        push    $0
        .endif
        push    $\n
        jmp     common
        .endm
        .altmacro
        .align  16
        .globl  vectors
vectors:
        n = 0
        .rept   256
        vector  %n
        n = n + 1
        .endr

common: cld
        push    %ds
        push    %es
        push    %fs
        push    %gs
        pusha
        mov     $0x10, %eax
        mov     %eax, %ds
        mov     %eax, %es
        push    %esp
        call    trap
        pop     %ecx
        test    %eax, %eax
        jnz     2f
        popa
        pop     %gs
        pop     %fs
        pop     %es
        pop     %ds
        add     $8, %esp
        iret
2:      mov     %eax, target            # back to TRY, whatever the frame was
        mov     $0x10, %eax
        mov     %eax, %ss
        popa
        mov     resume_sp, %esp
        push    $2
        popf
        jmp     *target

        .data
        .align  16
        .globl  gdt, gdt_pointer
gdt:    .quad   0, 0x00cf9b000000ffff, 0x00cf93000000ffff, 0x00cffb000000ffff, 0x00cff3000000ffff
        .fill   59, 8, 0
target: .long   0
gdt_pointer:
        .word   64 * 8 - 1
        .long   gdt

        .bss
        .align  16
        .fill   32768
        .globl  stack_top
stack_top:
