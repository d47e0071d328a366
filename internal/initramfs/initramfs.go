// Package initramfs builds a small initial file system for Linux around a static busybox: it mounts what programs expect,
// prints Marker, runs the commands given, and powers the machine off or gives a shell.
//
// Invariant: the same Options give the same bytes. Times are zero and inodes are numbered in the order written.
//
// Source: Linux, "initramfs buffer format".
package initramfs

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// What init prints on the console: Marker before the first command, Done after the last, and Failed with a status and
// the command for each that fails.
const (
	Marker = "stasis-initramfs: ready"
	Done   = "stasis-initramfs: done"
	Failed = "stasis-initramfs: exit"
)

// Options says what goes in and what init does.
type Options struct {
	Busybox     []byte   // a static program for x86-64, i386 or AArch64
	Commands    []string // run one after the other, each by a shell of its own
	Script      []byte   // a shell script, run after them
	Shell       bool     // give a shell then, and power off when it ends
	Files       []File   // besides busybox, below /
	Compression Compression
}

// File is an additional file. Folders above it are made.
type File struct {
	Path       string // without a leading slash: "root/test"
	Data       []byte
	Executable bool
}

// Compression is how the archive is packed. Linux finds it out by itself.
type Compression int

const (
	None Compression = iota
	Gzip
	Zstd
)

// CompressionOf goes by a file name's suffix.
func CompressionOf(name string) Compression {
	switch {
	case strings.HasSuffix(name, ".gz"):
		return Gzip
	case strings.HasSuffix(name, ".zst"):
		return Zstd
	}
	return None
}

// ErrBusybox is wrapped by errors about the busybox program.
var ErrBusybox = errors.New("busybox")

// Build writes the archive.
func Build(w io.Writer, opts Options) error {
	if err := check(opts.Busybox); err != nil {
		return err
	}
	packed, err := compressor(w, opts.Compression)
	if err != nil {
		return fmt.Errorf("initramfs: %w", err)
	}
	if err := write(packed, opts); err != nil {
		return fmt.Errorf("initramfs: %w", err)
	}
	if err := packed.Close(); err != nil {
		return fmt.Errorf("initramfs: %w", err)
	}
	return nil
}

// check wants a program that runs without anything else.
func check(busybox []byte) error {
	f, err := elf.NewFile(bytes.NewReader(busybox))
	if err != nil {
		return fmt.Errorf("%w: not an ELF program: %w; give the file of Debian's package busybox-static", ErrBusybox, err)
	}
	if f.Machine != elf.EM_X86_64 && f.Machine != elf.EM_386 && f.Machine != elf.EM_AARCH64 {
		return fmt.Errorf("%w: a program for %s; give one for x86-64, i386 or AArch64", ErrBusybox, f.Machine)
	}
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			return fmt.Errorf("%w: needs shared libraries; give a static one, as in Debian's package busybox-static", ErrBusybox)
		}
	}
	return nil
}

type plain struct{ io.Writer }

func (plain) Close() error { return nil }

func compressor(w io.Writer, c Compression) (io.WriteCloser, error) {
	switch c {
	case Gzip:
		return gzip.NewWriterLevel(w, gzip.BestCompression)
	case Zstd:
		return zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedBetterCompression))
	}
	return plain{w}, nil
}
