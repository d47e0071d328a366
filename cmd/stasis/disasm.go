package main

import (
	"debug/elf"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"stasis/debug"
	"stasis/debug/arm64"
	"stasis/debug/x86"
)

type disasmOptions struct {
	mode int
	base uint64
	hex  bool
	arch string // of an ELF file too, when it is read
}

func disasmCommand() *cobra.Command {
	o := disasmOptions{}
	cmd := &cobra.Command{
		Use:   "disasm [FILE|HEX...]",
		Short: "Disassemble a file, or bytes given in hexadecimal",
		Long:  `Disassemble the text section of an ELF file, a flat file, standard input (-), or bytes given in hexadecimal (--hex).`,
		Example: `  stasis disasm --hex 48 31 ed
  stasis disasm --arch arm64 --hex 1f2003d5
  stasis disasm --mode 16 --base 0x7c00 bootsector.bin`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd.OutOrStdout(), args) },
	}
	f := cmd.Flags()
	f.IntVar(&o.mode, "mode", 64, "16, 32 or 64")
	f.StringVar(&o.arch, "arch", "", "amd64 or arm64; as the ELF file says, or else amd64")
	f.Uint64Var(&o.base, "base", 0, "address of the first byte")
	f.BoolVar(&o.hex, "hex", false, "the arguments are bytes in hexadecimal")
	return cmd
}

func (o *disasmOptions) run(w io.Writer, args []string) error {
	if o.mode != 16 && o.mode != 32 && o.mode != 64 {
		return fmt.Errorf("mode %d is not known; give 16, 32 or 64", o.mode)
	}
	if o.arch != "" && o.arch != "amd64" && o.arch != "arm64" {
		return fmt.Errorf("--arch %s: there are amd64 and arm64", o.arch)
	}
	code, base, err := o.input(args)
	if err != nil {
		return err
	}
	return o.disassemble(w, code, base)
}

// input returns the bytes and the address of the first one.
func (o *disasmOptions) input(args []string) (code []byte, base uint64, err error) {
	if o.hex {
		code, err = hex.DecodeString(strings.Join(args, ""))
		if err != nil {
			return nil, 0, fmt.Errorf("%s: not hexadecimal bytes", strings.Join(args, " "))
		}
		return code, o.base, nil
	}
	if len(args) != 1 {
		return nil, 0, errors.New("give one file, or --hex before bytes")
	}
	if args[0] == "-" {
		code, err = io.ReadAll(os.Stdin)
		return code, o.base, err
	}
	if f, err := elf.Open(args[0]); err == nil {
		defer f.Close()
		if o.arch == "" && f.Machine == elf.EM_AARCH64 {
			o.arch = "arm64"
		}
		if text := f.Section(".text"); text != nil {
			code, err = text.Data()
			return code, text.Addr, err
		}
	}
	code, err = os.ReadFile(args[0])
	return code, o.base, err
}

// disassemble writes a line for each instruction. A byte that begins none is a line of its own.
func (o *disasmOptions) disassemble(w io.Writer, code []byte, base uint64) error {
	for at := 0; at < len(code); {
		text, n := o.line(code[at:], base+uint64(at))
		if _, err := fmt.Fprintf(w, "%016x  %-30x  %s\n", base+uint64(at), code[at:at+n], text); err != nil {
			return err
		}
		at += n
	}
	return nil
}

// line is the text and the length of one instruction.
func (o *disasmOptions) line(code []byte, va uint64) (text string, n int) {
	if o.arch == "arm64" {
		return arm64.Line(code, va)
	}
	return x86.Disassemble(code, va, o.mode, debug.Manual)
}
