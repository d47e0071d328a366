# boot: a boot sector for a floppy disk that has a guest behind it, for emulators that load no ELF files. It reads the guest with
# the BIOS, moves it to where it is linked, and enters it as the PVH entry point wants, with a command line.
#
# Sources: Phoenix, "BIOS Boot Specification"; Xen, "x86/HVM direct boot ABI" (PVH).

.set SECTORS,  18               # a track of a disk of 1.44 MB
.set BUFFER,   0x10000
.set BUFFER_SEGMENT, BUFFER >> 4
.set SECTOR_SEGMENT, 512 >> 4
.set PORT_A,   0x92             # system control port A
.set A20,      2
.set CODE32,   0x08
.set DATA32,   0x10

.intel_syntax noprefix
.text
.code16
.globl _start
_start:
        cli
        cld
        xor     ax, ax
        mov     ds, ax
        mov     ss, ax
        mov     sp, 0x7c00
        mov     [drive], dl
        mov     ax, BUFFER_SEGMENT
        mov     es, ax
        mov     si, 1                   # the sector behind this one
1:      mov     ax, si
        xor     dx, dx
        mov     cx, SECTORS
        div     cx
        mov     cl, dl
        inc     cl                      # sectors count from 1
        mov     dh, al
        and     dh, 1                   # two heads
        shr     al, 1
        mov     ch, al
        mov     dl, [drive]
        xor     bx, bx
        mov     ax, 0x0201              # read a sector to ES:BX
        int     0x13
        jc      halt
        mov     ax, es
        add     ax, SECTOR_SEGMENT
        mov     es, ax
        inc     si
        cmp     si, [boot_sectors]
        jbe     1b
        in      al, PORT_A
        or      al, A20
        out     PORT_A, al
        lgdt    [gdt_pointer]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        jmp     CODE32:protected
halt:   hlt
        jmp     halt

.code32
protected:
        mov     eax, DATA32
        mov     ds, eax
        mov     es, eax
        mov     ss, eax
        mov     esi, BUFFER
        mov     edi, [boot_address]
        mov     ecx, [boot_sectors]
        shl     ecx, 9
        rep movsb
        mov     ebx, offset start_info
        jmp     [boot_entry]

        .align  8
gdt:    .quad   0
        .quad   0x00cf9b000000ffff
        .quad   0x00cf93000000ffff
gdt_pointer:
        .word   gdt_pointer - gdt - 1
        .long   gdt
drive:  .byte   0
        .align  8
boot_sectors:                           # what whoever makes the disk fills in
        .quad   0
boot_address:
        .quad   0
boot_entry:
        .quad   0
start_info:
        .skip   24
        .quad   boot_line               # hvm_start_info.cmdline_paddr
boot_line:
        .skip   64
        .org    510
        .word   0xaa55
