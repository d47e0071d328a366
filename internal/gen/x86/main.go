// Command x86 writes the block engine's files of cpu/x86: the switch in which the frequent semantic functions are expanded (zrun.go),
// and the names of its cases with the ways to find them (zuops.go).
//
// Run by go generate in cpu/x86.
package main

import (
	"stasis/internal/gen"
	"stasis/internal/gen/semantics"
)

func main() {
	gen.Main("x86", func(dir string) (map[string][]byte, error) {
		src, err := semantics.Read(dir)
		if err != nil {
			return nil, err
		}
		u := engine(src)
		return map[string][]byte{
			"zrun.go":  u.RunFile(`"math"`, `"math/bits"`, `"unsafe"`, ``, `decode "stasis/decode/x86"`, `"stasis/mmu"`),
			"zuops.go": u.NamesFile("import decode \"stasis/decode/x86\"\n\n"),
		}, nil
	})
}
