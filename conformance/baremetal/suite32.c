// The 32-bit suite: descriptors and limits, gates, task switches, 32-bit and PAE paging, virtual-8086 mode.
//
// What is expected is from SDM Vol. 3A, chapters "Protection", "Task Management" and "8086 Emulation".
#include "suite32.h"

struct descriptor idt[256] __attribute__((aligned(16)));
static struct __attribute__((packed)) { u16 limit; u32 base; } idt_pointer;
struct tss tss, other;
static u8 stack0[8192] __attribute__((aligned(16)));

word trap(struct frame *f) {
	word cr2, r = resume;
	asm volatile("mov %%cr2, %0" : "=r"(cr2));
	int outer = f->cs & 3 || f->eflags & 0x20000;
	last = (struct record){f->vector, f->error, f->eip, f->cs, f->eflags, outer ? f->esp : 0, outer ? f->ss : 0, cr2, last.count + 1};
	if (!r) {
		print("FAIL unexpected exception ");
		hex(f->vector), print(" at "), hex(f->eip), print(" error "), hex(f->error), print("\n");
		asm volatile("mov $1, %al; jmp finish");
	}
	resume = 0;
	return r;
}

struct descriptor make(u32 base, u32 limit, int rights, int flags) {
	return (struct descriptor){(limit & 0xffff) | base << 16,
		(base >> 16 & 0xff) | rights << 8 | (limit & 0xf0000) | flags << 20 | (base & 0xff000000)};
}

void gate(int n, u32 selector, u32 to, int rights) { // of the interrupt table
	idt[n] = (struct descriptor){(to & 0xffff) | selector << 16, (to & 0xffff0000) | rights << 8};
}

void ordinary(int n) { gate(n, 8, (u32)vectors + 16 * n, 0x8e); }

static void init(void) {
	for (int n = 0; n < 256; n++)
		ordinary(n);
	idt_pointer.limit = sizeof idt - 1, idt_pointer.base = (u32)idt;
	asm volatile("lidt %0" ::"m"(idt_pointer));
	tss.ss0 = 0x10, tss.esp0 = (u32)stack0 + sizeof stack0, tss.iomap = sizeof tss;
	gdt[TSS / 8] = make((u32)&tss, sizeof tss - 1, 0x89, 0);
	asm volatile("ltr %w0" ::"r"(TSS));
	outb(0x21, 0xff), outb(0xa1, 0xff);
	asm volatile("mov %0, %%cr4" ::"r"(0x600));
}

static word load(int reg, u32 sel) {
	switch (reg) {
	case 0: TRY("mov %0, %%ds; push $0x10; pop %%ds", "r"(sel)); break;
	case 1: TRY("mov %0, %%es; push $0x10; pop %%es", "r"(sel)); break;
	case 2: TRY("mov %0, %%fs", "r"(sel)); break;
	case 3: TRY("mov %0, %%gs", "r"(sel)); break;
	case 4: TRY("mov %0, %%ss; mov %1, %%ss", "r"(sel), "r"(0x10)); break;
	case 5: TRY("lldt %w0", "r"(sel)); break;
	case 6: TRY("ltr %w0", "r"(sel)); break;
	}
	return last.vector;
}

static word expected(int reg, int type, int dpl, int p, int rpl) {
	int s = type & 16, code = s && type & 8, conforming = code && type & 4;
	switch (reg) {
	case 4: return !s || code || !(type & 2) || rpl || dpl ? GP : p ? NONE : SS;
	case 5: return type != 2 ? GP : p ? NONE : NP;
	case 6: return type != 1 && type != 9 ? GP : p ? NONE : NP;
	}
	if (!s || (code && !(type & 2)) || (!conforming && dpl < rpl))
		return GP;
	return p ? NONE : NP;
}

