#include "lib.h"

struct descriptor { u32 lo, hi; };

struct frame {
	u32 edi, esi, ebp, unused, ebx, edx, ecx, eax, gs, fs, es, ds, vector, error, eip, cs, eflags, esp, ss;
};

struct tss {
	u32 link, esp0, ss0, esp1, ss1, esp2, ss2, cr3, eip, eflags, eax, ecx, edx, ebx, esp, ebp, esi, edi, es, cs, ss, ds, fs, gs, ldt;
	u16 trace, iomap;
};

extern char vectors[];
extern struct descriptor gdt[64], idt[256];
extern struct tss tss, other;

#define TSS 0x30
#define TEST 0x80
#define GATE 0x88
#define OTHER 0x90
#define CONFORMING 0x98
#define LDT 0xa0
#define TASKGATE 0xa8

struct descriptor make(u32 base, u32 limit, int rights, int flags);
void gate(int n, u32 selector, u32 to, int rights);
void ordinary(int n);
word trap(struct frame *f);

void test_gates(void), test_tasks(void), test_paging(void), test_v86(void);
