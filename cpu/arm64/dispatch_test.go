//go:build amd64

package arm64

import (
	"reflect"
	"testing"
	"unsafe"

	"golang.org/x/arch/x86/x86asm"
)

// TestDispatchAlignment checks that the dispatch of the block engine lies inside 32 bytes, and so inside one line of the host's
// cache wherever the linker puts the function. Across two lines it costs a quarter of the speed; a store at the head of run
// moves it.
func TestDispatchAlignment(t *testing.T) {
	entry := reflect.ValueOf((*CPU).run).Pointer()
	code := unsafe.Slice((*byte)(*(*unsafe.Pointer)(unsafe.Pointer(&entry))), 256)
	load := -1
	for at := 0; at < len(code)-15; {
		i, err := x86asm.Decode(code[at:], 64)
		if err != nil {
			t.Fatalf("byte %d of run: %v", at, err)
		}
		if i.Op == x86asm.MOVZX && load < 0 {
			load = at
		}
		m, ok := i.Args[0].(x86asm.Mem)
		if ok && load >= 0 && i.Op == x86asm.MOV {
			t.Errorf("the dispatch keeps something in memory: %v", i) // a case of the switch calls, and goes on with what it had
		}
		if ok && i.Op == x86asm.JMP && m.Scale == 8 {
			if first, last := (int(entry)+load)%32, (int(entry)+load)%32+at+i.Len-1-load; last >= 32 {
				t.Errorf("the dispatch is %d bytes at %d of 32: it crosses a line", last-first+1, first)
			}
			return
		}
		at += i.Len
	}
	t.Fatal("no dispatch in the first 256 bytes of run")
}
