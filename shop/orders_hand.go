package shop

import (
	"context"

	"pulperia/dao"
	"pulperia/dao/models"
)

// HandOverOrder says that the buyer has what he bought, and has paid what was still due: orders.write.
// It is one step, so that nothing is handed over and not noted as paid, or the other way round. Where
// some of the money was told of under the same fact, and not all has come, it is dao.ErrConflict: who
// asks has not seen that.
func (s *Shop) HandOverOrder(
	ctx context.Context, who Who, id models.ID, paid Money,
) (models.Order, dao.Receipt, error) {
	fact, err := paid.fact(models.FactPaid)
	if err != nil {
		return models.Order{}, dao.Receipt{}, err
	}
	return s.changeOrder(ctx, by(who, OrdersWrite), id, func(tx dao.Tx, o *models.Order) error {
		if o.State == models.OrderDone && o.Due() == 0 {
			return nil
		}
		if err := advance(o, models.OrderDone, models.OrderReady, models.OrderSent); err != nil {
			return err
		}
		if fact.Amount = o.Due(); fact.Amount == 0 {
			return nil
		}
		if known, _ := knows(o, fact, nil); known {
			return dao.Conflict{Field: "_id", Value: fact.ID}
		}
		addFact(tx, o, fact)
		return nil
	})
}
