package dbmanagers

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"pulperia/dao"
	"pulperia/dao/models"
)

// announcement is a change that is made and has to get its place in the feed.
type announcement struct {
	coll    *collection
	key     any // the document's _id
	change  dao.Change
	epoch   string        // of its place
	done    chan struct{} // closed when change.Offset is its place
	loaded  bool          // it is stamped with its load, not by itself
	missing bool          // it tells that a document is not there, and counts only as the next word after the last
}

// changeKey names a change: the feed holds each once.
type changeKey struct {
	kind dao.Kind
	id   models.ID
	rev  int64
}

func (a *announcement) name() changeKey { return changeKey{a.change.Kind, a.change.ID, a.change.Rev} }

// knownAs is what this process knows it by: who tells that a document is missing does not speak for
// who makes it again.
func (a *announcement) knownAs() changeKey {
	key := a.name()
	if a.missing {
		key.rev = -key.rev
	}
	return key
}

// announcement makes one. A key of none is the ObjectID that the id stands for.
func (c *collection) announcement(key bson.RawValue, id models.ID, rev int64, op dao.Op, doc json.RawMessage) *announcement {
	a := &announcement{coll: c, key: objectID(id), done: make(chan struct{})}
	if !key.IsZero() {
		a.key = key
	}
	a.change = dao.Change{At: models.TimeOf(time.Now()), Kind: c.Kind, Op: op, ID: id, Rev: rev, Doc: doc}
	return a
}

// wait returns the place in the feed. The context's error means that it will get one later, from
// this process or another.
func (a *announcement) wait(ctx context.Context) (offset int64, err error) {
	select {
	case <-a.done:
		return a.change.Offset, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// place returns the place in the feed, when it is done.
func (a *announcement) place() dao.Position {
	return dao.Position{Epoch: a.epoch, Offset: a.change.Offset}
}

// announcer puts changes into the feed, those that wait together with one insert.
type announcer struct {
	*engine
	queue *queue[*announcement]
	turns turns

	mu    sync.Mutex
	known map[changeKey]*announcement // from here on until they are stamped
}

func newAnnouncer(e *engine) *announcer {
	return &announcer{engine: e, queue: newQueue[*announcement](), known: make(map[changeKey]*announcement)}
}

// submit has a change announced, or returns the announcement of it that is under way already.
func (r *announcer) submit(a *announcement) *announcement {
	r.mu.Lock()
	defer r.mu.Unlock()
	if other := r.known[a.knownAs()]; other != nil {
		return other
	}
	r.known[a.knownAs()] = a
	r.queue.put(a)
	return a
}

// knows says whether a change is announced by this process just now.
func (r *announcer) knows(name changeKey) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.known[name] != nil
}

// forget ends what submit began.
func (r *announcer) forget(list []*announcement) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, a := range list {
		delete(r.known, a.knownAs())
	}
}

// run announces until ctx is done.
func (r *announcer) run(ctx context.Context) {
	const most = 1_000
	for {
		batch := r.queue.take(ctx, most)
		if batch == nil {
			return
		}
		pause, beaten := time.Millisecond, 0
		for len(batch) > 0 && ctx.Err() == nil {
			r.turns.wait(ctx)
			_, before := r.feed.bounds()
			left, err := r.insert(ctx, batch, beaten%4 == 0)
			rest := r.note(ctx, "announce changes", err)
			_, after := r.feed.bounds()
			switch {
			case len(left) < len(batch):
				pause, beaten = time.Millisecond, 0
			case err == nil && after > before: // another process was faster: on, before it is so again
				beaten++
			default: // what took our place is about to show
				sleep(ctx, max(rest, pause))
				pause, beaten = min(2*pause, time.Second), 0
			}
			batch = left
		}
	}
}

// insert tries to put a batch at the head of the feed, and returns what is left of it. When it
// fails, it looks what is there already: thoroughly, or only at what is new.
func (r *announcer) insert(ctx context.Context, batch []*announcement, thoroughly bool) (left []*announcement, err error) {
	ctx, cancel := context.WithTimeout(ctx, r.Timeout)
	defer cancel()
	head := r.feed.last()
	if batch, err = r.sift(ctx, batch); err != nil || len(batch) == 0 {
		return batch, err
	}
	entries := make([]entry, len(batch))
	for i, a := range batch {
		a.change.Offset, a.epoch = head.Offset+int64(i)+1, head.Epoch
		entries[i] = entryOf(a.change)
	}
	began := time.Now()
	_, err = r.feed.coll.InsertMany(ctx, entries) // in order: what follows on an error is not inserted
	inserted := len(batch)
	if bulk, ok := errors.AsType[mongo.BulkWriteException](err); ok && len(bulk.WriteErrors) > 0 && bulk.WriteConcernError == nil {
		inserted = bulk.WriteErrors[0].Index
	} else if err != nil {
		inserted = 0 // or some of them: they will be found by their names
	}
	if inserted > 0 {
		r.at("announced")
		r.turns.took(time.Since(began))
		r.figures.announced.Add(int64(inserted))
		r.feed.advance(head.Epoch, changesOf(batch[:inserted]))
		r.settle(batch[:inserted]...)
		batch = batch[inserted:]
	}
	if err == nil {
		return nil, nil
	}
	if mongo.IsDuplicateKeyError(err) {
		r.figures.lost.Add(1)
		err = nil
	}
	left, findErr := r.findAnnounced(ctx, batch, head, thoroughly)
	return left, errors.Join(err, findErr)
}

// settle lets those go on who wait for changes that are in the feed now.
func (r *announcer) settle(batch ...*announcement) {
	for _, a := range batch {
		switch {
		case a.missing:
			r.forget([]*announcement{a})
		case !a.loaded:
			r.stamper.queue.put(a)
		}
		close(a.done)
	}
	r.queue.done(len(batch))
}

func changesOf(batch []*announcement) []dao.Change {
	changes := make([]dao.Change, len(batch))
	for i, a := range batch {
		changes[i] = a.change
	}
	return changes
}
