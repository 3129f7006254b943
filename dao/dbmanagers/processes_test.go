package dbmanagers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

// Three processes write to one database, also to the same values. Every reader of each of them
// hears one order without a gap, each change once, and the last words are what is stored; what was
// acknowledged stands where the receipt says.
func TestProcesses(t *testing.T) {
	p := newPlace(t)
	var all sync.WaitGroup
	var writers []*writer
	var followers []*follower
	processes := []process{p.open(Options{}), p.open(Options{}), p.open(Options{})}
	start, err := processes[0].Feed.Head(p.ctx)
	p.ok("head", err)
	for i, one := range processes {
		followers = append(followers, one.follow(start), one.follow(start))
		for range 4 {
			w := &writer{process: one, random: rand.New(rand.NewPCG(*faultSeed, uint64(len(writers)))), user: fmt.Sprintf("w%d@example.com", i)}
			writers = append(writers, w)
			all.Go(func() { w.write(30 * *faultTimes) })
		}
	}
	all.Wait()
	feed := processes[0].sound()
	head := dao.Position{Epoch: start.Epoch, Offset: int64(len(feed))}
	for i, one := range processes {
		one.ok("catch up", one.lookNow())
		one.same(fmt.Sprintf("process %d since the beginning", i), one.history(start), feed)
	}
	for i, f := range followers {
		f.same(fmt.Sprintf("follower %d", i), f.reach(head), feed)
		if f.gone > 0 {
			t.Errorf("follower %d was told %d times that its position is gone", i, f.gone)
		}
	}
	for _, w := range writers {
		p.acknowledged(w.done, feed)
	}
	t.Attr("changes", fmt.Sprint(len(feed)))
	t.Logf("%d changes, %d times another process was faster", len(feed), lostBy(processes))
}

func lostBy(processes []process) (n int64) {
	for _, one := range processes {
		n += one.figures.lost.Load()
	}
	return n
}

// writer makes random changes to a few values that all writers share.
type writer struct {
	process
	random *rand.Rand
	user   string
	done   []done
}

// done is what a writer was told of one write.
type done struct {
	Kind  dao.Kind
	Op    dao.Op
	ID    models.ID
	Rev   int64 // 0: not told
	Doc   string
	Where dao.Receipt
}

func (w *writer) write(n int) {
	for range n {
		if err := w.change(); err != nil && !errors.Is(err, dao.ErrNotFound) && !errors.Is(err, dao.ErrConflict) {
			w.Errorf("write: %v", err)
			return
		}
	}
}

// change does one thing. Ids are few, so that writers meet.
func (w *writer) change() error {
	id := number(1 + w.random.IntN(4))
	switch w.random.IntN(10) {
	case 0, 1, 2:
		p := aProduct(id.String())
		p.ID, p.Title = id, fmt.Sprint("Yerba ", w.random.IntN(1000))
		stored, receipt, err := w.Products.Create(w.ctx, p)
		return w.note(err, done{dao.KindProduct, dao.OpPut, id, stored.Rev, string(models.JSON(stored)), receipt})
	case 3, 4:
		stored, receipt, err := w.Products.Update(w.ctx, id, func(p *models.Product) error { p.Stock++; return nil })
		return w.note(err, done{dao.KindProduct, dao.OpPut, id, stored.Rev, string(models.JSON(stored)), receipt})
	case 5, 6:
		_, receipt, err := w.Products.Delete(w.ctx, id)
		return w.note(err, done{Kind: dao.KindProduct, Op: dao.OpDelete, ID: id, Where: receipt})
	case 7:
		stored, receipt, err := w.Carts.Create(w.ctx, models.Cart{ID: id})
		return w.note(err, done{dao.KindCart, dao.OpPut, id, stored.Rev, string(models.JSON(stored)), receipt})
	case 8:
		if w.random.IntN(4) == 0 {
			_, receipt, err := w.Carts.Delete(w.ctx, id)
			return w.note(err, done{Kind: dao.KindCart, Op: dao.OpDelete, ID: id, Where: receipt})
		}
		stored, receipt, err := w.Carts.Update(w.ctx, id, func(c *models.Cart) error { c.Add(models.Choice{Product: number(9)}, 1); return nil })
		return w.note(err, done{dao.KindCart, dao.OpPut, id, stored.Rev, string(models.JSON(stored)), receipt})
	}
	m := aMessage(fmt.Sprint(len(w.done)))
	m.User = w.user
	stored, receipt, err := w.Messages.Append(w.ctx, m)
	return w.note(err, done{dao.KindMessage, dao.OpPut, stored.ID, 1, string(models.JSON(stored)), receipt})
}

