package walk

import (
	"flag"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"pulperia/dao/dbmanagers/mongotest"
	"pulperia/faults/harness"
)

var (
	seed     = flag.Uint64("walk.seed", rand.Uint64N(1<<48), "what the walks are drawn from")
	howLong  = flag.Duration("walk.time", 8*time.Second, "how long each walk lasts; as many go on at once as -parallel says")
	replay   = flag.String("walk.replay", "", "the `acts` of a walk, as its failure prints them; those that matter stay when others are left out")
	shrink   = flag.Bool("walk.shrink", false, "walk again after a failure, with fewer acts, to find those that it takes")
	without  = flag.String("walk.without", "", "`acts` that are left out: a fault that is known hides the others")
	patience = flag.Duration("walk.patience", 30*time.Second, "how long that may take which should take a moment or two: the machine may be busy")
	programs = flag.String("walk.program", "", "the `file` of another build of the program to try, as SHOP_TEST_PROGRAM names it for all tests")
)

// program is the real program.
var program harness.Shared

func TestMain(m *testing.M) {
	code := mongotest.Main(m)
	program.Remove()
	os.Exit(code)
}

// take takes a walk beside the others.
func take(t *testing.T, o Options) {
	t.Parallel()
	if o.Program = *programs; o.Program == "" {
		var err error
		if o.Program, err = program.Path(); err != nil {
			t.Fatal(err)
		}
	}
	o.Seed, o.Time = *seed, *howLong
	o.Shrink = *shrink
	o.Replay, o.Without, o.Patience = strings.Fields(*replay), strings.Fields(*without), *patience
	Walk(t, o)
}

// A shop lives through all ways in which its store changes its past or its hands, and everybody who
// looks on is told what is so.
func TestWalk(t *testing.T) {
	for _, engine := range []string{"files", "mongodb"} {
		t.Run(engine, func(t *testing.T) { take(t, Options{Engine: engine}) })
	}
}

// The same with a database that is not next door.
func TestWalkThroughALine(t *testing.T) {
	for _, delay := range []time.Duration{20 * time.Millisecond, 100 * time.Millisecond} {
		t.Run(delay.String(), func(t *testing.T) { take(t, Options{Engine: "mongodb", Stays: true, Delay: delay}) })
	}
}

// The same with a store that takes no writes now and then.
func TestWalkRefused(t *testing.T) {
	for _, engine := range []string{"files", "mongodb"} {
		t.Run(engine, func(t *testing.T) { take(t, Options{Engine: engine, Stays: true, Refused: true}) })
	}
}

// The same as a guest in the year-old database of a mongoose application, whose documents stay as
// they were.
func TestWalkAsGuest(t *testing.T) {
	take(t, Options{Engine: "mongodb", Stays: true, Guest: true})
}
