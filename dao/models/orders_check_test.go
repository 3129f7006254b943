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

// An order whose state is none has come as far as its history says, whatever else stands in that.
func TestMendState(t *testing.T) {
	for _, c := range []struct {
		state, want OrderState
		history     []string
	}{
		{"flying", OrderPlaced, nil},
		{"flying", OrderPlaced, []string{"placed"}},
		{"flying", OrderAccepted, []string{"placed", "accepted", "paid", "flying"}},
		{"", OrderCancelled, []string{"placed", "cancelled", "refunded"}},
		{OrderReady, OrderReady, []string{"placed"}},
	} {
		o := Order{State: c.state}
		for _, what := range c.history {
			o.History = append(o.History, Event{What: what})
		}
		if o.MendState(); o.State != c.want {
			t.Errorf("%q with the history %q is %q, not %q", c.state, c.history, o.State, c.want)
		}
	}
}
