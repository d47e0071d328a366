package gdbremote

import (
	"fmt"
	"strings"

	debugger "stasis/debug"
)

// QEMU's bits of a single step. Some front ends set them, so they are understood: those of a step without interrupts make
// a step through them here, whatever becomes of timers: virtual time stands still while nothing runs.
const (
	stepEnable  = 1
	stepNoIRQ   = 2
	stepNoTimer = 4
)

func (c *Conn) qemuQuery(args string) (string, error) {
	switch args {
	case "Supported":
		return "sstepbits;sstep;PhyMemMode", nil
	case "sstepbits":
		return fmt.Sprintf("ENABLE=%x,NOIRQ=%x,NOTIMER=%x", stepEnable, stepNoIRQ, stepNoTimer), nil
	case "sstep":
		bits := stepEnable
		if c.d.Policy() != debugger.Arch {
			bits |= stepNoIRQ | stepNoTimer
		}
		return fmt.Sprintf("0x%x", bits), nil
	case "PhyMemMode":
		if c.physical {
			return "1", nil
		}
		return "0", nil
	}
	return "", nil
}

func (c *Conn) qemuSet(args string) (string, error) {
	if mode, isMode := strings.CutPrefix(args, "PhyMemMode:"); isMode {
		c.physical = mode != "0"
		return "OK", nil
	}
	digits, isStep := strings.CutPrefix(args, "sstep=")
	if !isStep {
		return "", nil
	}
	bits, err := hexNumber(digits)
	if err != nil || bits&^(stepEnable|stepNoIRQ|stepNoTimer) != 0 {
		return "", errValue
	}
	policy := debugger.Arch
	if bits&stepNoIRQ != 0 {
		policy = debugger.Through
	}
	c.d.SetPolicy(policy)
	return "OK", nil
}
