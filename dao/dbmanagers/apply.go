package dbmanagers

import (
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
	"pulperia/dao/models"
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
	return a.deleteAgain(ctx, list)
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

// forwarding is the changes of one document that are brought into it together.
type forwarding struct {
	*collection
	changes []*change
	at      bson.DateTime
}

func (f *forwarding) first() *change { return f.changes[0] }

func (f *forwarding) last() *change { return f.changes[len(f.changes)-1] }

// dead says whether the feed tells, later on, that the value is deleted: then nothing is made.
func (f *forwarding) dead() bool {
	told := f.feed.tail.of(valueKey{f.Kind, f.last().id()})
	if f.mutant == "all-lives" && !f.last().Op.removes() {
		return false
	}
	return slices.ContainsFunc(told, func(c *change) bool { return c.Op.removes() && c.offset >= f.last().offset })
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

type applying int

const (
	asNothing applying = iota
	asInsert
	asUpdate
	asRead
)

// optimistic is the write for a document that is as the change before left it.
func (f *forwarding) optimistic() (write, applying) {
	first, last := f.first(), f.last()
	switch dead := f.dead(); {
	case last.Op == opGone: // it was not there, and what is there now was put back
		return write{}, asNothing
	case dead && last.Op.removes():
		return write{deleteOne, f.before(last.offset), nil}, asUpdate
	case dead:
		return write{}, asNothing
	case first.Op == opCreate:
		return write{insertOne, nil, marshal(f.whole(last))}, asInsert
	case first.Op == opNotice && f.linesOf(last.after()) != nil: // it goes by what others changed
		return write{}, asRead
	case first.Op == opNotice && len(f.changes) == 1:
		return write{updateOne, f.foreign(last), bson.D{{Key: "$set", Value: bson.D{{Key: "pulperia", Value: f.met(last, f.at)}}}}}, asUpdate
	case slices.ContainsFunc(f.changes, func(c *change) bool { return c.Op != opUpdate }):
		return write{}, asRead
	}
	filter := append(f.before(first.offset), bson.E{Key: revField, Value: first.Rev - 1})
	if f.mutant == "no-filter" {
		filter = filter[:2]
	}
	names, inc := f.union(f.changes)
	guard, plain := f.guard(names, first)
	if !plain {
		return write{}, asRead
	}
	return write{updateOne, append(filter, guard...), f.update(names, inc, last)}, asUpdate
}

// before selects the document as long as a change is not in it.
func (f *forwarding) before(offset int64) bson.D {
	return bson.D{
		{Key: "_id", Value: f.last().key()}, {Key: markField, Value: f.mark()}, {Key: stampField, Value: bson.D{{Key: "$lt", Value: offset}}},
	}
}

// foreign selects a document of another program, or of ours, as long as a change is not in it.
func (f *forwarding) foreign(c *change) bson.D {
	older := bson.D{{Key: stampField, Value: bson.D{{Key: "$lt", Value: c.offset}}}}
	theirs := bson.D{{Key: markField, Value: bson.D{{Key: "$ne", Value: f.mark()}}}}
	return bson.D{{Key: "_id", Value: c.key()}, {Key: "$or", Value: bson.A{theirs, older}}}
}

// union is the fields that some changes wrote, and by how much quantities changed in all.
func (f *forwarding) union(list []*change) (names []string, inc bson.D) {
	sums := map[string]int64{}
	if f.mutant == "whole" {
		for _, field := range f.write(f.last().after()) {
			if field.Key != "_id" {
				names = append(names, field.Key)
			}
		}
		return names, nil
	}
	for _, c := range list {
		for _, name := range c.Set {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		for name, by := range c.Inc {
			n, _ := asInt(by)
			sums[name] += n
		}
	}
	for _, name := range f.quantities {
		if sums[name] != 0 && !slices.Contains(names, name) {
			inc = append(inc, bson.E{Key: name, Value: wholeNumber(sums[name])})
		}
	}
	return names, inc
}

func withoutField(fields bson.D, name string) bson.D {
	return slices.DeleteFunc(fields, func(e bson.E) bool { return e.Key == name })
}

func asInt(v any) (int64, bool) {
	switch n := v.(type) {
	case int32:
		return int64(n), true
	case int64:
		return n, true
	case int:
		return int64(n), true
	}
	return 0, false
}

// update writes fields as the last change left them, quantities as differences, and what is ours.
func (f *forwarding) update(names []string, inc bson.D, last *change) bson.D {
	var fields, unset bson.D
	for _, name := range names {
		unset = append(unset, bson.E{Key: name, Value: ""})
	}
	for _, field := range f.write(last.after()) {
		if slices.Contains(names, field.Key) {
			fields, unset = append(fields, field), withoutField(unset, field.Key)
		}
	}
	return f.withOurs(f.noteLines(fields, last.after()), unset, inc, last)
}

// noteLines adds what lines says of a value to the fields that are set, where variants are among them.
func (f *forwarding) noteLines(fields bson.D, v models.Value) bson.D {
	if !slices.ContainsFunc(fields, func(e bson.E) bool { return e.Key == "variants" }) {
		return fields
	}
	for _, key := range f.linesOf(v) {
		fields = append(fields, bson.E{Key: "pulperia." + key.Key, Value: key.Value})
	}
	return fields
}

func (f *forwarding) withOurs(fields, unset, inc bson.D, last *change) bson.D {
	for _, key := range f.ours(last) {
		fields = append(fields, bson.E{Key: "pulperia." + key.Key, Value: key.Value})
	}
	update := bson.D{{Key: "$set", Value: fields}}
	if len(inc) > 0 {
		update = append(update, bson.E{Key: "$inc", Value: inc})
	}
	if len(unset) > 0 {
		update = append(update, bson.E{Key: "$unset", Value: unset})
	}
	return update
}
