// A program for the guest, without a library: gcc -static -nostdlib.
//
//	traced hot     calls getppid 1,000 times
//	traced step    has a child make 1,000 single steps, and checks where each ends
//	traced break   has a child run 1,000 times into an INT3 of its own
//
// Source: ptrace(2), wait(2), Linux' table of system calls for x86-64.

enum { WRITE = 1, GETPID = 39, FORK = 57, EXIT = 60, WAIT4 = 61, KILL = 62, PTRACE = 101, GETPPID = 110 };
enum { TRACEME = 0, CONT = 7, SINGLESTEP = 9, GETREGS = 12 };
enum { SIGKILL = 9, SIGSTOP = 19, STOPPED_BY_TRAP = 0x57f, TURNS = 1000 };

struct regs { // struct user_regs_struct
	unsigned long r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi, orig, rip, cs, eflags, rsp, more[11];
};

__asm__(".globl _start, l0, l1, l2, l3, trap\n"
	"_start: mov %rsp, %rdi\n"
	"	and $-16, %rsp\n"
	"	call entry\n"
	"l0:	inc %rbx\n" // the child that is stepped
	"l1:	lea 1(%rcx), %rcx\n"
	"l2:	test %rbx, %rbx\n"
	"l3:	jnz l0\n"
	"trap:	inc %rbx\n" // the child that runs into INT3
	"	int3\n"
	"	jmp trap\n");

extern char l0[], l1[], l2[], l3[], trap[];

static long call(long n, long a, long b, long c, long d)
{
	register long r10 __asm__("r10") = d;
	__asm__ volatile("syscall" : "+a"(n) : "D"(a), "S"(b), "d"(c), "r"(r10) : "rcx", "r11", "memory");
	return n;
}

static void say(const char *what, unsigned long n)
{
	char text[64], digits[24];
	int len = 0, k = 0;
	while (*what)
		text[len++] = *what++;
	do
		digits[k++] = '0' + n % 10;
	while (n /= 10);
	while (k)
		text[len++] = digits[--k];
	text[len++] = '\n';
	call(WRITE, 1, (long)text, len, 0);
}

static int status(long pid)
{
	int s = 0;
	call(WAIT4, pid, (long)&s, 0, 0);
	return s;
}

// child is a stopped process that will go on at a place.
static long child(char *at)
{
	long pid = call(FORK, 0, 0, 0, 0);
	if (pid == 0) {
		call(PTRACE, TRACEME, 0, 0, 0);
		call(KILL, call(GETPID, 0, 0, 0, 0), SIGSTOP, 0, 0);
		__asm__ volatile("xor %%ebx, %%ebx; jmp *%0" : : "r"(at) : "rbx");
	}
	status(pid);
	return pid;
}

// go lets the child go on, and returns its registers after the trap; rip is 0 if it stopped by anything else.
static struct regs go(long pid, long how)
{
	struct regs r = {0};
	call(PTRACE, how, pid, 0, 0);
	if (status(pid) == STOPPED_BY_TRAP)
		call(PTRACE, GETREGS, pid, 0, (long)&r);
	return r;
}

static void step(void)
{
	char *places[4] = {l0, l1, l2, l3};
	struct regs r;
	long pid = child(l0), right = 0;
	int tries = 0;
	do
		r = go(pid, SINGLESTEP);
	while (r.rip != (long)l0 && tries++ < 100);
	for (int i = 1; i <= TURNS; i++) {
		r = go(pid, SINGLESTEP);
		right += r.rip == (long)places[i % 4];
	}
	call(KILL, pid, SIGKILL, 0, 0);
	say("steps ", right);
	say("rounds ", r.rbx);
}

static void breaks(void)
{
	struct regs r;
	long pid = child(trap), right = 0;
	for (int i = 1; i <= TURNS; i++) {
		r = go(pid, CONT);
		right += r.rbx == i && r.rip == (long)trap + 4;
	}
	call(KILL, pid, SIGKILL, 0, 0);
	say("traps ", right);
}

void entry(char **sp)
{
	switch (sp[2][0]) {
	case 'h':
		for (int i = 0; i < TURNS; i++)
			call(GETPPID, 0, 0, 0, 0);
		break;
	case 's':
		step();
		break;
	case 'b':
		breaks();
	}
	call(EXIT, 0, 0, 0, 0);
}
