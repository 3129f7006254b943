package dbmanagers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"pulperia/dao"
	"pulperia/dao/models"
)

const (
	// restoreID is the _id of the record in meta of a restoration that is not finished.
	restoreID = "migration"

	// insertsAtOnce keeps the server busy while the next documents are made, and bounds what a cut
	// repeats.
	insertsAtOnce = 2

	// insertTimeout bounds the insert of one batch, which takes long over a thin line.
	insertTimeout = time.Minute
)

// Restoration makes a store of the values of another one. They are inserted as documents in their
// final shape, numbered as if each had been a change of a feed that was pruned since; the indexes
// come after the documents, which takes half of the time, and all but those of histories while
// these are put. What was put survives kill -9, and whoever restores the same again goes on there.
// Until Finish nobody can open the database as a store.
type Restoration struct {
	engine  *engine
	shown   string // the URL for people
	record  restoreRecord
	last    int64 // the number of the last value that was put
	inserts []insert
	indexed chan error // has the outcome of indexing all but histories, once that has begun
	giveUp  func()     // ends the indexing
}

// restoreRecord stands in meta as long as a restoration is not finished.
type restoreRecord struct {
	ID      string `bson:"_id"`
	Source  string `bson:"source"`  // for people
	Content string `bson:"content"` // what is to be in the store in the end; "" once it is discarded
	Owner   string `bson:"owner"`   // the process that does it
	Done    int64  `bson:"done"`    // how many values are in
	Mark    string `bson:"mark"`    // what the documents are stamped by
}

// Restore begins a restoration of the database that a URL names, or goes on with one. source says
// for people where the values come from; content names them: it is the same if and only if they
// are. A database that holds anything else is refused.
func Restore(ctx context.Context, url string, o Options, source, content string) (*Restoration, error) {
	e, err := open(ctx, url, o)
	if err != nil {
		return nil, err
	}
	r := &Restoration{engine: e, shown: Redact(url)}
	r.record = restoreRecord{restoreID, source, content, models.NewID(time.Now()).String(), 0, newEpoch()}
	if err := r.begin(ctx); err != nil {
		return nil, errors.Join(explainLater(url, o, err), r.Close())
	}
	r.last = r.record.Done
	return r, nil
}

// begin takes over the record, or makes one where nothing is.
func (r *Restoration) begin(ctx context.Context) error {
	there, err := r.engine.unfinished(ctx)
	switch {
	case err != nil:
		return err
	case there == nil:
		if err := r.engine.wantEmpty(ctx, bson.M{}); err != nil {
			return err
		}
		err := untilMade(ctx, func() error { return r.engine.meta.insert(ctx, []bson.Raw{marshal(r.record)}, true) })
		if mongo.IsDuplicateKeyError(err) {
			return errors.New("another migration into it has begun just now")
		}
		r.engine.at("begun")
		return writeError("begin", err)
	case there.Content == "":
		return r.beginAnew(ctx, there)
	case there.Mark == "":
		return fmt.Errorf("a migration from %s into it was begun by an older pulperia: begin anew with --restart", there.Source)
	case there.Content != r.record.Content && there.Source != r.record.Source:
		return fmt.Errorf("a migration from %s into it was not finished: go on with that one, or begin anew with --restart", there.Source)
	case there.Content != r.record.Content:
		return fmt.Errorf("a migration into it was not finished, and %s has changed since: begin anew with --restart", there.Source)
	}
	r.record.Done, r.record.Mark = there.Done, there.Mark
	_, err = r.engine.meta.write(ctx, true, write{updateOne, bson.M{"_id": restoreID}, set("owner", r.record.Owner)})
	return writeError("go on", err)
}

// beginAnew removes what a discarded restoration has put, and takes its record. An insert of a
// process that was killed may land even now: it meets the new ones as any other that is there
// already, so only documents without a stamp are in the way.
func (r *Restoration) beginAnew(ctx context.Context, there *restoreRecord) error {
	discarded := bson.M{"_id": restoreID, "content": ""}
	if there.Mark != "" { // what lands late is as ours would be
		r.record.Mark = there.Mark
	}
	for _, c := range r.engine.collections {
		if _, err := c.table().write(ctx, true, write{deleteMany, bson.M{stampField: bson.M{"$gt": int64(0)}}, nil}); err != nil {
			return writeError("clear "+c.Plural, err)
		}
	}
	if err := r.engine.images.clear(ctx); err != nil {
		return err
	}
	if err := r.engine.wantEmpty(ctx, bson.M{stampField: nil}); err != nil {
		_, removed := r.engine.meta.write(ctx, true, write{deleteOne, discarded, nil})
		return errors.Join(err, writeError("clear meta", removed))
	}
	did, err := r.engine.meta.write(ctx, true, write{replaceOne, discarded, r.record})
	if err == nil && did == 0 {
		return errors.New("another migration into it has begun just now")
	}
	return writeError("begin", err)
}

func (r *Restoration) failed(err error) error {
	return fmt.Errorf("restore %s: %w", r.shown, err)
}