func (w *writer) note(err error, d done) error {
	if err == nil && !d.Where.Repeated {
		w.done = append(w.done, d)
	}
	return err
}

// acknowledged fails when something that was done does not stand in the feed where the writer was
// told.
func (p *place) acknowledged(written []done, feed []dao.Change) {
	p.Helper()
	for _, d := range written {
		at := d.Where.Position.Offset
		if at < 1 || at > int64(len(feed)) {
			p.Fatalf("%s %s was acknowledged at %d, and the feed has %d changes", d.Kind, d.ID, at, len(feed))
		}
		got := tell(feed[at-1])
		want := told{at, d.Kind, d.Op, d.ID, d.Rev, d.Doc}
		if want.Rev == 0 {
			want.Rev = got.Rev
		}
		if got != want {
			p.Fatalf("acknowledged and told differ:\nacknowledged %+v\ntold         %+v", want, got)
		}
	}
}

// Two processes that add to one cart at once lose nothing, although they do not stand in one line.
func TestProcessesStorm(t *testing.T) {
	p := newPlace(t)
	o := Options{Timeout: 2 * time.Minute} // all 200 begin at once, and most stand in line
	a, b := p.open(o), p.open(o)
	cart, _, err := a.Carts.Create(p.ctx, models.Cart{})
	p.ok("create", err)
	const each = 100
	var all sync.WaitGroup
	for i := range 2 * each {
		all.Go(func() {
			_, _, err := []process{a, b}[i%2].Carts.Update(p.ctx, cart.ID, func(c *models.Cart) error { c.Add(models.Choice{Product: number(1)}, 1); return nil })
			if err != nil {
				t.Errorf("update: %v", err)
			}
		})
	}
	all.Wait()
	p.ok("look", b.lookNow()) // by itself it may be half a second behind the other
	got, err := b.Carts.Get(p.ctx, cart.ID)
	p.ok("get", err)
	if len(got.Products) != 1 || got.Products[0].Quantity != 2*each || got.Rev != 2*each+1 {
		t.Errorf("200 additions made %+v", got)
	}
	a.sound()
}

// The same with processes of their own.
func TestProcessesApart(t *testing.T) {
	p := newPlace(t)
	s := p.open(Options{})
	f := s.follow(s.feed.last())
	written := make([][]done, 3)
	var all sync.WaitGroup
	for i := range written {
		all.Go(func() {
			ctx, cancel := context.WithTimeout(p.ctx, 2*patient)
			defer cancel()
			e := errand{URL: p.url, Do: "write", Seed: *faultSeed + uint64(i), N: 60 * *faultTimes}
			out, err := e.command(ctx).Output()
			if err == nil {
				err = json.Unmarshal(lastLine(out), &written[i])
			}
			if err != nil {
				t.Errorf("process %d: %v\n%s", i, err, out)
			}
		})
	}
	all.Wait()
	feed := s.sound()
	t.Attr("changes", fmt.Sprint(len(feed)))
	s.same("a follower", f.reach(s.feed.last()), feed)
	for i, one := range written {
		p.acknowledged(one, feed)
		if len(one) == 0 {
			t.Errorf("process %d has written nothing", i)
		}
	}
}
