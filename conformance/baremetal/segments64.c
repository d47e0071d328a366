// Descriptors: every type into every register.
#include "lib.h"

extern u64 gdt[64];

#define SLOT 20
#define SELECTOR (SLOT * 8)

static u64 descriptor(int type, int dpl, int p, int l) { // type is bits 40 to 44, S included; without l both L and D are set
	return 0x000f00000000ffffull | (u64)(type | dpl << 5 | p << 7) << 40 | (u64)(l ? 0xa : 0xe) << 52;
}

static word load(int reg, u64 sel) { // the vector, NONE if it is taken
	switch (reg) {
	case 0: TRY("mov %0, %%ds", "r"(sel)); break;
	case 1: TRY("mov %0, %%es", "r"(sel)); break;
	case 2: TRY("mov %0, %%fs", "r"(sel)); break;
	case 3: TRY("mov %0, %%gs", "r"(sel)); break;
	case 4: TRY("mov %0, %%ss", "r"(sel)); break;
	case 5: TRY("lldt %w0", "r"(sel)); break;
	case 6: TRY("ltr %w0", "r"(sel)); break;
	case 7: TRY("push %0; push $3f; movq $4f, at; 4: lretq; 3:", "r"(sel)); break;
	}
	return last.vector;
}

// expected is the manual's: SDM Vol. 2, "MOV", "LLDT", "LTR", "RET".
static word expected(int reg, int type, int dpl, int p, int l, int rpl, word *error) {
	int s = type & 16, code = s && type & 8, readable = type & 2, conforming = code && type & 4;
	*error = SELECTOR;
	switch (reg) {
	case 4:
		if (!s || code || !(type & 2) || rpl != 0 || dpl != 0)
			return GP;
		return p ? NONE : SS;
	case 5:
		if (type != 2)
			return GP;
		return p ? NONE : NP;
	case 6:
		if (type != 9)
			return GP;
		return p ? NONE : NP;
	case 7:
		if (!code || rpl != 0 || (conforming ? dpl > rpl : dpl != rpl) || !l)
			return GP;
		return p ? NONE : NP;
	}
	if (!s || (code && !readable) || (!conforming && dpl < rpl))
		return GP;
	return p ? NONE : NP;
}

static void one(int reg, int type, int dpl, int p, int l, int rpl) {
	word error, want = expected(reg, type, dpl, p, l, rpl, &error);
	gdt[SLOT] = descriptor(type, dpl, p, l);
	gdt[SLOT + 1] = 0;
	word got = load(reg, SELECTOR | rpl), id = reg << 16 | type << 8 | dpl << 4 | p << 3 | l << 2 | rpl;
	check("load of a segment register: vector", id, 0, got, want);
	if (got != NONE)
		check("load of a segment register: error code", id, 0, last.error, error);
	if (reg == 6 && got == NONE)
		check("ltr marks busy", id, 0, gdt[SLOT] >> 41 & 1, 1);
	if (reg < 5 && got == NONE)
		check("accessed", id, 0, gdt[SLOT] >> 40 & 1, 1);
	asm volatile("push $8; push $5f; lretq; 5: mov %0, %%ss; mov %0, %%ds; mov %0, %%es" ::"r"(0x10));
}

void test_segments(void) {
	for (int reg = 0; reg < 8; reg++)
		for (int type = 0; type < 32; type++)
			for (int dpl = 0; dpl < 4; dpl++)
				for (int p = 0; p < 2; p++)
					for (int rpl = 0; rpl < 4; rpl += 3) {
						if (reg == 7 && rpl) // to an outer ring: another test
							continue;
						one(reg, type, dpl, p, 1, rpl);
						if (reg == 7 && p)
							one(reg, type, dpl, p, 0, rpl);
					}
	gdt[SLOT] = 0;
	for (int reg = 0; reg < 4; reg++)
		check("null selector in a data segment", reg, 0, load(reg, 0), NONE);
	check("null selector in SS at CPL 0", 0, 0, load(4, 0), NONE);
	check("null selector with RPL 3 in SS at CPL 0", 0, 0, load(4, 3), GP);
	check("its error code", 0, 0, last.error, 0);
	check("null selector in LDTR", 0, 0, load(5, 0), NONE);
	check("null selector in TR", 0, 0, load(6, 0), GP);
	check("null selector in CS", 0, 0, load(7, 0), GP);
	asm volatile("mov %0, %%ss; mov %0, %%ds; mov %0, %%es" ::"r"(0x10));
	check("beyond the table", 0, 0, load(0, 64 * 8), GP);
	check("beyond the table: error code", 0, 0, last.error, 64 * 8);
	check("LDT without one", 0, 0, load(0, 0xc), GP);
	check("LDT without one: error code", 0, 0, last.error, 0xc);
	asm volatile("mov %0, %%ds; mov %0, %%es" ::"r"(0x10));
	u64 f, limit = 1, rights = 1;
	gdt[SLOT] = descriptor(0x12, 0, 1, 0);
	asm volatile("lsl %2, %0; pushfq; pop %1" : "+r"(limit), "=r"(f) : "r"((u64)SELECTOR));
	check("lsl", 0, 0, limit, 0xffffffff);
	check("lsl: ZF", 0, 0, f >> 6 & 1, 1);
	asm volatile("lar %2, %0; pushfq; pop %1" : "+r"(rights), "=r"(f) : "r"((u64)SELECTOR));
	check("lar", 0, 0, rights, 0xef9200);
	check("lar: ZF", 0, 0, f >> 6 & 1, 1);
	gdt[SLOT] = 0;
	gdt[6] &= ~(1ull << 41);
	check("ltr of what is available", 0, 0, load(6, 0x30), NONE);
	check("ltr of what is busy", 0, 0, load(6, 0x30), GP);
	check("ltr of what is busy: error code", 0, 0, last.error, 0x30);
}
