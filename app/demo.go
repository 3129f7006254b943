package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/demo"
	trade "pulperia/shop"
)

// patienceWithOthers is how long one waits to see what another process has loaded.
const patienceWithOthers = 30 * time.Second

// fillDemo loads the demo catalogue into a store without products, and says whether it did. Of
// several processes that do so at the same moment one succeeds: what it has loaded is taken for the
// others, and seen by them a little later.
func fillDemo(ctx context.Context, shop *trade.Shop) (filled bool, err error) {
	for end := time.Now().Add(patienceWithOthers); time.Now().Before(end); {
		if filled, err = tryDemo(ctx, shop); !errors.Is(err, dao.ErrConflict) {
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

func tryDemo(ctx context.Context, shop *trade.Shop) (bool, error) {
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
	_, err = shop.TakeIn(ctx, dao.Batch{Products: products})
	return err == nil, err
}
