package filemanagers

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

// slowShop is a store whose disk lets no sync end until it is told to. It lives in a bubble of
// synctest.
type slowShop struct {
	dao.Store
	t    *testing.T
	disk *memDisk
}

// openSlow opens a store with product 1, and then makes its disk slow.
func openSlow(t *testing.T) slowShop {
	s := slowShop{t: t, disk: newMemDisk()}
	var err error
	if s.Store, err = openDisk(s.disk, 1_000); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Products.Create(t.Context(), testProduct(1)); err != nil {
		t.Fatal(err)
	}
	s.slow()
	return s
}

func (s slowShop) slow() {
	s.disk.mu.Lock()
	defer s.disk.mu.Unlock()
	s.disk.hold = make(chan struct{})
}

// release lets all syncs end; the next changing step, the one that waits, fails if it shall.
func (s slowShop) release(fail bool) {
	s.disk.mu.Lock()
	defer s.disk.mu.Unlock()
	if fail {
		s.disk.fail, s.disk.once = s.disk.steps+1, true
	}
	close(s.disk.hold)
	s.disk.hold = nil
}

// begin starts a write and returns when it waits for the disk. Its outcome can be had from what is
// returned.
func (s slowShop) begin(write func() error) *outcome {
	o := &outcome{t: s.t, err: make(chan error, 1)}
	go func() { o.err <- write() }()
	synctest.Wait()
	o.wantOpen()
	return o
}

// setStock changes a product and tells what its stock was before.
func (s slowShop) setStock(n int, stock int64, was *int64) func() error {
	return func() error {
		_, _, err := s.Products.Update(s.t.Context(), testID(n), func(p *models.Product) error {
			*was, p.Stock = p.Stock, stock
			return nil
		})
		return err
	}
}

func (s slowShop) create(n int) func() error {
	return func() error {
		_, _, err := s.Products.Create(s.t.Context(), testProduct(n))
		return err
	}
}

// wantStock fails unless readers see product 1 with this stock.
func (s slowShop) wantStock(want int64) {
	s.t.Helper()
	if p, err := s.Products.Get(s.t.Context(), testID(1)); err != nil || p.Stock != want {
		s.t.Errorf("product 1 has stock %d (%v), not %d", p.Stock, err, want)
	}
}

type outcome struct {
	t   *testing.T
	err chan error
}

// wantOpen fails if the write was answered.
func (o *outcome) wantOpen() {
	o.t.Helper()
	select {
	case err := <-o.err:
		o.t.Fatalf("a write was answered before the sync ended: %v", err)
	default:
	}
}

// want fails unless the write was answered with this error.
func (o *outcome) want(want error) {
	o.t.Helper()
	synctest.Wait()
	select {
	case err := <-o.err:
		if !errors.Is(err, want) {
			o.t.Errorf("a write was answered with %v, not %v", err, want)
		}
	default:
		o.t.Fatal("a write was not answered")
	}
}

// While a batch is synced, writes run on top of it: they see what it did, readers do not. Each is
// answered when it is durable.
func TestWritesRunWhileABatchIsSynced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSlow(t)
		var was1, was2, was3 int64
		first := s.begin(s.setStock(1, 20, &was1))
		second := s.begin(s.setStock(1, 30, &was2))
		third := s.begin(s.setStock(1, 40, &was3))
		if was1 != 7 || was2 != 20 || was3 != 30 {
			t.Errorf("the writes found %d, %d and %d in stock, not 7, 20 and 30", was1, was2, was3)
		}
		s.wantStock(7)
		syncs := s.Engine.(*engine).committer.syncs.Load()
		s.release(false)
		first.want(nil)
		second.want(nil)
		third.want(nil)
		s.wantStock(40)
		if n := s.Engine.(*engine).committer.syncs.Load() - syncs; n != 2 {
			t.Errorf("three writes, two of them while the first was synced, took %d syncs, not 2", n)
		}
		wantWholeFeed(t, s.Store)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

