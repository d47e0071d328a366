package loader

import (
	"errors"
	"fmt"
)

// What can be wrong with the files of a Spec. Errors of Load wrap one of these and name the file.
var (
	ErrTruncated = errors.New("truncated file")
	ErrArch      = errors.New("wrong architecture")
	ErrFormat    = errors.New("not a kernel")
	ErrNoRoom    = errors.New("does not fit in memory")
)

func truncated(format string, args ...any) error {
	return fmt.Errorf("%w: "+format+"; get the file anew", append([]any{ErrTruncated}, args...)...)
}

func wrongArch(arch string) error {
	return fmt.Errorf("%w: it is for %s, this machine is x86-64 (amd64); give an amd64 kernel", ErrArch, arch)
}

// size writes n bytes as people do.
func size(n uint64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%d MiB", (n+1<<20-1)>>20)
	case n >= 1<<10:
		return fmt.Sprintf("%d KiB", (n+1<<10-1)>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}
