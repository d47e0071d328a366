// Exceptions: class, vector, error code, saved address, RF.
#include "lib.h"

extern char vectors[];
void gate(int n, u64 to, u64 flags);

#define NONCANONICAL 0x800000000000ull

// TRAP checks an exception that is reported behind its instruction: RF is 0 in the image.
#define TRAPS(what, v, length, insn, ...) \
	do { \
		TRY(insn, __VA_ARGS__); \
		check(what ": vector", 0, 0, last.vector, v); \
		check(what ": error code", 0, 0, last.error, 0); \
		check(what ": saved address", 0, 0, last.ip - at, length); \
		check(what ": RF", 0, 0, last.flags >> 16 & 1, 0); \
	} while (0)

static void simple(void) {
	FAULT("div", DE, 0, "divl %0", "r"(0), "a"(1), "d"(0));
	FAULT("div overflow", DE, 0, "divl %0", "r"(1), "a"(0), "d"(1));
	FAULT("idiv overflow", DE, 0, "idivl %0", "r"(-1), "a"(0x80000000), "d"(-1));
	FAULT("ud2", UD, 0, "ud2", "i"(0));
	FAULT("ud1", UD, 0, ".byte 0x0f, 0xb9, 0xc0", "i"(0));
	FAULT("lock on a register", UD, 0, ".byte 0xf0, 0x01, 0xc0", "i"(0));
	FAULT("lock mov", UD, 0, ".byte 0xf0, 0x89, 0x00", "a"(&last));
	FAULT("push es", UD, 0, ".byte 0x06", "i"(0));
	FAULT("mov cs", UD, 0, ".byte 0x8e, 0xc8", "a"(8));
	FAULT("mov cr9", UD, 0, ".byte 0x44, 0x0f, 0x20, 0xc8", "i"(0));
	FAULT("15 prefixes", GP, 0, ".byte 0x2e,0x2e,0x2e,0x2e,0x2e,0x2e,0x2e,0x2e,0x2e,0x2e,0x2e,0x2e,0x2e,0x2e,0x2e,0x90", "i"(0));
	TRAPS("int3", BP, 1, "int3", "i"(0));
	TRAPS("int 3", BP, 2, ".byte 0xcd, 3", "i"(0));
	TRAPS("int1", DB, 1, ".byte 0xf1", "i"(0));
	TRAPS("int 0x80", 0x80, 2, "int $0x80", "i"(0));
}

static void addresses(void) {
	FAULT("load non-canonical", GP, 0, "testb $1, (%0)", "r"(NONCANONICAL));
	FAULT("store non-canonical", GP, 0, "mov %%rax, (%0)", "r"(NONCANONICAL));
	FAULT("stack non-canonical", SS, 0, "testb $1, 0(%%rsp,%0)", "r"(NONCANONICAL));
	FAULT("last byte non-canonical", GP, 0, "testq $1, (%0)", "r"(NONCANONICAL - 4));
	FAULT("jump non-canonical", GP, 0, "jmp *%0", "r"(NONCANONICAL));
	FAULT("fxsave misaligned", GP, 0, "fxsave (%0)", "r"((u64)&last | 8));
	FAULT("movaps misaligned", GP, 0, "movaps (%0), %%xmm0", "r"(0x100008ull));
}

static void wrmsr(u32 n, u64 v) { asm volatile("wrmsr" ::"c"(n), "a"((u32)v), "d"((u32)(v >> 32))); }

static void registers(void) {
	static const u32 canonical[] = {0xc0000082, 0xc0000083, 0xc0000100, 0xc0000101, 0xc0000102, 0x175, 0x176};
	for (unsigned n = 0; n < sizeof canonical / 4; n++)
		FAULT("wrmsr non-canonical", GP, 0, "wrmsr", "c"(canonical[n]), "a"(0), "d"(0x1000000)); // not even with 57 bits
	FAULT("rdmsr unknown", GP, 0, "rdmsr", "c"(0x12345678));
	FAULT("wrmsr unknown", GP, 0, "wrmsr", "c"(0x12345678), "a"(0), "d"(0));
	FAULT("EFER reserved", GP, 0, "wrmsr", "c"(0xc0000080), "a"(0x80000d01), "d"(0));
	FAULT("EFER.LME while paging", GP, 0, "wrmsr", "c"(0xc0000080), "a"(0x801), "d"(0));
	FAULT("PAT type 2", GP, 0, "wrmsr", "c"(0x277), "a"(2), "d"(0));
	FAULT("APIC base reserved", GP, 0, "wrmsr", "c"(0x1b), "a"(0xfee00900), "d"(0x80000000));
	FAULT("cr4 reserved", GP, 0, "mov %0, %%cr4", "r"(0x80000006a0ull));
	FAULT("cr4 without PAE", GP, 0, "mov %0, %%cr4", "r"(0x680ull));
	FAULT("cr0.PG without PE", GP, 0, "mov %0, %%cr0", "r"(0x80010022ull));
	FAULT("cr0.NW without CD", GP, 0, "mov %0, %%cr0", "r"(0xa0010033ull));
	FAULT("cr0 above 32 bits", GP, 0, "mov %0, %%cr0", "r"(0x180010033ull));
	FAULT("cr3 reserved", GP, 0, "mov %0, %%cr3", "r"(1ull << 60));
	FAULT("cr8 reserved", GP, 0, "mov %0, %%cr8", "r"(16ull));
	FAULT("dr7 above 32 bits", GP, 0, "mov %0, %%dr7", "r"(1ull << 32 | 0x400));
	FAULT("dr6 above 32 bits", GP, 0, "mov %0, %%dr6", "r"(1ull << 32));
	FAULT("xsetbv without OSXSAVE", UD, 0, "xsetbv", "c"(0), "a"(1), "d"(0));
}

