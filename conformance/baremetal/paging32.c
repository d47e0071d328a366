// 32-bit and PAE paging, entry by entry: error codes, CR2, accessed and dirty bits.
#include "suite32.h"

static u32 directory[1024] __attribute__((aligned(4096))), table[1024] __attribute__((aligned(4096)));
static u64 pointers[4] __attribute__((aligned(32))), wide[4][512] __attribute__((aligned(4096))), wideTable[512] __attribute__((aligned(4096)));

#define AT 0x40000000u
#define FRAME 0x4000000u
enum { P = 1, W = 2, A = 32, D = 64, PS = 128 };

static void on(u32 cr3, u32 cr4, u32 cr0) {
	asm volatile("mov %0, %%cr3; mov %1, %%cr4; mov %2, %%cr0" ::"r"(cr3), "r"(cr4 | 0x600), "r"(0x80000033 | cr0) : "memory");
}

static void off(void) {
	asm volatile("mov %0, %%cr0; mov %1, %%cr4" ::"r"(0x33), "r"(0x600) : "memory");
}

static void access(int write) {
	if (write)
		TRY("movb $1, 0x40000000", "i"(0));
	else
		TRY("testb $1, 0x40000000", "i"(0));
}

// one tries an access where upper and lower entry are given, large pages without the latter, and compares with the manual's rules.
static void one(int pae, int large, u32 upper, u32 lower, int write, int wp) {
	u32 base = large ? FRAME | PS : pae ? (u32)wideTable : (u32)table;
	if (pae)
		wide[1][0] = base | upper, wideTable[0] = FRAME | lower;
	else
		directory[AT >> 22] = base | upper, table[0] = FRAME | lower;
	on(pae ? (u32)pointers : (u32)directory, pae ? 0x20 : 0x10, wp ? 0x10000 : 0);
	access(write);
	off();
	u32 id = pae << 20 | large << 16 | upper << 8 | lower, both = large ? upper : upper & lower;
	int present = both & P, granted = present && (!write || both & W || !wp);
	check("paging: vector", id, write << 1 | wp, last.vector, granted ? NONE : PF);
	if (!granted) {
		check("paging: error code", id, write << 1 | wp, last.error, (write ? 2 : 0) | (present ? 1 : 0));
		check("paging: CR2", id, 0, last.cr2, AT);
	}
	u32 high = pae ? wide[1][0] : directory[AT >> 22], low = pae ? wideTable[0] : table[0], leaf = large ? high : low;
	check("paging: D", id, write, leaf & D, granted && write ? D : 0);
	if (granted)
		check("paging: A", id, write, high & (large ? -1 : low) & A, A);
}

void test_paging(void) {
	for (u32 n = 0; n < 16; n++)
		directory[n] = n << 22 | 0x83;
	for (u64 n = 0; n < 2048; n++)
		wide[n >> 9][n & 511] = n << 21 | (n < 64 ? 0x83 : 0);
	for (int n = 0; n < 4; n++)
		pointers[n] = (u32)wide[n] | 1;
	for (int pae = 0; pae < 2; pae++)
		for (int large = 0; large < 2; large++)
			for (u32 upper = 0; upper < 4; upper++)
				for (u32 lower = 0; lower < 4; lower++)
					for (int write = 0; write < 2; write++)
						for (int wp = 0; wp < 2; wp++)
							one(pae, large, upper, lower, write, wp);
	wide[1][0] = FRAME | PS | 1ull << 52 | 3;
	on((u32)pointers, 0x20, 0);
	access(0);
	off();
	check("a reserved bit of PAE: error code", 0, 0, last.error, 9);
	directory[AT >> 22] = FRAME | PS | 1 << 21 | 3;
	on((u32)directory, 0x10, 0);
	access(0);
	off();
	check("bit 21 of a 4 MiB page: error code", 0, 0, last.error, 9);
	pointers[2] = (u32)wide[2] | 1 | 2; // a reserved bit
	asm volatile("mov %0, %%cr4" ::"r"(0x620));
	TRY("mov %0, %%cr3; mov %1, %%cr0", "r"(pointers), "r"(0x80000033));
	check("a reserved bit in a directory pointer", 0, 0, last.vector, GP);
	off();
}
