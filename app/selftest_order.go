package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/dao/retry"
	"pulperia/faults/harness"
)

// everyHand opens the scratch as often as the engine allows at once, up to two times: a folder has
// one writer, a database any number.
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
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	start, err := hands[0].Feed.Head(ctx)
	if err != nil {
		return "", err
	}
	seen := make([][]dao.Change, followers)
	errs := make([]error, followers+authors)
	var running, writing sync.WaitGroup
	for i := range followers {
		running.Go(func() {
			seen[i], errs[i] = followOrder(ctx, hands[i%2].Feed, start)
		})
	}
	for i := range authors {
		writing.Go(func() {
			if errs[followers+i] = s.writeInOrder(ctx, hands[i%2].Messages, i); errs[followers+i] != nil {
				cancel(errs[followers+i])
			}
		})
	}
	writing.Wait()
	late := time.AfterFunc(10*time.Second, func() { cancel(errTooFew) })
	running.Wait()
	late.Stop()
	if context.Cause(ctx) == errTooFew {
		return "", brokef("%w", errTooFew)
	}
	slices.SortStableFunc(errs, func(a, b error) int { return cmp.Compare(weight(a), weight(b)) })
	if errs[0] != nil {
		return "", errs[0]
	}
	return compareOrders(seen)
}

// writeInOrder writes the messages of one author, one after the other.
func (s *selftest) writeInOrder(ctx context.Context, messages dao.Messages, author int) error {
	for n := range byEach {
		text := fmt.Sprint(author, " ", n)
		message := models.Message{ID: nameID(text), User: "selftest@example.com", Message: text}
		if err := s.untilDone(ctx, func() error { _, _, err := messages.Append(ctx, message); return err }); err != nil {
			return err
		}
	}
	return nil
}

var errTooFew = errors.New("all is written, and ten seconds later one who follows has not seen all of it")

// weight puts a broken promise first, then why something could not be tried, then that others gave
// up because of it.
func weight(err error) int {
	_, isBroken := errors.AsType[broke](err)
	switch {
	case isBroken:
		return 0
	case err == nil:
		return 3
	case errors.Is(err, context.Canceled):
		return 2
	}
	return 1
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

// compareOrders fails unless all saw the same, and of each author his messages in the order in
// which he wrote them.
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

// updates has many add to one cart at once. What is refused because others are at it for too long
// is tried again; what has an unknown outcome counts either way.
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
	errs, receipts := make([]error, additions), make([]dao.Receipt, additions)
	for i := range additions {
		running.Go(func() {
			errs[i] = s.untilDone(ctx, func() (err error) {
				_, receipts[i], err = hands[i%2].Carts.Update(ctx, cart.ID, func(c *models.Cart) error { c.Add(models.Choice{Product: nameID("added")}, 1); return nil })
				return err
			})
		})
	}
	running.Wait()
	book, key := harness.NewBook(), "the cart"
	for _, err := range errs {
		switch {
		case err == nil:
			book.TriesToAdd(key)
			book.Added(key)
		case errors.Is(err, dao.ErrUnknown):
			book.TriesToAdd(key)
		default:
			return "", err
		}
	}
	if err := untilSeen(ctx, hands[1].Feed, receipts); err != nil {
		return "", err
	}
	after, err := hands[1].Carts.Get(ctx, cart.ID)
	if err != nil {
		return "", err
	}
	if err := book.Check(key, fmt.Sprint(after.Count())); err != nil {
		return "", brokef("%w", err)
	}
	done, _ := book.Counts()
	return fmt.Sprintf("%d additions were acknowledged, and the cart holds %d.", done, after.Count()), nil
}

// untilSeen waits until one process has looked past what all were told of: a look is up to half a
// second old.
func untilSeen(ctx context.Context, feed dao.Feed, receipts []dao.Receipt) error {
	last := receipts[0].Position
	for _, r := range receipts {
		if r.Position.Offset > last.Offset {
			last = r.Position
		}
	}
	last.Offset--
	return feed.Wait(ctx, last)
}

// untilDone tries a write again while the store says that it was not done for lack of time: that of
// many that wait for one another.
func (s *selftest) untilDone(ctx context.Context, write func() error) error {
	for end := time.Now().Add(time.Minute + 5*s.pace.oneByOne(additions)); ; {
		err := write()
		if err == nil || errors.Is(err, dao.ErrUnknown) || !errors.Is(err, dao.ErrUnavailable) || ctx.Err() != nil || time.Now().After(end) {
			return err
		}
		retry.Sleep(ctx, s.pace.write) // it may have been refused at once
	}
}
