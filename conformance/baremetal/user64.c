// Privileged instructions at CPL 3, and what control bits add to them.
#include "lib.h"

void enter_user(void (*f)(u64), u64 argument);
void gate(int n, u64 to, u64 flags);
extern char vectors[];
extern u64 user_flags;

#define PRIVILEGED(name, bytes) \
	static USER void name(u64 a) { asm volatile(bytes "; int $0x81" ::"a"(a), "c"(0x10), "d"(0)); }
PRIVILEGED(hlt, "hlt")
PRIVILEGED(cli, "cli")
PRIVILEGED(sti, "sti")
PRIVILEGED(in8, "in $0x80, %%al")
PRIVILEGED(out8, "out %%al, $0x80")
PRIVILEGED(insb_, ".byte 0x6c")
PRIVILEGED(readCR0, "mov %%cr0, %%rax")
PRIVILEGED(writeCR3, "mov %%rax, %%cr3")
PRIVILEGED(readCR8, "mov %%cr8, %%rax")
PRIVILEGED(readDR7, "mov %%dr7, %%rax")
PRIVILEGED(lgdt, "lgdt (%%rax)")
PRIVILEGED(lidt, "lidt (%%rax)")
PRIVILEGED(lldt, "lldt %%ax")
PRIVILEGED(ltr, "ltr %%ax")
PRIVILEGED(invlpg, "invlpg (%%rax)")
PRIVILEGED(wrmsr, "wrmsr")
PRIVILEGED(rdmsr, "rdmsr")
PRIVILEGED(clts, "clts")
PRIVILEGED(lmsw, "lmsw %%ax")
PRIVILEGED(wbinvd, "wbinvd")
PRIVILEGED(invd, "invd")
PRIVILEGED(sysret, "sysretq")
PRIVILEGED(swapgs, "swapgs")
PRIVILEGED(rdpmc, "rdpmc")
PRIVILEGED(sysexit, "sysexitl")
PRIVILEGED(rdtsc_, "rdtsc")
PRIVILEGED(sgdt, "sgdt -64(%%rsp)")
PRIVILEGED(sidt, "sidt -64(%%rsp)")
PRIVILEGED(sldt, "sldt %%ax")
PRIVILEGED(str_, "str %%ax")
PRIVILEGED(smsw, "smsw %%ax")
PRIVILEGED(unaligned, "testq $1, 1(%%rsp)")
PRIVILEGED(int80, "int $0x80")
PRIVILEGED(int3, "int3")
PRIVILEGED(int50, "int $0x50")
PRIVILEGED(loadSS0, "mov %%eax, %%ss")
PRIVILEGED(stac, ".byte 0x0f, 0x01, 0xcb")

static void want(const char *what, void (*f)(u64), u64 a, word v, word error) {
	last.vector = NONE;
	enter_user(f, a);
	check(what, 0, 0, last.vector, v);
	if (v != 0x81)
		check("error code at CPL 3", v, a, last.error, error);
	check("CS at CPL 3", 0, 0, last.cs, 0x1b);
	check("SS at CPL 3", 0, 0, last.ss, 0x23);
}

static void cr4(u64 set, u64 clear) {
	u64 v;
	asm volatile("mov %%cr4, %0" : "=r"(v));
	asm volatile("mov %0, %%cr4" ::"r"((v | set) & ~clear));
}

void test_user(void) {
	static const struct { const char *name; void (*f)(u64); } privileged[] = {{"hlt", hlt}, {"cli", cli}, {"sti", sti},
		{"in", in8}, {"out", out8}, {"ins", insb_}, {"mov cr0", readCR0}, {"mov cr3", writeCR3}, {"mov cr8", readCR8}, {"mov dr7", readDR7},
		{"lgdt", lgdt}, {"lidt", lidt}, {"lldt", lldt}, {"ltr", ltr}, {"invlpg", invlpg}, {"wrmsr", wrmsr}, {"rdmsr", rdmsr}, {"clts", clts},
		{"lmsw", lmsw}, {"wbinvd", wbinvd}, {"invd", invd}, {"sysret", sysret}, {"swapgs", swapgs}, {"rdpmc", rdpmc}, {"sysexit", sysexit}};
	for (unsigned n = 0; n < sizeof privileged / sizeof *privileged; n++)
		want(privileged[n].name, privileged[n].f, 0, GP, 0);
	want("stac", stac, 0, UD, 0);
	user_flags = 0x3002;
	want("cli with IOPL 3", cli, 0, 0x81, 0);
	want("in with IOPL 3", in8, 0, 0x81, 0);
	want("hlt with IOPL 3", hlt, 0, GP, 0);
	user_flags = 2;
	want("rdtsc", rdtsc_, 0, 0x81, 0);
	cr4(4, 0);
	want("rdtsc with TSD", rdtsc_, 0, GP, 0);
	cr4(0, 4);
	static const struct { const char *name; void (*f)(u64); } umip[] = {{"sgdt", sgdt}, {"sidt", sidt}, {"sldt", sldt}, {"str", str_}, {"smsw", smsw}};
	for (int on = 0; on < 2; on++) {
		cr4(on ? 0x800 : 0, 0);
		for (int n = 0; n < 5; n++)
			want(umip[n].name, umip[n].f, 0, on ? GP : 0x81, 0);
	}
	cr4(0, 0x800);
	want("unaligned without AC", unaligned, 0, 0x81, 0);
	user_flags = 0x40002;
	want("unaligned with AC, AM clear", unaligned, 0, 0x81, 0);
	u64 cr0;
	asm volatile("mov %%cr0, %0" : "=r"(cr0));
	asm volatile("mov %0, %%cr0" ::"r"(cr0 | 0x40000));
	want("unaligned with AC and AM", unaligned, 0, AC, 0);
	asm volatile("mov %0, %%cr0" ::"r"(cr0));
	user_flags = 2;
	want("int 0x80, gate with DPL 3", int80, 0, 0x80, 0);
	want("int 0x50, gate with DPL 0", int50, 0, GP, 0x50 * 8 + 2);
	want("int3, gate with DPL 0", int3, 0, GP, 3 * 8 + 2);
	gate(BP, (u64)vectors + 16 * BP, 0xee00);
	want("int3, gate with DPL 3", int3, 0, BP, 0);
	gate(BP, (u64)vectors + 16 * BP, 0x8e00);
	want("SS of CPL 0", loadSS0, 0x10, GP, 0x10);
	want("null SS", loadSS0, 0, GP, 0);
}
