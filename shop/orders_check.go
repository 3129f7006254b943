package shop

import (
	"context"
	"errors"
	"fmt"

	"pulperia/dao"
	"pulperia/dao/models"
)

// Dumper hands out a whole store at one position, as in dao.Engine.
type Dumper interface {
	Dump(ctx context.Context, visit func(dao.Batch) error) (dao.Position, error)
}

// Findings are what an audit of orders has found.
type Findings struct {
	Wrong []string // what the shop itself never lets come about
	Notes []string // what other programs may have made of the stock
	Owed  []int64  // the numbers of orders that were handed over, and of which not all money is noted
}

// CheckOrders proves what must be so of stock and orders: see Audit.
func (s *Shop) CheckOrders(ctx context.Context) (Findings, error) {
	return Audit(ctx, s.store)
}

// Audit proves of a store, at one position, what must be so of stock and orders, and says what is
// not: no stock is below nothing; what is held is just what open orders hold, choice by choice;
// numbers are one order's, and none is above the counter; lines, taxes and ledgers sum, histories lead
// to where orders are, and no fact stands in two ledgers.
func Audit(ctx context.Context, store Dumper) (Findings, error) {
	books, err := booksOf(ctx, store)
	if err != nil {
		return Findings{}, err
	}
	books.audit()
	return books.found, nil
}

// books are the figures of a shop.
type books struct {
	shelves []shelf
	pieces  map[models.Choice]int64 // that open orders hold
	holder  map[models.Choice]int64 // the number of one of these
	numbers map[int64]models.ID
	facts   map[string]int64
	counter int64
	highest int64
	units   map[models.Money]models.Order // by the smallest unit of its currency, one of such
	in      string                        // the shop's currency
	found   Findings
}

// shelf is the figures of a choice.
type shelf struct {
	models.Choice
	code        string
	stock, held int64
	rev         int64 // of the product
}

func booksOf(ctx context.Context, store Dumper) (*books, error) {
	b := &books{
		pieces: map[models.Choice]int64{}, holder: map[models.Choice]int64{},
		numbers: map[int64]models.ID{}, facts: map[string]int64{},
		units: map[models.Money]models.Order{},
	}
	_, err := store.Dump(ctx, func(batch dao.Batch) error {
		for _, p := range batch.Products {
			b.takeProduct(p)
		}
		for _, v := range batch.Others {
			switch v := v.(type) {
			case *models.Order:
				b.takeOrder(*v)
			case *models.Counter:
				b.counter = max(b.counter, v.Orders)
			case *models.Settings:
				b.in = v.Currency
			}
		}
		return nil
	})
	return b, err
}

func (b *books) takeProduct(p models.Product) {
	if len(p.Variants) == 0 {
		b.shelves = append(b.shelves, shelf{models.Choice{Product: p.ID}, p.Code, p.Stock, p.Held, p.Rev})
	}
	for _, v := range p.Variants {
		b.shelves = append(b.shelves, shelf{models.Choice{Product: p.ID, Variant: v.ID}, v.Code, v.Stock, v.Held, p.Rev})
	}
}

func (b *books) wrong(format string, args ...any) {
	b.found.Wrong = append(b.found.Wrong, fmt.Sprintf(format, args...))
}

// takeOrder looks at one order by itself, and adds up what it holds.
func (b *books) takeOrder(o models.Order) {
	if other, twice := b.numbers[o.Number]; twice {
		b.wrong("order %s has the number %d, which order %s has", o.ID, o.Number, other)
	}
	b.numbers[o.Number], b.highest = o.ID, max(b.highest, o.Number)
	b.units[models.UnitOf(o.Currency)] = o
	b.found.Wrong = append(b.found.Wrong, auditOrder(&o)...)
	if isOwed(&o) {
		b.found.Owed = append(b.found.Owed, o.Number)
	}
	for _, fact := range o.Ledger {
		if other, twice := b.facts[fact.ID]; twice {
			b.wrong("order %d: the fact %s of its ledger stands in that of order %d", o.Number, fact.ID, other)
		}
		b.facts[fact.ID] = o.Number
	}
	if o.State.Holds() {
		for choice, n := range o.Pieces() {
			b.pieces[choice] += n
			b.holder[choice] = o.Number
		}
	}
}

