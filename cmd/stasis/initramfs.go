package main

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"strings"

	"github.com/spf13/cobra"

	"stasis/internal/initramfs"
)

type initramfsOptions struct {
	busybox  string
	output   string
	commands []string
	script   string
	shell    bool
	files    []string
}

func initramfsCommand() *cobra.Command {
	var o initramfsOptions
	cmd := &cobra.Command{
		Use:   "initramfs --busybox FILE -o OUT",
		Short: "Build a small initial file system for Linux around a static busybox",
		Long: `Build an initial file system whose init mounts what programs expect, prints
"` + initramfs.Marker + `", runs the given commands one after the other and powers the machine off.
The same input gives the same bytes. An output named *.gz or *.zst is compressed.`,
		Example: `  stasis initramfs --busybox /bin/busybox -o initramfs.cpio --run "cat /proc/cpuinfo" --run date
  stasis initramfs --busybox /bin/busybox -o initramfs.cpio.gz --shell --file test=root/test`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return o.build() },
	}
	f := cmd.Flags()
	f.StringVar(&o.busybox, "busybox", "", "static busybox program, as in Debian's package busybox-static")
	f.StringVarP(&o.output, "output", "o", "", "file to write")
	f.StringArrayVar(&o.commands, "run", nil, "command that init runs (repeat)")
	f.StringVar(&o.script, "script", "", "shell script that init runs after the commands")
	f.BoolVar(&o.shell, "shell", false, "give a shell before powering off")
	f.StringArrayVar(&o.files, "file", nil, "additional `FILE=PATH` in the file system (repeat)")
	must(cmd.MarkFlagRequired("busybox"))
	must(cmd.MarkFlagRequired("output"))
	return cmd
}

// build reads the input, makes the archive in memory and writes it.
func (o *initramfsOptions) build() error {
	opts := initramfs.Options{Commands: o.commands, Shell: o.shell, Compression: initramfs.CompressionOf(o.output)}
	var err error
	if opts.Busybox, err = os.ReadFile(o.busybox); err != nil {
		return err
	}
	if o.script != "" {
		if opts.Script, err = os.ReadFile(o.script); err != nil {
			return err
		}
	}
	for _, spec := range o.files {
		f, err := additionalFile(spec)
		if err != nil {
			return err
		}
		opts.Files = append(opts.Files, f)
	}
	var archive bytes.Buffer
	if err := initramfs.Build(&archive, opts); err != nil {
		return err
	}
	return os.WriteFile(o.output, archive.Bytes(), 0o644)
}

// additionalFile reads a file given as FILE=PATH.
func additionalFile(spec string) (initramfs.File, error) {
	from, to, ok := strings.Cut(spec, "=")
	if !ok || to == "" {
		return initramfs.File{}, fmt.Errorf("--file %s: give FILE=PATH", spec)
	}
	info, err := os.Stat(from)
	if err != nil {
		return initramfs.File{}, err
	}
	data, err := os.ReadFile(from)
	return initramfs.File{
		Path:       strings.TrimPrefix(path.Clean("/"+to), "/"),
		Data:       data,
		Executable: info.Mode()&0o111 != 0,
	}, err
}

// must is for what only a mistake in this package can break.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
