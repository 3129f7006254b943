package daotest_test

import (
	"context"
	"errors"

	"pulperia/dao"
	"pulperia/dao/models"
)

// cutsSteps ends where the limit is.
type cutsSteps struct{ dao.Feed }

func (f cutsSteps) Since(ctx context.Context, after dao.Position, limit int) ([]dao.Change, error) {
	changes, err := f.Feed.Since(ctx, after, limit)
	return changes[:min(limit, len(changes))], err
}

// endsEach takes each change for a step of its own.
type endsEach struct{ dao.Feed }

func (f endsEach) Since(ctx context.Context, after dao.Position, limit int) ([]dao.Change, error) {
	changes, err := f.Feed.Since(ctx, after, limit)
	for i := range changes {
		changes[i].End = changes[i].Offset
	}
	return changes, err
}

type forgetsBy struct{ dao.Feed }

func (f forgetsBy) Since(ctx context.Context, after dao.Position, limit int) ([]dao.Change, error) {
	changes, err := f.Feed.Since(ctx, after, limit)
	for i := range changes {
		changes[i].By = ""
	}
	return changes, err
}

// recorder notes what a step writes.
type recorder struct {
	dao.Tx
	writes []func(dao.Tx) error
}

func (r *recorder) Put(s *dao.Schema, v models.Value) error {
	own := s.Clone(v)
	r.writes = append(r.writes, func(tx dao.Tx) error { return tx.Put(s, s.Clone(own)) })
	return r.Tx.Put(s, v)
}

func (r *recorder) Delete(s *dao.Schema, id models.ID) error {
	r.writes = append(r.writes, func(tx dao.Tx) error { return tx.Delete(s, id) })
	return r.Tx.Delete(s, id)
}

// leavesHalf stores the first part of a step that is refused.
type leavesHalf struct{ dao.Engine }

func (e leavesHalf) Update(ctx context.Context, do func(dao.Tx) error) (dao.Receipt, error) {
	var r recorder
	receipt, err := e.Engine.Update(ctx, func(tx dao.Tx) error { r = recorder{Tx: tx}; return do(&r) })
	if err != nil && len(r.writes) > 0 {
		e.Engine.Update(ctx, r.writes[0])
	}
	return receipt, err
}

// readsBefore reads in one step, and writes in another.
type readsBefore struct{ dao.Engine }

func (e readsBefore) Update(ctx context.Context, do func(dao.Tx) error) (dao.Receipt, error) {
	var r recorder
	read := errors.New("it was only for reading")
	_, err := e.Engine.Update(ctx, func(tx dao.Tx) error {
		r = recorder{Tx: tx}
		if err := do(&r); err != nil {
			return err
		}
		return read
	})
	if err != read {
		return dao.Receipt{}, err
	}
	return e.Engine.Update(ctx, func(tx dao.Tx) error {
		for _, write := range r.writes {
			if err := write(tx); err != nil {
				return err
			}
		}
		return nil
	})
}

// knowsNoOwner says that a text is nobody's.
type knowsNoOwner struct{ dao.Engine }

func (e knowsNoOwner) Update(ctx context.Context, do func(dao.Tx) error) (dao.Receipt, error) {
	return e.Engine.Update(ctx, func(tx dao.Tx) error { return do(ownerless{tx}) })
}

type ownerless struct{ dao.Tx }

func (ownerless) Owner(*dao.Schema, string, string) (models.ID, error) { return models.ID{}, nil }

// stepsEach makes a step of each of its writes.
type stepsEach struct{ dao.Engine }

func (e stepsEach) Update(ctx context.Context, do func(dao.Tx) error) (receipt dao.Receipt, err error) {
	var r recorder
	refused := errors.New("it was only for looking")
	_, err = e.Engine.Update(ctx, func(tx dao.Tx) error {
		r = recorder{Tx: tx}
		if err := do(&r); err != nil {
			return err
		}
		return refused
	})
	if err != refused {
		return dao.Receipt{}, err
	}
	err = nil
	for _, write := range r.writes {
		if err == nil {
			receipt, err = e.Engine.Update(ctx, write)
		}
	}
	return receipt, err
}
