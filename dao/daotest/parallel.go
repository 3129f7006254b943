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

func parallelTests() []test {
	return []test{
		{"additions to one cart at once add up", parallelAdditions},
		{"creates of one code at once make one product", parallelCreates},
		{"creates of one id at once make one product, and all get it", parallelSameID},
		{"updates to one code let one through", parallelRecode},
		{"deletes of one product let one through", parallelDeletes},
		{"revisions stand in the feed in their order, each once", parallelRevisions},
		{"what is at a position can be read", parallelReads},
		{"a page and how many there are in all do not contradict each other", parallelTotals},
	}
}

func parallelAdditions(t *testing.T, h Harness) {
	s := open(t, h)
	n := dose.Of(50, 200)
	cart := s.newCart()
	atOnce(n, func(int) {
		_, _, err := s.Carts.Update(s.ctx, cart.ID, func(c *models.Cart) error { c.Add(models.Choice{Product: id(1)}, 1); return nil })
		if err != nil {
			t.Errorf("update: %v", err)
		}
	})
	got := s.getCart(cart.ID)
	s.equal("items", got.Products, []models.Item{{Product: id(1), Quantity: int64(n)}})
	s.equal("revision", got.Rev, int64(n+1))
	s.equal("offset", s.head().Offset, int64(n+1))
}

func parallelCreates(t *testing.T, h Harness) {
	s := open(t, h)
	n := dose.Of(100, 1000)
	var made, conflicts atomic.Int64
	atOnce(n, func(i int) {
		p := product("a")
		p.Title = strconv.Itoa(i)
		switch _, _, err := s.Products.Create(s.ctx, p); {
		case err == nil:
			made.Add(1)
		case errors.Is(err, dao.ErrConflict):
			conflicts.Add(1)
		default:
			t.Errorf("create: %v", err)
		}
	})
	s.equal("made and refused", []int64{made.Load(), conflicts.Load()}, []int64{1, int64(n) - 1})
	page, err := s.Products.List(s.ctx, models.ProductQuery{Limit: 10})
	s.ok("list", err)
	s.equal("listed", page.Total, 1)
	s.equal("offset", s.head().Offset, int64(1))
}

func parallelSameID(t *testing.T, h Harness) {
	s := open(t, h)
	given := product("a")
	given.ID = id(1)
	var made atomic.Int64
	atOnce(dose.Of(30, 100), func(int) {
		got, receipt, err := s.Products.Create(s.ctx, given)
		if err != nil || got.Rev != 1 || got.ID != given.ID {
			t.Errorf("create: %+v, %v", got, err)
		}
		if !receipt.Repeated {
			made.Add(1)
		}
	})
	s.equal("creates that wrote", made.Load(), int64(1))
	s.equal("offset", s.head().Offset, int64(1))
}

func parallelRecode(t *testing.T, h Harness) {
	s := open(t, h)
	var ids []models.ID
	for i := range 20 {
		ids = append(ids, s.create(product(strconv.Itoa(i))).ID)
	}
	var won atomic.Int64
	atOnce(len(ids), func(i int) {
		_, _, err := s.Products.Update(s.ctx, ids[i], func(p *models.Product) error { p.Code = "wanted"; return nil })
		if err == nil {
			won.Add(1)
		} else if !errors.Is(err, dao.ErrConflict) {
			t.Errorf("update: %v", err)
		}
	})
	s.equal("updates that got the code", won.Load(), int64(1))
	page, err := s.Products.List(s.ctx, models.ProductQuery{Codes: []string{"wanted"}, Limit: 10})
	s.ok("list", err)
	s.equal("products with the code", page.Total, 1)
}

func parallelDeletes(t *testing.T, h Harness) {
	s := prepare(t, h)
	head := s.head()
	var won atomic.Int64
	atOnce(20, func(int) {
		_, _, err := s.Products.Delete(s.ctx, s.product.ID)
		if err == nil {
			won.Add(1)
		} else if !errors.Is(err, dao.ErrNotFound) {
			t.Errorf("delete: %v", err)
		}
	})
	s.equal("deletes that deleted", won.Load(), int64(1))
	s.equal("changes", len(s.since(head)), 1)
}

