package gdbremote

import (
	"strings"

	debugger "stasis/debug"
)

// condition makes the conditions that follow a Z packet into one: stop if any of them holds. Without any there is none.
func (c *Conn) condition(s string) (debugger.Condition, error) {
	list, err := parseConditions(s)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return func(cpu int) bool {
		for _, code := range list {
			m := agent{code: code, cpu: cpu, d: c.d}
			if v, err := m.run(); err != nil || v != 0 {
				return true // one that cannot be worked out is the user's to look at
			}
		}
		return false
	}, nil
}

// parseConditions reads expressions of the form "Xlength,bytes", one behind the other.
func parseConditions(s string) (list [][]byte, err error) {
	for s = strings.TrimLeft(s, ";"); strings.HasPrefix(s, "X"); s = strings.TrimLeft(s, ";") {
		length, rest, ok := strings.Cut(s[1:], ",")
		n, err := hexNumber(length)
		if !ok || err != nil || n == 0 || n > uint64(len(rest)/2) {
			return nil, errArguments
		}
		code, err := hexBytes(rest[:2*n])
		if err != nil {
			return nil, err
		}
		list = append(list, code)
		s = rest[2*n:]
	}
	if s != "" {
		return nil, errArguments
	}
	return list, nil
}