// When a sync fails, nobody knows about its batch; what ran on top of it was not written, is never
// seen, and is told so. Whatever the disk then holds, it is not the later write without the
// earlier.
func TestABatchFailsWithTheOneBefore(t *testing.T) {
	random := newRandom(t)
	synctest.Test(t, func(t *testing.T) {
		s := openSlow(t)
		var was int64
		first := s.begin(s.setStock(1, 20, &was))
		second := s.begin(s.setStock(1, 30, &was))
		third := s.begin(s.create(2))
		s.release(true)
		first.want(dao.ErrUnknown)
		second.want(dao.ErrUnavailable)
		third.want(dao.ErrUnavailable)
		s.wantStock(7)
		if err := s.create(3)(); !errors.Is(err, dao.ErrUnavailable) {
			t.Errorf("a write after a failed sync: %v, not %v", err, dao.ErrUnavailable)
		}
		found := int64(0)
		receipt, err := s.Update(t.Context(), func(tx dao.Tx) error { // that only looks
			p, err := dao.Product.Within(tx).Get(testID(1))
			found = p.Stock
			return err
		})
		if err != nil || found != 7 || !receipt.Repeated {
			t.Errorf("a look after a failed sync: stock %d, %+v, %v", found, receipt, err)
		}
		for range 8 {
			after, err := openDisk(s.disk.crash(random), 1_000)
			if err != nil {
				t.Fatal(err)
			}
			p, err := after.Products.Get(t.Context(), testID(1))
			if err != nil || p.Stock != 7 && p.Stock != 20 {
				t.Errorf("after a restart product 1 has stock %d (%v), not 7 or 20", p.Stock, err)
			}
			if _, err := after.Products.Get(t.Context(), testID(2)); !errors.Is(err, dao.ErrNotFound) {
				t.Errorf("after a restart there is product 2, which was refused (%v)", err)
			}
			if err := after.Close(); err != nil {
				t.Fatal(err)
			}
		}
		s.Close()
	})
}

// When a journal file cannot be begun, nothing was written: the batch and the one on top of it are
// refused, and the store goes on.
func TestABatchWithoutAFileIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSlow(t)
		s.Engine.(*engine).committer.segmentSize = 1
		var was int64
		first := s.begin(s.setStock(1, 20, &was))
		second := s.begin(s.setStock(1, 30, &was))
		s.release(true)
		first.want(dao.ErrUnavailable)
		second.want(dao.ErrUnavailable)
		s.wantStock(7)
		if err := s.setStock(1, 40, &was)(); err != nil || was != 7 {
			t.Errorf("the next write found %d in stock, not 7 (%v)", was, err)
		}
		s.wantStock(40)
		wantWholeFeed(t, s.Store)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

// An error tells of other writes, too: that a code is taken must not be said before its owner is
// durable.
func TestConflictsAreToldWhenDurable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSlow(t)
		first := s.begin(s.create(2))
		other := testProduct(2)
		other.ID = testID(3)
		second := s.begin(func() error {
			_, _, err := s.Products.Create(t.Context(), other)
			return err
		})
		s.release(false)
		first.want(nil)
		second.want(dao.ErrConflict)
		s.Close()
	})
}

// Who gives up while the disk is slow hears that the outcome is unknown, once the disk has had its
// time.
func TestGivingUpOnASlowDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSlow(t)
		for _, m := range []models.Message{{ID: testID(1)}, {ID: testID(2)}} { // one is synced, one gathers
			ctx, cancel := context.WithCancel(t.Context())
			m.User, m.Message = "ana@example.com", "hola"
			o := s.begin(func() error {
				_, _, err := s.Messages.Append(ctx, m)
				return err
			})
			cancel()
			time.Sleep(patience)
			o.want(dao.ErrUnknown)
		}
		s.release(false)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

// A write that fails half way, or whose change panics (in its caller), leaves nothing behind for
// the others of its batch.
func TestHalfAWriteIsUndone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSlow(t)
		var was int64
		first := s.begin(s.setStock(1, 20, &was))
		second := s.begin(s.setStock(1, 30, &was))
		half := s.begin(func() error {
			_, err := s.Load(t.Context(), dao.Batch{Products: []models.Product{testProduct(3), testProduct(1)}})
			return err
		})
		func() {
			defer func() {
				if got := recover(); got != "broken" {
					t.Errorf("the caller met %v, not its own panic", got)
				}
			}()
			s.Products.Update(t.Context(), testID(1), func(p *models.Product) error {
				p.Stock = 1
				panic("broken")
			})
		}()
		last := s.begin(s.create(2))
		s.release(false)
		first.want(nil)
		second.want(nil)
		half.want(dao.ErrConflict)
		last.want(nil)
		s.wantStock(30)
		if _, err := s.Products.Get(t.Context(), testID(3)); !errors.Is(err, dao.ErrNotFound) {
			t.Errorf("half of a load is there (%v)", err)
		}
		wantWholeFeed(t, s.Store)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

