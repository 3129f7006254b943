package dbmanagers

import (
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pulperia/dao"
)

// stamper takes the third step of changes: it writes into documents where their last change stands
// in the feed, and removes the deleted ones. Nobody waits for it; what it does not get to, the
// sweeper of some process does.
type stamper struct {
	*engine
	queue *queue[*announcement]
}

func newStamper(e *engine) *stamper {
	return &stamper{engine: e, queue: newQueue[*announcement]()}
}

// run stamps until ctx is done.
func (s *stamper) run(ctx context.Context) {
	const most = 500
	for {
		batch := s.queue.take(ctx, most)
		if batch == nil {
			return
		}
		pause := s.note(ctx, "stamp documents", s.stamp(ctx, batch))
		s.announcer.forget(batch)
		s.queue.done(len(batch))
		sleep(ctx, pause)
	}
}

func (s *stamper) stamp(ctx context.Context, batch []*announcement) error {
	ctx, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	counted, err := s.feed.counted(ctx, batch)
	if err != nil {
		return err
	}
	s.at("stamp")
	// In one order everywhere: two processes that stamp the same documents must not wait for each
	// other.
	batch = slices.SortedFunc(slices.Values(counted), func(a, b *announcement) int { return a.change.ID.Compare(b.change.ID) })
	writes := make(map[*collection][]mongo.WriteModel)
	for _, a := range batch {
		writes[a.coll] = append(writes[a.coll], a.stamp())
	}
	for c, list := range writes {
		err := insist(ctx, func() error {
			_, err := c.coll.BulkWrite(ctx, list, options.BulkWrite().SetOrdered(false))
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// stamp is the write that marks a change as announced, unless another change has come since.
func (a *announcement) stamp() mongo.WriteModel {
	filter := bson.M{"_id": a.key, revField: a.change.Rev}
	if a.change.Op == dao.OpDelete {
		filter[goneField] = true
		return mongo.NewDeleteOneModel().SetFilter(filter)
	}
	return mongo.NewUpdateOneModel().SetFilter(filter).SetUpdate(bson.M{"$set": bson.M{stampField: a.change.Offset}})
}

// drain waits until all that is announced is stamped.
func (s *stamper) drain(ctx context.Context) {
	for ctx.Err() == nil && (s.announcer.queue.busy() || s.queue.busy()) {
		sleep(ctx, time.Millisecond)
	}
}
