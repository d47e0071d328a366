package debug

import (
	"bytes"
	"cmp"
	"maps"
	"slices"

	"stasis/cpu"
)

// watch is a range of linear addresses and the accesses that are waited for.
type watch struct {
	addr, size uint64
	access     Access
	changed    bool // only those that leave another value behind
}

// watchpoints counts, for each watch, the references of each owner.
type watchpoints struct {
	set     map[watch]map[Owner]int
	values  map[watch][]byte // what those with changed held when the machine was last resumed
	changed bool
}

// SetWatchpoint adds a reference of owner to the watchpoint on [addr, addr+size). A range of no bytes, or one over the end of
// memory, is none: nothing is set.
func (d *Debugger) SetWatchpoint(owner Owner, addr, size uint64, a Access) {
	d.watchpoints.add(owner, watch{addr, size, a, false})
}

// WatchChange is SetWatchpoint for writes that change what is there.
func (d *Debugger) WatchChange(owner Owner, addr, size uint64) {
	d.watchpoints.add(owner, watch{addr, size, Write, true})
}

// ClearWatchpoint takes a reference away. It reports whether there was one.
func (d *Debugger) ClearWatchpoint(owner Owner, addr, size uint64, a Access) bool {
	return d.watchpoints.remove(owner, watch{addr, size, a, false})
}

func (w *watchpoints) add(owner Owner, k watch) {
	if k.size == 0 || k.addr+k.size-1 < k.addr {
		return
	}
	if w.set == nil {
		w.set = map[watch]map[Owner]int{}
		w.values = map[watch][]byte{}
	}
	if w.set[k] == nil {
		w.set[k] = map[Owner]int{}
	}
	w.set[k][owner]++
	w.changed = true
}

func (w *watchpoints) remove(owner Owner, k watch) bool {
	owners := w.set[k]
	if owners[owner] == 0 {
		return false
	}
	owners[owner]--
	w.sweep()
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
		maps.DeleteFunc(owners, func(_ Owner, n int) bool { return n == 0 })
		if len(owners) == 0 {
			delete(w.set, k)
			delete(w.values, k)
		}
	}
}

// arm gives the CPUs the watchpoints, if they have changed.
func (w *watchpoints) arm(d *Debugger) {
	if !w.changed {
		return
	}
	w.changed = false
	var list []cpu.Watch
	for _, k := range w.list() {
		list = append(list, cpu.Watch{Addr: k.addr, Len: k.size, Read: k.access&Read != 0, Write: k.access&Write != 0, Changed: k.changed})
		if k.changed && w.values[k] == nil {
			w.values[k] = d.ReadMemory(d.last.CPU, k.addr, int(k.size))
		}
	}
	for _, c := range d.cpus {
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

// near reports whether an access that begins at an address may have set off the watchpoint.
func (k watch) near(s Stop) bool {
	if s.Addr < k.addr {
		return k.access&s.Access != 0 && k.addr-s.Addr < widest
	}
	return k.access&s.Access != 0 && s.Addr-k.addr < k.size
}

// Watched finds the watchpoint that an access has set off, and an address inside it: an access may begin below.
func (d *Debugger) Watched(s Stop) (Access, uint64) {
	for _, w := range d.watchpoints.list() {
		if w.near(s) {
			return w.access, max(w.addr, s.Addr)
		}
	}
	return s.Access, s.Addr
}

// watchWanted reports whether a watchpoint stop is to be reported: not if it only concerns watchpoints whose value is still the
// same.
func (d *Debugger) watchWanted(s Stop) bool {
	wanted, known := false, false
	for k := range d.watchpoints.set {
		if !k.near(s) {
			continue
		}
		known = true
		if !k.changed {
			wanted = true
			continue
		}
		now := d.ReadMemory(s.CPU, k.addr, int(k.size))
		wanted = wanted || !bytes.Equal(now, d.watchpoints.values[k])
		d.watchpoints.values[k] = now
	}
	return wanted || !known
}
