package main

import (
	"context"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

// openLoop sends requests at a constant rate, whatever the answers take, as visitors do who do not
// know of one another. A request that is due while all connections are waiting counts from when it
// was due: a server that stalls is charged for all who come meanwhile.
func openLoop(ctx context.Context, address string, requests [][]byte, connections int, perSecond float64, d time.Duration) (sample, error) {
	taken := make([][]time.Duration, connections)
	group, ctx := errgroup.WithContext(ctx)
	begin := time.Now()
	every := time.Duration(float64(time.Second) / perSecond)
	for i := range connections {
		group.Go(func() error {
			c, err := dial(address)
			if err != nil {
				return err
			}
			defer c.close()
			for n := i; ; n += connections {
				due := begin.Add(time.Duration(n) * every)
				if due.Sub(begin) > d {
					return nil
				}
				from := due
				if early := time.Until(due); early > 0 {
					time.Sleep(early)
					from = time.Now() // a timer that wakes late is not the server's fault
				}
				if _, err := c.do(requests[n%len(requests)]); err != nil {
					return err
				}
				taken[i] = append(taken[i], time.Since(from))
				if ctx.Err() != nil {
					return ctx.Err()
				}
			}
		})
	}
	err := group.Wait()
	all := slices.Concat(taken...)
	slices.Sort(all)
	return sample{float64(len(all)) / time.Since(begin).Seconds(), all}, err
}
