package machine

// Functions of PSCI. Those with bit 30 take 64-bit arguments.
//
// Source: Arm Power State Coordination Interface (DEN 0022), "PSCI functions"; SMC Calling Convention (DEN 0028).
const (
	psciVersion         = 0x8400_0000
	psciSuspend         = 0x8400_0001
	psciCPUOff          = 0x8400_0002
	psciCPUOn           = 0x8400_0003
	psciAffinityInfo    = 0x8400_0004
	psciMigrateInfoType = 0x8400_0006
	psciSystemOff       = 0x8400_0008
	psciSystemReset     = 0x8400_0009
	psciFeatures        = 0x8400_000a
	psciSystemReset2    = 0x8400_0012
	smcccVersion        = 0x8000_0000
	smcccFeatures       = 0x8000_0001

	psci64  = 1 << 30 // in a function's number
	smccc32 = 1<<32 - 1
)

// What PSCI returns.
const (
	psciSuccess      = 0
	psciNotSupported = -1
	psciInvalid      = -2
	psciAlreadyOn    = -4
	affinityOn       = 0
	affinityOff      = 1
	noMigration      = 2 // there is no trusted OS
	psci11           = 1<<16 | 1
	smccc11          = 1<<16 | 1
)

// Hypercall is HVC: PSCI, and the few functions that tell of the calling convention. What is none of them is answered with "not
// supported".
func (s *virtSystem) Hypercall(x *[31]uint64) (ok bool) {
	id := uint32(x[0])
	args := [3]uint64{x[1], x[2], x[3]}
	if id&psci64 == 0 {
		for i := range args {
			args[i] &= smccc32
		}
	}
	v := s.psci(id, args)
	if id&psci64 == 0 {
		v &= smccc32
	}
	x[0] = v
	return true
}

func result(v int64) uint64 { return uint64(v) }

func (s *virtSystem) psci(id uint32, x [3]uint64) uint64 {
	if !psciKnown(id) {
		return result(psciNotSupported)
	}
	switch id &^ psci64 {
	case psciVersion:
		return psci11
	case smcccVersion:
		return smccc11
	case psciFeatures:
		if !psciKnown(uint32(x[0])) {
			return result(psciNotSupported)
		}
	case psciSuspend:
		s.cpus[s.cpu].Suspend()
	case psciCPUOff:
		s.cpus[s.cpu].PowerOff()
	case psciCPUOn:
		return s.powerOn(x[0], x[1], x[2])
	case psciAffinityInfo:
		return s.affinityInfo(x[0], x[1])
	case psciMigrateInfoType:
		return noMigration
	case psciSystemOff:
		s.m.end(StopPowerOff, 0)
	case psciSystemReset, psciSystemReset2:
		s.reset()
	default: // SMCCC_ARCH_FEATURES: none of those asked for
		return result(psciNotSupported)
	}
	return psciSuccess
}

// psciKnown reports whether there is such a function.
func psciKnown(id uint32) bool {
	base := id &^ psci64
	if id&psci64 != 0 {
		return base == psciSuspend || base == psciCPUOn || base == psciAffinityInfo || base == psciSystemReset2
	}
	switch base {
	case psciVersion, psciSuspend, psciCPUOff, psciCPUOn, psciAffinityInfo, psciMigrateInfoType, psciSystemOff, psciSystemReset,
		psciFeatures, psciSystemReset2, smcccVersion, smcccFeatures:
		return true
	}
	return false
}

// powerOn is CPU_ON. The target is given as in MPIDR.
func (s *virtSystem) powerOn(target, entry, context uint64) uint64 {
	if target >= uint64(len(s.cpus)) {
		return result(psciInvalid)
	}
	c := s.cpus[target]
	if !c.IsOff() {
		return result(psciAlreadyOn)
	}
	c.PowerOn(entry, context)
	return psciSuccess
}

// affinityInfo is AFFINITY_INFO, of single CPUs and of all of them.
func (s *virtSystem) affinityInfo(target, level uint64) uint64 {
	if level > 0 && level <= 3 && target < uint64(len(s.cpus)) {
		return affinityOn // of the CPU that asks, at least
	}
	switch {
	case level != 0 || target >= uint64(len(s.cpus)):
		return result(psciInvalid)
	case s.cpus[target].IsOff():
		return affinityOff
	}
	return affinityOn
}
