package debugport

import (
	"bytes"
	"testing"
)

func TestPort(t *testing.T) {
	var out bytes.Buffer
	p := New(&out)
	p.Write(0, 1, 'H')
	p.Write(0, 2, 'e'|'y'<<8)
	if out.String() != "Hey" {
		t.Errorf("output %q", out.String())
	}
	if v := p.Read(0, 1); v != 0xe9 {
		t.Errorf("read %#x", v)
	}
	if p.Err() != nil {
		t.Error(p.Err())
	}
}
