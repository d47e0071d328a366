package i8042

// Status register.
const (
	statusFull     = 1 << 0
	statusSystem   = 1 << 2
	statusCommand  = 1 << 3
	statusUnlocked = 1 << 4
	statusMouse    = 1 << 5
	statusTimeout  = 1 << 6
)

// Command byte.
const (
	commandIRQ1       = 1 << 0
	commandIRQ12      = 1 << 1
	commandSystem     = 1 << 2
	commandNoKeyboard = 1 << 4
	commandNoMouse    = 1 << 5
)

// Output port.
const (
	portReset = 1 << 0
	portA20   = 1 << 1
	portIRQ1  = 1 << 4
	portIRQ12 = 1 << 5
)

// Commands. Those that read and write RAM are ranges of 32.
const (
	cmdReadRAM         = 0x20
	cmdWriteRAM        = 0x60
	cmdEndRAM          = 0x80
	cmdDisableMouse    = 0xa7
	cmdEnableMouse     = 0xa8
	cmdTestMouse       = 0xa9
	cmdSelfTest        = 0xaa
	cmdTestKeyboard    = 0xab
	cmdDisableKeyboard = 0xad
	cmdEnableKeyboard  = 0xae
	cmdReadInput       = 0xc0
	cmdReadOutput      = 0xd0
	cmdWriteOutput     = 0xd1
	cmdFakeKeyboard    = 0xd2
	cmdFakeMouse       = 0xd3
	cmdToMouse         = 0xd4
	cmdPulse           = 0xf0 // with a zero for each of the output port's lower bits to pulse
)

const (
	selfTestPassed = 0x55
	testPassed     = 0x00
	resend         = 0xfe // what the controller makes of a device that does not answer
	inputPort      = 0xa0 // keyboard not locked, colour display
)

// obey is a byte written to port 64h.
func (c *Controller) obey(v uint8) {
	c.Wants = 0
	switch {
	case v >= cmdPulse:
		if v&portReset == 0 {
			c.reset()
		}
		return
	case v >= cmdReadRAM && v < cmdReadRAM+32:
		c.put(c.RAM[v-cmdReadRAM], 0)
		return
	case v >= cmdWriteRAM && v < cmdEndRAM:
		c.Wants = v
		return
	}
	switch v {
	case cmdDisableMouse:
		c.RAM[0] |= commandNoMouse
	case cmdEnableMouse:
		c.RAM[0] &^= commandNoMouse
	case cmdDisableKeyboard:
		c.RAM[0] |= commandNoKeyboard
	case cmdEnableKeyboard:
		c.RAM[0] &^= commandNoKeyboard
	case cmdTestMouse, cmdTestKeyboard:
		c.put(testPassed, 0)
	case cmdSelfTest:
		c.Status |= statusSystem
		c.put(selfTestPassed, 0)
	case cmdReadInput:
		c.put(inputPort, 0)
	case cmdReadOutput:
		c.put(c.outputPort(), 0)
	case cmdWriteOutput, cmdFakeKeyboard, cmdFakeMouse, cmdToMouse:
		c.Wants = v
	}
}

// outputPort is the output port with the interrupts that are driven through it.
func (c *Controller) outputPort() uint8 {
	v := c.Port &^ (portIRQ1 | portIRQ12)
	switch {
	case c.Status&statusFull == 0:
	case c.Status&statusMouse != 0:
		v |= portIRQ12
	default:
		v |= portIRQ1
	}
	return v
}

// take is a byte written to port 60h: for the last command, or else for the keyboard.
func (c *Controller) take(v uint8) {
	wants := c.Wants
	c.Wants = 0
	switch wants {
	case cmdWriteOutput:
		c.setPort(v)
	case cmdFakeKeyboard:
		c.put(v, 0)
	case cmdFakeMouse:
		c.put(v, statusMouse)
	case cmdToMouse:
		c.put(resend, statusMouse|statusTimeout)
	case 0:
		c.put(resend, statusTimeout)
	default:
		c.RAM[wants-cmdWriteRAM] = v
		if wants == cmdWriteRAM {
			c.Status = c.Status&^statusSystem | v&commandSystem
		}
	}
}
