// Package bench measures speed: whole processes of the stasis command, and of QEMU and Bochs beside them where they are installed.
//
// Method: the processor time in user mode of a process that runs the guest, minus that of one that starts the same emulator for a
// guest that ends at once. MIPS are the units of the first, minus those of the second, by that time. A ratio is QEMU's time by ours,
// for the same guest: 1 is as fast as QEMU. A round runs a row on each emulator in turn, and what is printed are medians of rounds.
package bench
