package app

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// freshAfter is how many rounds share a store: reading all of it after each must not take ever
// longer.
const freshAfter = 10

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
		before := seen.acknowledged
		after := s.pace.killedAfter() * time.Duration(75+s.random.IntN(925)) / 1_000
		if err := s.killOne(ctx, round+1, after, seen); err != nil {
			return "", err
		}
		acknowledged += seen.acknowledged - before
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
func (s *selftest) killOne(ctx context.Context, round int, after time.Duration, seen *evidence) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	child := exec.CommandContext(ctx, self, "selftest", fmt.Sprint("--child=", round))
	child.Env = append(os.Environ(), "PULPERIA_STORE="+s.Store, "PULPERIA_STORE_PASSWORD_FILE="+s.StorePasswordFile) // not where all can read it
	said := new(strings.Builder)
	child.Stderr = said
	out, outErr := child.StdoutPipe()
	alive, inErr := child.StdinPipe() // its end tells the child that we are gone
	if err := cmp.Or(outErr, inErr, child.Start()); err != nil {
		return err
	}
	defer alive.Close()
	killed := false
	err = seen.hear(out, func() {
		time.Sleep(after) // writing goes on meanwhile; what it reports waits in the pipe or is read later
		killed = child.Process.Kill() == nil
	})
	ended := child.Wait()
	if said.Len() > 0 || !killed { // one that was killed says nothing
		return fmt.Errorf("the writing process ended by itself (%v): %s", ended, strings.TrimSpace(said.String()))
	}
	return err
}

// hear reads what a child reports until it ends. opened is called, beside the reading, when it
// begins to write.
func (e *evidence) hear(out io.Reader, opened func()) error {
	var running sync.WaitGroup
	defer running.Wait()
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if lines.Text() == "open" {
			running.Go(opened)
			continue
		}
		var name string
		var n int
		if _, err := fmt.Sscan(lines.Text(), &name, &n); err != nil {
			return errors.New("the writing process said " + lines.Text())
		}
		e.acked[name] = n
		e.acknowledged++
	}
	return lines.Err()
}
