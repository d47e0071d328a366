// Clocks agree: the PIT, the PM timer, the HPET, the local APIC's timer and the TSC tell the same time.
#include "lib.h"

#define HPET ((volatile u32 *)0xfed00000)
#define APIC ((volatile u32 *)0xfee00000)

extern u16 pm_port;

// near checks that two amounts differ by a thousandth at most.
static void near(const char *what, u64 got, u64 want) {
	u64 d = got > want ? got - want : want - got;
	check(what, got, want, d * 1000 <= want, 1);
}

static u16 pit(void) {
	outb(0x43, 0);
	u8 lo = inb(0x40);
	return lo | inb(0x40) << 8;
}

void test_clocks(void) {
	outb(0x43, 0x34), outb(0x40, 0), outb(0x40, 0); // mode 2, 65536
	HPET[4] |= 1;                                   // general configuration: enable
	u32 femto = HPET[1];
	APIC[0xf0 / 4] |= 0x100;
	APIC[0x3e0 / 4] = 0xb;     // divide by 1
	APIC[0x320 / 4] = 0x10040; // masked
	APIC[0x380 / 4] = 0xffffffff;
	u64 t0 = rdtsc();
	u32 h0 = HPET[0xf0 / 4], a0 = APIC[0x390 / 4], m0 = inl(0x608) & 0xffffff;
	u16 p0 = pit(), p = p0;
	u64 ticks = 0;
	while (ticks < 40000) { // of the PIT: about 34 ms
		u16 now = pit();
		ticks += (u16)(p - now), p = now;
	}
	u32 h = HPET[0xf0 / 4] - h0, a = a0 - APIC[0x390 / 4], m = ((inl(0x608) & 0xffffff) - m0) & 0xffffff;
	u64 t = rdtsc() - t0;
	u64 ns = ticks * 88000 / 105;
	near("HPET and PIT", (u64)h * femto / 1000000, ns);
	near("PM timer and PIT", (u64)m * 88000 / 315, ns);
	u64 tsc = t * 1000000 / ns, apic = (u64)a * 1000000 / ns; // kHz
	check("the TSC counts", tsc, 0, tsc > 0, 1);
	near("local APIC and TSC", apic, tsc);
}
