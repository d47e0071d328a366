package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"stasis/cpu"
	"stasis/machine"
)

// summary is what a run leaves behind for scripts, as a JSON object.
type summary struct {
	Schema          int                          `json:"schema"`
	Stop            string                       `json:"stop"`
	ExitCode        int                          `json:"exit_code"`
	Detail          string                       `json:"detail,omitempty"`
	Retired         uint64                       `json:"retired"`
	VirtualNS       uint64                       `json:"virtual_ns"`
	WallNS          int64                        `json:"wall_ns"`
	RAMTouchedBytes uint64                       `json:"ram_touched_bytes"`
	RSSBytes        uint64                       `json:"rss_bytes"`
	MIPS            float64                      `json:"mips"`
	PC              string                       `json:"pc"`
	Hash            string                       `json:"hash"`
	Hashes          []hashAt                     `json:"hashes,omitempty"`
	Unimplemented   map[string]uint64            `json:"unimplemented"`
	Stats           map[string]map[string]uint64 `json:"stats,omitempty"`
}

type hashAt struct {
	Retired uint64 `json:"retired"`
	Hash    string `json:"hash"`
}

// newSummary is what there is to say of a machine that has ended; m is nil if there never was one.
func newSummary(m *machine.Machine, stop string, code int, detail string) summary {
	s := summary{
		Schema: 1, Stop: stop, ExitCode: code, Detail: detail,
		RSSBytes: residentBytes(), PC: "0x0", Hash: strings.Repeat("0", 64), Unimplemented: map[string]uint64{},
	}
	if m == nil {
		return s
	}
	hash := m.Hash()
	s.Retired = m.Retired()
	s.VirtualNS = nanoseconds(m.Clock(), m.Config().IPS)
	s.WallNS = m.Wall().Nanoseconds()
	s.RAMTouchedBytes = m.RAMTouched()
	s.PC = fmt.Sprintf("%#x", m.CPUs()[0].PC())
	s.Hash = hex.EncodeToString(hash[:])
	if us := m.Wall().Microseconds(); us > 0 {
		s.MIPS = float64(s.Retired) / float64(us)
	}
	for _, h := range m.Hashes() {
		s.Hashes = append(s.Hashes, hashAt{h.Retired, hex.EncodeToString(h.Hash[:])})
	}
	for _, c := range m.CPUs() {
		for name, n := range c.Unimplemented() {
			s.Unimplemented[name] += n
		}
	}
	return s
}

// addStats adds the engine's counters.
func (s *summary) addStats(cpus []cpu.CPU) {
	s.Stats = map[string]map[string]uint64{}
	for i, c := range cpus {
		s.Stats["cpu"+strconv.Itoa(i)] = c.Stats()
	}
}

// write writes the file.
func (s summary) write(path string) error {
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o644)
}

// nanoseconds is the virtual time of a Clock.
func nanoseconds(clock, ips uint64) uint64 {
	const second = 1_000_000_000
	return clock/ips*second + clock%ips*second/ips
}

// residentBytes is the process's resident memory, where the host tells.
//
// Source: proc(5), "/proc/pid/statm".
func residentBytes() uint64 {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(b))
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseUint(fields[1], 10, 64)
	return pages * uint64(os.Getpagesize())
}
