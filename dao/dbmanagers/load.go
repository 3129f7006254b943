package dbmanagers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"pulperia/dao"
	"pulperia/dao/models"
)

// A load is one step although it is many documents: they are inserted as documents that nobody sees
// (their stamp is loading), then its record in meta becomes committed, which is the one moment that
// decides, then they are shown and announced. Whoever finds a record of a load whose process is
// gone undoes or finishes it.
const (
	loadOpen      = "open"
	loadCommitted = "committed"
	loadUndone    = "undone"
	hiddenField   = "pulperia.hidden"
)

// loadRecord is a load under way, in meta.
type loadRecord struct {
	ID    string `bson:"_id"`
	State string `bson:"load"`
	Beats int64  `bson:"beats"` // grows while its process lives
}

// loaded is one document of a load.
type loaded struct {
	coll  *collection
	value models.Value
	id    models.ID
	rev   int64
}

// Load stores a batch as one step.
func (e *engine) Load(ctx context.Context, batch dao.Batch) (dao.Receipt, error) {
	if e.readOnly {
		return dao.Receipt{}, fmt.Errorf("load: %w: it is open for reading only", dao.ErrUnavailable)
	}
	leave, err := e.gate.enter(ctx)
	if err != nil {
		return dao.Receipt{}, err
	}
	defer leave()
	if batch.Len() == 0 {
		return dao.Receipt{Position: e.feed.last(), Repeated: true}, nil
	}
	if err := e.reachable(); err != nil {
		return dao.Receipt{}, err
	}
	if err := e.bounded(ctx, e.feed.catchUp); err != nil {
		return dao.Receipt{}, e.readError(ctx, "load", err)
	}
	since := e.feed.last()
	docs, err := e.draftLoad(ctx, batch)
	if err == nil && len(batch.Carts) > 0 {
		err = e.bounded(ctx, e.forgetAttendance)
	}
	if err != nil {
		return dao.Receipt{}, fmt.Errorf("load: %w", err)
	}
	e.at("drafted")
	ctx = context.WithoutCancel(ctx)
	name := "load " + models.NewID(time.Now()).String()
	defer e.loads.begin(name)()
	err = e.insertLoad(ctx, name, docs)
	if err == nil {
		err = e.bounded(ctx, func(ctx context.Context) error { return e.wantUnmoved(ctx, name, since, docs) })
	}
	if err == nil {
		err = e.commitLoad(ctx, name)
	}
	if err != nil {
		e.giveUp(ctx, name)
		return dao.Receipt{}, fmt.Errorf("load: %w", err)
	}
	last, err := e.announceLoad(ctx, name, docs)
	if err != nil {
		return dao.Receipt{}, unknown("load: announce", err)
	}
	return dao.Receipt{Position: last}, nil
}

// insertLoad inserts what nobody sees yet. None of its failures leaves anything that counts.
func (e *engine) insertLoad(ctx context.Context, name string, docs []loaded) error {
	if err := e.bounded(ctx, func(ctx context.Context) error {
		_, err := e.meta.InsertOne(ctx, loadRecord{ID: name, State: loadOpen})
		return e.readError(ctx, "begin", err)
	}); err != nil {
		return err
	}
	for place := 0; place < len(docs); {
		n := place
		for n < len(docs) && n < place+pageSize && docs[n].coll == docs[place].coll {
			n++
		}
		if err := e.bounded(ctx, func(ctx context.Context) error { return e.insertHidden(ctx, name, docs[place:n], place) }); err != nil {
			return err
		}
		e.at("hidden")
		if err := e.bounded(ctx, func(ctx context.Context) error {
			_, err := e.meta.UpdateOne(ctx, bson.M{"_id": name}, bson.M{"$inc": bson.M{"beats": 1}})
			return e.readError(ctx, "go on", err)
		}); err != nil {
			return err
		}
		place = n
	}
	return nil
}

// bounded gives one operation its deadline.
func (e *engine) bounded(ctx context.Context, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, e.Timeout)
	defer cancel()
	return do(ctx)
}

func (e *engine) insertHidden(ctx context.Context, name string, docs []loaded, place int) error {
	coll := docs[0].coll
	if err := coll.noteKind(ctx); err != nil {
		return err
	}
	list := make([]bson.D, len(docs))
	for i, one := range docs {
		ours := bson.D{{Key: "rev", Value: one.rev}, {Key: "feed", Value: loading}, {Key: "load", Value: name}, {Key: "place", Value: int64(place + i)}}
		for _, key := range coll.derived(one.value) {
			if key.Key == "created" {
				key.Key = "hidden"
			}
			ours = append(ours, key)
		}
		list[i] = append(coll.write(one.value), bson.E{Key: "pulperia", Value: ours})
	}
	for {
		_, err := coll.coll.InsertMany(ctx, list)
		bulk, ok := errors.AsType[mongo.BulkWriteException](err)
		if !ok || len(bulk.WriteErrors) == 0 || !bulk.WriteErrors[0].HasErrorCode(duplicateKey) {
			return e.readError(ctx, "insert into "+coll.coll.Name(), err)
		}
		at := bulk.WriteErrors[0].Index
		if err := e.makePlace(ctx, docs[at]); err != nil {
			return err
		}
		list, docs = list[at:], docs[at:]
	}
}

// makePlace is a dao.Conflict when somebody has the id or a unique text of a document, and sees to
// it that whoever was deleted just now is not in its way.
func (e *engine) makePlace(ctx context.Context, one loaded) error {
	rec, err := one.coll.lookUp(ctx, one.id)
	switch {
	case errors.Is(err, dao.ErrNotFound): // it was there until now, or has a text
		return one.coll.wantFree(ctx, onlyField, one.coll.texts(one.value, nil), one.id)
	case err != nil:
		return err
	case !rec.gone:
		return dao.Conflict{Field: "_id", Value: one.id.String()}
	}
	return one.coll.remove(ctx, rec)
}

// wantUnmoved fails when somebody has taken a text of a load's documents while the index was gone
// that guards them, or has made and deleted a value of a document's id after a position: its
// revisions would be told twice. Since the documents are there nobody can do that any more.
func (e *engine) wantUnmoved(ctx context.Context, load string, since dao.Position, docs []loaded) error {
	if err := e.wantFreeTexts(ctx, docs, load); err != nil {
		return err
	}
	last := make(map[changeKey]int64)
	if err := e.feed.lastRevs(ctx, bson.M{"_id": bson.M{"$gt": since.Offset}}, last); err != nil || len(last) == 0 {
		return err
	}
	for _, one := range docs {
		if last[changeKey{kind: one.coll.Kind, id: one.id}] >= one.rev {
			return fmt.Errorf("%w: somebody made and deleted %s %s just now", dao.ErrUnavailable, one.coll.Kind, one.id)
		}
	}
	return nil
}

// commitLoad decides, and shows the documents.
func (e *engine) commitLoad(ctx context.Context, name string) error {
	var decided bool
	err := e.bounded(ctx, func(ctx context.Context) error {
		result, err := e.meta.UpdateOne(ctx, bson.M{"_id": name, "load": loadOpen}, bson.M{"$set": bson.M{"load": loadCommitted}})
		decided = err == nil && result.MatchedCount == 1
		return err
	})
	if err != nil {
		return writeError("commit", err)
	}
	if !decided { // by another process; what was inserted since is undone by giveUp
		return fmt.Errorf("%w: it stood still for too long and was undone", dao.ErrUnavailable)
	}
	e.at("committed")
	if err := e.showLoad(ctx, name); err != nil {
		return unknown("it is committed and will be shown", err)
	}
	return nil
}
