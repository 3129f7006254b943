package filemanagers

import (
	"context"

	"pulperia/dao"
	"pulperia/dao/models"
)

var _ dao.Values = values{}

// values is the store's values of every kind that is kept in memory.
type values struct {
	*state
	committer *committer
}

// Get returns one value.
func (v values) Get(ctx context.Context, s *dao.Schema, id models.ID) (models.Value, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	v.mu.RLock()
	defer v.mu.RUnlock()
	if found := v.kind(s).table.get(id); found != nil {
		return found, nil
	}
	return nil, s.Absent(id)
}

// List answers from the indexes.
func (v values) List(ctx context.Context, s *dao.Schema, q models.Query) ([]models.Value, int, error) {
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	v.mu.RLock()
	defer v.mu.RUnlock()
	list, total := v.kind(s).table.page(q)
	return list, total, nil
}

// Create stores a new value.
func (v values) Create(ctx context.Context, s *dao.Schema, value models.Value) (stored models.Value, receipt dao.Receipt, err error) {
	k := v.kind(s)
	receipt, err = v.committer.commit(ctx, func(do step) error {
		head := value.GetHead()
		if stored = do.get(k, head.ID); stored != nil {
			if !k.Same(stored, value) {
				return dao.Conflict{Field: "_id", Value: head.ID.String()}
			}
			return nil
		}
		if err := do.wantFree(k, nil, value); err != nil {
			return err
		}
		if head.ID.IsZero() {
			head.ID = models.NewID(do.now.Std())
		}
		head.CreatedAt = do.clock.Next(do.now)
		head.UpdatedAt, head.Rev = head.CreatedAt, do.firstRev(k.Kind, head.ID)
		value.SetHead(head)
		do.put(k, nil, value)
		stored = value
		return nil
	})
	return stored, receipt, err
}

// Update changes a value as the next write, so that it sees every update before it.
func (v values) Update(ctx context.Context, s *dao.Schema, id models.ID, alter func(models.Value) (models.Value, error)) (stored models.Value, receipt dao.Receipt, err error) {
	k := v.kind(s)
	receipt, err = v.committer.commit(ctx, func(do step) error {
		before := do.get(k, id)
		if before == nil {
			return s.Absent(id)
		}
		after, err := alter(before)
		if err != nil {
			return err
		}
		if stored = after; after == nil {
			stored = before
			return nil
		}
		if err := do.wantFree(k, before, after); err != nil {
			return err
		}
		head := after.GetHead()
		head.UpdatedAt, head.Rev = do.now, head.Rev+1
		after.SetHead(head)
		do.put(k, before, after)
		return nil
	})
	return stored, receipt, err
}

// Delete removes a value.
func (v values) Delete(ctx context.Context, s *dao.Schema, id models.ID, refuse func(models.Value) error) (was models.Value, receipt dao.Receipt, err error) {
	k := v.kind(s)
	receipt, err = v.committer.commit(ctx, func(do step) error {
		if was = do.get(k, id); was == nil {
			return s.Absent(id)
		}
		if err := refuse(was); err != nil {
			return err
		}
		do.delete(k, was)
		return nil
	})
	return was, receipt, err
}

// Expire deletes the values that nobody has touched since before, in one step.
func (v values) Expire(ctx context.Context, s *dao.Schema, before models.Time) (n int, err error) {
	k := v.kind(s)
	_, err = v.committer.commit(ctx, func(do step) error {
		for _, id := range v.untouched(k, before) {
			if value := do.get(k, id); value != nil && value.GetHead().UpdatedAt < before { // also for what is not durable yet
				do.delete(k, value)
				n++
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

func (v values) untouched(k *kind, since models.Time) (ids []models.ID) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	for _, value := range k.table.every() {
		if head := value.GetHead(); head.UpdatedAt < since {
			ids = append(ids, head.ID)
		}
	}
	return ids
}
