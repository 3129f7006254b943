package dbmanagers

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"pulperia/dao"
	"pulperia/dao/models"
)

// draft is a new document.
type draft struct {
	id    models.ID
	given bool                                                     // by the caller: somebody may have it already, or have had it
	write func(rev int64) (doc, keys bson.D, told json.RawMessage) // the document, what is derived from it, and what the feed tells
	taken func(record) error                                       // nil when what has the id already is the same
	other func(context.Context) error                              // nil when no other value is taken; may be missing
	keeps func(context.Context) error                              // nil when it may keep its values, now that it has them; may be missing
}

// idFor makes an id where none is given.
func idFor(id *models.ID) (given bool) {
	if given = !id.IsZero(); !given {
		*id = models.NewID(time.Now())
	}
	return given
}

// create inserts a document that is not announced yet. Where a unique value is taken it looks who
// has it, until that is known: whoever has it may be gone again, or may not be there yet for all to
// see.
func (c *collection) create(ctx context.Context, d draft) (dao.Receipt, error) {
	if err := c.noteKind(ctx); err != nil {
		return dao.Receipt{}, err
	}
	for pause := time.Millisecond; ; pause *= 2 {
		born, err := c.insert(ctx, d)
		if err == nil {
			c.at("changed")
			if err := c.keep(ctx, d); err != nil {
				return dao.Receipt{}, err
			}
			return c.created(ctx, d, born)
		}
		if !mongo.IsDuplicateKeyError(err) {
			return dao.Receipt{}, writeError("create "+string(c.Kind), err)
		}
		receipt, err := c.meet(ctx, d)
		if !errors.Is(err, errGone) {
			return receipt, err
		}
		if err := pauseFor(ctx, pause, err); err != nil {
			return dao.Receipt{}, err
		}
	}
}

// insert inserts a draft. One with an id of the caller's gets its revision later, see number; until
// then it bears a number of its own.
func (c *collection) insert(ctx context.Context, d draft) (born int64, err error) {
	doc, keys, _ := d.write(1)
	first := bson.E{Key: "rev", Value: int64(1)}
	if d.given {
		born = 1 + rand.Int64N(math.MaxInt64)
		first = bson.E{Key: "born", Value: born}
	}
	ours := append(bson.D{first, {Key: "feed", Value: nil}}, keys...)
	doc = append(doc, bson.E{Key: "pulperia", Value: ours})
	return born, insist(ctx, func() error { _, err := c.coll.InsertOne(ctx, doc); return err })
}

// errGone says that what stood in the way of a create is gone.
var errGone = errors.New("nobody is seen who has it")

// meet deals with what has the id, or another unique value, of a draft already. It is left to the
// draft whether that is the same once more, or a conflict.
func (c *collection) meet(ctx context.Context, d draft) (dao.Receipt, error) {
	rec, err := c.lookUp(ctx, d.id)
	switch {
	case errors.Is(err, dao.ErrNotFound):
		if d.other != nil {
			err = d.other(ctx)
		}
		if err == nil || errors.Is(err, dao.ErrNotFound) {
			err = errGone
		}
	case err != nil && d.given: // it may be this very value, from an earlier attempt
		err = unknown("its id is taken", err)
	case err != nil:
	case c.foreign(rec):
		err = dao.Conflict{Field: "_id", Value: d.id.String()}
	case rec.exists():
		var receipt dao.Receipt
		if receipt, err = c.repeated(ctx, rec, d.taken); !errors.Is(err, dao.ErrNotFound) {
			return receipt, err
		}
		err = errGone // just now
	case !rec.gone:
		err = dao.Conflict{Field: "_id", Value: d.id.String()}
	default:
		if err = c.remove(ctx, rec); err == nil {
			err = errGone
		}
	}
	return dao.Receipt{}, err
}

// created gives a document that has just been inserted its revision, and announces it.
func (c *collection) created(ctx context.Context, d draft, born int64) (dao.Receipt, error) {
	rev, ours := int64(1), true
	if d.given {
		var err error
		if rev, ours, err = c.number(ctx, d.id, born); err != nil {
			return dao.Receipt{}, unknown("number "+string(c.Kind), err)
		}
		c.at("numbered")
	}
	if !ours {
		return c.numbered(ctx, d)
	}
	return c.announce(ctx, bson.RawValue{}, d.id, rev, &mutation{tell: func(rev int64) json.RawMessage {
		_, _, told := d.write(rev)
		return told
	}})
}

// number gives a new document its revision: one above the last that the feed knows of its id. That
// is looked up when the document is there already, so that nobody else makes and deletes one of
// this id meanwhile. It is not ours when somebody who met the document has claimed it first.
func (c *collection) number(ctx context.Context, id models.ID, born int64) (rev int64, ours bool, err error) {
	last, err := c.feed.lastRev(ctx, c.Kind, id)
	if err != nil {
		return 0, false, err
	}
	filter := bson.M{"_id": objectID(id), bornField: born, revField: bson.M{"$exists": false}}
	update := bson.M{"$set": bson.M{revField: last + 1}, "$unset": bson.M{bornField: ""}}
	var result *mongo.UpdateResult
	err = insist(ctx, func() (err error) { result, err = c.coll.UpdateOne(ctx, filter, update); return err })
	if err != nil {
		return 0, false, err
	}
	return last + 1, result.MatchedCount == 1, nil
}

// numbered is the receipt of a create whose document somebody else has claimed, and perhaps changed
// or deleted since. What the feed tells of it says at which revision it began.
func (c *collection) numbered(ctx context.Context, d draft) (dao.Receipt, error) {
	rec, err := c.lookUp(ctx, d.id)
	if err == nil {
		_, err = c.finish(ctx, &rec)
	}
	if err == nil || errors.Is(err, dao.ErrNotFound) {
		err = c.feed.catchUp(ctx)
	}
	var puts []entry
	if err == nil {
		puts, err = c.feed.puts(ctx, c.Kind, d.id)
	}
	for _, put := range puts {
		if _, _, told := d.write(put.Rev); string(told) == put.Doc {
			return dao.Receipt{Position: c.feed.position(put.Offset)}, err
		}
	}
	if err == nil {
		err = errors.New("the feed does not tell of it any more")
	}
	return dao.Receipt{}, unknown("number "+string(c.Kind), err)
}

// repeated is the receipt of a create that found its id taken.
func (c *collection) repeated(ctx context.Context, rec record, taken func(record) error) (dao.Receipt, error) {
	offset, err := c.finish(ctx, &rec)
	if errors.Is(err, dao.ErrNotFound) {
		return dao.Receipt{}, err
	}
	if err := taken(rec); err != nil {
		return dao.Receipt{}, err
	}
	if err != nil { // it is stored, from an earlier attempt
		return dao.Receipt{}, unknown("repeated", err)
	}
	_, head := c.feed.bounds()
	return dao.Receipt{Position: c.feed.position(max(offset, head)), Repeated: true}, nil
}
