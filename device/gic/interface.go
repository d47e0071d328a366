package gic

import "math/bits"

// Priorities have five bits, at the top of a byte.
const (
	priorityMask = 0xf8
	minBPR       = 2 // of group 0, with which all five bits decide about preemption
)

// groupMask is the part of a priority that decides about preemption.
//
// Source: IHI 0069, "Priority grouping".
func (i *Interface) groupMask(group int) uint8 {
	if group == 0 || i.CBPR {
		return uint8(0xff << (i.BPR[0] + 1))
	}
	return uint8(0xff << i.BPR[1])
}

// setBPR sets a binary point, to no less than it can be.
func (i *Interface) setBPR(group int, v uint64) {
	if group == 1 && i.CBPR {
		return
	}
	i.BPR[group] = max(uint8(v&7), minBPR+uint8(group))
}

// bpr reads a binary point.
func (i *Interface) bpr(group int) uint64 {
	if group == 1 && i.CBPR {
		return uint64(min(i.BPR[0]+1, 7))
	}
	return uint64(i.BPR[group])
}

// running is the priority that runs.
func (i *Interface) running() uint8 {
	active := i.Active[0] | i.Active[1]
	if active == 0 {
		return idle
	}
	return uint8(bits.TrailingZeros32(active)) << 3
}

// acknowledge takes the interrupt that is signalled, if the group asked for is its own: it becomes active.
func (g *GIC) acknowledge(cpu int, c candidate) {
	i, b, n := &g.CPU[cpu], g.bank(cpu, c.id), c.id%32
	i.Active[c.group] |= 1 << (c.priority & i.groupMask(c.group) >> 3)
	b.Active |= 1 << n
	b.Pending &^= 1 << n
	g.update()
}

// drop ends the running priority: of a group, or, where there is but one register for both, the highest one.
func (i *Interface) drop(group int) { i.Active[group] &= i.Active[group] - 1 }

// dropHighest ends the running priority, whosever it is.
func (i *Interface) dropHighest() {
	group := 1
	if i.Active[0] != 0 && (i.Active[1] == 0 || bits.TrailingZeros32(i.Active[0]) <= bits.TrailingZeros32(i.Active[1])) {
		group = 0
	}
	i.drop(group)
}

// deactivate ends an interrupt.
func (g *GIC) deactivate(cpu, id int) {
	if id < total {
		g.bank(cpu, id).Active &^= 1 << (id % 32)
	}
}
