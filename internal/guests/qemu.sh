#!/bin/sh
# Runs a guest in QEMU: qemu.sh FILE [QEMU ARGUMENT…]. Its exit status is QEMU's: 0 after a power-off, v*2+1 after a
# write of v to port 0xf4.
exec timeout "${TIMEOUT:-60}" qemu-system-x86_64 -accel tcg -kernel "$@" -display none -serial stdio \
	-monitor none -no-reboot -device isa-debug-exit,iobase=0xf4,iosize=4
