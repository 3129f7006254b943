package shop

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

// expire ends an order whose time is over and that nobody has paid: whatever was said of it until
// this step counts.
func expire(tx dao.Tx, o *models.Order) error {
	if !o.EndsByItself() || o.Until > tx.Now() {
		return nil
	}
	if o.State == models.OrderPlaced {
		o.State = models.OrderExpired
	} else {
		o.State = models.OrderCancelled
	}
	return nil
}

// ExpireOrder ends an order whose time is over and that nobody has paid. Any other stays as it is.
func (s *Shop) ExpireOrder(ctx context.Context, id models.ID) (models.Order, dao.Receipt, error) {
	return s.changeOrder(dao.WithBy(ctx, ""), byItself, id, expire)
}

// ExpireOrders ends all those, and returns how many. What is wrong with one of them keeps no other
// waiting.
func (s *Shop) ExpireOrders(ctx context.Context) (n int, err error) {
	now := models.TimeOf(time.Now())
	orders := dao.Order.In(s.store.Values)
	for page := 1; ; page++ {
		list, _, failed := orders.Find(ctx, models.Query{Sort: "until", Page: page, Limit: 100})
		if failed != nil {
			return n, errors.Join(err, failed)
		}
		ended := 0
		for _, o := range list {
			if !o.EndsByItself() || o.Until > now {
				list = nil // those that follow end later
				break
			}
			_, receipt, failed := s.ExpireOrder(ctx, o.ID)
			switch {
			case failed != nil:
				err = errors.Join(err, fmt.Errorf("order %d: %w", o.Number, failed))
			case !receipt.Repeated:
				ended++
			}
		}
		n += ended
		if len(list) == 0 {
			return n, err
		}
		if ended > 0 {
			page = 0 // they stand elsewhere now
		}
	}
}

// ForgetOpenOrders removes what was noted for limits, of who has placed nothing for a month.
func (s *Shop) ForgetOpenOrders(ctx context.Context) error {
	_, err := dao.Open.Expire(ctx, s.store.Values, models.TimeOf(time.Now().Add(-30*day)))
	return err
}

// EndOpenOrders cancels all orders that are open and unpaid and were placed from the network, or with
// the telephone number, of an order: orders.write. It returns how many.
func (s *Shop) EndOpenOrders(ctx context.Context, who Who, id models.ID) (n int, err error) {
	if err := who.Must(OrdersWrite); err != nil {
		return 0, err
	}
	like, err := dao.Order.In(s.store.Values).Get(ctx, id)
	if err != nil {
		return 0, missing("order", id, err)
	}
	err = s.eachOrder(ctx, func(o models.Order) error {
		samePhone := o.Buyer.PhoneKey() != "" && o.Buyer.PhoneKey() == like.Buyer.PhoneKey()
		if !samePhone && (o.Network == "" || o.Network != like.Network) {
			return nil
		}
		_, receipt, err := s.changeOrder(ctx, by(who, OrdersWrite), o.ID, func(_ dao.Tx, o *models.Order) error {
			if (o.State == models.OrderPlaced || o.State == models.OrderAccepted) && o.IsUnpaid() {
				o.State = models.OrderCancelled
			}
			return nil
		})
		if err == nil && !receipt.Repeated {
			n++
		}
		return err
	})
	return n, err
}

// eachOrder visits all orders, the newest first. Those that are placed meanwhile may be left out.
func (s *Shop) eachOrder(ctx context.Context, visit func(models.Order) error) error {
	for page := 1; ; page++ {
		list, _, err := dao.Order.In(s.store.Values).Find(
			ctx, models.Query{Sort: "number", Backwards: true, Page: page, Limit: models.MaxLimit})
		if err != nil || len(list) == 0 {
			return err
		}
		for _, o := range list {
			if err := visit(o); err != nil {
				return err
			}
		}
	}
}
