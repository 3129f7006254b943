package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"pulperia/dao/models"
	"pulperia/faults/harness"
)

// guesses is what others notice of many wrong passwords at once.
type guesses struct {
	quiet, loud []sample
	ratio       float64     // of their p99
	before      int64       // resident bytes, at rest
	most        int64       // of any moment
	answers     map[int]int // of the guesses, by status
}

// How it is tried, and what is required.
const (
	guessers    = 64
	othersPace  = 500 // requests a second
	mostSlower  = 2.0
	mostMore    = 60e6
	sampleEvery = 5 * time.Millisecond
)

// guessing asks for products at a constant pace, with and without passwords being guessed, in turn.
func (b *bench) guessing(ctx context.Context, shop *process, products []models.Product) (g guesses, err error) {
	var requests [][]byte
	for range 2_000 {
		requests = append(requests, request("GET", "/api/products/"+products[b.IntN(len(products))].ID.String(), ""))
	}
	others := func() (sample, error) {
		return openLoop(ctx, shop.address, requests, b.connections, othersPace, b.length)
	}
	g.answers = map[int]int{}
	if g.before, err = b.settled(ctx, shop); err != nil {
		return g, err
	}
	var ratios []float64
	for n := range 2*b.rounds + 1 {
		alone, err := others()
		if err != nil {
			return g, err
		}
		stop := b.guess(ctx, shop, n, &g)
		beside, err := others()
		if err := errors.Join(err, stop()); err != nil {
			return g, err
		}
		if n > 0 {
			g.quiet, g.loud = append(g.quiet, alone), append(g.loud, beside)
			ratios = append(ratios, float64(beside.quantile(0.99))/float64(alone.quantile(0.99)))
		}
	}
	g.ratio = median(ratios)
	return g, nil
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

// guess sends wrong passwords, as many as there are guessers at once and the next ones when all are
// answered, each for another address from another network, until it is stopped. Meanwhile it sees
// how much memory the shop has.
func (b *bench) guess(ctx context.Context, shop *process, turn int, g *guesses) (stop func() error) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 2)
	go func() { ended <- b.guessOn(ctx, shop, turn, g.answers) }()
	go func() {
		for ctx.Err() == nil {
			usage, err := harness.UsageOf(shop.Pid())
			if err != nil {
				ended <- err
				return
			}
			g.most = max(g.most, usage.Memory)
			time.Sleep(sampleEvery)
		}
		ended <- nil
	}()
	return func() error {
		cancel()
		return errors.Join(<-ended, <-ended)
	}
}

func (b *bench) guessOn(ctx context.Context, shop *process, turn int, answers map[int]int) error {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: guessers}}
	defer client.CloseIdleConnections()
	for burst := 0; ctx.Err() == nil; burst++ {
		statuses, errs := make(chan int, guessers), make(chan error, guessers)
		for n := range guessers {
			go func() {
				body := fmt.Sprintf(`{"email":"g%d.%d.%d@example.com","password":"no es la que es %d"}`, turn, burst, n, n)
				answer, err := harness.Send(client, "POST", "http://"+shop.address+"/api/session", body,
					"X-Forwarded-For", fmt.Sprintf("10.%d.%d.%d", turn, burst, n))
				errs <- err
				if err == nil {
					statuses <- answer.StatusCode
				}
			}()
		}
		for range guessers {
			if err := <-errs; err != nil {
				return err
			}
			answers[<-statuses]++
		}
	}
	return nil
}
