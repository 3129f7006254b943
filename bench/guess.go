package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"pulperia/dao/models"
	"pulperia/faults/harness"
)

// guesses is what others notice of many wrong passwords at once: beside nothing else, beside as many
// requests for a product at the same moments, and beside the passwords.
type guesses struct {
	quiet, harmless, loud []sample
	toQuiet, toHarmless   float64     // how many times as long the p99 is, beside passwords
	before                int64       // resident bytes, at rest
	most                  int64       // of any moment
	answers               map[int]int // of the guesses, by status
}

// How it is tried, and what is required.
const (
	guessers     = 64
	burstEvery   = time.Second
	othersPace   = 500 // requests a second
	mostSlower   = 2.0
	mostMore     = 60e6
	sampleEvery  = 5 * time.Millisecond
	wrongAnswers = "401 429"
)

// guessing asks for products at a constant pace, with and without passwords being guessed, in turn.
func (b *bench) guessing(ctx context.Context, shop *process, products []models.Product) (g guesses, err error) {
	var requests [][]byte
	for range 2_000 {
		requests = append(requests, request("GET", "/api/products/"+products[b.IntN(len(products))].ID.String(), ""))
	}
	beside := func(burst func(n int) []byte, answered string) (sample, error) {
		stop := b.bursts(ctx, shop, burst, answered, &g)
		one, err := openLoop(ctx, shop.address, requests, b.connections, othersPace, b.length)
		return one, errors.Join(err, stop())
	}
	g.answers = map[int]int{}
	if g.before, err = b.settled(ctx, shop); err != nil {
		return g, err
	}
	var toQuiet, toHarmless []float64
	for turn := range 2*b.rounds + 1 {
		quiet, err := openLoop(ctx, shop.address, requests, b.connections, othersPace, b.length)
		if err != nil {
			return g, err
		}
		harmless, err := beside(func(n int) []byte { return requests[n%len(requests)] }, "200")
		if err != nil {
			return g, err
		}
		loud, err := beside(func(n int) []byte { return wrongPassword(turn, n) }, wrongAnswers)
		if err != nil {
			return g, err
		}
		if turn > 0 { // the first one warms up
			g.quiet, g.harmless, g.loud = append(g.quiet, quiet), append(g.harmless, harmless), append(g.loud, loud)
			toQuiet = append(toQuiet, float64(loud.quantile(0.99))/float64(quiet.quantile(0.99)))
			toHarmless = append(toHarmless, float64(loud.quantile(0.99))/float64(harmless.quantile(0.99)))
		}
	}
	g.toQuiet, g.toHarmless = median(toQuiet), median(toHarmless)
	return g, nil
}

// wrongPassword is a guess for an address of its own, from a network of its own.
func wrongPassword(turn, n int) []byte {
	body := fmt.Sprintf(`{"email":"g%d.%d@example.com","password":"no es la que es %d"}`, turn, n, n)
	return withHeader(request("POST", "/api/session", body), fmt.Sprintf("X-Forwarded-For: 10.%d.%d.%d", turn, n/guessers, n%guessers))
}

// more is how much memory they took.
func (g guesses) more() int64 { return g.most - g.before }

// p99 is that of the middle round.
func p99(rounds []sample) time.Duration {
	var all []float64
	for _, one := range rounds {
		all = append(all, float64(one.quantile(0.99)))
	}
	return time.Duration(median(all))
}

// bursts sends requests, as many as there are guessers at once and the next ones in their time, as
// soon as all are answered, until it is stopped. Meanwhile it sees how much memory the shop has.
func (b *bench) bursts(
	ctx context.Context, shop *process, burst func(n int) []byte, answered string, g *guesses,
) (stop func() error) {
	ctx, cancel := context.WithCancel(ctx)
	var group errgroup.Group
	group.Go(func() error { return sendBursts(ctx, shop.address, burst, answered, g.answers) })
	group.Go(func() error {
		for ctx.Err() == nil {
			usage, err := harness.UsageOf(shop.Pid())
			if err != nil {
				return err
			}
			g.most = max(g.most, usage.Memory)
			time.Sleep(sampleEvery)
		}
		return nil
	})
	return func() error {
		cancel()
		return group.Wait()
	}
}

func sendBursts(ctx context.Context, address string, burst func(n int) []byte, answered string, answers map[int]int) error {
	lines := make([]*client, guessers)
	for i := range lines {
		line, err := dial(address)
		if err != nil {
			return err
		}
		defer line.close()
		lines[i] = line
	}
	next := time.NewTicker(burstEvery)
	defer next.Stop()
	for n := 0; ctx.Err() == nil; n += guessers {
		var statuses [guessers]int
		var group errgroup.Group
		for i, line := range lines {
			request := burst(n + i)
			group.Go(func() (err error) {
				_, statuses[i], err = line.ask(request, answered)
				return err
			})
		}
		if err := group.Wait(); err != nil {
			return err
		}
		if answered == wrongAnswers {
			for _, status := range statuses {
				answers[status]++
			}
		}
		select {
		case <-next.C:
		case <-ctx.Done():
		}
	}
	return nil
}
