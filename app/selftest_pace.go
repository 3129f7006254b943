package app

import (
	"context"
	"fmt"
	"time"
)

// pace is how long things take in the scratch: a database may be far away. What the trials wait for
// follows from it.
type pace struct {
	open  time.Duration // opening a store that is not there yet, and closing it
	write time.Duration // one durable write
	read  time.Duration // reading and checking the whole store
}

// measure opens the scratch once, and notes how long it took.
func (s *selftest) measure(ctx context.Context) error {
	if err := s.scratch.clear(ctx); err != nil {
		return err
	}
	began := time.Now()
	store, err := s.open(ctx)
	if err != nil {
		return err
	}
	opened := time.Now()
	const writes = 3
	seen, name := newEvidence(), writers[0].name(0, 0)
	for n := 1; n <= writes && err == nil; n++ {
		err = writers[0].write(ctx, store, name, n)
	}
	seen.Did(name, fmt.Sprint(writes))
	written := time.Now()
	if closed := store.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	s.pace.write, s.pace.open = written.Sub(opened)/writes, opened.Sub(began)+time.Since(written)
	began = time.Now()
	err = s.verify(ctx, seen)
	s.pace.read = time.Since(began)
	return err
}

// killedAfter is the longest that a process may write before it is killed: a few writes must fit
// in.
func (p pace) killedAfter() time.Duration { return max(400*time.Millisecond, 8*p.write) }

// oneByOne is about how long many writes take of which each waits for the others.
func (p pace) oneByOne(writes int) time.Duration { return time.Duration(writes) * p.write * 2 }

// total is about how long the whole self-test takes.
func (s *selftest) total() time.Duration {
	p := s.pace
	kills := time.Duration(s.rounds) * (p.open + p.killedAfter()/2 + p.read)
	return kills + 3*s.speedTime() + 6*p.open + p.oneByOne(byEach) + p.oneByOne(additions) + p.oneByOne(rivals)
}

// about is a duration as people say it.
func about(d time.Duration) string {
	if d < 90*time.Second {
		return fmt.Sprintf("%d seconds", max(5, int(d.Seconds()+4)/5*5))
	}
	return fmt.Sprintf("%d minutes", int(d.Minutes()+0.9))
}
