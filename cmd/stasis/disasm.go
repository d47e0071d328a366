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
	"golang.org/x/arch/x86/x86asm"
)

type disasmOptions struct {
	mode int
	base uint64
	hex  bool
}

func disasmCommand() *cobra.Command {
	o := disasmOptions{}
	cmd := &cobra.Command{
		Use:   "disasm [FILE|HEX...]",
		Short: "Disassemble a file, or bytes given in hexadecimal",
		Long:  `Disassemble the text section of an ELF file, a flat file, standard input (-), or bytes given in hexadecimal (--hex).`,
		Example: `  stasis disasm --hex 48 31 ed
  stasis disasm --mode 16 --base 0x7c00 bootsector.bin`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd.OutOrStdout(), args) },
	}
	f := cmd.Flags()
	f.IntVar(&o.mode, "mode", 64, "16, 32 or 64")
	f.Uint64Var(&o.base, "base", 0, "address of the first byte")
	f.BoolVar(&o.hex, "hex", false, "the arguments are bytes in hexadecimal")
	return cmd
}

func (o *disasmOptions) run(w io.Writer, args []string) error {
	if o.mode != 16 && o.mode != 32 && o.mode != 64 {
		return fmt.Errorf("mode %d is not known; give 16, 32 or 64", o.mode)
	}
	code, base, err := o.input(args)
	if err != nil {
		return err
	}
	return disassemble(w, code, base, o.mode)
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
		if text := f.Section(".text"); text != nil {
			code, err = text.Data()
			return code, text.Addr, err
		}
	}
	code, err = os.ReadFile(args[0])
	return code, o.base, err
}

// disassemble writes a line for each instruction. A byte that begins none is a line of its own.
func disassemble(w io.Writer, code []byte, base uint64, mode int) error {
	for at := 0; at < len(code); {
		text, n := "(bad)", 1
		if inst, err := x86asm.Decode(code[at:], mode); err == nil {
			text, n = x86asm.IntelSyntax(inst, base+uint64(at), nil), inst.Len
		}
		if _, err := fmt.Fprintf(w, "%016x  %-30x  %s\n", base+uint64(at), code[at:at+n], text); err != nil {
			return err
		}
		at += n
	}
	return nil
}