// unfinished returns the record of a restoration, nil when there is none. Every way into a database
// begins with it, and so with a look whether what is there is ours.
func (e *engine) unfinished(ctx context.Context) (*restoreRecord, error) {
	if err := e.wantOurs(ctx); err != nil {
		return nil, err
	}
	raw, err := findOne(ctx, e.meta, query{filter: bson.M{"_id": restoreID}})
	if err != nil || raw == nil {
		return nil, e.readError(ctx, "read meta", err)
	}
	there := new(restoreRecord)
	return there, e.readError(ctx, "read meta", bson.Unmarshal(raw, there))
}

// Done returns how many values are in, in the order of a dump.
func (r *Restoration) Done() int { return int(r.record.Done) }

// Dump makes a whole store of what was put, and reads it back as a store is read. Nothing can be
// put after it.
func (r *Restoration) Dump(ctx context.Context, visit func(dao.Batch) error) (dao.Position, error) {
	if err := r.settleAll(ctx); err != nil {
		return dao.Position{}, r.failed(err)
	}
	if err := r.complete(ctx); err != nil {
		return dao.Position{}, r.failed(err)
	}
	r.engine.readOnly = true
	at, err := r.engine.Dump(ctx, visit)
	if err != nil {
		return at, r.failed(err)
	}
	return at, nil
}

// complete makes what a store has beside its documents: the indexes, and an empty feed that goes on
// after them.
func (r *Restoration) complete(ctx context.Context) error {
	if err := r.awaitIndexes(); err != nil {
		return err
	}
	if err := r.engine.makeIndexes(ctx); err != nil {
		return err
	}
	r.engine.at("indexed")
	if _, err := r.engine.feed.coll.write(ctx, true, write{deleteMany, ourEntry(), nil}, write{insertOne, nil, rootAt(r.last)}); err != nil {
		return writeError("begin the feed", err)
	}
	meta := storeMeta{
		ID: storeID, Version: formatVersion, Identity: cmp.Or(r.engine.Becomes, dao.NewIdentity()), Epoch: newEpoch(), Base: r.last, Begun: true,
		Mark: r.record.Mark,
	}
	if _, err := r.engine.meta.write(ctx, true, write{deleteOne, storeFilter, nil}, write{insertOne, nil, meta}); err != nil {
		return writeError("begin the store", err)
	}
	if err := r.engine.feed.load(ctx, true); err != nil {
		return err
	}
	if err := r.engine.noteKinds(ctx); err != nil {
		return err
	}
	r.engine.at("completed")
	return nil
}

// beginIndexes has all but histories indexed when all of these are in.
func (r *Restoration) beginIndexes(ctx context.Context) error {
	if err := r.settleAll(ctx); err != nil {
		return err
	}
	r.indexed = make(chan error, 1)
	ctx, r.giveUp = context.WithCancel(ctx)
	var colls []table
	for _, c := range r.engine.collections {
		if !c.History {
			colls = append(colls, c.table())
		}
	}
	go func() { r.indexed <- r.engine.makeIndexes(ctx, colls...) }()
	return nil
}

// awaitIndexes waits for those that have begun.
func (r *Restoration) awaitIndexes() error {
	if r.indexed == nil {
		return nil
	}
	err := <-r.indexed
	r.giveUp()
	r.indexed = nil
	return err
}

// Images returns where bytes go that the values name: once these were read back.
func (r *Restoration) Images() dao.Images { return &images{engine: r.engine, restores: true} }

// Finish makes it a store that opens.
func (r *Restoration) Finish(ctx context.Context) error {
	did, err := r.engine.meta.write(ctx, true, write{deleteOne, r.mine(), nil})
	if err == nil && did == 0 {
		err = errTakenOver
	}
	if err != nil {
		return r.failed(writeError("finish", err))
	}
	return nil
}

// Close waits for what is on its way, and disconnects. What was put stays; only Finish makes it a
// store.
func (r *Restoration) Close() error {
	r.settleAll(context.Background()) // what fails is repeated by whoever goes on, and so are indexes
	if r.indexed != nil {
		r.giveUp()
		r.awaitIndexes()
	}
	return r.engine.Close()
}

// Discard gives up an unfinished restoration: the next one, of whatever, removes what it has put,
// and nothing of another program. Where there is none, nothing is done.
func Discard(ctx context.Context, url string, o Options) error {
	e, err := open(ctx, url, o)
	if err != nil {
		return err
	}
	there, err := e.unfinished(ctx)
	if err == nil && there != nil { // of no owner, too: a process that is still at it ends
		update := bson.M{"$set": bson.M{"content": "", "owner": "", "done": int64(0)}}
		_, err = e.meta.write(ctx, true, write{updateOne, bson.M{"_id": restoreID}, update})
		err = writeError("note it", err)
	}
	if err != nil {
		err = fmt.Errorf("discard in %s: %w", Redact(url), err)
	}
	return errors.Join(err, e.Close())
}
