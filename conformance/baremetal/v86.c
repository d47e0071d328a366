// Virtual-8086 mode: what traps to the monitor, and with which frame.
#include "suite32.h"

static u8 *const code = (u8 *)0x10000;

// enter runs bytes at 1000:0000 in virtual-8086 mode until they trap. They may use the stack at 2000:1000.
static word enter(const u8 *bytes, int n, int iopl) {
	for (int k = 0; k < n; k++)
		code[k] = bytes[k];
	TRY("push $0x66; push $0x55; push $0x44; push $0x33; push $0x2000; push $0x1000; push %0; push $0x1000; push $0; iret", "r"(0x20002 | iopl << 12));
	return last.vector;
}

#define V86(what, iopl, v, e, address, ...) \
	do { \
		static const u8 bytes[] = {__VA_ARGS__}; \
		check(what ": vector", iopl, 0, enter(bytes, sizeof bytes, iopl), v); \
		check(what ": error code", iopl, 0, last.error, e); \
		check(what ": IP", iopl, 0, last.ip, address); \
		check(what ": CS", iopl, 0, last.cs, 0x1000); \
		check(what ": VM", iopl, 0, last.flags >> 17 & 1, 1); \
	} while (0)

void test_v86(void) {
	V86("hlt", 3, GP, 0, 0, 0xf4);
	V86("cli", 0, GP, 0, 0, 0xfa);
	V86("sti", 0, GP, 0, 0, 0xfb);
	V86("pushf", 0, GP, 0, 0, 0x9c);
	V86("popf", 0, GP, 0, 0, 0x9d);
	V86("iret", 0, GP, 0, 0, 0xcf);
	V86("int n", 0, GP, 0, 0, 0xcd, 0x21);
	V86("cli with IOPL 3", 3, GP, 0, 1, 0xfa, 0xf4);
	V86("pushf, popf with IOPL 3", 3, GP, 0, 2, 0x9c, 0x9d, 0xf4);
	V86("int 21h with IOPL 3, gate of DPL 0", 3, GP, 0x21 * 8 + 2, 0, 0xcd, 0x21);
	V86("in without a bitmap", 3, GP, 0, 0, 0xe4, 0x80);
	V86("mov cr0", 3, GP, 0, 0, 0x0f, 0x20, 0xc0);
	V86("ud2", 3, UD, 0, 0, 0x0f, 0x0b);
	V86("lldt", 3, UD, 0, 0, 0x0f, 0x00, 0xd0);
	V86("arpl", 3, UD, 0, 0, 0x63, 0xc0);
	V86("div", 3, DE, 0, 2, 0x31, 0xc9, 0xf7, 0xf1);
	V86("int3", 3, GP, 3 * 8 + 2, 0, 0xcc);
	V86("far jump", 3, GP, 0, 0x10, 0xea, 0x10, 0, 0, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xf4);
	V86("beyond the limit", 3, SS, 0, 3, 0xbc, 0xff, 0xff, 0x58); // pop at SP ffffh
	check("SS", 0, 0, last.ss, 0x2000);
}
