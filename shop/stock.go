package shop

import (
	"context"
	"fmt"
	"strconv"

	"pulperia/dao"
	"pulperia/dao/models"
)

// StockChange is one of two: so many more (or fewer), or a count, with what was there before it.
type StockChange struct {
	Add *int64
	Set *int64
	Was *int64 // with Set
}

// Stale refuses a change of what is no longer as its sender saw it. It is dao.ErrConflict.
type Stale struct{ Product models.Product } // as it is now

// Error says what there is.
func (s Stale) Error() string {
	return fmt.Sprintf("the stock is %d now", s.Product.Stock)
}

// Unwrap returns dao.ErrConflict.
func (Stale) Unwrap() error { return dao.ErrConflict }

// ChangeStock counts what there is of a product: stock.write. A count whose Was is no longer so,
// and fewer than none, are Stale; what is no change is models.Invalid.
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
			now, is := *product, product.Stock
			if change.Set != nil {
				product.Stock = *change.Set
			} else {
				product.Stock += *change.Add
			}
			if change.Was != nil && *change.Was != is || product.Stock < 0 {
				return Stale{now.Clone()}
			}
			return nil
		})
	return product, receipt, missing("product", id, err)
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
