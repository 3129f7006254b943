package dao

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"pulperia/dao/models"
)

// Report says what a check of a whole store counted and found.
type Report struct {
	Counts   Counts
	First    int64    // the oldest change that the feed holds
	Head     Position // the newest one; without an epoch where no shop has opened the store yet
	Notes    []string // what is worth knowing, but no damage
	Problems []string // damage: what the store itself must not hold
}

// Note adds what is worth knowing.
func (r *Report) Note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

// Problem adds damage.
func (r *Report) Problem(format string, args ...any) {
	r.Problems = append(r.Problems, fmt.Sprintf(format, args...))
}

// Named are hashes of bytes outside the feed, and which value stands for them.
type Named map[models.Hash]Owner

// Owner is what bytes are of, and how they come back, in words for people.
type Owner struct{ what, remedy string }

// String returns what they are of.
func (o Owner) String() string { return o.what }

// Add notes those that the values of a batch stand for.
func (n Named) Add(batch Batch) {
	for s, v := range batch.All() {
		if s.Bytes == nil {
			continue
		}
		for _, hash := range s.Bytes(v) {
			n[hash] = s.Owner(v, hash)
		}
	}
}

// CheckImages reads all bytes that are named, and counts those that are not.
func (r *Report) CheckImages(ctx context.Context, images Images, named Named) error {
	for _, hash := range slices.Sorted(maps.Keys(named)) {
		switch _, err := images.Get(ctx, hash); {
		case errors.Is(err, ErrNotFound):
			r.Problem("%s: its bytes %s are missing: %s", named[hash], hash, named[hash].remedy)
		case errors.Is(err, ErrUnavailable), err != nil && ctx.Err() != nil:
			return err
		case err != nil:
			r.Problem("%s: %v", named[hash], err)
		}
	}
	loose := 0
	err := images.Each(ctx, func(hash models.Hash) error {
		if named[hash] == (Owner{}) {
			loose++
		}
		return nil
	})
	if loose > 0 {
		r.Note("no value names %d of the images: they are removed a day after they were put", loose)
	}
	return err
}
