package irq

import "testing"

func TestFuncPassesTheLevel(t *testing.T) {
	var levels []bool
	var line Line = Func(func(high bool) { levels = append(levels, high) })
	line.Set(true)
	line.Set(false)
	if len(levels) != 2 || !levels[0] || levels[1] {
		t.Errorf("levels = %v, want [true false]", levels)
	}
	Unconnected.Set(true)
}
