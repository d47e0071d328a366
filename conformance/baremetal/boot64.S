# Start of the 64-bit suite: from multiboot's 32-bit protected mode to long mode with the first 4 GiB mapped one to one, and the
# entries of its 256 vectors.
#
# Sources: Multiboot Specification version 0.6.96; SDM Vol. 3A, "Initializing IA-32e Mode".
        .section .multiboot, "a"
        .align  4
        .long   0x1badb002, 0, -0x1badb002

        .text
        .code32
        .globl  _start
_start: mov     $stack_top, %esp
        mov     $pml4, %edi
        mov     $pdpt, %eax
        or      $7, %eax
        mov     %eax, (%edi)
        mov     $pdpt, %edi
        mov     $pd, %eax
        or      $7, %eax
        mov     $4, %ecx
1:      mov     %eax, (%edi)
        add     $4096, %eax
        add     $8, %edi
        loop    1b
        mov     $pd, %edi
        mov     $0x87, %eax
        mov     $2048, %ecx
2:      mov     %eax, (%edi)
        add     $0x200000, %eax
        add     $8, %edi
        loop    2b
        andb    $~4, pd                 # the suite itself is the supervisor's
        mov     $0x6a0, %eax            # PAE, PGE, OSFXSR, OSXMMEXCPT
        mov     %eax, %cr4
        mov     $pml4, %eax
        mov     %eax, %cr3
        mov     $0xc0000080, %ecx
        rdmsr
        or      $0x901, %eax            # SCE, LME, NXE
        wrmsr
        mov     %cr0, %eax
        and     $~4, %eax
        or      $0x80010022, %eax       # PG, WP, NE, MP
        mov     %eax, %cr0
        lgdt    gdt_pointer
        ljmp    $8, $3f
        .code64
3:      mov     $0x10, %eax
        mov     %eax, %ds
        mov     %eax, %es
        mov     %eax, %ss
        xor     %eax, %eax
        mov     %eax, %fs
        mov     %eax, %gs
        fninit
        call    main
        mov     %eax, %edi
        jmp     finish

        .globl  finish
finish: mov     %edi, %eax
        out     %al, $0xf4
        hlt
        jmp     finish

# enter_user RUNS f(argument) at CPL 3 and returns when it executes INT 0x81, or when an exception ends it (user_end).
        .globl  enter_user, user_end, user_stack
enter_user:
        push    %rbx
        push    %rbp
        push    %r12
        push    %r13
        push    %r14
        push    %r15
        mov     %rsp, kernel_rsp(%rip)
        mov     %rdi, %rax
        mov     %rsi, %rdi
        push    $0x23
        mov     $user_stack, %rcx
        push    %rcx
        push    user_flags(%rip)
        push    $0x1b
        push    %rax
        iretq
user_end:
        mov     kernel_rsp(%rip), %rsp
        pop     %r15
        pop     %r14
        pop     %r13
        pop     %r12
        pop     %rbp
        pop     %rbx
        ret

        .altmacro
        .macro  vector n
        .align  16
        .if     !(\n == 8 || (\n >= 10 && \n <= 14) || \n == 17)
        push    $0
        .endif
        push    $\n
        jmp     common
        .endm
        .align  16
        .globl  vectors
vectors:
        n = 0
        .rept   256
        vector  %n
        n = n + 1
        .endr

common: cld
        push    %rax
        push    %rcx
        push    %rdx
        push    %rsi
        push    %rdi
        push    %r8
        push    %r9
        push    %r10
        push    %r11
        mov     %rsp, %rdi
        call    trap
        pop     %r11
        pop     %r10
        pop     %r9
        pop     %r8
        pop     %rdi
        pop     %rsi
        pop     %rdx
        pop     %rcx
        pop     %rax
        add     $16, %rsp
        iretq

        .data
        .align  16
        .globl  gdt, gdt_pointer, user_flags, tss
gdt:    .quad   0, 0x00af9b000000ffff, 0x00cf93000000ffff, 0x00affb000000ffff, 0x00cff3000000ffff
        .fill   59, 8, 0
gdt_pointer:
        .word   64 * 8 - 1
        .quad   gdt
user_flags:
        .quad   2
kernel_rsp:
        .quad   0
        .align  16
tss:    .fill   104, 1, 0

        .bss
        .align  4096
        .globl  pml4, pdpt, pd
pml4:   .fill   4096
pdpt:   .fill   4096
pd:     .fill   16384
        .fill   16384
stack_top:

        .section .user, "awx"
        .fill   4096
user_stack:
