package dbmanagers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
	"pulperia/dao/models"
)

// Codes are unique by an index over a field of ours, since other programs may have written one twice: then it stands in the field of
// one of the products only. The others are looked for before a code is given away.
const (
	uniqueField = "pulperia.unique" // a product's code, in one of the products that have it
	codeField   = "pulperia.code"   // a product's code, in all
)

var (
	errStale   = errors.New("another program has changed it")
	errNewCode = errors.New("whether the code is free is to be asked")
)

func withUnique(keys bson.D, code string) bson.D {
	if code == "" {
		return keys
	}
	return append(keys, bson.E{Key: "unique", Value: code})
}

// codeTaken is a dao.Conflict when another product has a code by one of the two fields. One that only had it, before another program
// gave it a new one, does not count.
func (p products) codeTaken(ctx context.Context, field, code string, id models.ID) error {
	var before []models.ID
	err := p.each(ctx, bson.M{field: code}, nil, func(rec record) error {
		switch {
		case rec.id == id:
		case readProduct(rec.raw).Code == code:
			return dao.Conflict{Field: "code", Value: code}
		default:
			before = append(before, rec.id)
		}
		return nil
	})
	for _, id := range before {
		if err == nil {
			err = p.noticeFirst(ctx, id)
		}
	}
	return err
}

// noticeFirst is notice before a write of another product, or of another change: its failure is that of the write, which did nothing.
func (p products) noticeFirst(ctx context.Context, id models.ID) error {
	if err := p.notice(ctx, id); err != nil {
		return fmt.Errorf("%w: %v", dao.ErrUnavailable, err) // not %w: it is unknown what became of that one, not of the write
	}
	return nil
}

// pauseFor sleeps before a write is tried again whose reason to fail is gone, or cannot be seen yet.
func pauseFor(ctx context.Context, pause time.Duration, err error) error {
	sleep(ctx, min(pause, 100*time.Millisecond))
	if ctx.Err() != nil {
		return fmt.Errorf("%w: another value of it must be unique and is taken: %v", dao.ErrUnavailable, err)
	}
	return nil
}
