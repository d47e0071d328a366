// The 64-bit suite: exceptions and their frames, descriptors, paging entry by entry, privileged instructions at CPL 3, clocks.
//
// What is expected is from SDM Vol. 3A, chapters "Protection", "Paging" and "Interrupt and Exception Handling".
#include "lib.h"

extern char vectors[], user_end[];
extern u64 gdt[64], tss[], pml4[];
extern struct __attribute__((packed)) { u16 limit; u64 base; } gdt_pointer;
static struct { u64 lo, hi; } idt[256] __attribute__((aligned(16)));
static struct __attribute__((packed)) { u16 limit; u64 base; } idt_pointer;
static u8 stack0[8192] __attribute__((aligned(16)));

struct frame {
	u64 r11, r10, r9, r8, rdi, rsi, rdx, rcx, rax, vector, error, rip, cs, rflags, rsp, ss;
};

void trap(struct frame *f) {
	u64 cr2;
	asm volatile("mov %%cr2, %0" : "=r"(cr2));
	last = (struct record){f->vector, f->error, f->rip, f->cs, f->rflags, f->rsp, f->ss, cr2, last.count + 1};
	if ((f->cs & 3) == 3) { // back to who entered user mode
		f->cs = 8, f->ss = 0x10, f->rip = (u64)user_end, f->rflags = 2;
		return;
	}
	f->rflags &= ~0x10100ull; // RF, TF
	if (resume)
		f->rip = resume, f->rsp = resume_sp;
	resume = 0;
}

void gate(int n, u64 to, u64 flags) {
	idt[n].lo = (to & 0xffff) | 8 << 16 | flags << 32 | (to & 0xffff0000) << 32;
	idt[n].hi = to >> 32;
}

static void init(void) {
	for (int n = 0; n < 256; n++)
		gate(n, (u64)vectors + 16 * n, 0x8e00);
	gate(0x80, (u64)vectors + 16 * 0x80, 0xee00);
	gate(0x81, (u64)vectors + 16 * 0x81, 0xee00);
	idt_pointer.limit = sizeof idt - 1, idt_pointer.base = (u64)idt;
	asm volatile("lidt %0" ::"m"(idt_pointer));
	*(u16 *)((u8 *)tss + 102) = 104; // no I/O bitmap
	*(u64 *)((u8 *)tss + 4) = (u64)stack0 + sizeof stack0;
	u64 t = (u64)tss;
	gdt[6] = 0x0000890000000067 | (t & 0xffffff) << 16 | (t >> 24 & 0xff) << 56;
	gdt[7] = t >> 32;
	asm volatile("ltr %w0" ::"r"(0x30));
	outb(0x21, 0xff), outb(0xa1, 0xff);
}

void test_exceptions(void), test_segments(void), test_paging(void), test_user(void), test_clocks(void);

static void run(const char *name, void (*f)(void)) {
	int before = failures, c = checks;
	f();
	print(failures == before ? "PASS " : "FAILED ");
	print(name);
	print(" ");
	hex(checks - c);
	print("h checks\n");
}

int main(void) {
	init();
	run("exceptions", test_exceptions);
	run("segments", test_segments);
	run("paging", test_paging);
	run("user", test_user);
	run("clocks", test_clocks);
	print("done\n");
	return failures != 0;
}
