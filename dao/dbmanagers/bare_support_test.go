package dbmanagers

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"pulperia/dao"
	"pulperia/dao/models"
)

// bare is a collection of an engine's database as the driver has it.
func (e *engine) bare(name string) *mongo.Collection { return e.server.(driven).db.Collection(name) }

// bounds returns the last offset that is no longer kept, and the head.
func (f *feed) bounds() (base, head int64) {
	at := f.tail.state()
	return at.base, at.end
}

// made puts a value as a step of its own.
func (p process) made(s *dao.Schema, v models.Value) (models.Value, error) {
	own := s.Clone(v)
	_, err := p.Store.Values.Update(p.ctx, func(tx dao.Tx) (err error) {
		own = s.Clone(v)
		own, err = s.Create(tx, own)
		return err
	})
	return own, err
}

// lookNow catches up with the feed.
func (p process) lookNow() error { return p.feed.look(context.Background()) }
