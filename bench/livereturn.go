package main

import (
	"context"
	"errors"
	"net/http"
	"time"

	"pulperia/faults/harness"
)

// comeback is what happened when everybody was dropped and came back.
type comeback struct {
	sample               // from dialling to the last change that was missed
	over   time.Duration // in which they came
	ring   int           // recoveries from the hub's memory
	other  int           // and from the store's files, or not at all
}

// Series of the shop's metrics.
const (
	droppedMetric = `pulperia_socket_dropped_total`
	ringMetric    = `pulperia_socket_recoveries_total{kind="ring"}`
	feedMetric    = `pulperia_socket_recoveries_total{kind="feed"}`
	goneMetric    = `pulperia_socket_recoveries_total{kind="gone"}`
)

const (
	missed     = 20                       // changes that each recovers
	returnPace = 5 * time.Second / 10_000 // 10,000 come within 5 s
)

// comebacks drops a swarm, publishes what it misses, and lets it come back. It closes the swarm.
func (b *bench) comebacks(ctx context.Context, shop *process, s *swarm, p *publisher) (result comeback, err error) {
	n := len(s.lines)
	since := p.at()
	if err := s.close(); err != nil {
		return comeback{}, err
	}
	ring, other, err := recoveries(shop.address)
	if err != nil {
		return comeback{}, err
	}
	nobody := &swarm{}
	if err := p.some(ctx, nobody, missed, 0); err != nil {
		return comeback{}, err
	}
	result.over = returnPace * time.Duration(n)
	back, err := openSwarm(ctx, shop.address, n, arrivals{since, missed, result.over})
	if err != nil {
		return comeback{}, err
	}
	err = back.until(ctx, "every socket has recovered", func() bool { return back.has(0, missed) })
	result.sample = back.taken()
	if err = errors.Join(err, back.close()); err != nil {
		return comeback{}, err
	}
	if result.ring, result.other, err = recoveries(shop.address); err != nil {
		return comeback{}, err
	}
	result.ring, result.other = result.ring-ring, result.other-other
	return result, nil
}

// recoveries returns how many there were from the hub's memory, and otherwise.
func recoveries(address string) (ring, other int, err error) {
	figures, err := harness.Metrics(http.DefaultClient, "http://"+address, ringMetric, feedMetric, goneMetric)
	return int(figures[ringMetric]), int(figures[feedMetric] + figures[goneMetric]), err
}
