package main

import (
	"context"
	"errors"
	"time"
)

// otherViewers is how many listen on the other process.
const otherViewers = 10

// pace of the messages whose way is measured: no part of any interval at which a process looks.
const deliveryPace = 37 * time.Millisecond

// mostToOther is what is required of the way to another process: the README's "within a second".
const mostToOther = time.Second

// delivery measures how long after it was sent to one shop a message is with who listens to another
// one on the same database.
func (b *bench) delivery(ctx context.Context, r *report, server string) error {
	return b.withShelf(ctx, server, "", func(s *shelf) (err error) {
		var shops [2]*process
		for i := range shops {
			if shops[i], err = openShop(ctx, b.program, s.url); err != nil {
				return err
			}
			defer shops[i].stop()
		}
		p, err := b.openPublisher(ctx, shops[0].address, publishers)
		if err != nil {
			return err
		}
		defer p.close()
		for i, what := range []string{"the same process", "another process"} {
			taken, err := b.deliveryTo(ctx, shops[i], p)
			if err != nil {
				return err
			}
			b.addStep(r, "MongoDB: from sending a message to its delivery by "+what, latencyRow(0, taken, 0.99, mostToOther))
		}
		return nil
	})
}

func (b *bench) deliveryTo(ctx context.Context, shop *process, p *publisher) (taken sample, err error) {
	viewers, err := openSwarm(ctx, shop.address, otherViewers, arrivals{})
	if err != nil {
		return sample{}, err
	}
	defer func() { err = errors.Join(err, viewers.close()) }()
	if err := p.some(ctx, viewers, 1, 0); err != nil { // warms up
		return sample{}, err
	}
	return paced(ctx, viewers, p, deliveryPace, b.watch)
}
