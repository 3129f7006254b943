package shop

import (
	"context"
	"fmt"
	"strconv"

	"pulperia/dao"
	"pulperia/dao/models"
)

// StockChange is one of two: so many more (or fewer), or a count of what lies on the shelf, with what
// lay there before it. What open orders hold lies there, too, and is not in the stock.
type StockChange struct {
	Variant models.ID // that is counted; zero of a product without any
	Add     *int64
	Set     *int64
	Was     *int64 // with Set
}

// Stale refuses a change of what is no longer as its sender saw it. It is dao.ErrConflict.
type Stale struct {
	Product models.Product // as it is now
	Stock   int64          // of it on the shelf, or of the variant that was counted
	Why     models.Rule    // Recounted, Fewer or KeptBack
	Limit   int64          // of that rule
}

// Error says what there is.
func (s Stale) Error() string {
	return fmt.Sprintf("the stock is %d now", s.Stock)
}

// Unwrap returns dao.ErrConflict.
func (Stale) Unwrap() error { return dao.ErrConflict }

// ChangeStock counts what there is of a product, or of one variant of it: stock.write. A count whose
// Was is no longer so, and fewer than none, are Stale; what is no change is models.Invalid, and so is
// one of what is not counted.
func (s *Shop) ChangeStock(
	ctx context.Context, who Who, id models.ID, change StockChange,
) (models.Product, dao.Receipt, error) {
	if err := who.Must(StockWrite); err != nil {
		return models.Product{}, dao.Receipt{}, err
	}
	if err := change.check(); err != nil {
		return models.Product{}, dao.Receipt{}, err
	}
	product, receipt, err := s.store.Products.Update(
		who.With(ctx), id, func(product *models.Product) error {
			now := product.Clone()
			stock, held, uncounted, err := change.stockOf(product)
			if err != nil {
				return err
			}
			is := *stock + held
			if uncounted {
				return models.Invalid{{Field: change.field(), Rule: models.NotCounted}}
			}
			if change.Set != nil {
				*stock = *change.Set - held
			} else {
				*stock += *change.Add
			}
			switch {
			case change.Was != nil && *change.Was != is:
				return Stale{now, is, models.Recounted, is}
			case *stock < 0 && change.Set != nil:
				return Stale{now, is, models.KeptBack, held}
			case *stock < 0:
				return Stale{now, is, models.Fewer, is - held}
			}
			return nil
		})
	return product, receipt, missing("product", id, err)
}

// stockOf returns the figure that is changed.
func (c StockChange) stockOf(
	p *models.Product,
) (stock *int64, held int64, uncounted models.Uncounted, err error) {
	variant := p.Variant(c.Variant)
	switch left := leftOf(p, c.Variant); {
	case left == unchosen:
		return nil, 0, false, models.Invalid{{Field: "variant", Rule: models.Choose, Limit: listed(p.Variants)}}
	case left == noVariant:
		return nil, 0, false, Missing{Kind: "variant", ID: c.Variant}
	case variant != nil:
		return &variant.Stock, variant.Held, variant.Uncounted, nil
	}
	return &p.Stock, p.Held, p.Uncounted, nil
}

// field names what is to be left alone.
func (c StockChange) field() string {
	if c.Set != nil {
		return "set"
	}
	return "add"
}

// check refuses what is neither an addition nor a count with what was there.
func (c StockChange) check() error {
	var v models.Invalid
	within := func(field string, n *int64, least int64) {
		switch {
		case n == nil:
			v.Add(field, models.Required, nil, "")
		case *n < least:
			v.Add(field, models.TooSmall, least, strconv.FormatInt(*n, 10))
		case *n > models.MaxStock:
			v.Add(field, models.TooLarge, models.MaxStock, strconv.FormatInt(*n, 10))
		}
	}
	if c.Set == nil && c.Was == nil {
		within("add", c.Add, -models.MaxStock)
		return v.Err()
	}
	if c.Add != nil {
		v.Add("add", models.NotOneOf, "add alone, set with was", strconv.FormatInt(*c.Add, 10))
	}
	within("set", c.Set, 0)
	within("was", c.Was, 0)
	return v.Err()
}
