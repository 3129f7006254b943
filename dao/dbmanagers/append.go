package dbmanagers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pulperia/dao"
	"pulperia/dao/models"
)

// errTaken says that a message's id is there already.
var errTaken = errors.New("the id is taken")

// appender inserts messages, those that wait together with one insert.
type appender struct {
	*engine
	queue *queue[*appending]
}

// appending is a message on its way into the collection.
type appending struct {
	message   models.Message
	taken     atomic.Bool   // to be inserted, or back by whoever wanted that
	done      chan struct{} // closed when the others are set
	announced *announcement
	err       error
}

func newAppender(e *engine) *appender { return &appender{engine: e, queue: newQueue[*appending]()} }

// append returns when the message is inserted. The context's deadline leaves its fate open.
func (r *appender) append(ctx context.Context, message models.Message) (*announcement, error) {
	one := &appending{message: message, done: make(chan struct{})}
	r.queue.put(one)
	select {
	case <-one.done:
		return one.announced, one.err
	case <-ctx.Done():
		if one.taken.CompareAndSwap(false, true) {
			return nil, fmt.Errorf("%w: others are before it: %w", dao.ErrUnavailable, ctx.Err())
		}
		return nil, fmt.Errorf("%w: %w", dao.ErrUnknown, ctx.Err())
	}
}

// run inserts until ctx is done.
func (r *appender) run(ctx context.Context) {
	const most = 500
	for {
		batch := r.queue.take(ctx, most)
		if batch == nil {
			return
		}
		n := len(batch)
		batch = slices.DeleteFunc(batch, func(one *appending) bool { return !one.taken.CompareAndSwap(false, true) })
		if len(batch) > 0 {
			r.insert(ctx, batch)
		}
		r.queue.done(n)
	}
}

func (r *appender) insert(ctx context.Context, batch []*appending) {
	// Less than half of the time: who comes while a batch fails for want of a server is still told
	// in time that his does, too.
	ctx, cancel := context.WithTimeout(ctx, r.Timeout*9/20)
	defer cancel()
	docs := make([]bson.D, len(batch))
	for i, one := range batch {
		docs[i] = append(messageDoc(one.message), bson.E{Key: "pulperia", Value: bson.D{{Key: "rev", Value: int64(1)}, {Key: "feed", Value: nil}}})
	}
	err := insist(ctx, func() error {
		_, err := r.of(dao.Message.Schema).coll.InsertMany(ctx, docs, options.InsertMany().SetOrdered(false))
		return err
	})
	r.at("changed")
	failed, bulk := make(map[int]error), mongo.BulkWriteException{}
	if errors.As(err, &bulk) && bulk.WriteConcernError == nil {
		for _, one := range bulk.WriteErrors {
			failed[one.Index] = writeError("insert", one)
			if one.HasErrorCode(duplicateKey) {
				failed[one.Index] = errTaken
			}
		}
		err = nil
	}
	for i, one := range batch {
		if one.err = writeError("insert", err); one.err == nil {
			one.err = failed[i]
		}
		if one.err == nil {
			one.announced = r.announcer.submit(r.of(dao.Message.Schema).announcement(bson.RawValue{}, one.message.ID, 1, dao.OpPut, models.JSON(one.message)))
		}
		close(one.done)
	}
}

// duplicateKey is the server's code for a value that must be unique and is not.
const duplicateKey = 11000
