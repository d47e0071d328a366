// Command x86 writes the generated files of cpu/x86 from the decode tables and the semantics: for every row and operand size
// the handler that fetches operands, calls the function named after the mnemonic, and writes the result (zhandlers.go); and
// the block engine's switch, in which the frequent functions are expanded (zuops.go, zrun.go).
//
// Run by go generate in cpu/x86.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"go/format"
	"log"
	"os"
	"path/filepath"
)

// notForLint keeps static analysis away from a function so long that no analyser's memory holds what it makes of it.
const notForLint = "//go:build !lint\n\n"

func main() {
	log.SetFlags(0)
	dir := flag.String("dir", ".", "the `folder` of package cpu/x86")
	check := flag.Bool("check", false, "only compare with the files there")
	flag.Parse()
	if err := run(*dir, *check); err != nil {
		log.Fatal(err)
	}
}

func run(dir string, check bool) error {
	src, err := readSource(dir)
	if err != nil {
		return err
	}
	files := map[string]func(*source) []byte{"zhandlers.go": handlersFile, "zrun.go": runFile, "zuops.go": uopsFile}
	for name, make := range files {
		text, err := format.Source(make(src))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if name == "zrun.go" {
			text = append([]byte(notForLint), text...)
		}
		if err := write(filepath.Join(dir, name), text, check); err != nil {
			return err
		}
	}
	return nil
}

func write(path string, text []byte, check bool) error {
	if !check {
		return os.WriteFile(path, text, 0o644)
	}
	old, err := os.ReadFile(path)
	if err == nil && !bytes.Equal(old, text) {
		err = fmt.Errorf("%s is stale: run go generate ./cpu/x86", path)
	}
	return err
}
