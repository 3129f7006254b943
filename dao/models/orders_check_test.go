package models

import (
	"strings"
	"testing"
)

// What an edit by hand breaks is said so that it can be put right: of no lines how many there must be,
// and of a quantity below nothing that alone.
func TestOrderSaysWhatIsAskedFor(t *testing.T) {
	for want, lines := range map[string][]OrderLine{
		"lines must have between 1 and 500 entries; got 0": nil,
		"lines[0].quantity must be at least 1; got -1":     {{Product: ID{11: 1}, Quantity: -1, Refunded: 0}},
	} {
		var said []string
		o := Order{Number: 1, Lines: lines}
		problems, _ := o.Check().(Invalid)
		for _, problem := range problems {
			if strings.HasPrefix(problem.Field, "lines") {
				said = append(said, problem.Field+" "+problem.Reason())
			}
		}
		if got := strings.Join(said, "; "); got != want {
			t.Errorf("it says %q, not %q", got, want)
		}
	}
}