// Of two products that have one code, as in an old store, either may get another one: the code is
// free when nobody has it any more, also while that is not durable yet.
func TestSharedTextIsFreeWhenNobodyHasIt(t *testing.T) {
	for _, order := range [][2]int{{1, 2}, {2, 1}} {
		synctest.Test(t, func(t *testing.T) { sharedTextIsLeft(t, order[0], order[1]) })
	}
}

func sharedTextIsLeft(t *testing.T, first, last int) {
	disk := newMemDisk()
	o := Options{disk: disk}
	r, err := beginRestoration(o.withDefaults(""), "elsewhere", "all")
	if err != nil {
		t.Fatal(err)
	}
	list := []models.Product{testProduct(1), testProduct(2)}
	for i := range list {
		list[i].Code, list[i].Rev, list[i].CreatedAt, list[i].UpdatedAt = "X", 1, 1, 1
	}
	put := r.Put(t.Context(), dao.Batch{Products: list})
	_, dumped := r.Dump(t.Context(), func(dao.Batch) error { return nil })
	s := slowShop{t: t, disk: disk}
	if err = errors.Join(put, dumped, r.Finish(t.Context()), r.Close()); err == nil {
		s.Store, err = openDisk(disk, 1_000)
	}
	if err != nil {
		t.Fatal(err)
	}
	page, err := s.Products.List(t.Context(), models.ProductQuery{Codes: []string{"X"}, Limit: 10})
	if err != nil || page.Total != 2 {
		t.Errorf("%d of the 2 are listed (%v)", page.Total, err)
	}
	rename := func(n int) func() error {
		return func() error {
			_, _, err := s.Products.Update(t.Context(), testID(n), func(p *models.Product) error { p.Code = testProduct(n).Code; return nil })
			return err
		}
	}
	third := func() error {
		another := testProduct(3)
		another.Code = "X"
		_, _, err := s.Products.Create(t.Context(), another)
		return err
	}
	for _, step := range []struct {
		leaves int
		want   error
	}{{first, dao.ErrConflict}, {last, nil}} {
		s.slow()
		left, taken := s.begin(rename(step.leaves)), s.begin(third)
		s.release(false)
		left.want(nil)
		taken.want(step.want)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// A step that is refused when it is written down already leaves nothing of that in the journal: what
// comes behind it in its batch is read again as it was.
func TestTooLargeLeavesNoLines(t *testing.T) {
	disk := newMemDisk()
	s, err := openDisk(disk, 1_000)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		_, err := s.Update(t.Context(), func(tx dao.Tx) error {
			for n := range 900 {
				p := testProduct(1)
				p.ID, p.Code = models.ID{}, fmt.Sprint(i, n)
				p.Description = strings.Repeat("ñ", models.MaxDescription)
				if err := tx.Put(dao.Product.Schema, &p); err != nil {
					return err
				}
			}
			return nil
		})
		if !errors.Is(err, dao.ErrTooLarge) {
			t.Errorf("9 MB are %v", err)
		}
		if _, _, err := s.Products.Create(t.Context(), testProduct(i)); err != nil {
			t.Fatal(err)
		}
	}
	want := content(t, s)
	s.Close()
	if s, err = openDisk(disk, 1_000); err != nil {
		t.Fatal(err)
	}
	if got := content(t, s); got != want {
		t.Errorf("after a restart there is\n%s, not\n%s", got, want)
	}
	wantWholeFeed(t, s)
	s.Close()
}

// Two batches take turns: what they have made room for is used again, also where one gathered while the
// other was synced.
func TestBatchesTakeTurns(t *testing.T) {
	f := &feed{segments: []*segment{{first: 1}}}
	c := &committer{state: &state{feed: f}, feed: f, wake: make(chan struct{}, 1)}
	const room = 100
	for turn := range 4 {
		for i := range 2 {
			b := c.gather()
			if turn > 0 && cap(b.bodies) != room {
				t.Errorf("turn %d: batch %d has room for %d bytes, not %d", turn, i, cap(b.bodies), room)
			}
			b.bodies = make([]byte, 0, room)
			if i == 0 {
				c.take()
			}
		}
		c.settle(c.syncing, nil)
		c.settle(c.take(), nil)
	}
}
