package conformance

import "stasis/conformance/harness"

// cpuidBits is where CPUID advertises features: leaf, sub-leaf, register (0 EAX, 1 EBX, 2 ECX, 3 EDX), bit.
var cpuidBits = map[string][4]uint32{
	"fxsr": {1, 0, 3, 24}, "sse": {1, 0, 3, 25}, "sse2": {1, 0, 3, 26}, "clflush": {1, 0, 3, 19}, "cx8": {1, 0, 3, 8}, "cmov": {1, 0, 3, 15},
	"sse3": {1, 0, 2, 0}, "pclmulqdq": {1, 0, 2, 1}, "monitor": {1, 0, 2, 3}, "ssse3": {1, 0, 2, 9}, "fma": {1, 0, 2, 12}, "cx16": {1, 0, 2, 13},
	"sse4_1": {1, 0, 2, 19}, "sse4_2": {1, 0, 2, 20}, "movbe": {1, 0, 2, 22}, "popcnt": {1, 0, 2, 23}, "aes": {1, 0, 2, 25},
	"xsave": {1, 0, 2, 26}, "avx": {1, 0, 2, 28}, "f16c": {1, 0, 2, 29}, "rdrand": {1, 0, 2, 30},
	"fsgsbase": {7, 0, 1, 0}, "bmi1": {7, 0, 1, 3}, "avx2": {7, 0, 1, 5}, "bmi2": {7, 0, 1, 8}, "rtm": {7, 0, 1, 11}, "avx512f": {7, 0, 1, 16},
	"avx512dq": {7, 0, 1, 17}, "rdseed": {7, 0, 1, 18}, "adx": {7, 0, 1, 19}, "clflushopt": {7, 0, 1, 23}, "clwb": {7, 0, 1, 24},
	"sha_ni": {7, 0, 1, 29}, "avx512bw": {7, 0, 1, 30}, "avx512vl": {7, 0, 1, 31}, "umip": {7, 0, 2, 2}, "pku": {7, 0, 2, 3},
	"avx512_vbmi2": {7, 0, 2, 6}, "rdpid": {7, 0, 2, 22}, "xsaveopt": {13, 1, 0, 0}, "xsavec": {13, 1, 0, 1},
	"lahf_lm": {0x80000001, 0, 2, 0}, "lzcnt": {0x80000001, 0, 2, 5}, "abm": {0x80000001, 0, 2, 5}, "prefetchw": {0x80000001, 0, 2, 8},
	"3dnowprefetch": {0x80000001, 0, 2, 8}, "rdtscp": {0x80000001, 0, 3, 27}, "mmx": {1, 0, 3, 23}, "clzero": {0x80000008, 0, 1, 0},
}

// cpuFeatures asks the emulated CPU by CPUID.
func cpuFeatures() map[string]bool {
	m := harness.New()
	defer m.Close()
	m.Write(harness.Handlers, 0x0f, 0xa2)
	features := map[string]bool{}
	for name, at := range cpuidBits {
		s := m.State()
		s.GPR[0], s.GPR[1] = uint64(at[0]), uint64(at[1])
		m.CPU.SetState(s)
		m.CPU.Run(1)
		s = m.CPU.Snapshot()
		features[name] = [4]uint64{s.GPR[0], s.GPR[3], s.GPR[1], s.GPR[2]}[at[2]]>>at[3]&1 != 0
	}
	return features
}
