package app

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
	trade "pulperia/shop"
)

// rivals is how many want the last piece.
const rivals = 100

// sale has many buy the last piece at once: one has it, all others are told that there is none left,
// and the books are right. Who does not know what became of his order asks again, as a browser does.
func (s *selftest) sale(ctx context.Context) (string, error) {
	hands, closeAll, err := s.everyHand(ctx)
	if err != nil {
		return "", err
	}
	defer closeAll()
	shops := []*trade.Shop{trade.New(hands[0], trade.Options{}), trade.New(hands[1], trade.Options{})}
	last, _, err := shops[0].CreateProduct(ctx, models.Product{
		Title: "The last piece", Description: "d", Code: "last", Category: "c", Price: 1000, Stock: 1, Status: true,
	})
	if err != nil {
		return "", err
	}
	orders, err := s.wanted(ctx, shops[0], last.ID)
	if err != nil {
		return "", err
	}
	errs := make([]error, rivals)
	var running sync.WaitGroup
	for i, asked := range orders {
		running.Go(func() { errs[i] = s.buy(ctx, shops[i%2], asked) })
	}
	running.Wait()
	sold := 0
	for _, err := range errs {
		refused, is := errors.AsType[trade.OrderChanged](err)
		switch {
		case err == nil:
			sold++
		case !is || refused.Lines[0].Reason != trade.RefusedShort:
			return "", err
		}
	}
	if sold != 1 {
		return "", brokef("%d of %d have the last piece", sold, rivals)
	}
	found, err := trade.Audit(ctx, hands[1])
	if err == nil && len(found.Wrong)+len(found.Notes) > 0 {
		err = brokef("%v", append(found.Wrong, found.Notes...))
	}
	return fmt.Sprintf("of %d who wanted the last piece one has it.", rivals), err
}

// wanted fills a cart with the piece for each who wants it.
func (s *selftest) wanted(
	ctx context.Context, shop *trade.Shop, piece models.ID,
) (orders []trade.OrderRequest, err error) {
	for range rivals {
		cart := models.Cart{Products: []models.Item{{Product: piece, Quantity: 1}}}
		if cart, _, err = shop.CreateCart(ctx, cart); err != nil {
			return nil, err
		}
		orders = append(orders, trade.OrderRequest{
			ID: models.NewID(time.Now()), Cart: cart.ID, Buyer: models.Buyer{Name: "selftest"},
			Delivery: models.OrderDelivery{Way: models.DeliverPickup}, Payment: models.OrderPayment{Way: models.PayCash},
		})
	}
	return orders, nil
}

func (s *selftest) buy(ctx context.Context, shop *trade.Shop, asked trade.OrderRequest) (err error) {
	for range 10 {
		err = s.untilDone(ctx, func() error {
			_, _, err := shop.PlaceOrder(ctx, trade.Sender{}, asked)
			return err
		})
		if !errors.Is(err, dao.ErrUnknown) {
			break
		}
	}
	return err
}
