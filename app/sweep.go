package app

import (
	"context"
	"log/slog"
	"time"

	"pulperia/dao/models"
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

// sweepPictures returns what removes, every hour, pictures that nothing has named for a day.
func sweepPictures(shop *trade.Shop, log *slog.Logger) func(context.Context) {
	return func(ctx context.Context) {
		for {
			retry.Sleep(ctx, time.Hour)
			n, err := shop.TidyPictures(ctx, models.TimeOf(time.Now()))
			switch {
			case ctx.Err() != nil:
				return
			case err != nil:
				log.Error("could not remove pictures that nothing names", "err", err)
			case n > 0:
				log.Info("removed pictures that nothing has named for a day", "pictures", n)
			}
		}
	}
}

// auditOrders returns what says, once, where stock and orders do not agree: somebody has edited files,
// each of which is right by itself.
func auditOrders(shop *trade.Shop, log *slog.Logger) func(context.Context) {
	return func(ctx context.Context) {
		found, err := shop.CheckOrders(ctx)
		if err != nil {
			if ctx.Err() == nil {
				log.Error("could not look whether stock and orders agree", "err", err)
			}
			return
		}
		const most = 10
		for _, wrong := range found.Wrong[:min(most, len(found.Wrong))] {
			log.Warn("stock and orders do not agree", "wrong", wrong)
		}
		if n := len(found.Wrong) - most; n > 0 {
			log.Warn("stock and orders do not agree in more than that: see pulperia check", "more", n)
		}
	}
}

// sweepOrders returns what ends, every minute, the orders that nobody has paid in time, and forgets,
// every hour, whom limits were about a month ago.
func sweepOrders(shop *trade.Shop, log *slog.Logger) func(context.Context) {
	return func(ctx context.Context) {
		for minute := 0; ; minute++ {
			n, err := shop.ExpireOrders(ctx)
			if err == nil && minute%60 == 0 {
				err = shop.ForgetOpenOrders(ctx)
			}
			switch {
			case ctx.Err() != nil:
				return
			case err != nil:
				log.Error("could not end orders that nobody has paid", "err", err)
			case n > 0:
				log.Info("ended orders that nobody has paid in time", "orders", n)
			}
			retry.Sleep(ctx, time.Minute)
		}
	}
}
