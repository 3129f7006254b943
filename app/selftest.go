package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"time"

	"pulperia/dao"
	"pulperia/dao/dbmanagers"
)

// selftestCommand tries the promises of a store on the owner's own disk or database, in a scratch
// of its own: see selftest_*.go.
type selftestCommand struct {
	Rounds int    `default:"15" help:"How often a writing process is killed (${default})."`
	Seed   uint64 `placeholder:"NUMBER" help:"Repeat the moments of an earlier run; without it they are new."`

	Child int `hidden:"" env:"-" help:"Be the process that is killed in this round."`
}

// Validate refuses what kong cannot know to be wrong.
func (c *selftestCommand) Validate() error {
	if c.Rounds < 1 {
		return fmt.Errorf("--rounds %d: must be 1 or more", c.Rounds)
	}
	return nil
}

// selftest is one run.
type selftest struct {
	globals // whose Store is the scratch
	*scratch
	out    io.Writer
	rounds int
	random *rand.Rand
	pace   pace
}

// Run tries one promise after the other and prints a verdict. A promise that was broken is an
// error.
func (c *selftestCommand) Run(ctx context.Context, g *globals, streams Streams) (err error) {
	if c.Child > 0 {
		return c.beKilled(ctx, g, streams)
	}
	if c.Seed == 0 {
		c.Seed = uint64(rand.Uint32()) + 1 // short enough to be typed
	}
	s := &selftest{globals: *g, out: streams.Out, rounds: c.Rounds, random: rand.New(rand.NewPCG(c.Seed, 0))}
	if s.scratch, err = g.makeScratch(); err != nil {
		return fmt.Errorf("selftest: %w", err)
	}
	defer func() { err = errors.Join(err, s.scratch.remove()) }()
	s.Store = s.scratch.store
	began := time.Now()
	s.say("pulperia %s tries what it promises, in %s (removed afterwards; your data is not touched).", version(), s.scratch.shown)
	s.say("Seed %d; --seed %[1]d repeats it.", c.Seed)
	if s.scratch.warning != "" {
		s.say("Note: %s", s.scratch.warning)
	}
	broken := 0
	if err = s.measure(ctx); err == nil {
		s.say("This will take about %s: a durable write takes %.0f ms here.", about(s.total()), float64(s.pace.write.Microseconds())/1_000)
		broken, err = s.all(ctx)
	}
	switch {
	case ctx.Err() != nil:
		return errors.New("selftest: stopped before the end; it says nothing")
	case err != nil:
		return fmt.Errorf("selftest: could not be done: %w", err)
	case broken > 0:
		return fmt.Errorf("selftest: %d of 4 promises were BROKEN here: do not keep a shop on this store before the reason is found", broken)
	}
	s.say("\nVerdict: all 4 promises were kept, in %.0f seconds. What this store acknowledges is there after a kill.", time.Since(began).Seconds())
	if s.scratch.warning == "" {
		s.say("A loss of power asks more: that the disk itself keeps what it has synced. Only pulling the plug can try that.")
	}
	return nil
}

// trial is one promise. It returns what was found, or in which way the promise was broken; nothing
// when it only measures.
type trial struct {
	promise string
	run     func(context.Context) (found string, err error)
}

func (s *selftest) trials() []trial {
	return []trial{
		{fmt.Sprintf("What is acknowledged survives kill -9: a process that writes is killed %d times", s.rounds), s.kills},
		{"How long a durable write takes here", s.speed},
		{"Everyone sees one order: 4 write and 4 follow", s.order},
		{"No update is lost: 200 add one to the same cart at once", s.updates},
		{fmt.Sprintf("The last piece is sold once: %d want it at once", rivals), s.sale},
	}
}

// broke is the error of a promise that was broken; any other means that it could not be tried.
type broke struct{ error }

func brokef(form string, args ...any) error { return broke{fmt.Errorf(form, args...)} }

// all runs the trials and says how each went.
func (s *selftest) all(ctx context.Context) (broken int, err error) {
	for i, trial := range s.trials() {
		s.say("\n%d. %s.", i+1, trial.promise)
		if err := s.scratch.clear(ctx); err != nil {
			return broken, err
		}
		found, err := trial.run(ctx)
		switch _, isBroken := errors.AsType[broke](err); {
		case ctx.Err() != nil:
			return broken, ctx.Err()
		case isBroken:
			broken++
			s.say("   BROKEN: %v", err)
		case err != nil:
			return broken, err
		case found != "":
			s.say("   kept: %s", found)
		}
	}
	return broken, nil
}

func (s *selftest) say(form string, args ...any) { fmt.Fprintf(s.out, form+"\n", args...) }

// open opens the scratch to write, and leaves its feed whole.
func (s *selftest) open(ctx context.Context) (dao.Store, error) {
	return s.openStore(ctx, s.Store, storeOptions{keep: wholeFeed, log: quiet})
}

// wholeFeed is more changes than a self-test makes before it begins a new store.
const wholeFeed = 10_000_000

// quiet takes what engines say of stores that were not stopped cleanly: here that is the point.
var quiet = slog.New(slog.DiscardHandler)

func (s *selftest) inDatabase() bool { return dbmanagers.IsURL(s.Store) }
