package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"time"

	"pulperia/dao/retry"
	"pulperia/faults/harness"
)

// freshAfter is how many rounds share a store: reading all of it after each must not take ever
// longer.
const freshAfter = 10

// firstWrite bounds the wait for the first write of a process that is to be killed.
const firstWrite = time.Minute

// kills has a child of this program write, kills it at a random moment, and looks what is there;
// again and again.
func (s *selftest) kills(ctx context.Context) (string, error) {
	var seen *evidence
	acknowledged := 0
	for round := range s.rounds {
		if round%freshAfter == 0 {
			if err := s.scratch.clear(ctx); err != nil {
				return "", err
			}
			seen = newEvidence()
		}
		before, _ := seen.Counts()
		lives := s.pace.killedAfter() * time.Duration(75+s.random.IntN(925)) / 1_000
		if err := s.killOne(ctx, round+1, lives, seen); err != nil {
			return "", err
		}
		after, _ := seen.Counts()
		acknowledged += after - before
		if err := s.verify(ctx, seen); err != nil {
			return "", fmt.Errorf("after kill %d of %d: %w", round+1, s.rounds, err)
		}
	}
	if acknowledged < s.rounds {
		return "", fmt.Errorf("only %d writes in %d rounds: that says nothing", acknowledged, s.rounds)
	}
	return fmt.Sprintf("%d writes were acknowledged before the kills, of messages, products, carts, deletions. All are there, once and whole; "+
		"the feed has no gap; check finds nothing.", acknowledged), nil
}

// killOne starts a child, and kills it when it has written for a while. What it reported goes into
// seen.
func (s *selftest) killOne(ctx context.Context, round int, lives time.Duration, seen *evidence) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	child := exec.CommandContext(ctx, self, "selftest", fmt.Sprint("--child=", round))
	child.Env = append(os.Environ(), "PULPERIA_STORE="+s.Store, "PULPERIA_STORE_PASSWORD_FILE="+s.StorePasswordFile) // not where all can read it
	opened, wrote := make(chan struct{}), make(chan struct{})
	first := sync.OnceFunc(func() { close(wrote) })
	var misheard error
	child.Stdout = &harness.Lines{Hear: func(line string) {
		if line == "open" {
			close(opened)
			return
		}
		misheard = cmp.Or(misheard, seen.hear(line))
		first()
	}}
	alive, err := child.StdinPipe() // its end tells the child that we are gone
	if err != nil {
		return err
	}
	defer alive.Close()
	for _, w := range allWriters() {
		for i := range writersOfKind {
			seen.expect(w.name(round, i), 1)
		}
	}
	p, err := harness.Start(child)
	if err != nil {
		return err
	}
	select {
	case <-opened:
		retry.Sleep(ctx, lives) // writing goes on meanwhile
		select {                // a machine that is busy now may need longer than it did before
		case <-wrote:
		case <-p.Ended():
		case <-time.After(firstWrite):
		case <-ctx.Done():
		}
	case <-p.Ended():
	}
	if err := p.Kill(); err != nil {
		return err
	}
	if said := p.Log.String(); said != "" { // one that was killed says nothing
		return errors.New("the writing process said " + said)
	}
	return misheard
}
