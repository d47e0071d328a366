package gdbremote

import (
	"errors"
	"fmt"
	"strings"
)

// handler answers one packet; args is what follows the prefix.
type handler func(c *Conn, args string) (reply string, err error)

// packets maps a packet's prefix to its handler. The first match wins; what matches nothing is answered empty, which says that
// it is not supported.
var packets = []struct {
	prefix string
	handle handler
}{
	{"?", (*Conn).stopReason},
	{"!", ok},
	{"g", (*Conn).readRegisters},
	{"G", (*Conn).writeRegisters},
	{"p", (*Conn).readRegister},
	{"P", (*Conn).writeRegister},
	{"m", (*Conn).readMemory},
	{"M", (*Conn).writeMemoryHex},
	{"X", (*Conn).writeMemoryBinary},
	{"x", (*Conn).readMemoryBinary},
	{"Z", (*Conn).insert},
	{"z", (*Conn).remove},
	{"vCont?", (*Conn).resumeActions},
	{"vCont;", (*Conn).resume},
	{"vKill;", (*Conn).killPolitely},
	{"vAttach;", (*Conn).attachAgain},
	{"c", (*Conn).continueAll},
	{"C", (*Conn).continueSignal},
	{"s", (*Conn).stepOne},
	{"S", (*Conn).stepSignal},
	{"D", (*Conn).detach},
	{"k", (*Conn).kill},
	{"H", (*Conn).selectThread},
	{"T", (*Conn).threadAlive},
	{"qSupported", (*Conn).supported},
	{"QStartNoAckMode", (*Conn).noAcks},
	{"QNonStop:", (*Conn).nonStop},
	{"QThreadSuffixSupported", (*Conn).fromLLDB},
	{"QListThreadsInStopReply", (*Conn).fromLLDB},
	{"qAttached", one},
	{"qSymbol:", ok},
	{"qfThreadInfo", (*Conn).threadList},
	{"qsThreadInfo", endOfList},
	{"qThreadExtraInfo,", (*Conn).threadInfo},
	{"qXfer:", (*Conn).transfer},
	{"qRcmd,", (*Conn).monitor},
	{"qSearch:memory:", (*Conn).search},
	{"qCRC:", (*Conn).checksum},
	{"qqemu.", (*Conn).qemuQuery},
	{"Qqemu.", (*Conn).qemuSet},
	{"qC", (*Conn).currentThread},
}

func ok(*Conn, string) (string, error)        { return "OK", nil }
func one(*Conn, string) (string, error)       { return "1", nil }
func endOfList(*Conn, string) (string, error) { return "l", nil }

// errno is an error that has a number of its own in the protocol.
type errno uint8

func (e errno) Error() string { return fmt.Sprintf("error %#x", uint8(e)) }

const (
	errFault errno = 0x14 // no memory there
	errValue errno = 0x22 // a value that cannot be
)

var errArguments = errors.New("malformed arguments")

// dispatch answers a packet.
func (c *Conn) dispatch(packet string) string {
	for i := range packets {
		p := &packets[i]
		if args, ok := strings.CutPrefix(packet, p.prefix); ok {
			reply, err := p.handle(c, args)
			if err != nil {
				return c.failure(err)
			}
			return reply
		}
	}
	return ""
}

// failure is the reply for an error: in words for a client that understands them.
func (c *Conn) failure(err error) string {
	if number := errno(0); errors.As(err, &number) {
		return fmt.Sprintf("E%02x", uint8(number))
	}
	if c.errorText {
		return "E." + err.Error()
	}
	return "E01"
}
