package arm64

// Hints and barriers: memory is seen in program order, so a barrier has nothing to do. Source: Arm ARM, "Hints" and "Barriers and
// CLREX".

func hint(c *CPU, i *Inst)  {}
func yield(c *CPU, i *Inst) {}
func bti(c *CPU, i *Inst)   {} // the check comes before: checkTarget
func dsb(c *CPU, i *Inst)   {}
func dmb(c *CPU, i *Inst)   {}
func isb(c *CPU, i *Inst)   {}
func sb(c *CPU, i *Inst)    {}

// prfmImm is PRFM: nothing is prefetched.
func prfmImm(c *CPU, i *Inst) {}
func prfmReg(c *CPU, i *Inst) {}
func prfmLit(c *CPU, i *Inst) {}
func prfum(c *CPU, i *Inst)   {}
