package gdbremote

// chunk is how much text goes into one console packet.
const chunk = 2000

// monitor is qRcmd: gdb's "monitor" command.
func (c *Conn) monitor(args string) (string, error) {
	line, err := hexBytes(args)
	if err != nil {
		return "", err
	}
	text := c.d.Monitor(c.general, string(line))
	for len(text) > 0 {
		n := min(len(text), chunk)
		c.console = append(c.console, consoleText(text[:n]))
		text = text[n:]
	}
	return "OK", nil
}
