package shop

import (
	"context"
	"errors"
	"fmt"

	"pulperia/dao"
	"pulperia/dao/models"
)

// CheckOrders proves what must be so of stock and orders, and says what is not: no stock is below
// nothing; what is held is just what open orders hold, choice by choice; numbers are one order's, and
// none is above the counter; ledgers sum, and no fact stands in two. What changes meanwhile is looked
// at again.
func (s *Shop) CheckOrders(ctx context.Context) (wrong []string, err error) {
	for range 10 {
		books, err := s.books(ctx)
		if err != nil {
			return nil, err
		}
		steady := true
		if wrong, steady, err = s.audit(ctx, books); steady || err != nil {
			return wrong, err
		}
	}
	return nil, fmt.Errorf("check orders: too much is sold meanwhile: %w", dao.ErrUnavailable)
}

// books are the figures of a shop beside what they should be.
type books struct {
	products []models.Product // read first: any order changes the revision of what it is of
	pieces   map[models.Choice]int64
	holds    map[models.Choice]int64 // the number of one of the orders that hold it
	wrong    []string
}

func (s *Shop) books(ctx context.Context) (b books, err error) {
	for page := 1; ; page++ {
		list, err := s.store.Products.List(ctx, models.ProductQuery{Page: page, Limit: models.MaxLimit})
		if err != nil {
			return books{}, err
		}
		if b.products = append(b.products, list.Products...); len(list.Products) == 0 {
			break
		}
	}
	counter, err := dao.Counter.In(s.store.Values).Get(ctx, models.TheOne)
	if notMissing(err) != nil {
		return books{}, err
	}
	b.pieces, b.holds = map[models.Choice]int64{}, map[models.Choice]int64{}
	highest, numbers, facts := int64(0), map[int64]models.ID{}, map[string]int64{}
	err = s.eachOrder(ctx, func(o models.Order) error {
		if other, twice := numbers[o.Number]; twice && other != o.ID {
			b.note("order %d: another one, %s, has the number, too", o.Number, other)
		} else if twice {
			return nil // it was listed twice
		}
		numbers[o.Number] = o.ID
		highest = max(highest, o.Number)
		b.take(o, facts)
		return nil
	})
	if len(numbers) > 0 && highest > counter.Orders {
		// What was placed meanwhile has raised it.
		counter, err = dao.Counter.In(s.store.Values).Get(ctx, models.TheOne)
		if highest > counter.Orders {
			b.note("the counter stands at %d, and there is an order %d", counter.Orders, highest)
		}
	}
	return b, notMissing(err)
}

func (b *books) note(format string, args ...any) {
	b.wrong = append(b.wrong, fmt.Sprintf(format, args...))
}

// take looks at one order by itself, and adds up what it holds.
func (b *books) take(o models.Order, facts map[string]int64) {
	if err := o.Check(); err != nil {
		b.note("order %d: %v", o.Number, err)
	}
	var items models.Money
	for _, line := range o.Lines {
		items = plus(items, line.Total)
	}
	if items != o.Totals.Items {
		b.note("order %d: its lines are %s together, and it says %s", o.Number, items, o.Totals.Items)
	}
	for _, fact := range o.Ledger {
		if other, twice := facts[fact.ID]; twice {
			b.note("order %d: a fact of its ledger, %s, stands in that of order %d, too", o.Number, fact.ID, other)
		}
		facts[fact.ID] = o.Number
	}
	if !o.State.Holds() {
		return
	}
	for choice, n := range o.Pieces() {
		b.pieces[choice] += n
		b.holds[choice] = o.Number
	}
}

