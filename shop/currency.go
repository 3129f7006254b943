package shop

import (
	"context"
	"fmt"

	"pulperia/dao"
	"pulperia/dao/models"
)

// hasOrders says whether orders stand in the store, or stood there: what they say is in the currency
// of then.
func hasOrders(tx dao.Tx) (bool, error) {
	counter, err := dao.Counter.Within(tx).Get(models.TheOne)
	return counter.Orders > 0, notMissing(err)
}

// keepsUnit refuses another currency whose smallest unit is another one, where there are orders.
func keepsUnit(tx dao.Tx, was, now models.Settings) error {
	if models.UnitOf(was.Currency) == models.UnitOf(now.Currency) {
		return nil
	}
	some, err := hasOrders(tx)
	if err != nil || !some {
		return err
	}
	return models.Invalid{{
		Field: "currency", Rule: models.SameUnit, Limit: fmt.Sprint(models.DecimalsOf(was.Currency)), Got: models.Quoted(now.Currency),
	}}
}

// unit is the smallest unit of the shop's currency.
func (s *Shop) unit(ctx context.Context) (models.Money, error) {
	settings, err := s.Settings(ctx)
	return models.UnitOf(settings.Currency), err
}

// checkUnits refuses amounts of a product that are not in whole units of the currency. Those that it
// had before stay, since the currency may have been another one; they are rounded where they are
// shown and paid.
func checkUnits(was, now models.Product, unit models.Money) error {
	var wrong models.Invalid
	check := func(field string, before, after models.Money) {
		if after > 0 && after%unit != 0 && after != before {
			wrong.Add(field, models.WholeMoney, nil, after.String())
		}
	}
	if len(now.Variants) == 0 {
		check("price", was.Price, now.Price)
	}
	check("compareAt", was.CompareAt, now.CompareAt)
	for i, v := range now.Variants {
		before := was.Price
		if old := was.Variant(v.ID); old != nil {
			before = old.Price
		}
		check(fmt.Sprintf("variants[%d].price", i), before, v.Price)
	}
	return wrong.Err()
}
