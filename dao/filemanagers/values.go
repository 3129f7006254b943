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
	dao.Updater
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

// Untouched returns the ids of the values that nobody has touched since before.
func (v values) Untouched(ctx context.Context, s *dao.Schema, before models.Time) (ids []models.ID, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	v.mu.RLock()
	defer v.mu.RUnlock()
	for _, value := range v.kind(s).table.every() {
		if head := value.GetHead(); head.UpdatedAt < before {
			ids = append(ids, head.ID)
		}
	}
	return ids, nil
}
