package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"stasis/loader"
	"stasis/machine"
	"stasis/replay"
)

// options are the flags of the subcommands that run a machine.
type options struct {
	backend      string
	emulateFlags bool

	kernel  string
	initrds []string
	modules []string
	append  string
	bios    string
	entry   string
	board   string
	cpu     string
	gic     int
	dtb     string
	dumpDTB string
	mem     size
	smp     int
	ips     rate

	serial   []string
	debugcon string
	input    string

	gdb     string
	wait    bool
	noInput bool // standard input is not the guest's

	clock       string
	clockOnStop string
	pace        string
	maxWall     time.Duration

	until     position
	slice     uint64
	hashEvery uint64

	singleStep uint64
	dropInline uint64

	summary string
	trace   string
	stats   bool
	strict  bool
	reboot  bool
}

func (o *options) register(f *pflag.FlagSet) {
	o.mem, o.ips = machine.DefaultMem, machine.DefaultIPS
	f.StringVar(&o.kernel, "kernel", "", "kernel: bzImage, Linux Image for AArch64, ELF with a PVH note or for AArch64, multiboot, boot sector, *.bin; also .gz .xz .zst")
	f.StringSliceVar(&o.initrds, "initrd", nil, "initial file system `FILE[,FILE...]`")
	f.StringArrayVar(&o.modules, "module", nil, "multiboot module `FILE[=ARGS]` (repeat)")
	f.StringVar(&o.append, "append", "", "kernel command line")
	f.StringVar(&o.bios, "firmware", "", "firmware, which starts instead of the kernel: SeaBIOS's bios-256k.bin, U-Boot's u-boot.bin for qemu_arm64")
	f.StringVar(&o.entry, "entry", "auto", "entry point of a Linux kernel: auto or 32, the one of 32-bit boot loaders")
	f.StringVar(&o.board, "board", "", "board: pc or virt, the one of AArch64; as the kernel wants")
	f.StringVar(&o.cpu, "cpu", "", "CPU `MODEL[,vendor=amd|intel][,pauth=fast|qarma5][,-FEATURE...]`: x86-64-v2, or max on the board virt; a feature with - before it is hidden")
	f.IntVar(&o.gic, "gic", 0, "virt: version of the interrupt controller, 2 or 3 (default 3)")
	f.StringVar(&o.dtb, "dtb", "", "virt: device tree `FILE` instead of the board's own")
	f.StringVar(&o.dumpDTB, "dump-dtb", "", "virt: write the device tree to `FILE`, and run nothing")
	f.Var(&o.mem, "mem", "memory; K, M and G are binary")
	f.IntVar(&o.smp, "smp", 1, "number of CPUs, 1 to 8")
	f.Var(&o.ips, "ips", "instructions per virtual second, and the TSC's frequency")

	f.StringArrayVar(&o.serial, "serial", nil, "serial port: stdio, file:PATH or none; repeat for the second one")
	f.StringVar(&o.debugcon, "debugcon", "", "output of ports 0xe9 and 0x402: stderr or file:PATH")
	f.StringVar(&o.input, "input", "", "`FILE` of typing: lines wait \"text\", send \"text\\n\", after retired=N")

	f.StringVar(&o.gdb, "gdb", "", "serve gdb at `HOST:PORT`, :PORT, unix:PATH or - (-s is 127.0.0.1:1234)")
	f.BoolVar(&o.wait, "wait", false, "do not run before gdb says so (-S)")

	f.StringVar(&o.clock, "clock", "instructions", "what guest time follows: instructions or host")
	f.StringVar(&o.clockOnStop, "clock-on-stop", "pause", "with --clock host, while stopped: pause, pause-step or run")
	f.StringVar(&o.pace, "pace", "", "an idle machine sleeps as long as the guest (host) or jumps (none); host with a terminal")
	f.DurationVar(&o.maxWall, "max-wall", 0, "end after so much host time")

	f.Var(&o.until, "until", "end at this position: retired=N")
	f.Uint64Var(&o.slice, "slice", machine.DefaultSlice, "units between two looks at the outside")
	f.Uint64Var(&o.hashEvery, "hash-every", 0, "hash the state every N units, into the summary")

	f.Uint64Var(&o.singleStep, "single-step", 0, "run the first N units instruction by instruction")
	f.Uint64Var(&o.dropInline, "drop-inline", 0, "drop the fast path's TLB entries every N units")
	must(f.MarkHidden("single-step"))
	must(f.MarkHidden("drop-inline"))

	f.StringVar(&o.backend, "backend", "native", "debug as this stub does: native, bhyve, whpx or mask-if; for the timers of bhyve add --clock host --clock-on-stop run; bhyve,-bpt-exit has no breakpoints")
	f.BoolVar(&o.emulateFlags, "emulate-flags", true, "whpx and mask-if emulate what instructions see of the flags during a step")

	f.StringVar(&o.summary, "summary", "", "write a JSON object about the run to this file")
	f.StringVar(&o.trace, "trace", "", "write a line for every unit to this file: slow, and long")
	f.BoolVar(&o.stats, "stats", false, "print the engine's counters at the end")
	f.BoolVar(&o.strict, "strict", false, "stop at anything that is not implemented")
	f.BoolVar(&o.reboot, "reboot", false, "a reset starts the machine anew instead of ending the run")
}