static void setCR0(u64 v) { asm volatile("mov %0, %%cr0" ::"r"(v)); }

static void floating(void) {
	u64 cr0;
	u32 mxcsr = 0x1f80 & ~0x200, old = 0x1f80;
	asm volatile("mov %%cr0, %0" : "=r"(cr0));
	setCR0(cr0 | 8);
	FAULT("x87 with TS", NM, 0, "fld1", "i"(0));
	FAULT("sse with TS", NM, 0, "addps %%xmm0, %%xmm0", "i"(0));
	FAULT("wait with TS and MP", NM, 0, "fwait", "i"(0));
	setCR0((cr0 | 8) & ~2ull);
	FAULT("wait with TS without MP", NONE, 0, "fwait", "i"(0));
	setCR0((cr0 | 4) & ~2ull);
	FAULT("x87 with EM", NM, 0, "fld1", "i"(0));
	FAULT("sse with EM", UD, 0, "addps %%xmm0, %%xmm0", "i"(0));
	setCR0(cr0);
	asm volatile("ldmxcsr %0; cvtsi2ss %1, %%xmm0; xorps %%xmm1, %%xmm1" ::"m"(mxcsr), "r"(1));
	FAULT("sse divide", XM, 0, "divss %%xmm1, %%xmm0", "i"(0));
	FAULT("mxcsr reserved", GP, 0, "ldmxcsr %0", "m"(*(u32[]){0x80000000}));
	asm volatile("ldmxcsr %0" ::"m"(old));
	u16 cw = 0x37b; // division by zero unmasked
	asm volatile("fninit; fldcw %0; fld1; fldz; fdivrp" ::"m"(cw));
	FAULT("pending x87 exception", MF, 0, "fwait", "i"(0));
	FAULT("pending x87 exception, not by fninit", NONE, 0, "fninit", "i"(0));
}

static void gates(void) {
	u64 h = (u64)vectors;
	gate(0x50, h + 16 * 0x50, 0x0e00); // not present
	FAULT("int n, gate not present", NP, 0x50 * 8 + 2, "int $0x50", "i"(0));
	gate(0x50, h + 16 * 0x50, 0x8500); // a task gate
	FAULT("int n, task gate", GP, 0x50 * 8 + 2, "int $0x50", "i"(0));
	gate(0x50, h + 16 * 0x50, 0x8c00); // a call gate
	FAULT("int n, call gate", GP, 0x50 * 8 + 2, "int $0x50", "i"(0));
	gate(UD, h + 16 * UD, 0x0e00);
	FAULT("#UD, gate not present", NP, UD * 8 + 2 + 1, "ud2", "i"(0));
	gate(UD, h + 16 * UD, 0x8e00);
	gate(DE, h + 16 * DE, 0x0e00);
	TRY("divl %0", "r"(0), "a"(1), "d"(0));
	check("#DE, gate not present: double fault", 0, 0, last.vector, DF);
	check("double fault: error code", 0, 0, last.error, 0);
	gate(DE, h + 16 * DE, 0x8e00);
	gate(GP, h + 16 * GP, 0x0e00);
	TRY("int $0x50", "i"(0));
	check("#GP, gate not present: double fault", 0, 0, last.vector, DF);
	gate(GP, h + 16 * GP, 0x8e00);
	gate(PF, h + 16 * PF, 0x0e00);
	TRY("testb $1, (%0)", "r"(0x100000000ull));
	check("#PF, gate not present: double fault", 0, 0, last.vector, DF);
	gate(PF, h + 16 * PF, 0x8e00);
	gate(0x50, NONCANONICAL, 0x8e00);
	TRY("int $0x50", "i"(0));
	check("gate to a non-canonical address", 0, 0, last.vector, GP);
	check("gate to a non-canonical address: error code", 0, 0, last.error, 0);
	gate(0x50, h + 16 * 0x50, 0x8e00);
}

static void flags(void) {
	u64 f;
	TRY("pushfq; orl $0x100, (%%rsp); popfq; nop; nop", "i"(0));
	check("TF: vector", 0, 0, last.vector, DB);
	check("TF: RF", 0, 0, last.flags >> 16 & 1, 0);
	check("TF: TF in the image", 0, 0, last.flags >> 8 & 1, 1);
	asm volatile("pushfq; orl $0x10000, (%%rsp); popfq; pushfq; pop %0" : "=r"(f));
	check("PUSHF clears RF", 0, 0, f >> 16 & 1, 0);
	asm volatile("pushfq; orl $0x244000, (%%rsp); popfq; pushfq; pop %0; pushfq; andl $~0x244000, (%%rsp); popfq" : "=r"(f));
	check("POPF at CPL 0: NT, AC, ID", 0, 0, f & 0x244000, 0x244000);
	FAULT("iret with NT", GP, 0, "pushfq; orl $0x4000, (%%rsp); popfq; movq $3f, at; 3: iretq", "i"(0));
	asm volatile("pushfq; andl $~0x4000, (%%rsp); popfq" ::: "memory");
}

void test_exceptions(void) {
	wrmsr(0xc0000084, 0);
	addresses();
	registers();
	floating();
	gates();
	flags();
	simple();
}
