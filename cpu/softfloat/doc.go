// Package softfloat does IEEE 754 arithmetic in 32, 64 and 80 bits with integers alone: every rounding mode and exception flag,
// and the same bits on every host.
//
// A value is its encoding (uint32, uint64, F80). An operation unpacks its operands into numbers, computes on those with 128 bits
// of significand, and packs the result, which is the only place that rounds.
//
// Sources: IEEE 754-2008; SDM Vol. 1, "Programming with the x87 FPU", "SIMD Floating-Point Exceptions" and "Operating on NaNs".
package softfloat
