package lab

import (
	"time"

	"stasis/debug"
)

// Cases of the guest Lab, in the order of its table.
const (
	casePushf = iota
	casePopf
	caseLahf
	caseFault
	caseInt3
	caseInt1
	caseTF
	caseChecksum
	caseUnmapped
	caseSwapped
	caseMix
	caseRace
	caseStore
)

const (
	thought = 50 * time.Millisecond
	turns   = 10
)

// Scenarios are the lab's, in the order of its table. Their names stay.
var Scenarios = []Scenario{
	{Name: "timer-stepover", About: "ten continues from a breakpoint in a loop, 50 ms of thought each, a timer of 1000 Hz",
		demo: true, play: livelock, free: true},
	{Name: "until-workaround", About: "the same with the way round it: disable the breakpoint, run to the next line, enable it",
		demo: true, play: workaround, free: true},
	{Name: "pause-ticks", About: "three stops with 50 ms of thought: as many ticks as without a debugger",
		demo: true, rounds: 500_000, play: pauses},
	{Name: "lost-ticks", About: "the same by the guest's own clock: a tick for each of its periods",
		demo: true, rounds: 500_000, play: byGuestClock, free: true},
	{Name: "hour-pause", About: "one stop with an hour of thought", demo: true, hz: 100, rounds: 500_000, play: hour},
	{Name: "pushf-step", About: "steps over PUSHF: the image of the flags", code: casePushf, play: steps("lab_pushf", 5)},
	{Name: "popf-iret-step", About: "steps over POPF, CLI and IRET", code: casePopf, play: steps("lab_popf", 16)},
	{Name: "lahf-sahf-step", About: "steps over LAHF and SAHF: they carry neither TF nor IF", code: caseLahf, play: steps("lab_lahf", 9)},
	{Name: "fault-step", About: "a step into an exception, whose handler looks at its frame", code: caseFault, play: steps("lab_fault", 6)},
	{Name: "guest-int3", About: "the guest's own INT3, as a kernel tries it at its start", code: caseInt3, play: beside("lab_int3")},
	{Name: "guest-int1", About: "the guest's own INT1", code: caseInt1, play: beside("lab_int1")},
	{Name: "guest-tf", About: "the guest sets TF itself", code: caseTF, play: beside("lab_tf")},
	{Name: "guest-debugger", About: "steps through a guest that steps itself", code: caseTF, play: steps("lab_tf", 60)},
	{Name: "checksum", About: "a guest that sums its own code, with a breakpoint in it", code: caseChecksum, play: beside("lab_summed")},
	{Name: "bp-unmapped", About: "a breakpoint on a page that is not mapped yet", code: caseUnmapped, play: unmapped},
	{Name: "bp-swapped", About: "a breakpoint on a page that is swapped out and in again", code: caseSwapped, play: swapped},
	{Name: "two-at-one", About: "two breakpoints at one address, removed one by one", demo: true, rounds: 100, play: twoAtOne},
	{Name: "removed-while-queued", About: "a breakpoint removed while another CPU's stop at it waits", code: caseRace, smp: 2, rounds: 20,
		play: removedQueued, free: true},
	{Name: "ctrl-c-in-step-over", About: "Ctrl-C just as a breakpoint is stepped over", demo: true, rounds: 100, play: ctrlC},
	{Name: "second-cpu-through", About: "another CPU comes by while a breakpoint is lifted for a step", code: caseRace, smp: 2, rounds: 20,
		play: secondThrough, free: true},
	{Name: "two-cpus-one-bp", About: "two CPUs at one breakpoint: each passage is a stop", code: caseRace, smp: 2, rounds: 20,
		play: bothHit, free: true},
	{Name: "mode-switch-step", About: "steps from 32-bit to 64-bit mode", code: caseLahf, play: modeSwitch},
	{Name: "thousand-steps", About: "1,000 steps through POPF, PUSHF, IRET, SYSCALL, MOV SS, STI, HLT and REP, with a timer",
		code: caseMix, rounds: 60, play: steps("lab_mix", 1000)},
}

// livelock continues from a breakpoint again and again.
func livelock(r *rig) {
	r.breakAt("loop_body")
	r.cont()
	before := r.word("loop_counter")
	for range turns {
		r.think(thought)
		r.cont()
	}
	r.want("turns of the loop", r.word("loop_counter")-before, turns)
}

// workaround goes on by a breakpoint behind the instruction.
func workaround(r *rig) {
	r.breakAt("loop_body")
	r.cont()
	before := r.word("loop_counter")
	for range turns {
		r.think(thought)
		next := r.symbol("loop_body") + loopBody
		r.clearAt("loop_body")
		r.breakAddr(next)
		r.cont()
		r.clearAddr(next)
		r.breakAt("loop_body")
		r.cont()
	}
	r.want("turns of the loop", r.word("loop_counter")-before, turns)
}

// loopBody is the length of INC [RIP+disp32].
const loopBody = 7

func pauses(r *rig) {
	r.breakAt("loop_body")
	for range 3 {
		r.cont()
		r.think(thought)
	}
}

// byGuestClock compares the ticks with the time that has passed for the guest.
func byGuestClock(r *rig) {
	pauses(r)
	r.finish()
	alone, err := r.scenario.undisturbed(r.column.vendor)
	if err != nil {
		r.wrong("%v", err)
		return
	}
	periods := alone.ticks + (r.machine.Clock()-alone.clock)*tickRate/r.machine.Config().IPS
	if ticks := r.word("tick_counter"); ticks+1 < periods || ticks > periods+1 {
		r.wrong("ticks: %d in %d periods of the guest's clock", ticks, periods)
	}
}

