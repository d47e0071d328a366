package timer

import "math/bits"

// Rate is an exact frequency of Num/Den Hz on a clock of IPS units a virtual second. Den*IPS must fit 64 bits.
type Rate struct {
	Num, Den, IPS uint64
}

// PIT is the rate of the 8254's input: a third of the 14.31818 MHz crystal's quarter, 105/88 MHz.
func PIT(ips uint64) Rate { return Rate{105_000_000, 88, ips} }

// ACPIPM is the rate of the ACPI power management timer: three times the PIT's, 315/88 MHz.
//
// Source: ACPI Specification, "Power Management Timer".
func ACPIPM(ips uint64) Rate { return Rate{315_000_000, 88, ips} }

// Hertz is a rate of a whole number of Hz.
func Hertz(hz, ips uint64) Rate { return Rate{hz, 1, ips} }

// Count returns how many whole periods have passed at the given time: floor(clock*Num/(Den*IPS)), modulo 2^64.
func (r Rate) Count(clock uint64) uint64 {
	hi, lo := bits.Mul64(clock, r.Num)
	d := r.Den * r.IPS
	q, _ := bits.Div64(hi%d, lo, d)
	return q
}

// When returns the least time at which Count has reached count, or Never if that lies beyond the end of time.
func (r Rate) When(count uint64) uint64 {
	hi, lo := bits.Mul64(count, r.Den*r.IPS)
	lo, carry := bits.Add64(lo, r.Num-1, 0)
	hi += carry
	if hi >= r.Num {
		return Never
	}
	q, _ := bits.Div64(hi, lo, r.Num)
	return q
}
