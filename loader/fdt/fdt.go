// Package fdt writes flattened device trees, and the tree of the board virt in particular.
//
// Invariant: a tree is written as it stands: nodes and properties in the order in which they were added, so that the same board
// gives the same bytes.
//
// Source: Devicetree Specification 0.4, "Flattened Devicetree (DTB) Format".
package fdt

import (
	"encoding/binary"
	"slices"
)

// Node is a node of a device tree under construction.
type Node struct {
	name     string
	props    []property
	children []*Node
}

type property struct {
	name  string
	value []byte
}

// New returns the root of a tree.
func New() *Node { return &Node{} }

// Add adds a node below n.
func (n *Node) Add(name string) *Node {
	child := &Node{name: name}
	n.children = append(n.children, child)
	return child
}

// Bytes adds a property of bytes.
func (n *Node) Bytes(name string, value []byte) *Node {
	n.props = append(n.props, property{name, value})
	return n
}

// Flag adds a property without a value.
func (n *Node) Flag(name string) *Node { return n.Bytes(name, nil) }

// Strings adds a property of strings.
func (n *Node) Strings(name string, values ...string) *Node {
	var b []byte
	for _, v := range values {
		b = append(append(b, v...), 0)
	}
	return n.Bytes(name, b)
}

// Cells adds a property of 32-bit cells.
func (n *Node) Cells(name string, cells ...uint32) *Node {
	var b []byte
	for _, c := range cells {
		b = binary.BigEndian.AppendUint32(b, c)
	}
	return n.Bytes(name, b)
}

// Reg adds the property reg, or another one of numbers of two cells each.
func (n *Node) Reg(name string, values ...uint64) *Node {
	var b []byte
	for _, v := range values {
		b = binary.BigEndian.AppendUint64(b, v)
	}
	return n.Bytes(name, b)
}

// Tokens of the structure block, and the header.
const (
	tokenBegin = 1
	tokenEnd   = 2
	tokenProp  = 3
	tokenStop  = 9

	Magic       = 0xd00dfeed
	version     = 17
	compatible  = 16
	headerSize  = 40
	reserveSize = 16
)

// writer collects the structure and the strings blocks.
type writer struct {
	structure, strings []byte
	names              []string
	offsets            []uint32
}

func (w *writer) word(v uint32) { w.structure = binary.BigEndian.AppendUint32(w.structure, v) }

// padded appends bytes and zeros up to a multiple of four.
func (w *writer) padded(p []byte) {
	w.structure = append(w.structure, p...)
	for len(w.structure)%4 != 0 {
		w.structure = append(w.structure, 0)
	}
}

// name returns the place of a property's name, which stands once.
func (w *writer) name(s string) uint32 {
	if i := slices.Index(w.names, s); i >= 0 {
		return w.offsets[i]
	}
	at := uint32(len(w.strings))
	w.names, w.offsets = append(w.names, s), append(w.offsets, at)
	w.strings = append(append(w.strings, s...), 0)
	return at
}

func (w *writer) node(n *Node) {
	w.word(tokenBegin)
	w.padded(append([]byte(n.name), 0))
	for _, p := range n.props {
		w.word(tokenProp)
		w.word(uint32(len(p.value)))
		w.word(w.name(p.name))
		w.padded(p.value)
	}
	for _, c := range n.children {
		w.node(c)
	}
	w.word(tokenEnd)
}

// Encode returns the tree as a blob, with an empty list of reserved memory. bootCPU is the physical number of the CPU that boots.
func (n *Node) Encode(bootCPU uint32) []byte {
	var w writer
	w.node(n)
	w.word(tokenStop)
	structAt := uint32(headerSize + reserveSize)
	stringsAt := structAt + uint32(len(w.structure))
	var b []byte
	for _, v := range []uint32{
		Magic, stringsAt + uint32(len(w.strings)), structAt, stringsAt, headerSize, version, compatible, bootCPU,
		uint32(len(w.strings)), uint32(len(w.structure)),
	} {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	b = append(b, make([]byte, reserveSize)...)
	return append(append(b, w.structure...), w.strings...)
}
