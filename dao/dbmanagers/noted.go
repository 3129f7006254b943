package dbmanagers

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// keepNoted says in meta how far documents are brought forward, so that no other process does it once
// more: it would make again what another program has deleted since.
func (a *applier) keepNoted(ctx context.Context) {
	for noted := int64(0); ctx.Err() == nil; {
		select {
		case <-a.news:
		case <-ctx.Done():
			return
		}
		for ctx.Err() == nil {
			at := a.feed.tail.state()
			if at.applied <= max(noted, at.head.Applied) {
				break
			}
			pause := a.noteApplied(ctx)
			if pause == 0 {
				noted = at.applied
			}
			sleep(ctx, max(pause, noteEvery))
		}
	}
}

// learnApplied asks meta how far others have brought documents forward.
func (a *applier) learnApplied(ctx context.Context) error {
	return a.bounded(ctx, func(ctx context.Context) error {
		meta, err := a.feed.readMeta(ctx)
		if errors.Is(err, mongo.ErrNoDocuments) {
			return nil // the next look at meta sees to that
		}
		if err == nil && meta.Epoch == a.feed.tail.state().epoch {
			a.feed.tail.brought(meta.Applied)
		}
		return err
	})
}

// noteApplied says in meta up to where all is in the documents, and returns how long to wait when that
// failed: the last steps do not say it of themselves, and who opens the store next would take what
// others do until then for what is not brought forward yet.
func (e *engine) noteApplied(ctx context.Context) (pause time.Duration) {
	at := e.feed.tail.state()
	err := e.bounded(ctx, func(ctx context.Context) error {
		same := bson.D{{Key: "epoch", Value: at.epoch}}
		_, err := e.setMeta(ctx, same, bson.D{{Key: "$max", Value: bson.D{{Key: "applied", Value: at.applied}}}})
		return err
	})
	return e.note(ctx, "note what is brought forward", err)
}
