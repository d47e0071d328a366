package machine

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"stasis/bus"
	"stasis/cpu"
	"stasis/replay"
)

// EncodingVersion heads the canonical encoding. It goes up with every change of a State struct, and with it all hashes change.
const EncodingVersion = "stasis state 4"

// Snapshot is a machine at one boundary. Snapshots of one machine share the pages that are equal in them.
type Snapshot struct {
	ram     *bus.Snapshot
	state   []byte
	mark    replay.Mark
	settled bool
	Retired uint64
	Clock   uint64
}

// ErrSnapshot is a snapshot of another machine.
var ErrSnapshot = errors.New("the snapshot does not fit this machine")

// addPart makes the struct that state points to a part of the machine's state. The order of calls is the order of the
// encoding. loaded, if not nil, is called after the struct was overwritten.
func (m *Machine) addPart(name string, state any, loaded func()) {
	m.parts = append(m.parts, part{
		name:   name,
		encode: func(b []byte) []byte { return cpu.Encode(b, state) },
		decode: func(b []byte) ([]byte, error) {
			rest, err := cpu.Decode(b, state)
			if err == nil && loaded != nil {
				loaded()
			}
			return rest, err
		},
	})
}

// encode appends the canonical encoding of everything but memory.
func (m *Machine) encode(b []byte) []byte {
	b = append(b, EncodingVersion...)
	b = cpu.Encode(b, &m.State)
	return m.encodeParts(b)
}

// encodeParts appends the encoding of CPUs, deadlines and devices.
func (m *Machine) encodeParts(b []byte) []byte {
	for _, c := range m.cpus {
		b = c.EncodeState(b)
	}
	queue := m.queue.State()
	b = cpu.Encode(b, &queue)
	for _, p := range m.parts {
		b = p.encode(b)
	}
	return b
}

func (m *Machine) decodeParts(b []byte) (err error) {
	for i, c := range m.cpus {
		if b, err = c.DecodeState(b); err != nil {
			return fmt.Errorf("CPU %d: %w", i, err)
		}
	}
	queue := m.queue.State()
	if b, err = cpu.Decode(b, &queue); err != nil {
		return fmt.Errorf("deadlines: %w", err)
	}
	for _, p := range m.parts {
		if b, err = p.decode(b); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	if len(b) != 0 {
		return ErrSnapshot
	}
	return m.queue.SetState(queue)
}

// Hash is SHA-256 over the canonical encoding of the state and the root of the tree over all pages.
func (m *Machine) Hash() bus.Digest {
	root := m.bus.RAM.Hash()
	m.buffer = append(m.encode(m.buffer[:0]), root[:]...)
	return sha256.Sum256(m.buffer)
}

// Snapshot returns the machine as it is now.
func (m *Machine) Snapshot() *Snapshot {
	m.buffer = m.encode(m.buffer[:0])
	return &Snapshot{
		ram: m.bus.RAM.Snapshot(), state: slices.Clone(m.buffer), mark: m.recorder.Mark(), settled: m.settled,
		Retired: m.State.Retired, Clock: m.Clock(),
	}
}

// Restore makes the machine as it was. Inputs recorded after that are replayed when it runs again, and output that the
// host has seen is not written a second time.
func (m *Machine) Restore(s *Snapshot) error {
	b := s.state
	if len(b) < len(EncodingVersion) || string(b[:len(EncodingVersion)]) != EncodingVersion {
		return ErrSnapshot
	}
	b, err := cpu.Decode(b[len(EncodingVersion):], &m.State)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrSnapshot, err)
	}
	if err := m.bus.RAM.Restore(s.ram); err != nil {
		return err
	}
	if err := m.decodeParts(b); err != nil {
		return fmt.Errorf("%w: %w", ErrSnapshot, err)
	}
	for _, c := range m.cpus {
		c.DropInline()
	}
	m.recorder.Seek(s.mark)
	m.settled, m.ending = s.settled, nil
	m.resumeHashes()
	return nil
}

// resumeHashes forgets the hashes after the present position, which will be taken again.
func (m *Machine) resumeHashes() {
	if m.host.HashEvery == 0 {
		return
	}
	for n := len(m.hashes); n > 0 && m.hashes[n-1].Retired > m.State.Retired; n-- {
		m.hashes = m.hashes[:n-1]
	}
	m.nextHash = (m.State.Retired/m.host.HashEvery + 1) * m.host.HashEvery
}

// powerOn makes the machine as it was when it was made, at the present position.
func (m *Machine) powerOn() {
	if err := m.decodeParts(m.fresh); err != nil {
		panic(fmt.Sprintf("machine: at %d: state at power-on: %v", m.State.Retired, err))
	}
	if err := m.boot(); err != nil {
		panic(fmt.Sprintf("machine: at %d: load anew: %v", m.State.Retired, err))
	}
	for _, c := range m.cpus {
		c.DropInline()
	}
	m.State.Current, m.State.Left = 0, m.config.turn(m.State.Retired)
	m.settled = false
}