// audit compares the catalogue to the orders. It is not steady where something that is wrong has
// changed since it was read.
func (s *Shop) audit(ctx context.Context, b books) (wrong []string, steady bool, err error) {
	wrong = b.wrong
	there := map[models.Choice]bool{}
	for _, p := range b.products {
		problems := b.compare(p, there)
		if len(problems) == 0 {
			continue
		}
		now, err := s.store.Products.Get(ctx, p.ID)
		if errors.Is(err, dao.ErrNotFound) || err == nil && now.Rev != p.Rev {
			return nil, false, nil
		}
		if err != nil {
			return nil, false, err
		}
		wrong = append(wrong, problems...)
	}
	for choice, n := range b.pieces {
		if there[choice] {
			continue
		}
		if now, err := s.store.Products.Get(ctx, choice.Product); err == nil && !hasChoice(now, choice) || errors.Is(err, dao.ErrNotFound) {
			wrong = append(wrong, fmt.Sprintf("order %d: %d pieces of product %s are held, which is gone", b.holds[choice], n, choice.Product))
		} else if err != nil {
			return nil, false, err
		} else {
			return nil, false, nil // it was made meanwhile
		}
	}
	return wrong, true, nil
}

func hasChoice(p models.Product, choice models.Choice) bool {
	return choice.Variant.IsZero() && len(p.Variants) == 0 || p.Variant(choice.Variant) != nil
}

// compare says what is wrong with the figures of one product.
func (b books) compare(p models.Product, there map[models.Choice]bool) (problems []string) {
	look := func(code string, choice models.Choice, stock, held int64) {
		there[choice] = true
		if stock < 0 {
			problems = append(problems, fmt.Sprintf("product %q: its stock is %d", code, stock))
		}
		if want := b.pieces[choice]; held != want {
			problems = append(problems, fmt.Sprintf("product %q: %d are held, and open orders hold %d", code, held, want))
		}
	}
	if len(p.Variants) == 0 {
		look(p.Code, models.Choice{Product: p.ID}, p.Stock, p.Held)
	}
	for _, v := range p.Variants {
		look(v.Code, models.Choice{Product: p.ID, Variant: v.ID}, v.Stock, v.Held)
	}
	return problems
}

// SettleHeld has the catalogue say of what is held what open orders hold, after these have come from
// elsewhere, and the counter stand at the highest number. It returns how many products it changed.
// The stock stays: it is what can be bought.
func (s *Shop) SettleHeld(ctx context.Context) (n int, err error) {
	b, err := s.books(ctx)
	if err != nil {
		return 0, err
	}
	if err := s.raiseCounter(ctx); err != nil {
		return 0, err
	}
	for _, p := range b.products {
		_, receipt, err := s.store.Products.Update(ctx, p.ID, func(now *models.Product) error {
			if now.Rev != p.Rev { // an order has come of it, and it is looked at again
				return nil
			}
			if len(now.Variants) == 0 {
				now.Held = b.pieces[models.Choice{Product: p.ID}]
			}
			for i := range now.Variants {
				v := &now.Variants[i]
				v.Held = b.pieces[models.Choice{Product: p.ID, Variant: v.ID}]
			}
			return nil
		})
		if notMissing(err) != nil {
			return n, err
		}
		if err == nil && !receipt.Repeated {
			n++
		}
	}
	return n, nil
}

// raiseCounter has the counter stand at the highest number that there is, or above.
func (s *Shop) raiseCounter(ctx context.Context) error {
	list, _, err := dao.Order.In(s.store.Values).Find(ctx, models.Query{Sort: "number", Backwards: true, Limit: 1})
	if err != nil || len(list) == 0 {
		return err
	}
	_, err = s.store.Update(ctx, func(tx dao.Tx) error {
		counters := dao.Counter.Within(tx)
		_, err := counters.Update(models.TheOne, func(c *models.Counter) error {
			c.Orders = max(c.Orders, list[0].Number)
			return nil
		})
		if errors.Is(err, dao.ErrNotFound) {
			_, err = counters.Create(models.Counter{Head: models.Head{ID: models.TheOne}, Orders: list[0].Number})
		}
		return err
	})
	return err
}
