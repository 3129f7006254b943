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

// currency is the shop's.
func (s *Shop) currency(ctx context.Context) (string, error) {
	settings, err := s.Settings(ctx)
	return settings.Currency, err
}

// keepDeliveryUnits does for deliveries what checkUnits does for products.
func keepDeliveryUnits(was, now models.Settings) error {
	var wrong models.Invalid
	for i, one := range now.Deliveries {
		var before models.Delivery
		for _, old := range was.Deliveries {
			if old.Way == one.Way {
				before = old
			}
		}
		field := fmt.Sprintf("deliveries[%d].", i)
		if one.Price != before.Price {
			wrong.CheckUnit(field+"price", one.Price, now.Currency)
		}
		if one.FreeFrom != before.FreeFrom {
			wrong.CheckUnit(field+"freeFrom", one.FreeFrom, now.Currency)
		}
	}
	return wrong.Err()
}

// checkUnits refuses amounts of a product that are not in whole units of the currency. Those that it
// had before stay, since the currency may have been another one; they are rounded where they are
// shown and paid.
func checkUnits(was, now models.Product, currency string) error {
	var wrong models.Invalid
	check := func(field string, before, after models.Money) {
		if after > 0 && after != before {
			wrong.CheckUnit(field, after, currency)
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