// audit compares the catalogue to the orders.
func (b *books) audit() {
	there := make(map[models.Choice]bool, len(b.shelves))
	for _, s := range b.shelves {
		there[s.Choice] = true
		if s.stock < 0 {
			b.found.Notes = append(b.found.Notes, fmt.Sprintf("product %q: its stock is %d", s.code, s.stock))
		}
		if want := b.pieces[s.Choice]; s.held != want {
			b.wrong("product %q: %d pieces are held, and open orders hold %d: write that into its field held", s.code, s.held, want)
		}
	}
	for choice, n := range b.pieces {
		if !there[choice] {
			b.wrong("order %d holds pieces of product %s, of which %d are held and which is gone", b.holder[choice], choice.Product, n)
		}
	}
	for unit, o := range b.units {
		if unit != models.UnitOf(b.in) {
			b.wrong("the shop's currency %q has %d decimals, and order %d is in %q, which has %d: have the settings name one of as many",
				b.in, models.DecimalsOf(b.in), o.Number, o.Currency, models.DecimalsOf(o.Currency))
		}
	}
	if b.highest > b.counter {
		b.wrong("the counter of orders stands at %d, and there is an order %d", b.counter, b.highest)
	}
}

// settlings is how often SettleHeld counts anew because products were sold meanwhile.
const settlings = 50

// SettleHeld has the catalogue say of what is held what open orders hold, after these have come from
// elsewhere, and the counter stand at the highest number. It returns how many products it changed.
// The stock stays: it is what can be bought. What was sold or given back while it counted is counted
// again.
func (s *Shop) SettleHeld(ctx context.Context) (n int, err error) {
	for range settlings {
		b, err := booksOf(ctx, s.store)
		if err != nil {
			return n, err
		}
		if err := s.raiseCounter(ctx, b.highest); err != nil {
			return n, err
		}
		changed, missed, err := s.settleBy(ctx, b)
		if n += changed; err != nil || missed == 0 {
			return n, err
		}
	}
	return n, errors.New("products were sold all the time while it was counted what orders hold of them: " +
		"import the file again when the shop is quieter, which changes nothing else")
}

// settleBy has products hold what books say, and returns how many it changed, and how many it left as
// they were because they have changed since the books were made.
func (s *Shop) settleBy(ctx context.Context, b *books) (changed, missed int, err error) {
	wrong := map[models.ID]int64{} // their revisions
	for _, shelf := range b.shelves {
		if shelf.held != b.pieces[shelf.Choice] {
			wrong[shelf.Product] = shelf.rev
		}
	}
	for id, rev := range wrong {
		stale := false
		_, receipt, err := s.store.Products.Update(ctx, id, func(p *models.Product) error {
			if stale = p.Rev != rev; !stale {
				b.settle(p)
			}
			return nil
		})
		switch {
		case errors.Is(err, dao.ErrNotFound): // nothing of it is held any more, or check says what is
		case err != nil:
			return changed, missed, err
		case stale:
			missed++
		case !receipt.Repeated:
			changed++
		}
	}
	return changed, missed, nil
}

func (b *books) settle(p *models.Product) {
	if len(p.Variants) == 0 {
		p.Held = b.pieces[models.Choice{Product: p.ID}]
	}
	for i := range p.Variants {
		p.Variants[i].Held = b.pieces[models.Choice{Product: p.ID, Variant: p.Variants[i].ID}]
	}
}

// raiseCounter has the counter stand at a number, or above.
func (s *Shop) raiseCounter(ctx context.Context, number int64) error {
	if number == 0 {
		return nil
	}
	_, err := s.store.Update(ctx, func(tx dao.Tx) error {
		counters := dao.Counter.Within(tx)
		_, err := counters.Update(models.TheOne, func(c *models.Counter) error {
			c.Orders = max(c.Orders, number)
			return nil
		})
		if errors.Is(err, dao.ErrNotFound) {
			_, err = counters.Create(models.Counter{Head: models.Head{ID: models.TheOne}, Orders: number})
		}
		return err
	})
	return err
}
