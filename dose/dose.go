// Package dose says how much of their work the tests do that could go on for ever: kills, random
// requests, spoilt disks.
//
// There are three doses. The small one is that of `make check`, which asks for it by DOSE=small in
// the environment, and of Go's own -short, with which `make quick` runs: that leaves out what takes
// long even so. The usual one is what `go test` and `make full` do. The large one is `make faults`:
// it gives each trial flags of its own, which [Flag] makes. A dose is asked for while a test runs:
// before, nobody knows whether it is to be short.
package dose

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"
)

// amount is how often, or for how long.
type amount interface{ int | time.Duration }

// Small says whether the dose is the small one.
func Small() bool { return testing.Short() || os.Getenv("DOSE") == "small" }

// Of returns the dose of a test that has no flag.
func Of[T amount](small, usual T) T {
	if Small() {
		return small
	}
	return usual
}

// Dose is how much one test does, unless its flag says something else.
type Dose[T amount] struct {
	small, usual T
	given        *T
}

// Flag makes a dose, and its flag.
func Flag[T amount](name string, small, usual T, usage string) *Dose[T] {
	d := &Dose[T]{small: small, usual: usual}
	flag.Func(name, fmt.Sprintf("%s (%v; with -short %v)", usage, usual, small), d.set)
	return d
}

func (d *Dose[T]) set(text string) (err error) {
	var given T
	switch to := any(&given).(type) {
	case *int:
		*to, err = strconv.Atoi(text)
	case *time.Duration:
		*to, err = time.ParseDuration(text)
	}
	d.given = &given
	return err
}

// Given says whether its flag says how much it is.
func (d *Dose[T]) Given() bool { return d.given != nil }

// Get returns it.
func (d *Dose[T]) Get() T {
	if d.given != nil {
		return *d.given
	}
	return Of(d.small, d.usual)
}

// Some returns the cases of a test that has many which take long: in the small dose so many of them,
// others each time.
func Some[T any](cases []T, small int) []T {
	if !Small() || len(cases) <= small {
		return cases
	}
	some := slices.Clone(cases)
	rand.Shuffle(len(some), func(i, j int) { some[i], some[j] = some[j], some[i] })
	return some[:small]
}

// SkipSmall leaves a test out with -short. It takes long whatever it does, and the text says with
// what.
func SkipSmall(t testing.TB, why string) {
	t.Helper()
	if testing.Short() {
		t.Skip("left out with -short: " + why)
	}
}

// Checks sets how often each property of package rapid is checked until the test ends, unless
// -rapid.checks says it; in the small dose a fifth of it.
func Checks(t testing.TB, usual int) {
	if Small() && !testing.Short() { // rapid itself heeds -short
		usual = max(1, usual/5)
	}
	checks, isGiven := flag.Lookup("rapid.checks"), false
	flag.Visit(func(f *flag.Flag) { isGiven = isGiven || f == checks })
	if isGiven {
		return
	}
	own := checks.Value.String()
	checks.Value.Set(strconv.Itoa(usual)) // which is not said to be given
	t.Cleanup(func() { checks.Value.Set(own) })
}
