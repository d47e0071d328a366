package arm64

import "testing"

// FuzzDecode looks for words that decode to a row whose pattern or conditions they break, or not at all although a row has them.
func FuzzDecode(f *testing.F) {
	for _, raw := range []uint32{0, 0xd503201f, 0x12000000, 0x4e20d420, 0xc8dffc20, 0xffffffff} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw uint32) {
		i, ok := Decode(raw)
		if ok && !patterns[i.Row].matches(raw) {
			t.Errorf("%08x decodes to %v %s", raw, i.Op, Rows[i.Row].Pattern)
		}
		for row := 1; !ok && row < len(Rows); row++ {
			if patterns[row].matches(raw) {
				t.Errorf("%08x of %v %s is not found", raw, Rows[row].Op, Rows[row].Pattern)
			}
		}
	})
}