// config reads the files and makes the machine's description.
func (o *options) config() (machine.Config, error) {
	c := machine.Config{
		Board: o.board, Mem: uint64(o.mem), SMP: o.smp, IPS: uint64(o.ips),
		GIC: o.gic, Append: o.append, Strict: o.strict, Reboot: o.reboot, Entry32: o.entry == "32",
	}
	if o.kernel == "" && o.bios == "" {
		return c, fmt.Errorf("no kernel; give --kernel FILE")
	}
	var err error
	if err = setCPU(&c, o.cpu); err != nil {
		return c, err
	}
	if name, _, _ := strings.Cut(o.backend, ","); c.CPU == "" && (name == "bhyve" || name == "mask-if") {
		c.CPU = "intel" // the stub that is modelled is of Intel's processors
	}
	for _, f := range []struct {
		name string
		file *loader.File
	}{{o.kernel, &c.Kernel}, {o.bios, &c.Firmware}, {o.dtb, &c.DTB}} {
		if f.name == "" {
			continue
		}
		if *f.file, err = readFile(f.name); err != nil {
			return c, err
		}
	}
	for _, name := range o.initrds {
		f, err := readFile(name)
		if err != nil {
			return c, err
		}
		c.Initrds = append(c.Initrds, f)
	}
	for _, spec := range o.modules {
		name, args, _ := strings.Cut(spec, "=")
		f, err := readFile(name)
		if err != nil {
			return c, err
		}
		f.Args = args
		c.Modules = append(c.Modules, f)
	}
	return c, nil
}

func readFile(name string) (loader.File, error) {
	data, err := os.ReadFile(name)
	return loader.File{Name: name, Data: data}, err
}

// check finds fault with flags that do not go together or have no such value.
func (o *options) check() error {
	for _, c := range []struct {
		flag, value string
		values      []string
	}{
		{"clock", o.clock, []string{"instructions", "host"}},
		{"clock-on-stop", o.clockOnStop, []string{"pause", "pause-step", "run"}},
		{"pace", o.pace, []string{"", "host", "none"}},
		{"entry", o.entry, []string{"auto", "32"}},
	} {
		if !slices.Contains(c.values, c.value) {
			return fmt.Errorf("--%s %s is not known; give %s", c.flag, c.value, strings.TrimPrefix(strings.Join(c.values, " or "), " or "))
		}
	}
	if o.clock != "host" && o.clockOnStop != "pause" {
		return fmt.Errorf("--clock-on-stop %s is for --clock host; instructions never pass while stopped", o.clockOnStop)
	}
	if o.slice == 0 {
		return fmt.Errorf("--slice 0 makes no progress; give 1 or more")
	}
	return nil
}

// host connects the machine to files and to how it is observed; stdio is where a serial port on stdio goes.
func (o *options) host(stdio, stderr io.Writer) (machine.Host, error) {
	h := machine.Host{
		MaxWall: o.maxWall, Until: uint64(o.until), Slice: o.slice, HashEvery: o.hashEvery,
		Pace:  o.pace == "host",
		Trial: machine.Trial{SingleStep: o.singleStep, DropInline: o.dropInline},
	}
	if err := o.check(); err != nil {
		return h, err
	}
	if o.clock == "host" {
		h.Clock, h.Pace = machine.RealClock{}, o.pace != "none"
		h.ClockOnStop, _ = machine.ParseClockOnStop(o.clockOnStop) // check has seen it
	}
	if o.input != "" {
		f, err := os.Open(o.input)
		if err != nil {
			return h, err
		}
		defer f.Close()
		if h.Script, err = replay.ParseScript(f, 0); err != nil {
			return h, fmt.Errorf("%s: %w", o.input, err)
		}
	}
	return h, o.outputs(&h, stdio, stderr)
}

func (o *options) outputs(h *machine.Host, stdio, stderr io.Writer) (err error) {
	if len(o.serial) > len(h.Serial) {
		return fmt.Errorf("%d serial ports are too many; there are %d", len(o.serial), len(h.Serial))
	}
	for i, to := range o.serial {
		if h.Serial[i], err = openOutput(to, map[string]io.Writer{"stdio": stdio, "none": nil}); err != nil {
			return fmt.Errorf("--serial %s: %w", to, err)
		}
	}
	if o.debugcon != "" {
		if h.Debugcon, err = openOutput(o.debugcon, map[string]io.Writer{"stderr": stderr}); err != nil {
			return fmt.Errorf("--debugcon %s: %w", o.debugcon, err)
		}
	}
	return nil
}

// openOutput opens file:PATH, or returns one of the names it is given.
func openOutput(to string, names map[string]io.Writer) (io.Writer, error) {
	if w, ok := names[to]; ok {
		return w, nil
	}
	path, ok := strings.CutPrefix(to, "file:")
	if !ok {
		return nil, fmt.Errorf("not known; give file:PATH or one of stdio, stderr, none as the help says")
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	return f, nil
}

// stdio reports whether the first serial port is on standard input and output.
func (o *options) stdio() bool { return len(o.serial) > 0 && o.serial[0] == "stdio" }

// setSerial is the default of --serial.
func (o *options) setSerial() {
	if len(o.serial) > 0 {
		return
	}
	o.serial = []string{"stdio"}
	if o.gdb == "-" {
		o.serial = []string{"none"}
	}
}
