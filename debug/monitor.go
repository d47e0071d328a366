package debug

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
)

// Command is one monitor command.
type Command struct {
	Name string // one word, or several: "info registers"
	Args string // as help shows them
	Help string
	// Run does it for the CPU that is looked at.
	Run func(d *Debugger, cpu int, args []string) (string, error)
}

// errUsage is arguments that a command does not take.
var errUsage = errors.New("wrong arguments")

// commands are the monitor's own, in the order of help. Help is made from this table.
var commands []Command

func init() {
	commands = slices.Concat(
		[]Command{{"help", "[COMMAND]", "list the commands, or describe one", help}},
		machineCommands, registerCommands, memoryCommands, breakpointCommands, backendCommands,
	)
}

// AddCommand adds a command that the layer above brings.
func (d *Debugger) AddCommand(c Command) { d.extra = append(d.extra, c) }

// Monitor does one line of the monitor and returns what it says.
func (d *Debugger) Monitor(cpu int, line string) string {
	words := strings.Fields(line)
	if len(words) == 0 {
		words = []string{"help"}
	}
	if name, format, ok := strings.Cut(words[0], "/"); ok {
		words = append([]string{name, "/" + format}, words[1:]...)
	}
	c, args, ok := d.find(words)
	if !ok {
		return fmt.Sprintf("no command %q; `help` lists them\n", strings.Join(words, " "))
	}
	out, err := c.Run(d, cpu, args)
	if errors.Is(err, errUsage) {
		return fmt.Sprintf("usage: %s\n", c.usage())
	}
	if err != nil {
		return out + err.Error() + "\n"
	}
	return out
}

// find is the command that the line begins with, and the rest of the line.
func (d *Debugger) find(words []string) (c Command, args []string, ok bool) {
	for _, c := range d.allCommands() {
		name := strings.Fields(c.Name)
		if len(words) >= len(name) && slices.Equal(words[:len(name)], name) {
			return c, words[len(name):], true
		}
	}
	return Command{}, nil, false
}

func (d *Debugger) allCommands() []Command { return slices.Concat(commands, d.extra) }

// usage is the command with its arguments; those of x begin at once with a slash.
func (c Command) usage() string {
	if strings.HasPrefix(c.Args, "/") {
		return c.Name + c.Args
	}
	return strings.TrimSpace(c.Name + " " + c.Args)
}

func help(d *Debugger, _ int, args []string) (string, error) {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	topic := strings.Join(args, " ")
	for _, c := range d.allCommands() {
		if strings.HasPrefix(c.Name, topic) {
			fmt.Fprintf(w, "%s\t%s\n", c.usage(), c.Help)
		}
	}
	w.Flush()
	if b.Len() == 0 {
		return "", fmt.Errorf("no command %q", topic)
	}
	return b.String(), nil
}
