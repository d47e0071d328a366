package aes

import "testing"

// TestSBox has examples of FIPS 197: SubBytes of 53h, and the product of 57h and 13h.
func TestSBox(t *testing.T) {
	if SBox[0x53] != 0xed || InverseSBox[0xed] != 0x53 || SBox[0] != 0x63 {
		t.Errorf("SBox[53h] = %#x, SBox[0] = %#x", SBox[0x53], SBox[0])
	}
	if got := Multiply(0x57, 0x13); got != 0xfe {
		t.Errorf("57h · 13h = %#x, want 0xfe", got)
	}
	for n, v := range SBox {
		if InverseSBox[v] != byte(n) {
			t.Errorf("InverseSBox[%#x] = %#x, want %#x", v, InverseSBox[v], n)
		}
	}
}