// tickRate is how many ticks a second Demo has, if the scenario says nothing.
const tickRate = 1000

func hour(r *rig) {
	r.breakAt("loop_body")
	r.cont()
	r.think(time.Hour)
}

// steps is a scenario that runs to a symbol and makes single steps from there.
func steps(symbol string, n int) func(*rig) {
	return func(r *rig) {
		r.breakAt(symbol)
		r.cont()
		r.clearAt(symbol)
		for range n {
			if stop := r.step(0); stop.Kind == debug.StopEnd {
				return
			}
		}
	}
}

// beside is a scenario in which a breakpoint at a symbol is hit once, and stays there.
func beside(symbol string) func(*rig) {
	return func(r *rig) {
		r.breakAt(symbol)
		for range turns {
			if stop := r.cont(); stop.Kind == debug.StopEnd {
				break
			}
		}
		r.want("stops", uint64(r.hits[0]), 1)
	}
}

// unmapped sets a breakpoint where nothing is mapped, and stops once more before it matters.
func unmapped(r *rig) {
	r.breakAt("lab_hole")
	r.breakAt("lab_mapped")
	r.cont()
	r.breakAddr(window)
	r.cont()
	r.cont()
	r.want("stops", uint64(r.hits[0]), 3)
}

// window is LAB_WINDOW.
const window = 0x40000000

// swapped has a breakpoint on a page that goes and comes back elsewhere, with a stop while it is away.
func swapped(r *rig) {
	r.breakAt("lab_resident")
	r.breakAt("lab_out")
	r.cont()
	r.breakAddr(window)
	for range 3 {
		r.cont()
	}
	r.want("stops", uint64(r.hits[0]), 4)
}

func twoAtOne(r *rig) {
	r.breakAt("loop_body")
	r.breakAt("loop_body")
	r.cont()
	r.clearAt("loop_body")
	r.cont()
	r.clearAt("loop_body")
	r.contFor(200)
	r.want("stops", uint64(r.hits[0]), 2)
}

// ctrlC asks for a stop at the moment of a step-over: it is reported once, and the breakpoint stays good.
func ctrlC(r *rig) {
	r.breakAt("loop_body")
	r.cont()
	before := r.word("loop_counter")
	r.machine.Interrupt()
	if stop := r.cont(); stop.Kind != debug.StopInterrupt {
		r.wrong("Ctrl-C was not reported")
	}
	for range 3 {
		if stop := r.cont(); stop.Kind != debug.StopBreakpoint {
			r.wrong("no breakpoint stop after Ctrl-C")
		}
	}
	if n := r.word("loop_counter") - before; n != 3 && n != 4 {
		r.wrong("%d turns of the loop, not 3 or 4", n)
	}
}

// bothHit counts the stops of two CPUs.
func bothHit(r *rig) {
	r.toRace()
	r.breakAt("lab_shared")
	for range 2*int(r.scenario.rounds) + 1 {
		if stop := r.contFor(1_000_000); stop.Kind != debug.StopBreakpoint {
			break
		}
	}
	r.want("CPU 0's stops", uint64(r.hits[0])-1, r.scenario.rounds)
	r.want("CPU 1's stops", uint64(r.hits[1]), r.scenario.rounds)
}

// toRace runs to where both CPUs begin.
func (r *rig) toRace() {
	r.breakAt("lab_go")
	r.cont()
	r.clearAt("lab_go")
}

// secondThrough steps each CPU over the breakpoint where it has stopped: nobody else may go by meanwhile.
func secondThrough(r *rig) {
	r.toRace()
	r.breakAt("lab_shared")
	for range r.scenario.rounds {
		stop := r.contFor(1_000_000)
		if stop.Kind != debug.StopBreakpoint {
			r.wrong("no stop at the breakpoint")
			return
		}
		before := r.passages()
		r.step(stop.CPU)
		r.want("passages during a step", r.passages()-before, 1)
	}
}

// passages are both CPUs' turns.
func (r *rig) passages() uint64 {
	return r.word("lab_turns") + readWord(r.machine, r.symbol("lab_turns")+8)
}

// removedQueued removes the breakpoint at the first CPU's stop, when the other may be there too.
func removedQueued(r *rig) {
	r.toRace()
	r.breakAt("lab_shared")
	r.cont()
	r.clearAt("lab_shared")
	if stop := r.cont(); stop.Kind != debug.StopEnd {
		r.wrong("a stop at a breakpoint that has gone")
	}
	r.want("CPU 0's turns", r.word("lab_turns"), r.scenario.rounds)
	r.want("CPU 1's turns", readWord(r.machine, r.symbol("lab_turns")+8), r.scenario.rounds)
	r.want("traps of the guest", r.word("lab_bp")+r.word("lab_db"), 0)
}

// modeSwitch steps from the guest's first instruction until it is in 64-bit code.
func modeSwitch(r *rig) {
	for range 12_000 {
		if r.step(0); r.long(0) {
			break
		}
	}
	if !r.long(0) {
		r.wrong("the guest did not get to 64-bit mode")
	}
	for range 10 {
		r.step(0)
	}
}
