package daotest

import (
	"errors"
	"math"
	"sync/atomic"
	"testing"

	"pulperia/dao"
	"pulperia/dao/models"
)

func cartList(t *testing.T, h Harness) {
	s := open(t, h)
	var batch dao.Batch
	for i := range 7 { // two made at each moment, given in neither order
		c := models.Cart{ID: id(i * 5 % 7), CreatedAt: models.Time(1000 + i*5%7/2), UpdatedAt: models.Time(9000 - i), Rev: 1, Products: []models.Item{}}
		batch.Carts = append(batch.Carts, c)
	}
	s.load(batch)
	want := make([]models.Cart, 7)
	for _, c := range batch.Carts {
		want[c.ID[11]] = c
	}
	for _, page := range []struct{ page, limit, from, to int }{
		{1, 3, 0, 3}, {2, 3, 3, 6}, {3, 3, 6, 7}, {4, 3, 7, 7}, {1, 7, 0, 7}, {1, 100, 0, 7}, {2, 7, 7, 7},
		{math.MaxInt, 3, 7, 7}, {math.MaxInt/2 + 2, 2, 7, 7}, // page × limit runs over
	} {
		got, total, err := s.Carts.List(s.ctx, page.page, page.limit)
		s.ok("list", err)
		s.equal("how many there are in all", total, 7)
		s.equal("listed", got, want[page.from:page.to])
	}
}

func cartExpire(t *testing.T, h Harness) {
	s := open(t, h)
	old := models.Cart{ID: id(1), CreatedAt: 1000, UpdatedAt: 2000, Rev: 4}
	older := models.Cart{ID: id(2), CreatedAt: 1000, UpdatedAt: 1000, Rev: 1}
	used := models.Cart{ID: id(3), CreatedAt: 1000, UpdatedAt: 5000, Rev: 2} // made as long ago, but changed since
	s.load(dao.Batch{Carts: []models.Cart{old, older, used}})
	fresh := s.newCart()
	head := s.head()
	n, err := s.Carts.Expire(s.ctx, 4000)
	s.ok("expire", err)
	s.equal("expired", n, 2)
	left, total, err := s.Carts.List(s.ctx, 1, 10)
	s.ok("list", err)
	s.equal("how many are left", total, 2)
	s.equal("what is left", []models.ID{left[0].ID, left[1].ID}, []models.ID{used.ID, fresh.ID})
	revs := make(map[models.ID]int64)
	for _, change := range s.since(head) {
		if change.Kind == dao.KindCart && change.Op == dao.OpDelete {
			revs[change.ID] = change.Rev
		}
	}
	s.equal("deletes in the feed", revs, map[models.ID]int64{old.ID: 5, older.ID: 2})
	n, err = s.Carts.Expire(s.ctx, 4000)
	s.ok("expire again", err)
	s.equal("expired again", n, 0)
}

// The visitor who comes back at the last moment must not lose the cart that was just saved: an
// engine that first looks for old carts and then deletes them by id would.
func cartExpireMeanwhile(t *testing.T, h Harness) {
	s := open(t, h)
	var batch dao.Batch
	for i := range 40 {
		batch.Carts = append(batch.Carts, models.Cart{ID: id(i), CreatedAt: 1000, UpdatedAt: 1000, Rev: 1})
	}
	s.load(batch)
	var spared, expired atomic.Int64
	atOnce(len(batch.Carts)+1, func(i int) {
		if i == len(batch.Carts) {
			n, err := s.Carts.Expire(s.ctx, 2000)
			if err != nil {
				t.Errorf("expire: %v", err)
			}
			expired.Add(int64(n))
			return
		}
		cart := batch.Carts[i].ID
		_, _, err := s.Carts.Update(s.ctx, cart, func(c *models.Cart) error { c.Add(models.Choice{Product: id(99)}, 1); return nil })
		switch {
		case err == nil:
			spared.Add(1)
			if _, err := s.Carts.Get(s.ctx, cart); err != nil {
				t.Errorf("a cart that was changed: %v", err)
			}
		case !errors.Is(err, dao.ErrNotFound):
			t.Errorf("update: %v", err)
		}
	})
	s.equal("carts spared and expired", spared.Load()+expired.Load(), int64(len(batch.Carts)))
	_, total, err := s.Carts.List(s.ctx, 1, 1)
	s.ok("list", err)
	s.equal("carts left", int64(total), spared.Load())
}
