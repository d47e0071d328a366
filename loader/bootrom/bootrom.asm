# Loads the parts of a Linux kernel from the configuration device, and starts it in real mode.
#
# Sources: BIOS Boot Specification 1.01, "Expansion Header for PnP"; Linux, "The Linux/x86 Boot Protocol", "Running the Kernel".

	.set	SELECTOR, 0x510		# and the data port behind it
	.set	DMA_LOW, 0x518		# writing it starts a transfer
	.set	SELECT_READ, 0x0a
	.set	SCRATCH, 0x7000		# the transfer's descriptor
	.set	SETUP, 0x1000		# segment of the kernel's setup code
	.set	STACK, 0xfff0

	.code16
	.text
	.word	0xaa55
	.byte	2			# times 512 bytes
	xor	%ax, %ax		# called first: nothing to do
	lret
	.org	0x1a
	.word	header
	.org	0x20
header:	.ascii	"$PnP"
	.byte	1, 2			# revision, times 16 bytes
	.word	0			# next header
	.byte	0, 0			# and the checksum
	.long	0
	.word	maker, product
	.byte	0, 0, 0			# device type
	.byte	0
	.word	0, 0			# connection and disconnection vectors
	.word	boot			# bootstrap entry vector
	.word	0, 0
maker:	.asciz	"Stasis"
product: .asciz	"Linux kernel"

# Keys of address, size and bytes of each part.
parts:	.word	0x07, 0x08, 0x11
	.word	0x0a, 0x0b, 0x12
	.word	0x13, 0x14, 0x15
	.word	0x16, 0x17, 0x18
end:

boot:	cli
	cld
	xor	%ax, %ax
	mov	%ax, %ds
	mov	$parts, %si
1:	call	load
	cmp	$end, %si
	jb	1b
	mov	$SETUP, %ax
	mov	%ax, %ds
	mov	%ax, %es
	mov	%ax, %fs
	mov	%ax, %gs
	mov	%ax, %ss
	mov	$STACK, %sp
	ljmp	$SETUP+0x20, $0

# load puts the part with the keys at cs:si in memory, and goes to the next one.
load:	call	number
	bswap	%ebx
	mov	%ebx, SCRATCH+12
	movl	$0, SCRATCH+8
	call	number
	bswap	%ebx
	mov	%ebx, SCRATCH+4
	movzwl	%cs:(%si), %eax
	add	$2, %si
	shl	$16, %eax
	or	$SELECT_READ, %eax
	bswap	%eax
	mov	%eax, SCRATCH
	mov	$SCRATCH, %eax
	bswap	%eax
	mov	$DMA_LOW, %dx
	out	%eax, %dx
1:	mov	SCRATCH, %eax		# zero when done, else an error
	test	%eax, %eax
	jnz	1b
	ret

# number reads the 4 bytes of the key at cs:si into ebx.
number:	mov	%cs:(%si), %ax
	add	$2, %si
	mov	$SELECTOR, %dx
	out	%ax, %dx
	inc	%dx
	mov	$4, %cx
1:	in	%dx, %al
	mov	%al, %bl
	ror	$8, %ebx
	loop	1b
	ret

	.org	1024
