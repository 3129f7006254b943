package dbmanagers

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
	"pulperia/dao/models"
)

// far has processes on a model of a server that is a round trip of 50 ms away, in virtual time: what
// is measured is how many round trips things take, and not this machine.
func far(t *testing.T, processes int, do func(t *testing.T, engines []*engine)) {
	synctest.Test(t, func(t *testing.T) {
		server := newModelServer(1)
		engines := make([]*engine, processes)
		for i := range engines {
			e, err := openModel(t.Context(), &modelClient{modelServer: server}, Options{Log: slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Fatal(err)
			}
			engines[i] = e
		}
		server.mu.Lock()
		server.faults.roundTrip = 50 * time.Millisecond
		server.mu.Unlock()
		do(t, engines)
		for _, e := range engines {
			e.Close()
		}
		time.Sleep(time.Minute)
	})
}

// An idle shop is idle: with nobody connected it asks the database once in five seconds at most, with
// visitors twice a second, whatever there is in it.
func TestIdle(t *testing.T) {
	for name, c := range map[string]struct {
		wait func(context.Context) context.Context
		most int // commands in a minute
	}{
		"nobody":   {dao.Patiently, 12 + 1},
		"visitors": {func(ctx context.Context) context.Context { return ctx }, 120},
	} {
		t.Run(name, func(t *testing.T) {
			far(t, 1, func(t *testing.T, engines []*engine) {
				e := engines[0]
				for n := range 200 {
					p := aProduct(fmt.Sprint(n))
					if _, _, err := e.store().Products.Create(t.Context(), p); err != nil {
						t.Fatal(err)
					}
				}
				ctx, stop := context.WithCancel(c.wait(t.Context()))
				go e.feed.Wait(ctx, e.feed.last())
				time.Sleep(time.Minute) // all that had to be done is
				e.client().mu.Lock()
				was := e.client().asked
				e.client().mu.Unlock()
				time.Sleep(10 * time.Minute)
				e.client().mu.Lock()
				n := e.client().asked - was
				e.client().mu.Unlock()
				t.Attr("commands", fmt.Sprint(n))
				if n > 10*c.most+2 { // the ten minutes may begin just before a look, and a round
					t.Errorf("%d commands in ten minutes, want at most %d", n, 10*c.most)
				}
				stop()
			})
		})
	}
}

// What is there is met as soon as a shop opens: what another program deletes afterwards can only be
// missed by who knows that it was there, and the feed may have forgotten it long ago.
func TestTheFirstRoundIsAtTheStart(t *testing.T) {
	far(t, 1, func(t *testing.T, engines []*engine) {
		e := engines[0]
		made, _, err := e.store().Products.Create(t.Context(), aProduct("mate"))
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		late, err := openModel(t.Context(), &modelClient{modelServer: e.client().modelServer}, Options{Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		defer late.Close()
		time.Sleep(2 * time.Second)
		w := &late.of(dao.Product.Schema).walk
		w.mu.Lock()
		defer w.mu.Unlock()
		if _, known := w.known[made.ID]; !known {
			t.Error("two seconds after the start it does not know what there is")
		}
	})
}

// With nobody connected, when it is seldom looked for what others insert, it shows in the next list:
// half a second later, when no look from before the insert counts any more.
func TestInsertShowsInTheNextList(t *testing.T) {
	far(t, 1, func(t *testing.T, engines []*engine) {
		e := engines[0]
		for n := range 3 {
			time.Sleep(time.Minute)
			modelHandle{e.client(), "products"}.writeNow(write{insertOne, nil, foreignProduct(productID(n), fmt.Sprint("foreign ", n))})
			time.Sleep(fresh)
			page, err := e.store().Products.List(t.Context(), models.ProductQuery{Page: 1, Limit: 10})
			if err != nil || page.Total != n+1 {
				t.Errorf("%d products, %v, want %d", page.Total, err, n+1)
			}
		}
	})
}

func (e *engine) client() *modelClient { return e.server.(*modelClient) }

// Two hundred parallel additions to one cart take a few round trips.
func TestAdditionsFromFar(t *testing.T) {
	far(t, 1, func(t *testing.T, engines []*engine) {
		s := engines[0].store()
		cart, _, err := s.Carts.Create(t.Context(), models.Cart{})
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		var all sync.WaitGroup
		for range 200 {
			all.Go(func() {
				if _, _, err := s.Carts.Update(t.Context(), cart.ID, func(c *models.Cart) error { c.Add(models.Choice{Product: number(1)}, 1); return nil }); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		took := time.Since(began)
		t.Attr("took", took.String())
		got, err := s.Carts.Get(t.Context(), cart.ID)
		if err != nil || got.Products[0].Quantity != 200 || took > 2*time.Second {
			t.Errorf("200 additions take %v and make %v (%v)", took, got.Products, err)
		}
	})
}

// Two hundred steps at once that each make a product under the next number take a few round trips:
// none can know its number before it stands behind the others.
func TestNumberingFromFar(t *testing.T) {
	far(t, 1, func(t *testing.T, engines []*engine) {
		s := engines[0].store()
		counter, _, err := s.Carts.Create(t.Context(), models.Cart{})
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		var all sync.WaitGroup
		for range 200 {
			all.Go(func() {
				_, err := s.Update(t.Context(), func(tx dao.Tx) error {
					cart, err := dao.Cart.Within(tx).Update(counter.ID, func(c *models.Cart) error { c.Add(models.Choice{Product: number(1)}, 1); return nil })
					if err != nil {
						return err
					}
					_, err = dao.Product.Within(tx).Create(aProduct(fmt.Sprint("number ", cart.Products[0].Quantity)))
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		took := time.Since(began)
		t.Attr("took", took.String())
		last, err := s.Products.List(t.Context(), models.ProductQuery{Codes: []string{"number 200"}, Limit: 1})
		if err != nil || last.Total != 1 || took > 2*time.Second {
			t.Errorf("200 steps take %v, and of number 200 there are %d (%v)", took, last.Total, err)
		}
	})
}

// A feed that is dropped under an open shop is begun anew before a call that waits for it is refused, as it
// does not take a round trip for each kind there is; and it is begun, though calls are refused by
// then, where a round trip takes so long that it cannot be in time.
func TestBeginningAnewFromFar(t *testing.T) {
	for _, c := range []struct{ trip, within time.Duration }{{50 * time.Millisecond, 4 * time.Second}, {400 * time.Millisecond, 30 * time.Second}} {
		t.Run(c.trip.String(), func(t *testing.T) {
			far(t, 1, func(t *testing.T, engines []*engine) {
				e := engines[0]
				server := e.client().modelServer
				if _, _, err := e.store().Products.Create(t.Context(), aProduct("before")); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Minute)
				server.mu.Lock()
				server.faults.roundTrip = c.trip
				server.mu.Unlock()
				was, began := e.feed.last().Epoch, time.Now()
				modelHandle{e.client(), "feed"}.writeNow(write{deleteMany, bson.D{}, nil})
				for e.feed.last().Epoch == was && time.Since(began) < 2*c.within {
					e.bounded(t.Context(), e.feed.look)
				}
				took := time.Since(began)
				t.Attr("took", took.String())
				if took > c.within {
					t.Errorf("after %v it is in epoch %s, which was %s", took, e.feed.last().Epoch, was)
				}
			})
		})
	}
}

// throughput is how many steps of disjoint values each process makes in ten seconds.
func throughput(t *testing.T, processes int) (each []int64, total int64) {
	const writers, seconds = 64, 10
	far(t, processes, func(t *testing.T, engines []*engine) {
		counts := make([]atomic.Int64, processes)
		end := time.Now().Add(seconds * time.Second)
		var all sync.WaitGroup
		for n := range writers {
			all.Go(func() {
				of := n % processes
				s := engines[of].store()
				cart, _, err := s.Carts.Create(t.Context(), models.Cart{})
				for err == nil && time.Now().Before(end) {
					_, _, err = s.Carts.Update(t.Context(), cart.ID, func(c *models.Cart) error {
						c.Add(models.Choice{Product: number(n)}, 1)
						c.Products[0].Quantity = c.Products[0].Quantity%900 + 1
						return nil
					})
					counts[of].Add(1)
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		for i := range counts {
			each = append(each, counts[i].Load()/seconds)
			total += counts[i].Load() / seconds
		}
	})
	return each, total
}

// 64 writers make at least 350 steps a second, 50 ms away; two processes together at least 60 % of
// what one does, four at least 40 %, and none starves. One run tells it to a few percent (two make 57
// to 66 %), so what all runs make together counts, and there are more of them where it is near.
func TestThroughputFromFar(t *testing.T) {
	if underRace { // make simulate does it without
		return
	}
	const least, most = 3, 15 // runs
	sums, wrong := map[int]int64{}, []string{}
	for run := 1; run <= most && (run <= least || len(wrong) > 0); run++ {
		for _, processes := range []int{1, 2, 4} {
			each, total := throughput(t, processes)
			sums[processes] += total
			for _, one := range each {
				if one < total/int64(processes)/3 {
					t.Errorf("of %d processes one starves: %v", processes, each)
				}
			}
		}
		wrong = nil
		if alone := sums[1] / int64(run); alone < 350 {
			wrong = append(wrong, fmt.Sprintf("one process makes %d steps a second", alone))
		}
		for processes, percent := range map[int]int64{2: 60, 4: 40} {
			if sums[processes] < sums[1]*percent/100 {
				wrong = append(wrong, fmt.Sprintf("%d processes make %d %% of what one makes, in %d runs", processes, sums[processes]*100/sums[1], run))
			}
		}
	}
	t.Attr("steps", fmt.Sprint(sums))
	if len(wrong) > 0 {
		t.Error(wrong)
	}
}
