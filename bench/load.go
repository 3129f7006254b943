package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

// sample is what one round of load measured.
type sample struct {
	perSecond float64
	latencies []time.Duration // sorted
}

// quantile returns the latency that a share of the calls kept within.
func (s sample) quantile(share float64) time.Duration {
	if len(s.latencies) == 0 {
		return 0
	}
	return s.latencies[min(int(share*float64(len(s.latencies))), len(s.latencies)-1)]
}

// errEnough is what a worker's function returns that has nothing more to do.
var errEnough = errors.New("all is done")

// closedLoop has workers that each do one thing after the other, until the time is over or there is
// nothing more to do. start makes the worker's function; what it does is not measured.
func closedLoop(ctx context.Context, workers int, d time.Duration, start func(worker int) (call func() error, err error)) (sample, error) {
	calls := make([]func() error, workers)
	for i := range calls {
		var err error
		if calls[i], err = start(i); err != nil {
			return sample{}, err
		}
	}
	taken := make([][]time.Duration, workers)
	group, ctx := errgroup.WithContext(ctx)
	begin := time.Now()
	for i, call := range calls {
		group.Go(func() error {
			for last := begin; last.Sub(begin) < d; {
				if err := call(); err == errEnough {
					return nil
				} else if err != nil {
					return err
				}
				now := time.Now()
				taken[i] = append(taken[i], now.Sub(last))
				last = now
				if ctx.Err() != nil {
					return ctx.Err()
				}
			}
			return nil
		})
	}
	err := group.Wait()
	elapsed := time.Since(begin)
	all := slices.Concat(taken...)
	slices.Sort(all)
	return sample{float64(len(all)) / elapsed.Seconds(), all}, err
}

// get asks a server over some connections, each for one target after the other.
func get(ctx context.Context, address string, requests [][]byte, connections int, d time.Duration) (sample, error) {
	var clients []*client
	defer func() {
		for _, c := range clients {
			c.close()
		}
	}()
	return closedLoop(ctx, connections, d, func(worker int) (func() error, error) {
		c, err := dial(address)
		if err != nil {
			return nil, err
		}
		clients = append(clients, c)
		next := worker * len(requests) / connections
		return func() error {
			_, err := c.do(requests[next%len(requests)])
			next++
			return err
		}, nil
	})
}

// median returns the middle one of some figures, and 0 of none.
func median(figures []float64) float64 {
	if len(figures) == 0 {
		return 0
	}
	figures = slices.Sorted(slices.Values(figures))
	return (figures[(len(figures)-1)/2] + figures[len(figures)/2]) / 2
}
