package initramfs

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/cavaliergopher/cpio"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"stasis/internal/guests"
)

// fakeBusybox is a static program for the right machine, with some applets in it.
func fakeBusybox() []byte {
	return append(guests.ELF(guests.Hello64), "\x00mount\x00poweroff\x00"...)
}

func build(t *testing.T, opts Options) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Build(&b, opts); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// list reads an archive back as name to content.
func list(t *testing.T, r io.Reader) map[string]string {
	t.Helper()
	files := map[string]string{}
	in := cpio.NewReader(r)
	for {
		h, err := in.Next()
		if err == io.EOF {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		if !h.ModTime.IsZero() && h.ModTime.Unix() != 0 || h.Uid != 0 {
			t.Errorf("%s: time %v, user %d", h.Name, h.ModTime, h.Uid)
		}
		data, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		files[h.Name] = string(data) + h.Linkname
	}
}

func TestContent(t *testing.T) {
	opts := Options{
		Busybox:  fakeBusybox(),
		Commands: []string{"echo 'a b'", "false"},
		Script:   []byte("#!/bin/sh\ndate\n"),
		Files:    []File{{Path: "/root/deep/er/file", Data: []byte("hi")}, {Path: "../../etc/x", Data: []byte("y")}},
	}
	files := list(t, bytes.NewReader(build(t, opts)))
	for name, want := range map[string]string{
		"bin/busybox": string(opts.Busybox), "bin/mount": "busybox", "bin/sh": "busybox", "root/deep/er/file": "hi",
		"etc/x": "y", "script": string(opts.Script), "root/deep": "", "dev": "",
	} {
		if got, ok := files[name]; !ok || got != want {
			t.Errorf("%s: %.40q, want %.40q", name, got, want)
		}
	}
	if _, ok := files["bin/vi"]; ok {
		t.Error("a link to an applet that busybox lacks")
	}
	for _, line := range []string{"echo '" + Marker + "'", `run 'echo '\''a b'\'''`, "run 'false'", "run /script", "poweroff -f"} {
		if !strings.Contains(files["init"], line+"\n") {
			t.Errorf("init lacks %q:\n%s", line, files["init"])
		}
	}
}

func TestCompression(t *testing.T) {
	opts := Options{Busybox: fakeBusybox(), Shell: true}
	want := build(t, opts)
	for name, open := range map[string]func(io.Reader) (io.Reader, error){
		"x.gz":  func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
		"x.zst": func(r io.Reader) (io.Reader, error) { return zstd.NewReader(r) },
	} {
		opts.Compression = CompressionOf(name)
		packed := build(t, opts)
		if again := build(t, opts); !bytes.Equal(packed, again) {
			t.Errorf("%s: differs from run to run", name)
		}
		r, err := open(bytes.NewReader(packed))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if CompressionOf("initramfs.cpio") != None {
		t.Error("compression without a suffix")
	}
}

// machineAt is the offset of an ELF header's e_machine.
const machineAt = 18

func TestBadBusybox(t *testing.T) {
	self, err := os.ReadFile("/bin/sh")
	foreign := bytes.Clone(guests.ELF(guests.Hello32))
	foreign[machineAt] = 8 // MIPS
	bad := map[string][]byte{"empty": nil, "text": []byte("#!/bin/sh"), "foreign": foreign}
	if err == nil {
		bad["dynamic"] = self
	}
	for name, b := range bad {
		if err := Build(io.Discard, Options{Busybox: b}); !errors.Is(err, ErrBusybox) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
