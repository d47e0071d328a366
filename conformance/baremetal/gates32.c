// Far transfers and gates: direct, through call gates to the same and to an inner ring, through interrupt and trap gates.
#include "suite32.h"

static struct descriptor callGate(u32 selector, u32 to, int rights, int count) {
	return (struct descriptor){(to & 0xffff) | selector << 16, (to & 0xffff0000) | rights << 8 | count};
}

static u8 stack3[4096] __attribute__((aligned(16)));
static volatile u32 seenCS, seenSS, seenESP, parameters[3], seenFlags;

asm(".text\n"
    "same: mov %cs, %eax\n movl %eax, seenCS\n movl $1, seenFlags\n lret\n"
    "inner: mov $0x10, %eax\n mov %eax, %ds\n mov %cs, %eax\n movl %eax, seenCS\n mov %ss, %eax\n movl %eax, seenSS\n movl %esp, seenESP\n"
    " movl 8(%esp), %eax\n movl %eax, parameters\n movl 12(%esp), %eax\n movl %eax, parameters+4\n lret $8\n"
    "flagsgate: pushf\n pop %ss:seenFlags\n iret\n"
    "outer: push $0x1111\n push $0x2222\n lcall $0x8b, $0\n int $0x81\n"
    "outerint: int $0x82\n int $0x81\n");
extern char same[], inner[], outer[], outerint[], flagsgate[];

// user runs code at CPL 3 until it raises an exception.
static void user(void *f, u32 flags) {
	TRY("push $0x23; push %1; push %2; push $0x1b; push %0; iret", "r"(f), "r"(stack3 + sizeof stack3), "r"(flags | 2));
}

static word far(u32 selector) {
	struct __attribute__((packed)) { u32 offset; u16 selector; } to = {(u32)same, selector};
	seenCS = 0;
	TRY("lcall *%0", "m"(to));
	return last.vector;
}

static void direct(void) {
	for (int type = 0; type < 32; type++)
		for (int dpl = 0; dpl < 4; dpl++)
			for (int p = 0; p < 2; p++)
				for (int rpl = 0; rpl < 4; rpl++) {
					if (type == 1 || type == 9 || type == 4 || type == 12 || type == 5)
						continue; // tasks and gates: below
					int code = (type & 24) == 24, conforming = type & 4, id = type << 8 | dpl << 4 | p << 3 | rpl;
					gdt[TEST / 8] = make(0, 0xfffff, type | dpl << 5 | p << 7, 0xc);
					word want = !code || (conforming ? dpl > 0 : rpl > 0 || dpl != 0) ? GP : p ? NONE : NP;
					check("far call: vector", id, 0, far(TEST | rpl), want);
					if (want != NONE)
						check("far call: error code", id, 0, last.error, TEST);
					else
						check("far call: CS", id, 0, seenCS, TEST);
				}
	check("far call by null", 0, 0, far(0), GP);
	check("far call beyond the table", 0, 0, far(0x200), GP);
	check("far call beyond the table: error code", 0, 0, last.error, 0x200);
}

static void callGates(void) {
	for (int dpl = 0; dpl < 4; dpl++)
		for (int rpl = 0; rpl < 4; rpl++)
			for (int p = 0; p < 2; p++) {
				gdt[GATE / 8] = callGate(8, (u32)same, 0xc | dpl << 5 | p << 7, 0);
				word want = dpl < rpl ? GP : p ? NONE : NP;
				check("call gate: vector", dpl << 4 | rpl, p, far(GATE | rpl), want);
				if (want != NONE)
					check("call gate: error code", dpl, rpl, last.error, GATE);
			}
	gdt[GATE / 8] = callGate(0, (u32)same, 0xec, 0);
	check("call gate to null", 0, 0, far(GATE), GP);
	check("call gate to null: error code", 0, 0, last.error, 0);
	gdt[GATE / 8] = callGate(0x10, (u32)same, 0xec, 0);
	check("call gate to data", 0, 0, far(GATE), GP);
	check("call gate to data: error code", 0, 0, last.error, 0x10);
	gdt[GATE / 8] = callGate(8, (u32)inner, 0xec, 2);
	user(outer, 0);
	check("call gate to ring 0 and back", 0, 0, last.vector, GP); // INT 81h at CPL 3
	check("its error code", 0, 0, last.error, 0x81 * 8 + 2);
	check("inner CS", 0, 0, seenCS, 8);
	check("inner SS", 0, 0, seenSS, 0x10);
	check("inner ESP", 0, 0, seenESP, tss.esp0 - 24);
	check("first parameter", 0, 0, parameters[0], 0x2222);
	check("second parameter", 0, 0, parameters[1], 0x1111);
	check("outer ESP after LRET 8", 0, 0, last.sp, (word)(stack3 + sizeof stack3));
	gdt[GATE / 8] = callGate(8, (u32)inner, 0x8c, 2);
	user(outer, 0);
	check("call gate of DPL 0 at CPL 3", 0, 0, last.vector, GP);
	check("call gate of DPL 0 at CPL 3: error code", 0, 0, last.error, GATE);
}

static void interruptGates(void) {
	gate(0x82, 8, (u32)flagsgate, 0xee);
	asm volatile("sti; int $0x82; cli");
	check("an interrupt gate clears IF", 0, 0, seenFlags >> 9 & 1, 0);
	gate(0x82, 8, (u32)flagsgate, 0xef);
	asm volatile("sti; int $0x82; cli");
	check("a trap gate keeps IF", 0, 0, seenFlags >> 9 & 1, 1);
	gate(0x82, 8, (u32)flagsgate, 0xee);
	user(outerint, 0x200);
	check("int 82h from CPL 3", 0, 0, last.vector, GP);
	check("int 82h from CPL 3: IF after IRET", 0, 0, last.flags >> 9 & 1, 1);
	check("int 82h from CPL 3: SS", 0, 0, last.ss, 0x23);
	gate(0x82, 8, (u32)flagsgate, 0x8e);
	user(outerint, 0);
	check("a gate of DPL 0 at CPL 3", 0, 0, last.error, 0x82 * 8 + 2);
	gate(0x82, 8, (u32)flagsgate, 0x6e);
	user(outerint, 0);
	check("a gate that is not present", 0, 0, last.vector, NP);
	gate(0x82, 0x10, (u32)flagsgate, 0xee);
	user(outerint, 0);
	check("a gate to data", 0, 0, last.vector, GP);
	check("a gate to data: error code", 0, 0, last.error, 0x10);
	gate(0x82, 0, (u32)flagsgate, 0xee);
	TRY("int $0x82", "i"(0));
	check("a gate to null", 0, 0, last.vector, GP);
	check("a gate to null: error code", 0, 0, last.error, 0);
	gate(UD, 0, (u32)flagsgate, 0x8e);
	TRY("ud2", "i"(0));
	check("#UD through a gate to null", 0, 0, last.vector, GP);
	check("#UD through a gate to null: EXT", 0, 0, last.error, 1);
	ordinary(UD);
	ordinary(0x82);
}

void test_gates(void) {
	direct();
	callGates();
	interruptGates();
}
