package shop

import (
	"context"
	"fmt"

	"pulperia/dao"
	"pulperia/dao/models"
)

// hasOrders says whether orders stand in the store: what they say is in the currency of then. Each
// kind that keeps such amounts adds itself.
var hasOrders []func(tx dao.Tx) (bool, error)

// keepsUnit refuses another currency whose smallest unit is another one, where there are orders.
func keepsUnit(tx dao.Tx, was, now models.Settings) error {
	if models.UnitOf(was.Currency) == models.UnitOf(now.Currency) {
		return nil
	}
	for _, has := range hasOrders {
		if some, err := has(tx); err != nil {
			return err
		} else if some {
			return models.Invalid{{
				Field: "currency", Rule: models.SameUnit, Limit: fmt.Sprint(models.DecimalsOf(was.Currency)), Got: models.Quoted(now.Currency),
			}}
		}
	}
	return nil
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
