// Command arm64 writes the generated files of cpu/arm64: the table of handlers by operation (zhandlers.go), and the block engine's
// switch, in which the frequent operations are expanded (zuops.go, zrun.go).
//
// Run by go generate in cpu/arm64.
package main

import (
	"stasis/internal/gen"
	"stasis/internal/gen/cases"
)

func main() {
	gen.Main("arm64", func(dir string) (map[string][]byte, error) {
		handlers, err := handlersFile(dir)
		u := engine()
		return map[string][]byte{
			"zhandlers.go": handlers,
			"zrun.go":      u.RunFile(`"math"`, `"math/bits"`, `"unsafe"`, ``, `"stasis/mmu"`),
			"zuops.go":     u.NamesFile(cases.Enum("What micro-operations do.", "uint8", u.whats) + cases.Enum("Forms of their operands.", "uint8", u.forms)),
		}, err
	})
}
