package vector

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// magic is the first line of a file of vectors; comment lines follow that say where they come from, then an empty line.
const magic = "stasis x86 vectors 1\n"

// ErrFormat is a file that is not one of vectors.
var ErrFormat = errors.New("not a file of vectors")

// Write writes a file of vectors, compressed.
func Write(w io.Writer, comment string, list []Vector) error {
	z, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	out := writer{bufio.NewWriter(z)}
	out.b.WriteString(magic + comment + "\n")
	out.number(uint64(len(list)))
	for n := range list {
		out.vector(&list[n])
	}
	if err := out.b.Flush(); err != nil {
		return err
	}
	return z.Close()
}

type writer struct{ b *bufio.Writer }

func (w writer) number(v uint64) { w.b.Write(binary.AppendUvarint(nil, v)) }

func (w writer) bytes(p []byte) {
	w.number(uint64(len(p)))
	w.b.Write(p)
}

func (w writer) changes(list []Change) {
	w.number(uint64(len(list)))
	for _, c := range list {
		w.b.WriteByte(c.Slot)
		w.number(c.Value)
	}
}

func (w writer) places(list []Bytes) {
	w.number(uint64(len(list)))
	for _, p := range list {
		w.number(uint64(p.Addr))
		w.bytes(p.Data)
	}
}

func (w writer) vector(v *Vector) {
	w.b.WriteByte(v.Mode)
	w.bytes(v.Code)
	w.number(uint64(v.Seed))
	w.changes(v.Set)
	w.places(v.Poke)
	w.b.WriteByte(v.Exception)
	if v.Exception != None {
		w.number(uint64(v.ErrorCode))
		w.number(v.CR2)
	}
	w.changes(v.Out)
	w.places(v.Mem)
	w.places(v.FP)
}

// Read reads a file of vectors.
func Read(r io.Reader) (comment string, list []Vector, err error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return "", nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	in := reader{b: bufio.NewReader(z)}
	if line, _ := in.b.ReadString('\n'); line != magic {
		return "", nil, ErrFormat
	}
	for {
		line, err := in.b.ReadString('\n')
		if err != nil {
			return "", nil, fmt.Errorf("%w: %w", ErrFormat, err)
		}
		if line == "\n" {
			break
		}
		comment += line
	}
	list = make([]Vector, in.number())
	for n := range list {
		in.vector(&list[n])
	}
	return comment, list, in.err
}

type reader struct {
	b   *bufio.Reader
	err error
}

func (r *reader) byte() uint8 {
	v, err := r.b.ReadByte()
	r.err = errors.Join(r.err, err)
	return v
}

// number reads a number; after an error it is 0, so that no length runs away.
func (r *reader) number() uint64 {
	v, err := binary.ReadUvarint(r.b)
	if err != nil {
		r.err = errors.Join(r.err, err)
		return 0
	}
	return v
}

func (r *reader) bytes() []byte {
	n := r.number()
	if n > 1<<16 {
		r.err = errors.Join(r.err, ErrFormat)
		return nil
	}
	p := make([]byte, n)
	_, err := io.ReadFull(r.b, p)
	r.err = errors.Join(r.err, err)
	return p
}

func (r *reader) changes() (list []Change) {
	for n := r.number(); n > 0 && r.err == nil; n-- {
		slot := r.byte() % Count
		list = append(list, Change{slot, r.number()})
	}
	return list
}

func (r *reader) places() (list []Bytes) {
	for n := r.number(); n > 0 && r.err == nil; n-- {
		addr := uint16(r.number())
		list = append(list, Bytes{addr, r.bytes()})
	}
	return list
}

func (r *reader) vector(v *Vector) {
	v.Mode = r.byte()
	v.Code = r.bytes()
	v.Seed = uint32(r.number())
	v.Set = r.changes()
	v.Poke = r.places()
	v.Exception = r.byte()
	if v.Exception != None {
		v.ErrorCode = uint32(r.number())
		v.CR2 = r.number()
	}
	v.Out = r.changes()
	v.Mem = r.places()
	v.FP = r.places()
}
