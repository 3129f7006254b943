package app

import (
	"context"
	"log/slog"
	"time"

	"pulperia/dao/retry"
	trade "pulperia/shop"
)

// sweepAccess returns what removes, every hour, the sessions that have ended and the links that
// nobody can use any more. They let nobody in before that either.
func sweepAccess(shop *trade.Shop, log *slog.Logger) func(context.Context) {
	return func(ctx context.Context) {
		for {
			retry.Sleep(ctx, time.Hour)
			err := shop.ExpireAccess(ctx)
			if ctx.Err() != nil {
				return
			}
			if err != nil {
				log.Error("could not remove sessions that have ended", "err", err)
			}
		}
	}
}
