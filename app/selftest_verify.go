package app

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/faults/harness"
)

// evidence is what was reported of a store, by writer the number of its last write, and how far its
// feed was read.
type evidence struct {
	*harness.Book
	feed dao.Position
	revs map[models.ID]int64
}

func newEvidence() *evidence {
	return &evidence{Book: harness.NewBook(), revs: map[models.ID]int64{}}
}

// expect notes that a writer is at its n-th write. A swap has two steps: what it makes stands
// beside what it removes then.
func (e *evidence) expect(name string, n int) {
	if strings.HasPrefix(name, "swap-") && n > 1 {
		e.Tries(name, fmt.Sprint(n-1, " ", n))
	}
	e.Tries(keyOf(name), fmt.Sprint(n))
}

// hear notes what a writing process reports: a name, and the number of a write that was
// acknowledged. The next one is under way by then.
func (e *evidence) hear(line string) error {
	var name string
	var n int
	if _, err := fmt.Sscan(line, &name, &n); err != nil {
		return errors.New("the writing process said " + line)
	}
	e.Did(keyOf(name), fmt.Sprint(n))
	e.expect(name, n+1)
	return nil
}

// keyOf is what a writer is called in the evidence: carts, and what not every shop has, bear no name.
func keyOf(name string) string {
	switch kind, _, _ := strings.Cut(name, "-"); kind {
	case "message", "product", "swap":
		return name
	default:
		return kind + " " + nameID(name).String()
	}
}

// nameID is an id that follows from a name.
func nameID(name string) models.ID {
	sum := sha256.Sum256([]byte(name))
	return models.ID(sum[:12])
}

// verify reads the whole store and compares.
func (s *selftest) verify(ctx context.Context, e *evidence) error {
	report, err := s.checkStore(ctx, Streams{})
	if err != nil {
		return brokef("check: %w", err)
	}
	if len(report.Problems) > 0 {
		return brokef("check finds damage: %s", report.Problems[0])
	}
	store, err := s.readStore(ctx, s.Store, quiet)
	if err != nil {
		return brokef("the store cannot be read: %w", err)
	}
	defer store.Close()
	numbers := findings{}
	if _, err := store.Dump(ctx, numbers.take); err != nil {
		return err
	}
	found, err := numbers.values()
	if err != nil {
		return err
	}
	if err := e.Verify(found); err != nil {
		return brokef("%w", err)
	}
	return e.follow(ctx, store.Feed)
}

// findings are what a store holds of each writer: the numbers of its writes that can be seen.
type findings map[string][]int

func (f findings) take(b dao.Batch) error {
	note := func(name string, n int64) { f[name] = append(f[name], int(n)) }
	for _, p := range b.Products {
		if p.Title != fmt.Sprint("number ", p.Stock) {
			return brokef("product %s is half changed: its title is %q and its stock %d", p.Code, p.Title, p.Stock)
		}
		name, _, _ := strings.Cut(p.Code, " ")
		note(name, p.Stock)
	}
	for _, c := range b.Carts {
		note("cart "+c.ID.String(), c.Count())
	}
	for _, m := range b.Messages {
		name, number, _ := strings.Cut(m.Message, " ")
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return brokef("a message says %q", m.Message)
		}
		note(name, n)
	}
	for k, v := range (dao.Batch{Others: b.Others}).All() {
		head := v.GetHead()
		note(string(k.Kind)+" "+head.ID.String(), head.Rev)
	}
	return nil
}

// values are the findings as the evidence has them: of messages the number of the last, all those
// before it being there in their order.
func (f findings) values() (map[string]string, error) {
	values := map[string]string{}
	for name, numbers := range f {
		if strings.HasPrefix(name, "message-") {
			for i, n := range numbers {
				if n != i+1 {
					return nil, brokef("message %d of %s stands where %d should", n, name, i+1)
				}
			}
			numbers = numbers[len(numbers)-1:]
		}
		slices.Sort(numbers)
		values[name] = strings.Trim(fmt.Sprint(numbers), "[]")
	}
	return values, nil
}

// follow reads on in the feed and fails unless its offsets have no gap, and the revisions of each
// value neither.
func (e *evidence) follow(ctx context.Context, feed dao.Feed) error {
	head, err := feed.Head(ctx)
	if err != nil {
		return err
	}
	if e.feed.Epoch == "" {
		e.feed.Epoch = head.Epoch
	}
	if head.Epoch != e.feed.Epoch {
		return brokef("the feed has another epoch: %s and not %s", head.Epoch, e.feed.Epoch)
	}
	for e.feed.Offset < head.Offset {
		changes, err := feed.Since(ctx, e.feed, 1_000)
		if err != nil || len(changes) == 0 {
			return brokef("the feed ends at %s and not at %s (%v)", e.feed, head, err)
		}
		for _, c := range changes {
			if c.Offset != e.feed.Offset+1 {
				return brokef("the feed has %d after %d", c.Offset, e.feed.Offset)
			}
			if c.Rev != e.revs[c.ID]+1 {
				return brokef("%s %s has revision %d after %d", c.Kind, c.ID, c.Rev, e.revs[c.ID])
			}
			e.feed.Offset, e.revs[c.ID] = c.Offset, c.Rev
		}
	}
	if head.Offset < e.feed.Offset {
		return brokef("the feed was at %s, and is at %s now", e.feed, head)
	}
	return nil
}
