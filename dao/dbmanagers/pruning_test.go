package dbmanagers

import (
	"errors"
	"sync"
	"testing"
	"time"

	"pulperia/dao"
)

// The feed is pruned while processes write: its base moves, all processes learn of that, positions
// before it are gone, and no reader ever takes what is missing for nothing. At least what is to be
// kept is there.
func TestPruning(t *testing.T) {
	const keep = 50
	p := newPlace(t)
	o := Options{Keep: keep, sweepEvery: 50 * time.Millisecond, remember: time.Second}
	one, two := p.open(o), p.open(Options{sweepEvery: 50 * time.Millisecond}) // the other leaves pruning to it
	start := one.feed.last()
	f, g := one.follow(start), two.follow(start)
	var all sync.WaitGroup
	ended := make(chan struct{})
	for _, s := range []process{one, two} {
		all.Go(func() { p.glance(s, start.Epoch, ended) })
	}
	p.chat(75**faultTimes, one, one, two, two)
	close(ended)
	all.Wait()
	p.settled()
	head := dao.Position{Epoch: start.Epoch, Offset: int64(300 * *faultTimes)}
	p.same("the followers", f.reach(head), g.reach(head))
	changes, _ := f.heard()
	p.gapless("a follower", changes, 0)
	p.orderly(changes)
	p.await("all know the base", func() bool {
		base, _ := one.feed.bounds()
		other, _ := two.feed.bounds()
		return base == other && base > head.Offset-3*keep-100
	})
	base, _ := one.feed.bounds()
	if base > head.Offset-keep {
		t.Errorf("the base is %d, too near to the head %d", base, head.Offset)
	}
	fresh := p.open(Options{})
	_, err := fresh.Feed.Since(p.ctx, dao.Position{Epoch: start.Epoch, Offset: base - 1}, 10)
	p.fails("since before the base", err, dao.ErrGone)
	p.same("since the base", fresh.history(dao.Position{Epoch: start.Epoch, Offset: base}), changes[base:])
}

// chat appends n messages to each of some processes, at once.
func (p *place) chat(n int, processes ...process) {
	var all sync.WaitGroup
	for _, s := range processes {
		all.Go(func() {
			for range n {
				if _, _, err := s.Messages.Append(p.ctx, aMessage("hola")); err != nil {
					p.Errorf("append: %v", err)
				}
			}
		})
	}
	all.Wait()
}

// glance asks for changes from all over the feed. Each answer follows on its position, or says that
// it is gone.
func (p *place) glance(s process, epoch string, ended chan struct{}) {
	for n := int64(0); ; n++ {
		select {
		case <-ended:
			return
		case <-time.After(5 * time.Millisecond): // it is to see much, not to keep the writers
		}
		head := s.feed.last().Offset
		after := dao.Position{Epoch: epoch, Offset: n * 7919 % (head + 1)}
		changes, err := s.Feed.Since(p.ctx, after, 5)
		switch {
		case errors.Is(err, dao.ErrGone):
		case err != nil:
			p.Errorf("since %v: %v", after, err)
			return
		case int64(len(changes)) < min(5, head-after.Offset):
			p.Errorf("since %v: %d changes, and the head was %d", after, len(changes), head)
			return
		}
		for i, c := range changes {
			if c.Offset != after.Offset+int64(i)+1 {
				p.Errorf("since %v: change %d is at offset %d", after, i, c.Offset)
				return
			}
		}
	}
}
