// Package debugport is the port to which firmware and kernels write text before they can do anything else: E9h, known
// from Bochs, and 402h, from QEMU.
//
// Invariant: it has no state. What is written leaves the machine within the instruction that writes it.
package debugport

import (
	"io"

	"stasis/device/internal/width"
)

// present is what a read returns, so that a guest can tell the port from one that is not there.
const present = 0xe9

// Port is a debug port.
type Port struct {
	out io.Writer
	err error
}

// New returns a port that writes to out.
func New(out io.Writer) *Port { return &Port{out: out} }

// Err returns the first error of the writer.
func (p *Port) Err() error { return p.err }

// Read tells that the port is there.
func (p *Port) Read(uint64, int) uint64 { return present }

// Write writes all bytes of a write, lowest first.
func (p *Port) Write(_ uint64, size int, value uint64) {
	width.Write8(0, size, value, func(_ uint64, b uint8) {
		if _, err := p.out.Write([]byte{b}); err != nil && p.err == nil {
			p.err = err
		}
	})
}
