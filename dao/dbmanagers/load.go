package dbmanagers

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/dao/steps"
)

// Load stores a batch, in steps of which each is whole. It stands beside the line: whoever of the two
// is beaten to the head runs again.
func (e *engine) Load(ctx context.Context, batch dao.Batch) (dao.Receipt, error) {
	if e.readOnly {
		return dao.Receipt{}, fmt.Errorf("load: %w: it is open for reading only", dao.ErrUnavailable)
	}
	leave, err := e.gate.enter(ctx)
	if err != nil {
		return dao.Receipt{}, err
	}
	defer leave()
	if batch.Len() == 0 {
		return dao.Receipt{Position: e.feed.last(), Repeated: true}, nil
	}
	if err := e.reachable(); err != nil {
		return dao.Receipt{}, err
	}
	if len(batch.Carts) > 0 {
		if err := e.bounded(ctx, e.forgetAttendance); err != nil {
			return dao.Receipt{}, fmt.Errorf("load: %w", err)
		}
	}
	l := loading{lineLog: lineLog{&committer{engine: e, head: e.head}}, by: dao.ByOf(ctx), ends: time.Now().Add(e.Timeout)}
	for s, v := range batch.All() {
		l.values = append(l.values, loaded{s, s.Clone(v)})
	}
	for done := false; !done && err == nil; {
		done, err = l.try(ctx)
	}
	if err != nil {
		return dao.Receipt{}, fmt.Errorf("load: %w", err)
	}
	return dao.Receipt{Position: l.Position(l.last)}, nil
}

// loading is a load on its way.
type loading struct {
	lineLog
	by     string
	have   *stock
	values []loaded // that do not stand yet
	last   int64    // where those end that do
	ends   time.Time
}

// loaded is a value of a load.
type loaded struct {
	schema *dao.Schema
	value  models.Value
}

func (l *loading) all() iter.Seq2[*dao.Schema, models.Value] {
	return func(yield func(*dao.Schema, models.Value) bool) {
		for _, one := range l.values {
			if !yield(one.schema, one.schema.Clone(one.value)) {
				return
			}
		}
	}
}

// try runs what does not stand yet, at the head.
func (l *loading) try(ctx context.Context) (done bool, err error) {
	began := time.Now()
	if l.have, err = l.Fetch(ctx, l.have, l.wants()); err != nil {
		return false, err
	}
	b, err := l.Begin(ctx)
	if err != nil {
		return false, err
	}
	b.On(base{lineLog: l.lineLog, have: l.have, trial: true}) // what was fetched took as long as it took: the tail has the rest
	err = b.Load(l.by, models.TimeOf(time.Now()), l.all())
	if missing, lacks := errors.AsType[steps.Missing](err); lacks {
		l.have, err = l.Fetch(ctx, l.have, missing.Wants)
		return false, err
	}
	if err != nil {
		return false, err
	}
	stand, err := l.appendAll(context.WithoutCancel(ctx), b)
	for _, step := range b.Steps()[:stand] {
		l.last = step.Last()
		l.values = l.values[len(step.Changes):]
	}
	if stand > 0 { // while some come, the others will
		l.ends = time.Now().Add(l.Timeout + time.Since(began))
	}
	if err == nil && len(l.values) > 0 && time.Now().After(l.ends) {
		err = fmt.Errorf("%w: others were faster each time", dao.ErrUnavailable)
	}
	if err != nil && l.last > 0 {
		err = fmt.Errorf("%w: a part of it is stored, %d values are not: %v", dao.ErrUnknown, len(l.values), err)
	}
	return len(l.values) == 0, err
}

// appendAll commits the steps, each by itself: they are large.
func (l *loading) appendAll(ctx context.Context, b *steps.Batch) (stand int, err error) {
	if err := l.turn.take(ctx); err != nil {
		return 0, l.notDone("commit", err)
	}
	defer l.turn.give()
	at := l.feed.tail.state()
	if at.head != l.on {
		return 0, nil
	}
	if err := l.noteKindsOf(ctx, b.Steps()); err != nil {
		return 0, l.notDone("note a kind", err)
	}
	for i, step := range b.Steps() {
		one, err := l.commit(ctx, []*entry{l.entryOf(step, l.feed.tail.state().applied)})
		if err != nil || one == 0 {
			return i, err
		}
		l.at("loaded")
	}
	return len(b.Steps()), nil
}

// wants is what the values of a load ask for: their ids, and their unique texts.
func (l *loading) wants() (list []steps.Want) {
	for _, one := range l.values {
		id := one.value.GetHead().ID
		if l.have != nil { // tried before: the tail has what came since
			if _, known := l.have.values[valueKey{one.schema.Kind, id}]; known {
				continue
			}
		}
		if !id.IsZero() {
			list = append(list, steps.Want{Schema: one.schema, ID: id})
		}
		for i, unique := range one.schema.Unique {
			for text := range unique.All(one.value) {
				list = append(list, steps.Want{Schema: one.schema, Unique: i, Text: text})
			}
		}
	}
	return list
}
