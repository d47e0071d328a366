package conformance

import (
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	decode "stasis/decode/x86"
)

var siliconFile = flag.String("silicon", "testdata/silicon/debug-golden.json", "probes to replay")

// TestSilicon replays debug probes that were measured on a real CPU, each on both engines. See testdata/silicon/README.md.
func TestSilicon(t *testing.T) {
	probes := readProbes(t)
	names := make([]string, 0, len(probes))
	for name := range probes {
		names = append(names, name)
	}
	sort.Strings(names)
	features := cpuFeatures()
	passed, failed, idle := 0, 0, 0
	for _, name := range names {
		p, skipped := probes[name], false
		p.name = name
		ok := t.Run(name, func(t *testing.T) {
			if why := p.idle(features); why != "" {
				skipped = true
				t.Skip(why)
			}
			for _, single := range []bool{false, true} {
				if missing := p.run(t, single); missing != "" {
					skipped = true
					t.Skip("not there, and not advertised: " + missing)
				}
			}
		})
		switch {
		case skipped:
			idle++
		case ok:
			passed++
		default:
			failed++
		}
	}
	fmt.Printf("silicon: %d pass, %d fail, %d not run\n", passed, failed, idle)
}

// probe is a measured sequence.
type probe struct {
	name         string
	Code         hexBytes
	Mode         string
	DRs          []probeDR
	ClearRFOn    string  `json:"clear_rf_on"`
	FixupOff     *uint64 `json:"fixup_off"`
	Klass        string
	Needs        []string
	FarPtrOff    *uint64 `json:"far_ptr_off"`
	FarTargetOff uint64  `json:"far_target_off"`
	ESP          uint64  `json:"esp_abs"`
	Events       []probeEvent
}

type probeDR struct {
	CodeOff *int64          `json:"code_off"`
	BufOff  *int64          `json:"buf_off"`
	EdgeOff *int64          `json:"unmapped_edge_off"`
	Abs     json.RawMessage // a number, or one in a string
	RW, Len uint64
}

type probeEvent struct {
	Sig    string
	RIPOff int64 `json:"rip_off"`
	TF, RF uint64
	DR6    *string
	RCX    uint64
	RDIOff int64 `json:"rdi_off"`
	RAX    *string
	R11    *string
}

// hexBytes is bytes as "0f 0b".
type hexBytes []byte

func (h *hexBytes) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	v, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	*h = v
	return err
}

// readProbes reads the file from the module's root or from here.
func readProbes(t *testing.T) map[string]*probe {
	t.Helper()
	data, err := os.ReadFile(*siliconFile)
	if !filepath.IsAbs(*siliconFile) {
		if d, rootErr := os.ReadFile(filepath.Join("..", *siliconFile)); rootErr == nil {
			data, err = d, nil
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Probes map[string]*probe }
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Probes) == 0 {
		t.Fatalf("%s holds no probes", *siliconFile)
	}
	return file.Probes
}

// idle is why a probe is not asserted, or "".
func (p *probe) idle(features map[string]bool) string {
	if p.Klass != "arch" && p.Klass != "vendor" || p.Mode != "CONT" {
		return "not asserted: " + p.Klass + ", " + p.Mode
	}
	needs := p.Needs
	if p.usesUMIP() {
		needs = append(needs, "umip")
	}
	for _, f := range needs {
		if !features[f] {
			return "CPUID does not advertise " + f
		}
	}
	return ""
}

// usesUMIP reports whether the probe has an instruction that the measured kernel took from user code by CR4.UMIP.
func (p *probe) usesUMIP() bool {
	for at := 0; at < len(p.Code); {
		i, err := decode.Decode(p.Code[at:], decode.Mode64)
		if err == nil && hidden(i.Op) {
			return true
		}
		at += max(int(i.Len), 1)
	}
	return false
}