static void types(void) {
	for (int reg = 0; reg < 7; reg++)
		for (int type = 0; type < 32; type++)
			for (int dpl = 0; dpl < 4; dpl++)
				for (int p = 0; p < 2; p++)
					for (int rpl = 0; rpl < 4; rpl++) {
						int stack16 = reg == 4 && type & 4; // expands down: all of it, with a limit of 0
						gdt[TEST / 8] = make(0, stack16 ? 0 : 0xfffff, type | dpl << 5 | p << 7, 0xc);
						word want = expected(reg, type, dpl, p, rpl), id = reg << 16 | type << 8 | dpl << 4 | p << 3 | rpl;
						check("segment load: vector", id, 0, load(reg, TEST | rpl), want);
						if (want != NONE)
							check("segment load: error code", id, 0, last.error, TEST);
						else if (reg < 5)
							check("segment load: accessed", id, 0, gdt[TEST / 8].hi >> 8 & 1, 1);
					}
	gdt[TSS / 8] = make((u32)&tss, sizeof tss - 1, 0x89, 0);
	check("ltr", 0, 0, load(6, TSS), NONE);
	check("ltr of a busy one", 0, 0, load(6, TSS), GP);
	check("lldt of nothing", 0, 0, load(5, 0), NONE);
	check("null DS", 0, 0, load(0, 3), NONE);
	check("null SS", 0, 0, load(4, 0), GP);
	check("null SS: error code", 0, 0, last.error, 0);
	check("null TR", 0, 0, load(6, 0), GP);
}

// bytes reads size bytes at an offset of FS and says what happens.
static word bytes(int size, u32 offset) {
	switch (size) {
	case 1: TRY("testb $1, %%fs:(%0)", "r"(offset)); break;
	case 2: TRY("testw $1, %%fs:(%0)", "r"(offset)); break;
	case 4: TRY("testl $1, %%fs:(%0)", "r"(offset)); break;
	}
	return last.vector;
}

static void limits(void) {
	static const struct { u32 limit; int type, flags; u32 first, end; } rows[] = {
		{0xfff, 0x92, 4, 0, 0x1000}, {0xffff, 0x92, 4, 0, 0x10000}, {0, 0x92, 4, 0, 1}, {1, 0x92, 0xc, 0, 0x2000},
		{0xfff, 0x96, 4, 0x1000, 0}, {0xfff, 0x96, 0, 0x1000, 0x10000}, {0, 0x96, 0xc, 0x1000, 0}, {0xfff, 0x9a, 4, 0, 0x1000},
	};
	for (unsigned n = 0; n < sizeof rows / sizeof *rows; n++) {
		gdt[TEST / 8] = make(0x200000, rows[n].limit, rows[n].type, rows[n].flags);
		check("segment for limits", n, 0, load(2, TEST), NONE);
		for (int size = 1; size <= 4; size *= 2)
			for (int d = -5; d <= 5; d++) {
				u32 at[2] = {rows[n].first + d, rows[n].end + d};
				for (int k = 0; k < 2; k++) {
					u32 first = at[k], final = at[k] + size - 1;
					int ok = first >= rows[n].first && final >= first && (rows[n].end == 0 || final < rows[n].end) && first + 0x200000 >= 0x100000;
					if (first + 0x200000u < 0x100000u || (rows[n].end == 0 && at[k] > 0xffff0000u && 0))
						continue;
					check("limit", n << 8 | size, at[k], bytes(size, at[k]), ok ? NONE : GP);
				}
			}
	}
	gdt[TEST / 8] = make(0, 0xfffff, 0x90, 0xc);
	load(2, TEST);
	FAULT("write to a read-only segment", GP, 0, "movb $1, %%fs:0x200000", "i"(0));
	gdt[TEST / 8] = make(0, 0xfffff, 0x9a, 0xc);
	load(2, TEST);
	FAULT("write to a code segment", GP, 0, "movb $1, %%fs:0x200000", "i"(0));
	load(2, 0);
	FAULT("access by a null segment", GP, 0, "testb $1, %%fs:0x200000", "i"(0));
	FAULT("bound", BR, 0, "boundl %0, %1", "r"(5), "m"(*(u32[]){6, 9}));
	FAULT("bound inside", NONE, 0, "boundl %0, %1", "r"(6), "m"(*(u32[]){6, 9}));
	TRY("mov $0x7f, %%al; add %%al, %%al; movl $3f, at; into; 3:", "i"(0));
	check("into", 0, 0, last.vector, OF);
	check("into: RF", 0, 0, last.flags >> 16 & 1, 0);
	FAULT("aam by 0", DE, 0, ".byte 0xd4, 0", "i"(0));
	FAULT("les of a register", UD, 0, ".byte 0xc4, 0xc0", "i"(0));
}

static void run(const char *name, void (*f)(void)) {
	int before = failures, c = checks;
	f();
	print(failures == before ? "PASS " : "FAILED ");
	print(name), print(" "), hex(checks - c), print("h checks\n");
}

int main(void) {
	init();
	run("types", types);
	run("limits", limits);
	run("gates", test_gates);
	run("tasks", test_tasks);
	run("paging", test_paging);
	run("virtual-8086", test_v86);
	print("done\n");
	return failures != 0;
}
