package loader

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// maxKernel bounds a kernel after decompression. The largest known, with debug information, is near 800 MiB.
const maxKernel = 1 << 30

// compressions maps the first bytes of a compressed file to its reader.
var compressions = []struct {
	magic, name, suffix string
	open                func(io.Reader) (io.Reader, error)
}{
	{"\x1f\x8b\x08", "gzip", ".gz", func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }},
	{"\xfd7zXZ\x00", "xz", ".xz", func(r io.Reader) (io.Reader, error) { return xz.NewReader(r) }},
	{"\x28\xb5\x2f\xfd", "zstd", ".zst", func(r io.Reader) (io.Reader, error) {
		return zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxKernel))
	}},
}

// decompress opens a compressed kernel, found by content; a name that ends in the format's suffix loses it. Other files
// are returned as they are.
func decompress(f File) (File, error) {
	for _, c := range compressions {
		if !bytes.HasPrefix(f.Data, []byte(c.magic)) {
			continue
		}
		data, err := readAll(c.open, f.Data)
		if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
			return f, truncated("the %s stream ends early", c.name)
		}
		if err != nil {
			return f, fmt.Errorf("decompress %s: %w; get the file anew", c.name, err)
		}
		f.Name = strings.TrimSuffix(f.Name, c.suffix)
		f.Data = data
		return f, nil
	}
	return f, nil
}

func readAll(open func(io.Reader) (io.Reader, error), data []byte) ([]byte, error) {
	r, err := open(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	if d, ok := r.(*zstd.Decoder); ok {
		defer d.Close()
	}
	var out bytes.Buffer
	n, err := io.Copy(&out, io.LimitReader(r, maxKernel+1))
	if err == nil && n > maxKernel {
		err = fmt.Errorf("more than %s after decompression", size(maxKernel))
	}
	return out.Bytes(), err
}

// base is the file name without its folders.
func base(name string) string {
	if name == "" {
		return "kernel"
	}
	return path.Base(strings.ReplaceAll(name, `\`, "/"))
}
