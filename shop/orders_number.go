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
func createNumbered(tx dao.Tx, o models.Order) (created models.Order, err error) {
	counters := dao.Counter.Within(tx)
	counter, err := counters.Get(models.TheOne)
	there := err == nil
	if err := notMissing(err); err != nil {
		return models.Order{}, err
	}
	for taken := true; taken; {
		counter.Orders++
		o.Number = counter.Orders
		created, err = dao.Order.Within(tx).Create(o)
		conflict, _ := errors.AsType[dao.Conflict](err)
		taken = conflict.Field == "number"
	}
	if err != nil {
		return models.Order{}, err
	}
	if there {
		_, err = counters.Update(models.TheOne, func(c *models.Counter) error {
			c.Orders = created.Number
			return nil
		})
	} else {
		counter.ID = models.TheOne
		_, err = counters.Create(counter)
	}
	return created, err
}
