package lab

import "testing"

// TestTable: native is all green, and each expected red cell of the others is red.
func TestTable(t *testing.T) {
	for i := range Scenarios {
		for _, c := range Columns {
			s := &Scenarios[i]
			t.Run(s.Name+"/"+c.Name, func(t *testing.T) {
				row, err := Try(s, c)
				if err != nil {
					t.Fatal(err)
				}
				if !row.OK() {
					t.Errorf("%s, expected %s: %s", row.Result, row.Expected, row.Why)
				}
			})
		}
	}
}
