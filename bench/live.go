package main

import (
	"context"
	"errors"
	"path/filepath"
	"time"
)

// crowd returns how many sockets of those wanted a process may have open, beside its other files.
func crowd(wanted int) (int, error) {
	most, err := descriptors()
	const others = 500
	return max(1, min(wanted, most-others)), err
}

// live measures what goes over WebSocket: an idle crowd first, then, on another server, what makes
// much noise.
func (b *bench) live(ctx context.Context, r *report) error {
	for _, part := range []struct {
		store   string
		measure func(context.Context, *report, *process) error
	}{{"idle", b.idleCrowd}, {"busy", b.busyCrowd}} {
		shop, err := openShop(ctx, b.program, filepath.Join(b.dir, part.store))
		if err != nil {
			return err
		}
		if err := part.measure(ctx, r, shop); err != nil {
			return shop.stopAfter(err)
		}
		if err := shop.stop(); err != nil {
			return err
		}
	}
	return nil
}

// idleCrowd measures many sockets to which little happens, and their return.
func (b *bench) idleCrowd(ctx context.Context, r *report, shop *process) error {
	n, err := crowd(b.sockets)
	if err != nil {
		return err
	}
	before, err := b.settled(ctx, shop)
	if err != nil {
		return err
	}
	s, err := openSwarm(ctx, shop.address, n, arrivals{over: returnPace * time.Duration(n)})
	if err != nil {
		return err
	}
	after, err := b.settled(ctx, shop)
	if err != nil {
		return errors.Join(err, s.close())
	}
	b.add(r, socketMemoryRow(n, b.sockets, after-before))
	p, err := b.openPublisher(ctx, shop.address, 1)
	if err != nil {
		return errors.Join(err, s.close())
	}
	defer p.close()
	taken, err := paced(ctx, s, p, time.Second, b.watch)
	if err != nil {
		return errors.Join(err, s.close())
	}
	b.add(r, fitted(latencyRow(idleDelivery, taken, 0.99, 200*time.Millisecond), n, b.sockets))
	back, err := b.comebacks(ctx, shop, s, p)
	if err != nil {
		return err
	}
	b.add(r, fitted(comebackRow(back, n), n, b.sockets))
	return nil
}

// busyCrowd measures fewer sockets to which much happens.
func (b *bench) busyCrowd(ctx context.Context, r *report, shop *process) error {
	fan, err := b.fanOuts(ctx, shop, b.sockets/5)
	if err != nil {
		return err
	}
	b.add(r, fanRow(fan))
	b.add(r, deliveryCPURow(fan))
	return b.chat(ctx, r, shop)
}

// chat measures a chat of some people, and one of them who stalls.
func (b *bench) chat(ctx context.Context, r *report, shop *process) (err error) {
	s, err := openSwarm(ctx, shop.address, b.sockets/10, arrivals{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	p, err := b.openPublisher(ctx, shop.address, publishers)
	if err != nil {
		return err
	}
	defer p.close()
	taken, err := paced(ctx, s, p, 100*time.Millisecond, b.watch)
	if err != nil {
		return err
	}
	b.add(r, latencyRow(chatDelivery, taken, 0.99, 50*time.Millisecond))
	beside, err := b.stalls(ctx, shop, s, p)
	if err != nil {
		return err
	}
	b.add(r, stallRow(beside))
	return nil
}
