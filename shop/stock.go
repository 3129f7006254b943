package shop

import (
	"context"
	"fmt"

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

// ChangeStock counts what there is of a product: stock.write. A count whose Was is no longer so is
// Stale; a sum that is no stock is models.Invalid.
func (s *Shop) ChangeStock(
	ctx context.Context, who Who, id models.ID, change StockChange,
) (models.Product, dao.Receipt, error) {
	panic("not built")
}
