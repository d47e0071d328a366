// Output to the debug console and the first serial port, checks, and the catching of exceptions.
#include "lib.h"

volatile struct record last;
volatile word resume, at, resume_sp;
int failures, checks;

static void put(char c) {
	outb(0xe9, c);
	while (!(inb(0x3fd) & 0x20))
		;
	outb(0x3f8, c);
}

void print(const char *s) {
	for (; *s; s++)
		put(*s);
}

void hex(word v) {
	for (int n = sizeof v * 8 - 4; n >= 0; n -= 4)
		if (v >> n || n == 0)
			put("0123456789abcdef"[v >> n & 15]);
}

void check(const char *what, word a, word b, word got, word want) {
	checks++;
	if (got == want)
		return;
	if (++failures > 60)
		return;
	print("FAIL ");
	print(what);
	print(" (");
	hex(a);
	print(", ");
	hex(b);
	print("): got ");
	hex(got);
	print(", want ");
	hex(want);
	print("\n");
}
