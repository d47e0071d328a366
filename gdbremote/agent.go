package gdbremote

import (
	"errors"

	debugger "stasis/debug"
)

// Errors of agent expressions.
var (
	errAgentStack  = errors.New("agent expression: stack")
	errAgentCode   = errors.New("agent expression: bytecode")
	errAgentLength = errors.New("agent expression: does not end")
	errAgentDivide = errors.New("agent expression: division by zero")
)

// agentSteps and agentStack bound an expression.
const (
	agentSteps = 10_000
	agentStack = 256
)

// agent evaluates an agent expression: gdb's bytecode for conditions, a stack machine on 64-bit integers.
//
// Source: GDB manual, appendix "The GDB Agent Expression Mechanism", "Bytecode Descriptions".
type agent struct {
	code  []byte
	at    int
	stack []uint64
	cpu   int
	d     *debugger.Debugger
}

// opcodes are the bytecodes that are one operation on the stack; those with operands or jumps stand in special.
var opcodes = map[byte]func(a *agent) error{
	0x02: binary(func(x, y uint64) (uint64, error) { return x + y, nil }),
	0x03: binary(func(x, y uint64) (uint64, error) { return x - y, nil }),
	0x04: binary(func(x, y uint64) (uint64, error) { return x * y, nil }),
	0x05: binary(divideSigned),
	0x06: binary(divideUnsigned),
	0x07: binary(remainderSigned),
	0x08: binary(remainderUnsigned),
	0x09: binary(func(x, y uint64) (uint64, error) { return x << y, nil }),
	0x0a: binary(func(x, y uint64) (uint64, error) { return uint64(int64(x) >> y), nil }),
	0x0b: binary(func(x, y uint64) (uint64, error) { return x >> y, nil }),
	0x0e: unary(func(x uint64) uint64 { return truth(x == 0) }),
	0x0f: binary(func(x, y uint64) (uint64, error) { return x & y, nil }),
	0x10: binary(func(x, y uint64) (uint64, error) { return x | y, nil }),
	0x11: binary(func(x, y uint64) (uint64, error) { return x ^ y, nil }),
	0x12: unary(func(x uint64) uint64 { return ^x }),
	0x13: binary(func(x, y uint64) (uint64, error) { return truth(x == y), nil }),
	0x14: binary(func(x, y uint64) (uint64, error) { return truth(int64(x) < int64(y)), nil }),
	0x15: binary(func(x, y uint64) (uint64, error) { return truth(x < y), nil }),
	0x17: reference(1),
	0x18: reference(2),
	0x19: reference(4),
	0x1a: reference(8),
	0x22: constant(1),
	0x23: constant(2),
	0x24: constant(4),
	0x25: constant(8),
	0x16: (*agent).signExtend,
	0x2a: (*agent).zeroExtend,
	0x26: (*agent).register,
	0x20: (*agent).jumpIf,
	0x21: (*agent).jump,
	0x28: func(a *agent) error { return a.pick(0) },
	0x29: func(a *agent) error { _, err := a.pop(); return err },
	0x2b: (*agent).swap,
	0x32: (*agent).pickOperand,
	0x33: (*agent).rotate,
}

// opEnd is the end of an expression: its value is on top of the stack.
const opEnd = 0x27

func (a *agent) run() (uint64, error) {
	for range agentSteps {
		op, err := a.operand(1)
		if err != nil {
			return 0, err
		}
		if op == opEnd {
			return a.pop()
		}
		f := opcodes[byte(op)]
		if f == nil {
			return 0, errAgentCode
		}
		if err := f(a); err != nil {
			return 0, err
		}
	}
	return 0, errAgentLength
}

// operand reads a big-endian number out of the code.
func (a *agent) operand(n int) (v uint64, err error) {
	if a.at+n > len(a.code) {
		return 0, errAgentCode
	}
	for range n {
		v = v<<8 | uint64(a.code[a.at])
		a.at++
	}
	return v, nil
}

func (a *agent) push(v uint64) error {
	if len(a.stack) == agentStack {
		return errAgentStack
	}
	a.stack = append(a.stack, v)
	return nil
}

func (a *agent) pop() (uint64, error) {
	if len(a.stack) == 0 {
		return 0, errAgentStack
	}
	v := a.stack[len(a.stack)-1]
	a.stack = a.stack[:len(a.stack)-1]
	return v, nil
}

func truth(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}
