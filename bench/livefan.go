package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"pulperia/faults/harness"
)

// window is how many messages may be on their way to the readers: so many that some always wait for
// the hub, and so few that it gathers about as many in a write as the bare limit does. With more of
// them it would win by its larger writes.
const window = 2 * framesInWrite

// publishers is how many sockets publish in a fan-out: one alone has the store for one message at a
// time.
const publishers = 8

// flow is what a fan-out brought in a while.
type flow struct {
	perSecond float64       // deliveries
	cpu       time.Duration // of the server, for a delivery
	frames    float64       // in a write, on average
}

// fanOut is the hub against a loop that writes prepared bytes.
type fanOut struct {
	hub, bare flow // medians
	ratio     float64
	frame     int64 // bytes of a payload
}

// fanOuts lets both send as much as they can to the same number of sockets, in turn.
func (b *bench) fanOuts(ctx context.Context, shop *process, n int) (result fanOut, err error) {
	s, err := openSwarm(ctx, shop.address, n, arrivals{})
	if err != nil {
		return fanOut{}, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	p, err := b.openPublisher(ctx, shop.address, publishers)
	if err != nil {
		return fanOut{}, err
	}
	defer p.close()
	if err := p.some(ctx, s, window, 0); err != nil { // warms up, and gives the size
		return fanOut{}, err
	}
	result.frame = s.size.Load()
	bare, err := openSelf(ctx, fanFlag, fmt.Sprintf("%dx%d", n, result.frame))
	if err != nil {
		return fanOut{}, err
	}
	defer bare.stop()
	var hubs, bares []flow
	var ratios []float64
	for range b.rounds {
		ours, err := b.hubFlow(ctx, shop, s, p)
		if err != nil {
			return fanOut{}, err
		}
		theirs, err := b.bareFlow(ctx, bare, n)
		if err != nil {
			return fanOut{}, err
		}
		hubs, bares, ratios = append(hubs, ours), append(bares, theirs), append(ratios, ours.perSecond/theirs.perSecond)
	}
	result.hub, result.bare, result.ratio = middleFlow(hubs), middleFlow(bares), median(ratios)
	return result, nil
}

// hubFlow publishes as fast as the readers take it.
func (b *bench) hubFlow(ctx context.Context, shop *process, s *swarm, p *publisher) (flow, error) {
	flooding, stop := context.WithCancel(ctx)
	var group errgroup.Group
	before, sent := s.received.Load(), p.sent
	group.Go(func() error {
		for flooding.Err() == nil {
			err := s.until(flooding, "readers keep up", func() bool { return s.has(before, int(p.sent-sent)-window) })
			if err == nil {
				err = p.publish(flooding)
			}
			if err != nil && flooding.Err() == nil {
				return err
			}
		}
		return nil
	})
	one, err := b.flowOf(shop, s)
	stop()
	err = errors.Join(err, group.Wait(), p.settle(ctx))
	if err == nil {
		err = s.until(ctx, "everything has arrived", func() bool { return s.has(before, int(p.sent-sent)) })
	}
	return one, err
}

func (b *bench) bareFlow(ctx context.Context, bare *process, n int) (flow, error) {
	s, err := bareSwarm(ctx, bare.address, n)
	if err != nil {
		return flow{}, err
	}
	one, err := b.flowOf(bare, s)
	return one, errors.Join(err, s.close())
}

// flowOf watches a fan-out that is going on, once it has got into its stride.
func (b *bench) flowOf(server *process, s *swarm) (flow, error) {
	time.Sleep(b.length / 4)
	before, err := harness.UsageOf(server.Pid())
	if err != nil {
		return flow{}, err
	}
	begin, received := time.Now(), s.received.Load()
	time.Sleep(b.length)
	deliveries, elapsed := max(1, s.received.Load()-received), time.Since(begin)
	after, err := harness.UsageOf(server.Pid())
	return flow{
		perSecond: float64(deliveries) / elapsed.Seconds(), cpu: (after.CPU - before.CPU) / time.Duration(deliveries),
		frames: float64(deliveries) / float64(max(1, after.Writes-before.Writes)),
	}, errors.Join(err, s.failed())
}

func middleFlow(all []flow) flow {
	var rates, cpu, frames []float64
	for _, one := range all {
		rates, cpu, frames = append(rates, one.perSecond), append(cpu, float64(one.cpu)), append(frames, one.frames)
	}
	return flow{median(rates), time.Duration(median(cpu)), median(frames)}
}
