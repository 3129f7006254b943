package dbmanagers

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
)

// applier brings documents forward: what stands in the feed and not in them yet, in the order of the
// feed and leaving nothing out. Each document bears the offset of the last change that is in it, and
// each write is filtered by that, so that it does not matter who does it, how many do, and how often.
type applier struct {
	*engine
	signal chan struct{}
	turn   token         // of who is at it
	news   chan struct{} // something was brought forward
}

const (
	applyAtOnce = 2_000           // changes of one round
	theirs      = 2 * time.Second // how long what others committed is left to them
	noteEvery   = theirs / 10     // how often they are told of what is brought forward, at most
)

// wake says that there is something to bring forward.
func (a *applier) wake() {
	select {
	case a.signal <- struct{}{}:
	default:
	}
}

// run brings documents forward until ctx is done: what this process has committed at once, and what
// others have when it has waited.
func (a *applier) run(ctx context.Context) {
	for ctx.Err() == nil {
		select {
		case <-a.signal:
		case <-ctx.Done():
			return
		}
		for ctx.Err() == nil {
			if list := a.feed.tail.takeUnsure(); len(list) > 0 {
				sleep(ctx, a.note(ctx, "repeat deletes", a.unmake(ctx, list)))
			}
			at := a.feed.tail.state()
			if at.applied >= at.end {
				break
			}
			if wait := a.mayWait(at); wait > 0 {
				sleep(ctx, wait)
				continue
			}
			sleep(ctx, a.note(ctx, "bring documents forward", a.bring(ctx, at.end)))
		}
	}
}

// unmake deletes what this process may have made while another one deleted it: a round that was on its
// way did not know of that. What arrives later still, or fails here, is dug up (dig).
func (a *applier) unmake(ctx context.Context, list []*change) error {
	if err := a.turn.take(ctx); err != nil { // until that round is over
		return err
	}
	defer a.turn.give()
	_, err := a.deleteAgain(ctx, list)
	return err
}

// mayWait is how long what is not brought forward yet may be left to those who committed it.
func (a *applier) mayWait(at tailState) (wait time.Duration) {
	wait = theirs
	for _, e := range a.feed.tail.from(at.applied + 1) {
		if e.own {
			return 0
		}
		wait = min(wait, theirs-time.Since(e.seen))
	}
	return max(0, min(wait, 100*time.Millisecond))
}

// bring returns when all up to an offset is in the documents.
func (a *applier) bring(ctx context.Context, upTo int64) error {
	for ctx.Err() == nil {
		if a.feed.tail.state().applied >= upTo {
			return nil
		}
		if err := a.turn.take(ctx); err != nil {
			return err
		}
		err := a.round(ctx, upTo)
		if a.turn.give(); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// round brings the next entries forward.
func (a *applier) round(ctx context.Context, upTo int64) error {
	if err := a.feed.freshen(ctx, a.memory/4); err != nil {
		return err
	}
	if at := a.feed.tail.state(); at.applied < at.end && !a.feed.tail.from(at.applied + 1)[0].own {
		if err := a.learnApplied(ctx); err != nil {
			return err
		}
	}
	at := a.feed.tail.state()
	if at.applied >= upTo || a.readOnly {
		return nil
	}
	todo, end, n := map[*collection][]*forwarding{}, at.applied, 0
	byKey := map[valueKey]*forwarding{}
	for _, e := range a.feed.tail.from(at.applied + 1) {
		if n += len(e.Changes); n > applyAtOnce && end > at.applied {
			break
		}
		end = e.end()
		for _, c := range e.Changes {
			key := valueKey{c.Kind, c.id()}
			one := byKey[key]
			if s := dao.SchemaOf(c.Kind); one == nil && s != nil {
				of := a.of(s)
				one = &forwarding{collection: of, at: e.At}
				byKey[key], todo[of] = one, append(todo[of], one)
			}
			if one != nil {
				one.changes = append(one.changes, c)
			}
		}
	}
	a.at("apply")
	if a.mutant == "trust-commit" {
		a.feed.tail.brought(end)
	}
	if err := a.applyAll(ctx, todo); err != nil {
		return err
	}
	a.at("applied")
	a.feed.tail.brought(end)
	select {
	case a.news <- struct{}{}:
	default:
	}
	return nil
}

// applyAll applies to the collections side by side.
func (a *applier) applyAll(ctx context.Context, todo map[*collection][]*forwarding) error {
	failed := make(chan error, len(todo))
	for c, list := range todo {
		go func() { failed <- c.apply(ctx, list) }()
	}
	var err error
	for range todo {
		if one := <-failed; one != nil {
			err = one
		}
	}
	return err
}

// apply writes all in one go, each as if the document were just as the change before left it. Those
// that were not are looked at.
func (c *collection) apply(ctx context.Context, list []*forwarding) error {
	var made []bson.Raw
	var inserts, updates []*forwarding
	var writes []write
	var unsure []*forwarding
	for _, f := range list {
		switch w, how := f.optimistic(); how {
		case asInsert:
			inserts, made = append(inserts, f), append(made, w.update.(bson.Raw))
		case asUpdate:
			updates, writes = append(updates, f), append(writes, w)
		case asRead:
			unsure = append(unsure, f)
		}
	}
	c.at("decided")
	if len(made) > 0 {
		err := c.bounded(ctx, func(ctx context.Context) error {
			return untilMade(ctx, func() error { return c.table().insert(ctx, made, false) })
		})
		if err != nil {
			unsure = append(unsure, inserts...)
		}
	}
	if len(writes) > 0 {
		var did int64
		err := c.bounded(ctx, func(ctx context.Context) (err error) { did, err = c.table().write(ctx, false, writes...); return err })
		if err != nil || did < int64(len(writes)) {
			unsure = append(unsure, updates...)
		}
	}
	if c.mutant == "skip-unmatched" {
		return nil
	}
	return c.settleAll(ctx, unsure)
}
