package debug

import (
	"cmp"
	"maps"
	"slices"

	"stasis/cpu"
)

// watch is a range of virtual addresses and the accesses that are waited for.
type watch struct {
	addr, size uint64
	access     Access
}

// watchpoints counts, for each watch, the references of each owner.
type watchpoints struct {
	set     map[watch]map[Owner]int
	changed bool
}

// SetWatchpoint adds a reference of owner to the watchpoint on [addr, addr+size).
func (d *Debugger) SetWatchpoint(owner Owner, addr, size uint64, a Access) {
	w := watch{addr, size, a}
	if d.watchpoints.set == nil {
		d.watchpoints.set = map[watch]map[Owner]int{}
	}
	if d.watchpoints.set[w] == nil {
		d.watchpoints.set[w] = map[Owner]int{}
	}
	d.watchpoints.set[w][owner]++
	d.watchpoints.changed = true
}

// ClearWatchpoint takes a reference away. It reports whether there was one.
func (d *Debugger) ClearWatchpoint(owner Owner, addr, size uint64, a Access) bool {
	owners := d.watchpoints.set[watch{addr, size, a}]
	if owners[owner] == 0 {
		return false
	}
	owners[owner]--
	d.watchpoints.sweep()
	return true
}

// drop removes all that an owner has set.
func (w *watchpoints) drop(owner Owner) {
	for _, owners := range w.set {
		delete(owners, owner)
	}
	w.sweep()
}

// sweep removes the watchpoints that nobody wants any more.
func (w *watchpoints) sweep() {
	w.changed = true
	for k, owners := range w.set {
		for o, n := range owners {
			if n == 0 {
				delete(owners, o)
			}
		}
		if len(owners) == 0 {
			delete(w.set, k)
		}
	}
}

// arm gives the CPUs the watchpoints, if they have changed.
func (w *watchpoints) arm(cpus []CPU) {
	if !w.changed {
		return
	}
	w.changed = false
	var list []cpu.Watch
	for _, k := range w.list() {
		list = append(list, cpu.Watch{Addr: k.addr, Len: k.size, Read: k.access&Read != 0, Write: k.access&Write != 0})
	}
	for _, c := range cpus {
		c.SetWatchpoints(list)
	}
}

// list is the watchpoints in order.
func (w *watchpoints) list() []watch {
	return slices.SortedFunc(maps.Keys(w.set), func(a, b watch) int {
		return cmp.Or(cmp.Compare(a.addr, b.addr), cmp.Compare(a.size, b.size), cmp.Compare(a.access, b.access))
	})
}

// widest is the size of the widest access in bytes.
const widest = 64

// Watched finds the watchpoint that an access has set off, and an address inside it: an access may begin below.
func (d *Debugger) Watched(s Stop) (Access, uint64) {
	for _, w := range d.watchpoints.list() {
		near := w.addr <= s.Addr || w.addr-s.Addr < widest
		if w.access&s.Access != 0 && near && s.Addr < w.addr+w.size {
			return w.access, max(w.addr, s.Addr)
		}
	}
	return s.Access, s.Addr
}
