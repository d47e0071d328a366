// Paging entry by entry: what one level of the tables withholds, for every size of page, access, mode and control bit.
//
// Expected is SDM Vol. 3A, "Access Rights", "Page-Fault Exceptions" and "Accessed and Dirty Flags".
#include "lib.h"

extern u64 pml4[512];
void enter_user(void (*f)(u64), u64 argument);

static u64 t3[512] __attribute__((aligned(4096))), t2[512] __attribute__((aligned(4096))), t1[512] __attribute__((aligned(4096)));

enum { P = 1, W = 2, U = 4, A = 32, D = 64, PS = 128, G = 256 };
#define NX (1ull << 63)
enum { READ, WRITE, FETCH };
enum { WP = 1, SMEP = 2, SMAP = 4, ACSET = 8 };

// A slot of the top level that nothing else uses. The leaf maps FRAME, which holds RET instructions.
#define TOP 5
#define FRAME 0x4000000ull
static u64 va(int size) { return (u64)TOP << 39 | (size == 3 ? FRAME : 0); }

// restrict: 0 nothing, 1 not present, 2 read-only, 3 supervisor, 4 no execute, 5 a reserved bit
static u64 limited(u64 e, int restriction, int level) {
	switch (restriction) {
	case 1: return e & ~(u64)P;
	case 2: return e & ~(u64)W;
	case 3: return e & ~(u64)U;
	case 4: return e | NX;
	case 5: return e | 1ull << 51;
	}
	return e;
}

static void build(int size, int level, int restriction, int second, int with) {
	u64 e[5];
	e[4] = (u64)t3 | P | W | U;
	e[3] = size == 3 ? 0 | P | W | U | PS : (u64)t2 | P | W | U;
	e[2] = size == 2 ? FRAME | P | W | U | PS : (u64)t1 | P | W | U;
	e[1] = FRAME | P | W | U;
	e[level] = limited(e[level], restriction, level);
	if (second)
		e[second] = limited(e[second], with, second);
	pml4[TOP] = e[4], t3[0] = e[3], t2[0] = e[2], t1[0] = e[1];
	asm volatile("invlpg (%0)" ::"r"(va(size)) : "memory");
}

static USER void user_read(u64 a) { asm volatile("testb $1, (%0); int $0x81" ::"r"(a)); }
static USER void user_write(u64 a) { asm volatile("movb $0xc3, (%0); int $0x81" ::"r"(a)); }
static USER void user_fetch(u64 a) { asm volatile("call *%0; int $0x81" ::"r"(a)); }

static void access(int how, int user, u64 a) {
	last.vector = NONE, last.error = 0;
	if (user) {
		enter_user(how == READ ? user_read : how == WRITE ? user_write : user_fetch, a);
		if (last.vector == 0x81)
			last.vector = NONE;
		return;
	}
	switch (how) {
	case READ: TRY("testb $1, (%0)", "r"(a)); break;
	case WRITE: TRY("movb $0xc3, (%0)", "r"(a)); break;
	case FETCH: TRY("push $2f; jmp *%0", "r"(a)); break;
	}
}

// expect is the error code, NONE if the access is granted.
static word expect(int size, int how, int user, int control) {
	u64 e[5] = {0, t1[0], t2[0], t3[0], pml4[TOP]};
	u64 code = (how == WRITE ? 2 : 0) | (user ? 4 : 0) | (how == FETCH ? 16 : 0);
	int w = 1, u = 1, x = 1;
	for (int n = 4; n >= size; n--) {
		if (!(e[n] & P))
			return code;
		if (e[n] & 1ull << 51)
			return code | 1 | 8;
		w = w && e[n] & W, u = u && e[n] & U, x = x && !(e[n] & NX);
	}
	int granted = 1;
	if (how == FETCH && !x)
		granted = 0;
	if (user)
		granted = granted && u && (how != WRITE || w);
	else if (how == FETCH)
		granted = granted && !(u && control & SMEP);
	else
		granted = granted && (how != WRITE || w || !(control & WP)) && !(u && control & SMAP && !(control & ACSET));
	return granted ? NONE : code | 1;
}

static void control(int c) {
	u64 cr0, cr4, f;
	asm volatile("mov %%cr0, %0; mov %%cr4, %1; pushfq; pop %2" : "=r"(cr0), "=r"(cr4), "=r"(f));
	cr0 = (cr0 & ~0x10000ull) | (c & WP ? 0x10000 : 0);
	cr4 = (cr4 & ~0x300000ull) | (c & SMEP ? 0x100000 : 0) | (c & SMAP ? 0x200000 : 0);
	f = (f & ~0x40000ull) | (c & ACSET ? 0x40000 : 0);
	asm volatile("mov %0, %%cr0; mov %1, %%cr4; push %2; popfq" ::"r"(cr0), "r"(cr4), "r"(f) : "memory", "cc");
}

static void one(int size, int level, int restriction, int second, int with, int c) {
	for (int how = READ; how <= FETCH; how++)
		for (int user = 0; user < 2; user++) {
			build(size, level, restriction, second, with);
			word want = expect(size, how, user, c), id = size << 24 | level << 20 | restriction << 16 | second << 12 | with << 8 | how << 4 | user;
			control(c);
			access(how, user, va(size));
			control(WP);
			check("paging: vector", id, c, last.vector, want == NONE ? NONE : PF);
			if (last.vector == PF) {
				check("paging: error code", id, c, last.error, want);
				check("paging: CR2", id, c, last.cr2, va(size));
				check("paging: RF", id, c, last.flags >> 16 & 1, 1);
			}
			u64 leaf = size == 3 ? t3[0] : size == 2 ? t2[0] : t1[0];
			if (want == NONE) {
				check("paging: A on every level", id, c, pml4[TOP] & t3[0] & (size < 3 ? t2[0] : -1) & (size < 2 ? t1[0] : -1) & A, A);
				check("paging: D", id, c, leaf & D, how == WRITE ? D : 0);
			} else
				check("paging: D stays clear", id, c, leaf & D, 0);
		}
}

void test_paging(void) {
	for (int n = 0; n < 512; n += 8)
		((volatile u8 *)FRAME)[n] = 0xc3;
	for (int c = 0; c < 16; c++)
		for (int size = 1; size <= 3; size++)
			for (int level = size; level <= 4; level++)
				for (int r = 0; r <= 5; r++)
					one(size, level, r, 0, 0, c);
	for (int size = 1; size <= 3; size++)
		for (int level = size; level <= 4; level++)
			for (int second = size; second <= 4; second++)
				for (int r = 1; r <= 5; r++)
					for (int with = 1; with <= 5; with++)
						if (second != level)
							one(size, level, r, second, with, WP);
}
