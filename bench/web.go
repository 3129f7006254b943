package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"pulperia/dao/models"
	"pulperia/faults/harness"
)

// duel is the shop against the bare handler that gives the same answers.
type duel struct {
	shop, bare sample // the middle round of each
	ratio      float64
	shopCPU    time.Duration // of the server, for a request
	bareCPU    time.Duration
	written    float64 // changes a second that went on meanwhile
}

// fight lets both answer in turn, over the same connections and from the same client. A round's
// ratio compares two neighbours in time, so that what else the machine does falls on both; the
// median of the ratios counts.
func (b *bench) fight(ctx context.Context, shop *process, targets []string, writes *writes) (duel, error) {
	all, err := record(ctx, shop.address, targets)
	if err != nil {
		return duel{}, err
	}
	bare, err := openBare(ctx, b.dir, all)
	if err != nil {
		return duel{}, err
	}
	defer bare.stop()
	requests := make([][]byte, len(targets))
	for i, target := range targets {
		requests[i] = request("GET", target, "")
	}
	var written []float64
	result, err := b.turns(func() (round, error) {
		one, rate, err := b.shopRound(ctx, shop, requests, writes)
		written = append(written, rate)
		return one, err
	}, func() (round, error) { return b.round(ctx, bare, requests) })
	if err == nil {
		result.written = median(written[1:])
	}
	return result, err
}

// turns lets both have their rounds in turn, of which the first warms up.
func (b *bench) turns(shop, bare func() (round, error)) (d duel, err error) {
	var ratios []float64
	var shops, bares []round
	for i := range b.rounds + 1 {
		ours, err := shop()
		if err != nil {
			return duel{}, err
		}
		theirs, err := bare()
		if err != nil {
			return duel{}, err
		}
		if i > 0 {
			shops, bares = append(shops, ours), append(bares, theirs)
			ratios = append(ratios, ours.perSecond/theirs.perSecond)
		}
	}
	d.ratio = median(ratios)
	d.shop, d.shopCPU = middle(shops)
	d.bare, d.bareCPU = middle(bares)
	return d, nil
}

// round is one round of load with what the loaded process spent on it.
type round struct {
	sample
	cpu time.Duration // for a call
}

func (b *bench) round(ctx context.Context, server *process, requests [][]byte) (round, error) {
	return measured(server.Pid(), func() (sample, error) {
		return get(ctx, server.address, requests, b.connections, b.length)
	})
}

// measured puts some load on a process and sees what that takes.
func measured(pid int, load func() (sample, error)) (round, error) {
	before, err := harness.UsageOf(pid)
	if err != nil {
		return round{}, err
	}
	s, err := load()
	if err != nil {
		return round{}, err
	}
	after, err := harness.UsageOf(pid)
	return round{s, (after.CPU - before.CPU) / time.Duration(max(1, len(s.latencies)))}, err
}

// shopRound is a round with writes going on, if there are any.
func (b *bench) shopRound(ctx context.Context, shop *process, requests [][]byte, w *writes) (round, float64, error) {
	if w == nil {
		one, err := b.round(ctx, shop, requests)
		return one, 0, err
	}
	writing, stop := context.WithCancel(ctx)
	var group errgroup.Group
	var done int64
	begin := time.Now()
	group.Go(func() (err error) { done, err = w.run(writing, shop.address); return err })
	one, err := b.round(ctx, shop, requests)
	rate := time.Since(begin)
	stop()
	if writeErr := group.Wait(); err == nil {
		err = writeErr
	}
	return one, float64(done) / rate.Seconds(), err
}

// middle returns the round of median throughput, and the median of the CPU time.
func middle(rounds []round) (sample, time.Duration) {
	var rates, cpu []float64
	for _, r := range rounds {
		rates, cpu = append(rates, r.perSecond), append(cpu, float64(r.cpu))
	}
	best := rounds[0].sample
	for _, r := range rounds {
		if abs(r.perSecond-median(rates)) < abs(best.perSecond-median(rates)) {
			best = r.sample
		}
	}
	return best, time.Duration(median(cpu))
}

func abs(x float64) float64 { return max(x, -x) }

// writes changes prices at an even pace, spread evenly over the catalogue.
type writes struct {
	ids       []models.ID
	perSecond int
	next      int
}

// writers is how many connections share the pace, so that one slow answer does not slow it.
const writers = 4

// run writes until the context is done, and returns how many changes were made.
func (w *writes) run(ctx context.Context, address string) (int64, error) {
	var done atomic.Int64
	due := make(chan []byte, w.perSecond)
	var group errgroup.Group
	for range writers {
		group.Go(func() error {
			c, err := dial(address)
			if err != nil {
				return err
			}
			defer c.close()
			for change := range due {
				if _, err := c.do(change); err != nil {
					return err
				}
				done.Add(1)
			}
			return nil
		})
	}
	w.pace(ctx, due)
	err := group.Wait()
	return done.Load(), err
}

// pace says what to change and when, until the context is done.
func (w *writes) pace(ctx context.Context, due chan<- []byte) {
	defer close(due)
	tick := time.NewTicker(time.Second / time.Duration(w.perSecond))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		const step = 7919 // a prime, so that the steps come by all products
		w.next += step
		price := fmt.Sprintf(`{"price":%d.%02d}`, 1+rand.IntN(9_999), rand.IntN(100))
		select {
		case due <- request("PUT", "/api/products/"+w.ids[w.next%len(w.ids)].String(), price):
		default: // the server is a second behind: the rate that was reached is in the report
		}
	}
}
