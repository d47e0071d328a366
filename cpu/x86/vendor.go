package x86

// vendorRules is where processors of different vendors behave differently under a debugger. One is chosen by Config.Vendor,
// which is what CPUID reports.
//
// Sources: SDM Vol. 3B, "Debug Exceptions"; measurements of an AMD Zen 4 in conformance/testdata/silicon.
type vendorRules struct {
	// movSSHoldsBreakpoint: an instruction breakpoint on the instruction after MOV SS is suppressed.
	movSSHoldsBreakpoint bool
	// movSSChains: MOV SS in the shadow of another opens a shadow of its own.
	movSSChains bool
	// sysenterLong: SYSENTER and SYSEXIT exist in IA-32e mode.
	sysenterLong bool
}

var (
	amdRules   = vendorRules{movSSChains: true}
	intelRules = vendorRules{movSSHoldsBreakpoint: true, sysenterLong: true}
)

// Both profiles agree on the rest: bits of DR6 are set for enabled breakpoints only; a trap and an instruction breakpoint at one
// boundary are two exceptions; a REP string stops exactly after the iteration that hit; what MOV SS puts off survives a store;
// BLD, RTM and the address-mask MSRs are not there.

func (c *CPU) vendor() *vendorRules {
	if c.config.Vendor == "intel" {
		return &intelRules
	}
	return &amdRules
}
