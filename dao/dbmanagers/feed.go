package dbmanagers

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/dao/retry"
)

var _ dao.Feed = (*feed)(nil)

const (
	pollBusy = 50 * time.Millisecond  // between questions for what other processes changed, while anyone waits for it
	pollIdle = 500 * time.Millisecond // while nobody does
	pageSize = 1_000                  // how many documents one question asks for
	tailSize = 2_000                  // how many changes are kept in memory
)

// feed is the collection of changes as far as this process has seen it: the head is that of its own
// writes and of the last question. Changes never change, so the last ones are kept in memory.
type feed struct {
	*engine
	coll *mongo.Collection

	mu       sync.Mutex
	identity string // of the store
	epoch    string
	base     int64        // the last offset that is no longer kept
	head     int64        // the last one known; all before it are there
	tail     []dao.Change // the last ones before the head
	words    words
	moved    chan struct{}
	waiting  int           // how many wait for a change
	hurry    chan struct{} // wakes the follower when somebody begins to wait

	// The sweeper's own:
	doubts int             // in how many sweeps on end the feed looked damaged
	sure   [2]dao.Position // heads of earlier sweeps
}

func newFeed(e *engine, coll *mongo.Collection) *feed {
	return &feed{engine: e, coll: coll, moved: make(chan struct{}), hurry: make(chan struct{}, 1)}
}

// entry is a change as the collection holds it.
type entry struct {
	Offset int64         `bson:"_id"`
	At     bson.DateTime `bson:"at"`
	Kind   dao.Kind      `bson:"kind"`
	Op     dao.Op        `bson:"op"`
	ID     bson.ObjectID `bson:"id"`
	Rev    int64         `bson:"rev"`
	Doc    string        `bson:"doc,omitempty"` // JSON: it is told as it is stored
}

func entryOf(c dao.Change) entry {
	return entry{c.Offset, bson.DateTime(c.At), c.Kind, c.Op, objectID(c.ID), c.Rev, string(c.Doc)}
}

func (e entry) change() dao.Change {
	change := dao.Change{Offset: e.Offset, At: models.Time(e.At), Kind: e.Kind, Op: e.Op, ID: models.ID(e.ID), Rev: e.Rev}
	if e.Doc != "" {
		change.Doc = json.RawMessage(e.Doc)
	}
	return change
}

// bounds returns the last offset that is no longer kept, and the head.
func (f *feed) bounds() (base, head int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.base, f.head
}

// last returns the position of the head.
func (f *feed) last() dao.Position {
	f.mu.Lock()
	defer f.mu.Unlock()
	return dao.Position{Epoch: f.epoch, Offset: f.head}
}

func (f *feed) position(offset int64) dao.Position {
	f.mu.Lock()
	defer f.mu.Unlock()
	return dao.Position{Epoch: f.epoch, Offset: offset}
}

// Head returns the last position known: at most pollIdle behind other processes, and never behind a
// write of this one.
func (f *feed) Head(ctx context.Context) (dao.Position, error) {
	return f.last(), ctx.Err()
}

// Since returns the changes after a position, from memory if it can.
func (f *feed) Since(ctx context.Context, after dao.Position, limit int) ([]dao.Change, error) {
	leave, err := f.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	if _, head := f.bounds(); after.Offset > head { // a position from another process that is ahead of this one
		if err := f.catchUp(ctx); err != nil {
			return nil, f.readError(ctx, "changes since "+after.String(), err)
		}
	}
	changes, known := f.remembered(after, limit)
	if known {
		return changes, nil
	}
	base, head := f.bounds()
	if after.Epoch != f.position(0).Epoch || after.Offset < base || after.Offset > head {
		return nil, fmt.Errorf("changes since %s: %w: the feed goes from %s to %d", after, dao.ErrGone, f.position(base), head)
	}
	if limit = int(min(int64(limit), head-after.Offset)); limit <= 0 {
		return []dao.Change{}, nil
	}
	if changes, err = f.read(ctx, after.Offset, limit); err != nil {
		return nil, f.readError(ctx, "changes since "+after.String(), err)
	}
	if len(changes) < limit {
		return nil, fmt.Errorf("changes since %s: %w: it was pruned just now", after, dao.ErrGone)
	}
	return changes, nil
}

// remembered is Since for what is in memory.
func (f *feed) remembered(after dao.Position, limit int) (changes []dao.Change, known bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	from := int64(len(f.tail)) - (f.head - after.Offset)
	if after.Epoch != f.epoch || after.Offset > f.head || from < 0 {
		return nil, false
	}
	changes = slices.Clone(f.tail[from:min(from+int64(max(0, limit)), int64(len(f.tail)))])
	for i := range changes {
		changes[i].Doc = slices.Clone(changes[i].Doc)
	}
	return changes, true
}

// read asks for the changes after an offset and returns those that follow on it without a gap.
func (f *feed) read(ctx context.Context, after int64, limit int) ([]dao.Change, error) {
	ctx, cancel := context.WithTimeout(ctx, f.Timeout)
	defer cancel()
	cursor, err := f.coll.Find(ctx, bson.M{"_id": bson.M{"$gt": after}}, options.Find().SetSort(bson.M{"_id": 1}).SetLimit(int64(limit)))
	if err != nil {
		return nil, err
	}
	var entries []entry
	if err := cursor.All(ctx, &entries); err != nil {
		return nil, err
	}
	changes := make([]dao.Change, 0, len(entries))
	for i, e := range entries {
		if e.Offset != after+int64(i)+1 {
			break
		}
		changes = append(changes, e.change())
	}
	return changes, nil
}

// advance takes in changes that follow on one another, as far as they lie past the head.
func (f *feed) advance(epoch string, changes []dao.Change) {
	f.mu.Lock()
	defer f.mu.Unlock()
	before := f.head
	for _, change := range changes {
		if epoch == f.epoch && change.Offset == f.head+1 {
			f.head, f.tail = change.Offset, append(f.tail, change)
			f.hear(change)
		}
	}
	if f.head == before {
		return
	}
	if len(f.tail) > 2*tailSize {
		f.tail = slices.Clone(f.tail[len(f.tail)-tailSize:])
	}
	f.wake()
}

// wake lets everyone look again who waits.
func (f *feed) wake() {
	close(f.moved)
	f.moved = make(chan struct{})
}

func sleep(ctx context.Context, d time.Duration) { retry.Sleep(ctx, d) }
