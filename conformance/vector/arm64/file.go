package arm64

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// magic is the first line of a file of vectors; comment lines follow that say where they come from, then an empty line.
const magic = "stasis arm64 vectors 1\n"

// ErrFormat is a file that is not one of vectors.
var ErrFormat = errors.New("not a file of vectors")

// File is vectors of one seed.
type File struct {
	Comment string
	Seed    uint32
	Vectors []Vector
}

// Write writes a file, compressed.
func (f *File) Write(w io.Writer) error {
	z, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	b := append([]byte(magic+f.Comment+"\n"), binary.AppendUvarint(nil, uint64(f.Seed))...)
	b = binary.AppendUvarint(b, uint64(len(f.Vectors)))
	for n := range f.Vectors {
		b = f.Vectors[n].append(b)
	}
	if _, err := z.Write(b); err != nil {
		return err
	}
	return z.Close()
}

func (v *Vector) append(b []byte) []byte {
	b = binary.LittleEndian.AppendUint32(b, v.Raw)
	b = append(b, byte(v.Kind))
	b = binary.AppendUvarint(b, uint64(len(v.Out)))
	for _, c := range v.Out {
		b = append(b, c.Slot)
		b = binary.LittleEndian.AppendUint64(b, c.Value)
	}
	b = binary.AppendUvarint(b, uint64(len(v.Mem)))
	for _, m := range v.Mem {
		b = binary.AppendUvarint(b, uint64(m.At))
		b = binary.AppendUvarint(b, uint64(len(m.Data)))
		b = append(b, m.Data...)
	}
	return b
}

// Read reads a file.
func Read(r io.Reader) (*File, error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	in := reader{b: bufio.NewReader(z)}
	if line, _ := in.b.ReadString('\n'); line != magic {
		return nil, ErrFormat
	}
	f := &File{}
	for {
		line, err := in.b.ReadString('\n')
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFormat, err)
		}
		if line == "\n" {
			break
		}
		f.Comment += line
	}
	f.Seed = uint32(in.number())
	for n := in.number(); n > 0 && in.err == nil; n-- {
		f.Vectors = append(f.Vectors, in.vector(uint32(len(f.Vectors))))
	}
	return f, in.err
}

type reader struct {
	b   *bufio.Reader
	err error
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

func (r *reader) bytes(n uint64) []byte {
	if n > WindowLen {
		r.err = errors.Join(r.err, ErrFormat)
		n = 8
	}
	p := make([]byte, n)
	_, err := io.ReadFull(r.b, p)
	r.err = errors.Join(r.err, err)
	return p
}

func (r *reader) vector(number uint32) (v Vector) {
	v.Number = number
	v.Raw = binary.LittleEndian.Uint32(r.bytes(4))
	v.Kind = Kind(r.bytes(1)[0]) % (Fault + 1)
	for n := r.number(); n > 0 && r.err == nil; n-- {
		slot := r.bytes(1)[0] % (SlotV + 64)
		v.Out = append(v.Out, Change{slot, binary.LittleEndian.Uint64(r.bytes(8))})
	}
	for n := r.number(); n > 0 && r.err == nil; n-- {
		at := uint16(r.number()) % WindowLen
		v.Mem = append(v.Mem, Bytes{at, r.bytes(r.number())})
	}
	return v
}
