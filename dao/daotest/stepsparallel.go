package daotest

import (
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/dose"
)

// An order is its stock, its parcel with a number of its own, its cart and a message, or no order.
func stepOrders(t *testing.T, h Harness) {
	s := prepare(t, h)
	const stock, orders = 50, 100
	_, _, err := s.Products.Update(s.ctx, s.product.ID, func(p *models.Product) error { p.Stock = stock; return nil })
	s.ok("update", err)
	head, soldOut := s.head(), errors.New("sold out")
	var sold atomic.Int64
	atOnce(orders, func(int) {
		_, err := s.Update(s.ctx, func(tx dao.Tx) error {
			left := int64(0)
			_, err := dao.Product.Within(tx).Update(s.product.ID, func(p *models.Product) error {
				if p.Stock == 0 {
					return soldOut
				}
				p.Stock--
				left = p.Stock
				return nil
			})
			if err != nil {
				return err
			}
			_, err = Parcel.Within(tx).Create(parcel{Label: fmt.Sprint("order ", stock-left), Product: s.product.ID})
			_, cartErr := dao.Cart.Within(tx).Update(s.cart.ID, func(c *models.Cart) error { c.Add(models.Choice{Product: s.product.ID}, 1); return nil })
			_, sayErr := dao.Message.Within(tx).Create(message(fmt.Sprint("queda ", left)))
			return errors.Join(err, cartErr, sayErr)
		})
		switch {
		case err == nil:
			sold.Add(1)
		case err != soldOut:
			t.Errorf("order: %v", err)
		}
	})
	s.equal("sold", sold.Load(), int64(stock))
	s.equal("left", s.get(s.product.ID).Stock, int64(0))
	s.equal("in the cart", s.getCart(s.cart.ID).Count(), int64(stock))
	for i, c := range s.since(head) {
		s.equal("end of the step", c.End, head.Offset+int64(i/4*4)+4)
		if c.Kind == "parcel" {
			v, err := Parcel.Decode(c.Doc)
			s.ok("decode", err)
			s.equal("number", v.(*parcel).Label, fmt.Sprint("order ", i/4+1))
		}
	}
	s.equal("changes", s.head().Offset, head.Offset+4*stock)
	all, _ := s.dump()
	s.equal("parcels and messages", []int{len(all.Others), len(all.Messages)}, []int{stock, stock})
}

// Each makes of the value what nobody before it has made, so that a lost one shows in the revision.
func stepAdditions(t *testing.T, h Harness, k *dao.Schema) {
	s := open(t, h)
	n := dose.Of(50, 200)
	s.step(func(tx dao.Tx) error { return tx.Put(k, example(k, 1, id(1))) })
	atOnce(n, func(i int) {
		_, err := s.Update(s.ctx, func(tx dao.Tx) error {
			before, err := tx.Get(k, id(1))
			if err != nil {
				return err
			}
			m := message(strconv.Itoa(i))
			return errors.Join(tx.Put(k, example(k, int(before.GetHead().Rev)+1, id(1))), tx.Put(dao.Message.Schema, &m))
		})
		if err != nil {
			t.Errorf("step: %v", err)
		}
	})
	got, err := s.Values.Get(s.ctx, k, id(1))
	s.ok("get", err)
	s.equal("revision", got.GetHead().Rev, int64(n+1))
	s.same("stored", k, got, example(k, n+1, id(1)))
	s.equal("offset", s.head().Offset, int64(2*n+1))
}

// Of two steps, each of which makes one value unless the other one's is there, one makes its own:
// neither of them writes what the other one reads again.
func stepSkew(t *testing.T, h Harness, k *dao.Schema) {
	skew(t, h, k, func(tx dao.Tx, other models.Value) (bool, error) {
		_, err := tx.Get(k, other.GetHead().ID)
		if errors.Is(err, dao.ErrNotFound) {
			return false, nil
		}
		return true, err
	})
}

// The same, when what is looked at is whose a text is.
func stepOwnerSkew(t *testing.T, h Harness, k *dao.Schema) {
	if len(k.Unique) == 0 {
		return
	}
	skew(t, h, k, func(tx dao.Tx, other models.Value) (bool, error) {
		owner, err := tx.Owner(k, k.Unique[0].Field, k.Unique[0].Of(other))
		return !owner.IsZero(), err
	})
}

func skew(t *testing.T, h Harness, k *dao.Schema, isThere func(tx dao.Tx, other models.Value) (bool, error)) {
	s := open(t, h)
	pairs := dose.Of(20, 60)
	atOnce(2*pairs, func(i int) {
		own, other := example(k, i, id(i+1)), example(k, i^1, id(i^1+1))
		_, err := s.Update(s.ctx, func(tx dao.Tx) error {
			if there, err := isThere(tx, other); there || err != nil {
				return err
			}
			return tx.Put(k, k.Clone(own))
		})
		if err != nil {
			t.Errorf("step: %v", err)
		}
	})
	for i := range pairs {
		_, one := s.Values.Get(s.ctx, k, id(2*i+1))
		_, two := s.Values.Get(s.ctx, k, id(2*i+2))
		if (one == nil) == (two == nil) {
			t.Errorf("pair %d: one is there (%v), and the other one (%v)", i, one, two)
		}
	}
	s.equal("changes", s.head().Offset, int64(pairs))
}

// Whatever a follower asks for, and whenever: what it gets ends where a step ends, and so does the
// head, at which pages are made.
func stepFollowed(t *testing.T, h Harness) {
	s := open(t, h)
	writers, each := 3, dose.Of(8, 20)
	atOnce(writers+2, func(w int) {
		at := dao.Position{Epoch: s.head().Epoch}
		for n := range each {
			if w >= writers {
				break
			}
			_, err := s.Update(s.ctx, func(tx dao.Tx) error {
				for i := range 2 + (w+n)%4 {
					m := message(fmt.Sprint(w, n, i))
					if err := tx.Put(dao.Message.Schema, &m); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Errorf("step: %v", err)
			}
		}
		for seen := 0; w >= writers && seen < writers*each; {
			if err := s.Feed.Wait(s.ctx, at); err != nil {
				t.Errorf("wait: %v", err)
				return
			}
			head, err := s.Feed.Head(s.ctx)
			if err != nil {
				t.Errorf("head: %v", err)
				return
			}
			for at.Offset < head.Offset {
				changes, err := s.Feed.Since(s.ctx, at, w-writers+1)
				if err != nil || len(changes) == 0 || changes[len(changes)-1].End != at.Offset+int64(len(changes)) {
					t.Errorf("since %v: %d changes (%v), the last of which is no end", at, len(changes), err)
					return
				}
				at.Offset, seen = at.Offset+int64(len(changes)), seen+1
			}
			if w == writers && at != head {
				t.Errorf("the head was at %v, where no step ends: the next end is at %v", head, at)
			}
		}
	})
}
