package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/demo"
	trade "pulperia/shop"
)

// patienceWithOthers is how long one waits to see what another process has loaded.
const patienceWithOthers = 30 * time.Second

// fillDemo loads the demo catalogue into a store without products, places its orders, and says
// whether it did. Of several processes that do so at the same moment one succeeds: what it has loaded
// is taken for the others, and seen by them a little later.
func fillDemo(ctx context.Context, shop *trade.Shop, log *slog.Logger) (filled bool, err error) {
	for end := time.Now().Add(patienceWithOthers); time.Now().Before(end); {
		if filled, err = tryDemo(ctx, shop, log); !errors.Is(err, dao.ErrConflict) {
			break
		}
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	return filled, err
}

func tryDemo(ctx context.Context, shop *trade.Shop, log *slog.Logger) (bool, error) {
	there, err := shop.Products.List(ctx, models.ProductQuery{Limit: 1})
	if err != nil || there.Total > 0 {
		return false, err
	}
	var products []models.Product
	if err := json.Unmarshal(demo.Products(), &products); err != nil {
		return false, fmt.Errorf("demo catalogue: %w", err)
	}
	ids := make([]models.ID, len(products))
	for i := range ids {
		ids[i] = models.NewID(time.Now())
	}
	slices.SortFunc(ids, func(a, b models.ID) int { return b.Compare(a) }) // of equal age, the shop shows the last id first
	now := models.TimeOf(time.Now())
	for i := range products {
		products[i].ID, products[i].CreatedAt = ids[i], now
	}
	orders, carts, err := demoOrders(products)
	if err != nil {
		return false, fmt.Errorf("demo orders: %w", err)
	}
	if _, err = shop.TakeIn(ctx, dao.Batch{Products: products, Carts: carts}); err != nil {
		return false, err
	}
	for i, order := range orders {
		if err := order.place(ctx, shop, carts[i].ID); err != nil { // the settings may have no such ways
			log.Warn("an order of the demo is left out", "buyer", order.Buyer.Name, "err", err)
		}
		if err := shop.DeleteCart(ctx, carts[i].ID); err != nil {
			return false, err
		}
	}
	return true, nil
}
