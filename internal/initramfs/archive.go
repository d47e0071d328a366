package initramfs

import (
	"bytes"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/cavaliergopher/cpio"
)

// folders exist before anything is mounted on them.
var folders = []string{"bin", "dev", "etc", "proc", "root", "run", "sys", "tmp"}

// applets get a link to busybox each, if it has them.
var applets = strings.Fields(`[ ash awk base64 basename cat chmod chown chroot clear cmp cp cttyhack cut date dd df
	diff dirname dmesg du echo ed env expr factor false find free grep gunzip gzip halt head hexdump hostname id insmod
	ip kill ln losetup ls lsmod md5sum mkdir mkfifo mknod mktemp modprobe more mount mv nc nproc od paste pidof ping
	poweroff printf ps pwd readlink reboot renice rm rmdir rmmod sed seq setsid sh sha1sum sha256sum sha512sum shuf
	sleep sort stat strings stty sync tail tar taskset tee test time timeout top touch tr true tty umount uname uniq
	unxz uptime usleep vi wc wget which xargs xxd xz xzcat yes zcat`)

// archive writes files with rising inode numbers.
type archive struct {
	w     *cpio.Writer
	inode int64
	made  []string // folders so far
}

// write puts the whole file system into w.
func write(w io.Writer, opts Options) error {
	a := &archive{w: cpio.NewWriter(w)}
	for _, f := range folders {
		if err := a.folder(f); err != nil {
			return err
		}
	}
	if err := a.file("bin/busybox", opts.Busybox, 0o755); err != nil {
		return err
	}
	for _, name := range applets {
		if !hasApplet(opts.Busybox, name) {
			continue
		}
		if err := a.add("bin/"+name, []byte("busybox"), cpio.TypeSymlink|0o777, 1); err != nil {
			return err
		}
	}
	if err := a.file("init", []byte(initScript(opts)), 0o755); err != nil {
		return err
	}
	if len(opts.Script) > 0 {
		if err := a.file("script", opts.Script, 0o755); err != nil {
			return err
		}
	}
	for _, f := range opts.Files {
		if err := a.extra(f); err != nil {
			return err
		}
	}
	return a.w.Close()
}

// hasApplet looks for the name in busybox's list of applets, whose entries end in zero bytes.
func hasApplet(busybox []byte, name string) bool {
	return name == "sh" || bytes.Contains(busybox, []byte("\x00"+name+"\x00"))
}

func (a *archive) extra(f File) error {
	name := strings.TrimPrefix(path.Clean("/"+f.Path), "/")
	if err := a.folder(path.Dir(name)); err != nil {
		return err
	}
	mode := cpio.FileMode(0o644)
	if f.Executable {
		mode = 0o755
	}
	return a.file(name, f.Data, mode)
}

// folder makes name and what is above it, each once.
func (a *archive) folder(name string) error {
	if name == "." || slices.Contains(a.made, name) {
		return nil
	}
	if err := a.folder(path.Dir(name)); err != nil {
		return err
	}
	a.made = append(a.made, name)
	return a.add(name, nil, cpio.TypeDir|0o755, 2)
}

func (a *archive) file(name string, data []byte, mode cpio.FileMode) error {
	return a.add(name, data, cpio.TypeReg|mode, 1)
}

func (a *archive) add(name string, data []byte, mode cpio.FileMode, links int) error {
	a.inode++
	header := &cpio.Header{
		Name: name, Mode: mode, Size: int64(len(data)), Links: links, Inode: a.inode, ModTime: time.Unix(0, 0),
	}
	if err := a.w.WriteHeader(header); err != nil {
		return err
	}
	_, err := a.w.Write(data)
	return err
}
