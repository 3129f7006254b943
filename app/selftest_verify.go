package app

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"

	"pulperia/dao"
	"pulperia/dao/models"
)

// evidence is what was reported of a store, and what was found in it.
type evidence struct {
	acked        map[string]int // by writer, the last write that was acknowledged
	acknowledged int
	feed         dao.Position // as far as it was read
	revs         map[models.ID]int64
}

func newEvidence() *evidence {
	return &evidence{acked: map[string]int{}, revs: map[models.ID]int64{}}
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
	found := newFindings()
	if _, err := store.Dump(ctx, found.take); err != nil {
		return err
	}
	if err := found.compare(e.acked); err != nil {
		return err
	}
	return e.follow(ctx, store.Feed)
}

// findings are what a store holds of each writer: the numbers of its writes that can be seen.
type findings struct {
	numbers map[string][]int
}

func newFindings() *findings { return &findings{map[string][]int{}} }

func (f *findings) take(b dao.Batch) error {
	for _, p := range b.Products {
		if p.Title != fmt.Sprint("number ", p.Stock) {
			return brokef("product %s is half changed: its title is %q and its stock %d", p.Code, p.Title, p.Stock)
		}
		name, _, _ := strings.Cut(p.Code, " ")
		f.numbers[name] = append(f.numbers[name], int(p.Stock))
	}
	for _, c := range b.Carts {
		f.numbers[c.ID.String()] = append(f.numbers[c.ID.String()], int(c.Count()))
	}
	for _, m := range b.Messages {
		name, number, _ := strings.Cut(m.Message, " ")
		n, err := strconv.Atoi(number)
		if err != nil {
			return brokef("a message says %q", m.Message)
		}
		f.numbers[name] = append(f.numbers[name], n)
	}
	return nil
}

// compare fails unless everything acknowledged can be seen, and at most the one write after it.
// What can be seen now must stay: it is noted as acknowledged.
func (f *findings) compare(acked map[string]int) error {
	for name, last := range acked {
		kind, _, _ := strings.Cut(name, "-")
		there := f.numbers[name]
		if kind == "cart" {
			there = f.numbers[nameID(name).String()]
		}
		upTo := 0
		if len(there) > 0 {
			upTo = there[len(there)-1]
		}
		for i, n := range there {
			switch {
			case kind == "message" && n != i+1:
				return brokef("message %d of %s stands where %d should", n, name, i+1)
			case kind != "message" && kind != "swap" && i > 0:
				return brokef("%s is there %d times", name, len(there))
			case kind == "swap" && (n < last || n > last+1 || len(there) > 2):
				return brokef("of %s there are %v; %d was acknowledged", name, there, last)
			}
			upTo = max(upTo, n)
		}
		if upTo < last {
			return brokef("%s %d was acknowledged, and is lost: there is %d", name, last, upTo)
		}
		if upTo > last+1 {
			return brokef("of %s there is %d, and the last that was sent is %d", name, upTo, last+1)
		}
		if kind != "swap" { // that one has two steps: its number is known before it is done
			acked[name] = upTo
		}
	}
	return nil
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
