package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// viewerFigures are the plots of what grows, or does not, with those who listen.
type viewerFigures struct{ delivery, cpu, memory, joins *figure }

// viewerCurves measures as many viewers as the table does, and fewer.
func (b *bench) viewerCurves(ctx context.Context) ([]*figure, error) {
	f := viewerFigures{
		&figure{name: "viewers-delivery", title: "Publish to delivery at 2 messages a second, by viewers", size: "viewers", unit: "ms"},
		&figure{name: "viewers-cpu", title: "CPU of the server for a delivery in a flood, by viewers", size: "viewers", unit: "µs"},
		&figure{name: "viewers-memory", title: "Resident memory of an idle viewer, by viewers", size: "viewers", unit: "KiB a viewer"},
		&figure{name: "viewers-joins", title: "Viewers that join as fast as they can, by viewers", size: "viewers", unit: "joins a second"},
	}
	most, err := crowd(b.sockets)
	if err != nil {
		return nil, err
	}
	for _, n := range sizes(most) {
		if err := b.viewerPoint(ctx, f, n); err != nil {
			return nil, fmt.Errorf("%d viewers: %w", n, err)
		}
	}
	return []*figure{f.delivery, f.cpu, f.memory, f.joins}, nil
}

func (b *bench) viewerPoint(ctx context.Context, f viewerFigures, n int) (err error) {
	dir := filepath.Join(b.dir, fmt.Sprintf("viewers-%d", n))
	shop, err := openShop(ctx, b.program, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, shop.stop(), os.RemoveAll(dir)) }()
	before, err := b.settled(ctx, shop)
	if err != nil {
		return err
	}
	begin := time.Now()
	s, err := openSwarm(ctx, shop.address, n, arrivals{})
	if err != nil {
		return err
	}
	f.joins.put("joins", shown, n, float64(n)/time.Since(begin).Seconds())
	after, err := b.settled(ctx, shop)
	if err != nil {
		return errors.Join(err, s.close())
	}
	if n >= 50 { // of fewer it drowns in what the server does anyway
		f.memory.put("memory of a viewer", flat, n, float64(max(1, after-before))/1024/float64(n))
	}
	if err := errors.Join(b.viewerDeliveries(ctx, f, shop, s), s.close()); err != nil {
		return err
	}
	return b.bareDeliveries(ctx, f, n, s.size.Load()) // without the others: both together may be more than a process may have
}

// leastCPU stands for what the clock of a short run does not see.
const leastCPU = time.Nanosecond

// viewerDeliveries measures a calm flow of messages to a swarm, and then a flood.
func (b *bench) viewerDeliveries(ctx context.Context, f viewerFigures, shop *process, s *swarm) error {
	n := len(s.lines)
	p, err := b.openPublisher(ctx, shop.address, publishers)
	if err != nil {
		return err
	}
	defer p.close()
	taken, err := paced(ctx, s, p, time.Second/2, b.watch/2)
	if err != nil {
		return err
	}
	f.delivery.put("p50", linear, n, milliseconds(taken.quantile(0.5)))
	f.delivery.put("p99", linear, n, milliseconds(taken.quantile(0.99)))
	if err := p.some(ctx, s, window, 0); err != nil { // gives the size
		return err
	}
	ours, err := b.hubFlow(ctx, shop, s, p)
	f.cpu.put("shop", flat, n, micro(max(leastCPU, ours.cpu)))
	return err
}

// bareDeliveries measures the loop of prepared frames, to as many.
func (b *bench) bareDeliveries(ctx context.Context, f viewerFigures, n int, frame int64) error {
	bare, err := openSelf(ctx, fanFlag, fmt.Sprintf("%dx%d", n, frame))
	if err != nil {
		return err
	}
	theirs, err := b.bareFlow(ctx, bare, n)
	f.cpu.put("bare loop", limit, n, micro(max(leastCPU, theirs.cpu)))
	return errors.Join(err, bare.stop())
}

// writerCurves measures durable creates of the store alone beside the bare group commit. The rounds
// are shorter and fewer than those of the table: there are more points.
func (b *bench) writerCurves(ctx context.Context) ([]*figure, error) {
	f := &figure{name: "writers-creates", title: "Durable creates of messages, by those who write at once", size: "writers", unit: "creates a second"}
	brief := *b
	brief.length, brief.rounds = b.length/2, min(3, b.rounds)
	for n := 1; n <= 1024; n *= 4 {
		c, err := brief.durableCreates(ctx, n)
		if err != nil {
			return nil, fmt.Errorf("%d writers: %w", n, err)
		}
		f.put("store", shown, n, c.store.perSecond)
		f.put("bare append, fdatasync", limit, n, c.bare.perSecond)
	}
	return []*figure{f}, nil
}
