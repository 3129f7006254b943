package dbmanagers

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"pulperia/dao"
	"pulperia/dao/models"
)

// told is a change in a form that a difference can be read in.
type told struct {
	Offset int64
	Kind   dao.Kind
	Op     dao.Op
	ID     models.ID
	Rev    int64
	Doc    string
}

func tell(c dao.Change) told { return told{c.Offset, c.Kind, c.Op, c.ID, c.Rev, string(c.Doc)} }

// history reads the whole feed from an offset on, as a late reader would.
func (p process) history(from dao.Position) (all []dao.Change) {
	p.Helper()
	for {
		changes, err := p.Feed.Since(p.ctx, from, 1+len(all)%97)
		p.ok("since "+from.String(), err)
		if len(changes) == 0 {
			return all
		}
		all = append(all, changes...)
		from.Offset = changes[len(changes)-1].Offset
	}
}

// follower listens to a feed as a hub does, and notes what it hears.
type follower struct {
	process
	ctx  context.Context
	stop context.CancelFunc
	done chan struct{}

	mu   sync.Mutex
	at   dao.Position
	all  []dao.Change
	gone int // how often its position was no longer in the feed
}

// follow begins to listen.
func (p process) follow(from dao.Position) *follower {
	ctx, stop := context.WithCancel(p.ctx)
	f := &follower{process: p, ctx: ctx, stop: stop, done: make(chan struct{}), at: from}
	go f.run()
	p.Cleanup(f.end)
	return f
}

func (f *follower) end() {
	f.stop()
	<-f.done
}

func (f *follower) run() {
	defer close(f.done)
	for f.ctx.Err() == nil {
		f.mu.Lock()
		at := f.at
		f.mu.Unlock()
		if err := f.Feed.Wait(f.ctx, at); err != nil {
			continue // it is to end, or the store is away for a while
		}
		changes, err := f.Feed.Since(f.ctx, at, 1_000)
		f.mu.Lock()
		switch {
		case errors.Is(err, dao.ErrGone): // a page would be loaded anew
			f.gone++
			f.at, _ = f.Feed.Head(f.ctx)
		case err == nil && len(changes) > 0:
			f.all = append(f.all, changes...)
			f.at.Offset = changes[len(changes)-1].Offset
		}
		f.mu.Unlock()
		if err != nil {
			time.Sleep(time.Millisecond)
		}
	}
}

// heard returns what it has heard so far, and where it stands.
func (f *follower) heard() ([]dao.Change, dao.Position) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.all), f.at
}

// reach waits until it has heard everything up to a position.
func (f *follower) reach(to dao.Position) []dao.Change {
	f.Helper()
	f.await("a follower comes to "+to.String(), func() bool {
		_, at := f.heard()
		return at == to
	})
	all, _ := f.heard()
	return all
}

// gapless fails when offsets do not follow on one another from after+1 on.
func (p *place) gapless(what string, changes []dao.Change, after int64) {
	p.Helper()
	for i, c := range changes {
		if want := after + int64(i) + 1; c.Offset != want {
			p.Fatalf("%s: offset %d where %d should be", what, c.Offset, want)
		}
	}
}

// same fails when two readers were not told the same.
func (p *place) same(what string, got, want []dao.Change) {
	p.Helper()
	for i := range min(len(got), len(want)) {
		if diff := cmp.Diff(tell(want[i]), tell(got[i])); diff != "" {
			p.Fatalf("%s: change %d differs (-want +got):\n%s", what, i, diff)
		}
	}
	if len(got) != len(want) {
		p.Fatalf("%s: %d changes, want %d", what, len(got), len(want))
	}
}

// orderly fails when the feed tells a change twice, or the revisions of a value out of their order:
// each is one more than the one before, through deletes and new beginnings.
func (p *place) orderly(changes []dao.Change) {
	p.Helper()
	last := make(map[valueKey]dao.Change)
	for _, c := range changes {
		key := valueKey{c.Kind, c.ID}
		before := last[key]
		if c.Rev != before.Rev+1 {
			p.Fatalf("%s %s: revision %d at offset %d follows on %d at %d", c.Kind, c.ID, c.Rev, c.Offset, before.Rev, before.Offset)
		}
		if c.Op == dao.OpDelete && before.Op != dao.OpPut {
			p.Fatalf("%s %s: deleted at offset %d without being there", c.Kind, c.ID, c.Offset)
		}
		last[key] = c
	}
}

// truthful fails when the documents are not what the feed told last of each value, or do not bear
// that offset.
func (p process) truthful(changes []dao.Change) {
	p.Helper()
	want := make(map[valueKey]told)
	for _, c := range changes {
		if want[valueKey{c.Kind, c.ID}] = tell(c); c.Op == dao.OpDelete {
			delete(want, valueKey{c.Kind, c.ID})
		}
	}
	got := make(map[valueKey]told)
	for _, c := range p.collections {
		p.ok("read", c.each(p.ctx, query{}, func(rec *record) error {
			got[valueKey{c.Kind, rec.id}] = told{rec.stamp, c.Kind, dao.OpPut, rec.id, rec.rev, string(models.JSON(c.value(rec)))}
			return nil
		}))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		p.Fatalf("the feed's last words and the documents differ (-feed +documents):\n%s", diff)
	}
}

// sound says that feed and documents agree, seen from the beginning: gaplessly, each change once,
// in order, and true.
func (p process) sound() []dao.Change {
	p.Helper()
	p.settled()
	p.ok("catch up", p.lookNow())
	head, err := p.Feed.Head(p.ctx)
	p.ok("head", err)
	all := p.history(dao.Position{Epoch: head.Epoch})
	p.gapless("since the beginning", all, 0)
	p.orderly(all)
	p.truthful(all)
	return all
}
