package gdbremote

import "strings"

// detach lets the machine run; the client may attach again.
func (c *Conn) detach(string) (string, error) {
	c.d.Detach(c)
	clear(c.inserted)
	c.attached = false
	return "OK", nil
}

// attachAgain is vAttach;PROCESS.
func (c *Conn) attachAgain(args string) (string, error) {
	if args != "1" {
		return "", errValue
	}
	if !c.attached {
		if err := c.attach(); err != nil {
			return "", err
		}
	}
	return c.stopReason("")
}

// kill is k: there is no reply.
func (c *Conn) kill(string) (string, error) {
	c.d.Kill()
	c.running = true // no reply
	c.closing = true
	return "", nil
}

// killPolitely is vKill;PROCESS.
func (c *Conn) killPolitely(args string) (string, error) {
	if strings.TrimLeft(args, "0") != "1" {
		return "", errValue
	}
	c.d.Kill()
	c.closing = true
	return "OK", nil
}
