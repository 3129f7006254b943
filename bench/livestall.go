package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"pulperia/faults/harness"
)

// stall is what one reader that stops reading does to the others.
type stall struct {
	with, without float64 // median of the others' p99, in nanoseconds
	ratio         float64 // median of the runs'
	runs          int
	slow          int // runs in which the queue of the stalled connection came to its bound, and was dropped
}

const (
	// stallEvery is the pause between messages while the others are watched.
	stallEvery = 10 * time.Millisecond
	// stallBurst is messages that fill what the system buffers for a reader that has stalled.
	stallBurst = 600
)

// stalls watches n readers in turn alone and beside one that has stalled.
func (b *bench) stalls(ctx context.Context, shop *process, s *swarm, p *publisher) (result stall, err error) {
	var with, without, ratios []float64
	for range b.stallRuns {
		alone, err := b.others(ctx, s, p)
		if err != nil {
			return stall{}, err
		}
		beside, closed, err := b.besideStalled(ctx, shop, s, p)
		if err != nil {
			return stall{}, err
		}
		if closed {
			result.slow++
		}
		without, with = append(without, float64(alone)), append(with, float64(beside))
		ratios = append(ratios, float64(beside)/float64(alone))
	}
	result.runs = b.stallRuns
	result.with, result.without, result.ratio = median(with), median(without), median(ratios)
	return result, nil
}

// others returns the p99 of the readers, after a burst.
func (b *bench) others(ctx context.Context, s *swarm, p *publisher) (time.Duration, error) {
	if err := p.some(ctx, s, stallBurst, 0); err != nil {
		return 0, err
	}
	return b.timed(ctx, s, p, stallEvery, b.length)
}

// timed publishes at a pace for a while, and returns the p99 of the deliveries.
func (b *bench) timed(ctx context.Context, s *swarm, p *publisher, every, d time.Duration) (time.Duration, error) {
	taken, err := paced(ctx, s, p, every, d)
	return taken.quantile(0.99), err
}

// paced publishes at a pace for a while, and returns the times from publishing to delivery.
func paced(ctx context.Context, s *swarm, p *publisher, every, d time.Duration) (sample, error) {
	s.timing.Store(true)
	defer s.timing.Store(false)
	err := p.some(ctx, s, max(1, int(d/every)), every)
	return s.taken(), err
}

// besideStalled does the same beside a connection that does not read, and then publishes until the
// hub has had enough of it. It says whether its queue came to the bound, at which the hub drops
// what waits and closes it.
func (b *bench) besideStalled(ctx context.Context, shop *process, s *swarm, p *publisher) (time.Duration, bool, error) {
	stalled, err := dialStalled(ctx, shop.address, len(s.lines))
	if err != nil {
		return 0, false, err
	}
	defer stalled.Close()
	before, err := harness.Metrics(http.DefaultClient, "http://"+shop.address, droppedMetric)
	if err != nil {
		return 0, false, err
	}
	p99, err := b.others(ctx, s, p)
	for range 5 {
		if err != nil {
			return 0, false, err
		}
		now, metricErr := harness.Metrics(http.DefaultClient, "http://"+shop.address, droppedMetric)
		if now[droppedMetric] > before[droppedMetric] {
			return p99, true, metricErr
		}
		err = errors.Join(metricErr, p.some(ctx, s, stallBurst, 0))
	}
	return p99, false, err
}

// dialStalled makes a connection that says hello and never reads.
func dialStalled(ctx context.Context, address string, i int) (net.Conn, error) {
	from := net.Dialer{Timeout: 10 * time.Second, Control: narrow}
	line, err := from.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	if err := greet(line, address, i, []string{"messages"}, ""); err != nil {
		line.Close()
		return nil, err
	}
	return line, nil
}