// Engines that store first and number afterwards are tempted to let two changes of one value
// overtake each other.
func parallelRevisions(t *testing.T, h Harness) {
	s := prepare(t, h)
	other := s.newCart()
	var written atomic.Int64
	count := func(receipt dao.Receipt, err error) {
		if err != nil {
			t.Errorf("update: %v", err)
		}
		written.Add(1)
	}
	atOnce(12, func(w int) {
		for range 10 {
			switch w % 4 {
			case 0:
				_, receipt, err := s.Products.Update(s.ctx, s.product.ID, func(p *models.Product) error { p.Stock++; return nil })
				count(receipt, err)
			case 1:
				_, receipt, err := s.Carts.Update(s.ctx, s.cart.ID, func(c *models.Cart) error { c.Add(models.Choice{Product: id(1)}, 1); return nil })
				count(receipt, err)
			case 2:
				_, receipt, err := s.Carts.Update(s.ctx, other.ID, func(c *models.Cart) error { c.Add(models.Choice{Product: id(w)}, 1); return nil })
				count(receipt, err)
			default:
				_, receipt, err := s.Messages.Append(s.ctx, message(fmt.Sprint(w)))
				count(receipt, err)
			}
		}
	})
	revs := make(map[models.ID]int64)
	history := s.history()
	for i, change := range history {
		revs[change.ID]++
		s.equal("offset", change.Offset, int64(i)+1)
		s.equal("revision of "+string(change.Kind)+" "+change.ID.String(), change.Rev, revs[change.ID])
	}
	s.equal("changes", int64(len(history)), written.Load()+3)
	last := func(c models.Cart) any { return readable([]dao.Change{put(dao.KindCart, c.ID, c.Rev, c)}) }
	for i := len(history) - 1; i >= 0; i-- {
		if change := history[i]; change.ID == s.cart.ID {
			change.At, change.Offset, change.End = 0, 0, 0
			s.equal("the last change of a cart", readable([]dao.Change{change}), last(s.getCart(s.cart.ID)))
			break
		}
	}
}

// A page is made at a position that is read before the data, and the socket goes on from there:
// what the feed told before that position must be in the data already, or nobody would ever show
// it.
func parallelReads(t *testing.T, h Harness) {
	s := open(t, h)
	cart := s.newCart() // the only value: its revision is the offset
	var ended atomic.Bool
	atOnce(4, func(w int) {
		if w == 0 {
			defer ended.Store(true)
			for range dose.Of(20, 50) {
				_, _, err := s.Carts.Update(s.ctx, cart.ID, func(c *models.Cart) error { c.Add(models.Choice{Product: id(1)}, 1); return nil })
				if err != nil {
					t.Errorf("update: %v", err)
				}
			}
			return
		}
		for !ended.Load() {
			head, err := s.Feed.Head(s.ctx)
			if err != nil {
				t.Errorf("head: %v", err)
				return
			}
			got, err := s.Carts.Get(s.ctx, cart.ID)
			if w == 1 {
				var list []models.Cart
				if list, _, err = s.Carts.List(s.ctx, 1, 10); len(list) == 1 {
					got = list[0]
				}
			}
			if err != nil || got.Rev < head.Offset {
				t.Errorf("read revision %d at %v (%v)", got.Rev, head, err)
				return
			}
		}
	})
}

// Whoever sees nine entries, the last ones, and reads that there are ten, looks for one that is not
// there.
func parallelTotals(t *testing.T, h Harness) {
	s := open(t, h)
	for i := range 8 {
		s.create(product(strconv.Itoa(i)))
		s.newCart()
	}
	agree := func(what string, total, page, limit, n int) {
		if want := min(limit, max(0, total-(page-1)*limit)); n != want {
			t.Errorf("page %d of %s by %d: %d of them, and %d in all", page, what, limit, n, total)
		}
	}
	var ended atomic.Bool
	atOnce(4, func(w int) {
		if w == 0 {
			defer ended.Store(true)
			for i := range dose.Of(15, 60) {
				p, _, err := s.Products.Create(s.ctx, product(fmt.Sprint("more ", i)))
				c, _, cartErr := s.Carts.Create(s.ctx, models.Cart{})
				if err = errors.Join(err, cartErr); err == nil {
					_, _, err = s.Products.Delete(s.ctx, p.ID)
					_, _, cartErr = s.Carts.Delete(s.ctx, c.ID)
				}
				if err = errors.Join(err, cartErr); err != nil {
					t.Errorf("write: %v", err)
				}
			}
			return
		}
		for page, limit := 1, []int{100, 3, 4, 9}[w]; !ended.Load(); page = page%3 + 1 {
			products, err := s.Products.List(s.ctx, models.ProductQuery{Page: page, Limit: limit})
			carts, total, cartErr := s.Carts.List(s.ctx, page, limit)
			if err = errors.Join(err, cartErr); err != nil {
				t.Errorf("list: %v", err)
				return
			}
			agree("products", products.Total, page, limit, len(products.Products))
			agree("carts", total, page, limit, len(carts))
		}
	})
}
