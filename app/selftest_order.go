package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"pulperia/dao"
	"pulperia/dao/models"
)

// everyHand opens the scratch as often as the engine allows at once, up to two times: a folder has one writer, a database any number.
func (s *selftest) everyHand(ctx context.Context) (hands []dao.Store, closeAll func(), err error) {
	closeAll = func() {
		for _, store := range hands {
			store.Close()
		}
	}
	for range 2 {
		if len(hands) > 0 && !s.inDatabase() {
			return append(hands, hands[0]), closeAll, nil // closed twice, which does nothing
		}
		store, err := s.open(ctx)
		if err != nil {
			closeAll()
			return nil, nil, err
		}
		hands = append(hands, store)
	}
	return hands, closeAll, nil
}

const (
	followers  = 4
	authors    = 4
	byEach     = 50
	additions  = 200
	inAllOrder = authors * byEach
)

// order has several write and several follow the feed, and compares what each of them saw.
func (s *selftest) order(ctx context.Context) (string, error) {
	hands, closeAll, err := s.everyHand(ctx)
	if err != nil {
		return "", err
	}
	defer closeAll()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	start, err := hands[0].Feed.Head(ctx)
	if err != nil {
		return "", err
	}
	seen := make([][]dao.Change, followers)
	errs := make([]error, followers+authors)
	var running sync.WaitGroup
	for i := range followers {
		running.Go(func() {
			seen[i], errs[i] = followOrder(ctx, hands[i%2].Feed, start)
		})
	}
	for i := range authors {
		running.Go(func() {
			for n := range byEach {
				message := models.Message{ID: nameID(fmt.Sprint(i, " ", n)), User: "selftest@example.com", Message: fmt.Sprint(i, " ", n)}
				if _, _, err := hands[i%2].Messages.Append(ctx, message); err != nil {
					errs[followers+i] = err
					cancel()
					return
				}
			}
		})
	}
	running.Wait()
	for i := range seen {
		if _, isBroken := errors.AsType[broke](errs[i]); isBroken {
			return "", errs[i]
		}
	}
	if err := errors.Join(errs...); err != nil {
		return "", err
	}
	return compareOrders(seen)
}

// followOrder reads the feed until all that is written is there.
func followOrder(ctx context.Context, feed dao.Feed, at dao.Position) (seen []dao.Change, err error) {
	for len(seen) < inAllOrder {
		if err := feed.Wait(ctx, at); err != nil {
			return seen, err
		}
		changes, err := feed.Since(ctx, at, 7)
		if err != nil {
			return seen, err
		}
		for _, c := range changes {
			if c.Offset != at.Offset+1 {
				return seen, brokef("one who follows saw change %d after %d", c.Offset, at.Offset)
			}
			at.Offset = c.Offset
		}
		seen = append(seen, changes...)
	}
	return seen, nil
}

// compareOrders fails unless all saw the same, and of each author his messages in the order in which he wrote them.
func compareOrders(seen [][]dao.Change) (string, error) {
	for i, list := range seen[1:] {
		same := slices.EqualFunc(seen[0], list, func(a, b dao.Change) bool { return a.Offset == b.Offset && a.ID == b.ID })
		if !same {
			return "", brokef("two who follow saw different orders (the first and number %d)", i+2)
		}
	}
	place := map[models.ID]int{}
	for i, c := range seen[0] {
		place[c.ID] = i
	}
	for i := range authors {
		for n, last := 0, -1; n < byEach; n++ {
			at, there := place[nameID(fmt.Sprint(i, " ", n))]
			if !there || at < last {
				return "", brokef("message %d of writer %d is not where he wrote it", n, i)
			}
			last = at
		}
	}
	return fmt.Sprintf("%d changes, seen by %d in the same order, each once.", len(seen[0]), len(seen)), nil
}

// updates has many add to one cart at once.
func (s *selftest) updates(ctx context.Context) (string, error) {
	hands, closeAll, err := s.everyHand(ctx)
	if err != nil {
		return "", err
	}
	defer closeAll()
	cart, _, err := hands[0].Carts.Create(ctx, models.Cart{})
	if err != nil {
		return "", err
	}
	var running sync.WaitGroup
	errs := make([]error, additions)
	for i := range additions {
		running.Go(func() {
			_, _, errs[i] = hands[i%2].Carts.Update(ctx, cart.ID, func(c *models.Cart) error { c.Add(nameID("added"), 1); return nil })
		})
	}
	running.Wait()
	if err := errors.Join(errs...); err != nil {
		return "", err
	}
	after, err := hands[1].Carts.Get(ctx, cart.ID)
	if err != nil {
		return "", err
	}
	if after.Count() != additions {
		return "", brokef("%d were added, and the cart holds %d", additions, after.Count())
	}
	return fmt.Sprintf("the cart holds %d.", after.Count()), nil
}
