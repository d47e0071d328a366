package mmu

// Contexts draws ids of translation contexts: an address space, and what privilege may do in it. Entries of the arrays below the TLB carry
// the id in the page offset's place, so a change of either leaves what they hold, and nothing of another context is found. Nothing here is
// state: other ids give the same accesses.
type Contexts struct {
	spaces [contextSpaces]space
	now    int // the current space
	oldest int // the next to be replaced
	last   uint16
}

const (
	contextSpaces  = 16 // that have ids at a time
	contextClasses = 6  // of privilege
)

// space is the ids of one address space, which a PCID or ASID names; 0 is not drawn.
type space struct {
	tag uint16
	ids [contextClasses]uint16
}

// Drop forgets all ids, and selects an address space: new ones are drawn.
func (x *Contexts) Drop(tag uint16) {
	x.spaces = [contextSpaces]space{{tag: tag}}
	x.now, x.oldest = 0, 1
}

// Restart begins with the lowest id again: no entry may have one any more.
func (x *Contexts) Restart() { x.last = 0 }

// Use selects an address space, one whose ids are forgotten if it has none.
func (x *Contexts) Use(tag uint16) {
	for n := range x.spaces {
		if x.spaces[n].tag == tag {
			x.now = n
			return
		}
	}
	x.now = x.oldest
	x.oldest = (x.oldest + 1) % contextSpaces
	x.spaces[x.now] = space{tag: tag}
}

// Forget takes the ids of an address space away.
func (x *Contexts) Forget(tag uint16) {
	for n := range x.spaces {
		if x.spaces[n].tag == tag {
			x.spaces[n].ids = [contextClasses]uint16{}
		}
	}
}

// ID is the id of a class of privilege in the current address space, at most PageSize − 1. ok is false when all ids are used up: whoever
// asks empties the arrays, calls Restart and Drop, and asks again.
func (x *Contexts) ID(class int) (id uint64, ok bool) {
	p := &x.spaces[x.now].ids[class]
	if *p == 0 {
		if x.last == PageSize-1 {
			return 0, false
		}
		x.last++
		*p = x.last
	}
	return uint64(*p), true
}
