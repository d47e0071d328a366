// Hardware task switches: by far jump, call, interrupt and return; busy bits, the link, NT, TS, and what can fail.
#include "suite32.h"

static u8 stack[4096] __attribute__((aligned(16)));
static volatile u32 seen, seenFlags, seenCR0, seenLink;

asm(".text\n"
    "task: movl $1, seen\n pushf\n pop seenFlags\n mov %cr0, %eax\n mov %eax, seenCR0\n clts\n mov other, %eax\n mov %eax, seenLink\n"
    " iret\n movl $2, seen\n iret\n"
    "jumped: movl $3, seen\n ljmp $0x30, $0\n");
extern char task[], jumped[];

static void fill(void *to) {
	other = (struct tss){.eip = (u32)to, .eflags = 2, .esp = (u32)stack + sizeof stack, .es = 0x10, .cs = 8, .ss = 0x10, .ds = 0x10, .iomap = sizeof other};
	gdt[OTHER / 8] = make((u32)&other, sizeof other - 1, 0x89, 0);
	seen = 0;
}

static int busy(u32 selector) { return gdt[selector / 8].hi >> 9 & 1; }

static word call(u32 selector) {
	struct __attribute__((packed)) { u32 offset; u16 selector; } to = {0, selector};
	TRY("lcall *%0", "m"(to));
	return last.vector;
}

static void works(void) {
	fill(task);
	check("call of a task", 0, 0, call(OTHER), NONE);
	check("it ran", 0, 0, seen, 1);
	check("NT in it", 0, 0, seenFlags >> 14 & 1, 1);
	check("TS in it", 0, 0, seenCR0 >> 3 & 1, 1);
	check("the link", 0, 0, seenLink, TSS);
	check("not busy after its IRET", 0, 0, busy(OTHER), 0);
	check("the caller is busy", 0, 0, busy(TSS), 1);
	u32 cr0;
	asm volatile("mov %%cr0, %0; clts" : "=r"(cr0));
	check("TS after IRET", 0, 0, cr0 >> 3 & 1, 1);
	check("it went on behind IRET", 0, 0, call(OTHER), NONE);
	check("the second part ran", 0, 0, seen, 2);
	asm volatile("clts");
	fill(jumped);
	TRY("ljmp $0x90, $0", "i"(0));
	check("jump to a task and back", 0, 0, seen, 3);
	check("not busy after its jump", 0, 0, busy(OTHER), 0);
	check("NT is clear", 0, 0, other.eflags >> 14 & 1, 0);
	asm volatile("clts");
	fill(task);
	gate(0x83, OTHER, 0, 0x85);
	TRY("int $0x83", "i"(0));
	check("interrupt through a task gate", 0, 0, last.vector, NONE);
	check("its task ran", 0, 0, seen, 1);
	asm volatile("clts");
	fill(task);
	gdt[TASKGATE / 8] = (struct descriptor){OTHER << 16, 0x8500};
	check("call through a task gate", 0, 0, call(TASKGATE), NONE);
	check("its task ran, too", 0, 0, seen, 1);
	asm volatile("clts");
	ordinary(0x83);
}

static void fails(void) {
	fill(task);
	gdt[OTHER / 8].hi |= 0x200;
	check("busy", 0, 0, call(OTHER), GP);
	check("busy: error code", 0, 0, last.error, OTHER);
	fill(task);
	gdt[OTHER / 8].hi &= ~0x8000;
	check("not present", 0, 0, call(OTHER), NP);
	check("not present: error code", 0, 0, last.error, OTHER);
	fill(task);
	gdt[OTHER / 8] = make((u32)&other, 0x66, 0x89, 0);
	check("too small", 0, 0, call(OTHER), TS);
	check("too small: error code", 0, 0, last.error, OTHER);
	fill(task);
	check("RPL beyond DPL", 0, 0, call(OTHER | 3), GP);
	gdt[TASKGATE / 8] = (struct descriptor){0x10 << 16, 0x8500};
	check("a task gate to data", 0, 0, call(TASKGATE), GP);
	check("a task gate to data: error code", 0, 0, last.error, 0x10);
	asm volatile("clts");
}

void test_tasks(void) {
	works();
	fails();
}
