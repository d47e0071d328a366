package gdbremote

// unary is an operation on the top of the stack.
func unary(f func(uint64) uint64) func(*agent) error {
	return func(a *agent) error {
		x, err := a.pop()
		if err != nil {
			return err
		}
		return a.push(f(x))
	}
}

// binary is an operation on the two topmost, the lower one first.
func binary(f func(x, y uint64) (uint64, error)) func(*agent) error {
	return func(a *agent) error {
		y, err := a.pop()
		if err != nil {
			return err
		}
		x, err := a.pop()
		if err != nil {
			return err
		}
		v, err := f(x, y)
		if err != nil {
			return err
		}
		return a.push(v)
	}
}

func divideSigned(x, y uint64) (uint64, error) {
	if y == 0 {
		return 0, errAgentDivide
	}
	return uint64(int64(x) / int64(y)), nil
}

func divideUnsigned(x, y uint64) (uint64, error) {
	if y == 0 {
		return 0, errAgentDivide
	}
	return x / y, nil
}

func remainderSigned(x, y uint64) (uint64, error) {
	if y == 0 {
		return 0, errAgentDivide
	}
	return uint64(int64(x) % int64(y)), nil
}

func remainderUnsigned(x, y uint64) (uint64, error) {
	if y == 0 {
		return 0, errAgentDivide
	}
	return x % y, nil
}

// reference reads n bytes of memory at the address on the stack.
func reference(n int) func(*agent) error {
	return func(a *agent) error {
		addr, err := a.pop()
		if err != nil {
			return err
		}
		p := a.d.ReadMemory(a.cpu, addr, n)
		if len(p) < n {
			return errFault
		}
		return a.push(fromLittleEndian(p))
	}
}

// constant pushes the operand.
func constant(n int) func(*agent) error {
	return func(a *agent) error {
		v, err := a.operand(n)
		if err != nil {
			return err
		}
		return a.push(v)
	}
}

func (a *agent) signExtend() error {
	return a.extend(func(v uint64, shift uint64) uint64 { return uint64(int64(v<<shift) >> shift) })
}

func (a *agent) zeroExtend() error {
	return a.extend(func(v uint64, shift uint64) uint64 { return v << shift >> shift })
}

func (a *agent) extend(f func(v, shift uint64) uint64) error {
	n, err := a.operand(1)
	if err != nil {
		return err
	}
	if n == 0 || n > 64 {
		return errAgentCode
	}
	return unary(func(v uint64) uint64 { return f(v, 64-n) })(a)
}

// register pushes a register, by its number in the target description.
func (a *agent) register() error {
	n, err := a.operand(2)
	if err != nil {
		return err
	}
	if n >= uint64(len(a.d.Registers())) {
		return errAgentCode
	}
	return a.push(fromLittleEndian(a.d.CPUs()[a.cpu].ReadRegister(int(n))))
}

func (a *agent) jump() error {
	to, err := a.operand(2)
	if err != nil {
		return err
	}
	a.at = int(to)
	return nil
}

func (a *agent) jumpIf() error {
	to, err := a.operand(2)
	if err != nil {
		return err
	}
	v, err := a.pop()
	if err == nil && v != 0 {
		a.at = int(to)
	}
	return err
}

// pick copies the n-th from the top.
func (a *agent) pick(n uint64) error {
	if n >= uint64(len(a.stack)) {
		return errAgentStack
	}
	return a.push(a.stack[len(a.stack)-1-int(n)])
}

func (a *agent) pickOperand() error {
	n, err := a.operand(1)
	if err != nil {
		return err
	}
	return a.pick(n)
}

func (a *agent) swap() error {
	n := len(a.stack)
	if n < 2 {
		return errAgentStack
	}
	a.stack[n-1], a.stack[n-2] = a.stack[n-2], a.stack[n-1]
	return nil
}

// rotate moves the top under the two below it.
func (a *agent) rotate() error {
	n := len(a.stack)
	if n < 3 {
		return errAgentStack
	}
	a.stack[n-3], a.stack[n-2], a.stack[n-1] = a.stack[n-1], a.stack[n-3], a.stack[n-2]
	return nil
}

// fromLittleEndian is the low 64 bits.
func fromLittleEndian(p []byte) (v uint64) {
	for i := min(len(p), 8) - 1; i >= 0; i-- {
		v = v<<8 | uint64(p[i])
	}
	return v
}
