package machine

// Trial makes a run take other ways to the same states: tests compare its hashes with those of a run that does not.
type Trial struct {
	SingleStep uint64 // so many units are run by the single-step engine
	DropInline uint64 // all inline TLB entries are dropped every so many units; 0: never
}

// trial is how far a Trial is.
type trial struct {
	stepping bool
	nextDrop uint64
}

// try does at a boundary what the Trial asks for.
func (m *Machine) try() {
	t := &m.host.Trial
	if want := m.State.Retired < t.SingleStep; want != m.trial.stepping {
		m.trial.stepping = want
		for _, c := range m.cpus {
			c.SetSingleStep(want)
		}
	}
	if t.DropInline != 0 && m.State.Retired >= m.trial.nextDrop {
		m.trial.nextDrop = m.State.Retired + t.DropInline
		for _, c := range m.cpus {
			c.DropInline()
		}
	}
}

// trialLimit is how many units may run until the Trial has something to do.
func (m *Machine) trialLimit() uint64 {
	n := ^uint64(0)
	if m.trial.stepping {
		n = m.host.Trial.SingleStep - m.State.Retired
	}
	if m.host.Trial.DropInline != 0 {
		n = min(n, m.trial.nextDrop-m.State.Retired)
	}
	return n
}
