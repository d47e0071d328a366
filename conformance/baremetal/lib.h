// What all files of the suites share: output, checks, exceptions that are caught.
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef unsigned long word;

// record is the last exception.
struct record {
	word vector, error, ip, cs, flags, sp, ss, cr2, count;
};
extern volatile struct record last;
extern volatile word resume;     // where the next exception goes on; 0: behind user_end
extern int failures, checks;

void print(const char *s);
void hex(word v);

static inline void outb(u16 port, u8 v) { asm volatile("outb %0, %1" ::"a"(v), "Nd"(port)); }
static inline u8 inb(u16 port) { u8 v; asm volatile("inb %1, %0" : "=a"(v) : "Nd"(port)); return v; }
static inline u32 inl(u16 port) { u32 v; asm volatile("inl %1, %0" : "=a"(v) : "Nd"(port)); return v; }
static inline u64 rdtsc(void) { u32 lo, hi; asm volatile("lfence; rdtsc" : "=a"(lo), "=d"(hi)); return (u64)hi << 32 | lo; }

// check notes a failure with what was found and what was expected.
void check(const char *what, word a, word b, word got, word want);

enum { DE, DB, NMI, BP, OF, BR, UD, NM, DF, TS = 10, NP, SS, GP, PF, MF = 16, AC, MC, XM, NONE = 999 };

// TRY runs instructions of which one may raise an exception: the first, unless `at` is set by them. last.vector is NONE if none
// does. They leave the stack as it is.
#ifdef __x86_64__
#define SET_RESUME "movq $2f, resume\n movq $1f, at\n movq %%rsp, resume_sp\n"
#else
#define SET_RESUME "movl $2f, resume\n movl $1f, at\n movl %%esp, resume_sp\n"
#endif
#define TRY(insn, ...) \
	do { \
		last.vector = NONE; \
		last.error = 0; \
		asm volatile(SET_RESUME "1: " insn "\n2:" : : __VA_ARGS__ : "memory", "cc"); \
	} while (0)
extern volatile word at, resume_sp;

// USER puts code into the page that CPL 3 may use.
#define USER __attribute__((section(".user"), noinline))

// FAULT checks that an instruction raises a fault: vector, error code, saved instruction pointer, and RF in the image of the flags.
#define FAULT(what, v, e, insn, ...) \
	do { \
		TRY(insn, __VA_ARGS__); \
		check(what ": vector", 0, 0, last.vector, v); \
		check(what ": error code", 0, 0, last.error, e); \
		if ((v) != NONE && last.vector == (word)(v)) { \
			check(what ": saved address", 0, 0, last.ip, at); \
			check(what ": RF", 0, 0, last.flags >> 16 & 1, 1); \
		} \
	} while (0)
