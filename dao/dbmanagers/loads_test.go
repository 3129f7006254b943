package dbmanagers

import (
	"slices"
	"sync"
	"testing"

	"pulperia/dao"
	"pulperia/dao/models"
)

// A load that meets a conflict in its midst, after the first parts are inserted, leaves nothing: no
// document, no record, no change, and what it had taken is free.
func TestLoadConflictLeavesNothing(t *testing.T) {
	for name, spoil := range map[string]func(b *dao.Batch, there models.Message){
		"a message that is there": func(b *dao.Batch, there models.Message) { b.Messages[1_100] = there },
		"a code that is there":    func(b *dao.Batch, _ models.Message) { b.Products[2].Code = "taken" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			s := p.open(Options{})
			_, _, err := s.Products.Create(p.ctx, aProduct("taken"))
			p.ok("create", err)
			there, _, err := s.Messages.Append(p.ctx, aMessage("hola"))
			p.ok("append", err)
			batch := aBatch(number(1), 1_200)
			spoil(&batch, there)
			_, err = s.Load(p.ctx, batch)
			p.fails("load", err, dao.ErrConflict)
			if feed := s.sound(); len(feed) != 2 {
				t.Errorf("%d changes, want 2", len(feed))
			}
			good := aBatch(number(1), 10)
			_, err = s.Load(p.ctx, good)
			p.ok("load", err)
		})
	}
}

// A value of a loaded id that somebody makes and deletes while the load is on its way has used up
// its revisions: the load goes above them.
func TestLoadBesideRecreation(t *testing.T) {
	p := newPlace(t)
	other := p.open(quickSweep)
	var once sync.Once
	s := p.open(Options{at: func(step string) {
		if step == "insert" {
			once.Do(func() {
				for range 2 {
					p.ok("create", errands["create product"](other, errand{ID: number(1)}))
					p.ok("delete", errands["delete product"](other, errand{ID: number(1)}))
				}
				p.settled()
			})
		}
	}})
	product := aProduct("a")
	product.ID = number(1)
	_, err := s.Load(p.ctx, dao.Batch{Products: []models.Product{product}})
	p.ok("load", err)
	if feed := other.sound(); feed[len(feed)-1].Rev != 5 {
		t.Errorf("loaded at revision %d, want 5", feed[len(feed)-1].Rev)
	}
}

// Readers of messages beside a load, who announce what they meet, do not mix up its order.
func TestLoadOrderBesideReaders(t *testing.T) {
	p := newPlace(t)
	s, other := p.open(Options{}), p.open(quickSweep)
	batch := aBatch(number(1), 2_500)
	loaded := make(chan struct{})
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			for {
				if _, err := []process{s, other}[i%2].Messages.Page(p.ctx, models.ID{}, 10); err != nil {
					t.Errorf("page: %v", err)
				}
				select {
				case <-loaded:
					return
				default:
				}
			}
		})
	}
	_, err := s.Load(p.ctx, batch)
	close(loaded)
	all.Wait()
	p.ok("load", err)
	p.inOrder(s.sound(), batch.Messages)
}

// inOrder fails when the feed does not tell of exactly these messages, in their order.
func (p *place) inOrder(feed []dao.Change, messages []models.Message) {
	p.Helper()
	var got, want []models.ID
	for _, change := range feed {
		if change.Kind == dao.KindMessage {
			got = append(got, change.ID)
		}
	}
	for _, m := range messages {
		want = append(want, m.ID)
	}
	if !slices.Equal(got, want) {
		p.Errorf("the feed tells of %d messages, want %d in the order of the load", len(got), len(want))
	}
}
