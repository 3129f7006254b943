package shop

import (
	"errors"

	"pulperia/dao"
	"pulperia/dao/models"
)

// createNumbered creates an order under the next number: the first above the counter that no order
// has. What was imported may have numbers that the counter has not heard of yet. Who has a number is
// not asked before: that could not be foreseen for the orders that wait behind this one, and they
// would be placed one by one.
func createNumbered(tx dao.Tx, o *models.Order) error {
	counters := dao.Counter.Within(tx)
	counter := models.Counter{Head: models.Head{ID: models.TheOne}}
	switch known, err := counters.Look(models.TheOne); {
	case notMissing(err) != nil:
		return err
	case err == nil:
		counter = *known
	}
	for taken := true; taken; {
		counter.Orders++
		o.Number = counter.Orders
		err := dao.Order.Within(tx).Put(o)
		conflict, _ := errors.AsType[dao.Conflict](err)
		if taken = conflict.Field == "number"; err != nil && !taken {
			return err
		}
	}
	return counters.Put(&counter)
}
