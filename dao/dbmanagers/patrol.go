package dbmanagers

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pulperia/dao"
	"pulperia/dao/models"
)

// patrolStep is how many documents are looked at with each sweep: a thousand in a second, at a cost that nobody notices.
const patrolStep = 500

// patrol walks through products and carts, again and again, and looks for what other programs changed in them: their derived values
// do not fit their fields then. Each such document is announced as changed.
type patrol struct {
	*engine
	cursor *mongo.Cursor // nil between two walks
	coll   *collection   // that it walks through
}

// patrolPatience is how many documents cannot be announced before it is not the documents, but the
// database that refuses.
const patrolPatience = 10

// walk takes the next step. A document that cannot be announced does not keep the others.
func (p *patrol) walk(ctx context.Context) (failed error) {
	ctx, cancel := context.WithTimeout(ctx, p.Timeout)
	defer cancel()
	if p.cursor == nil {
		if p.coll != p.products {
			p.coll = p.products
		} else {
			p.coll = p.carts
		}
		cursor, err := p.coll.coll.Find(ctx, bson.M{}, options.Find().SetBatchSize(patrolStep))
		if err != nil {
			return err
		}
		p.cursor = cursor
	}
	failures := 0
	for n := 0; n < patrolStep && failures < patrolPatience; n++ {
		if !p.cursor.Next(ctx) {
			err := p.cursor.Err()
			p.close()
			return cmp.Or(err, failed)
		}
		rec := recordOf(p.cursor.Current)
		if rec.ours && rec.stamp > 0 && !rec.gone && p.coll.stale(rec.raw) {
			if err := p.coll.notice(ctx, rec.id); err != nil {
				failed, failures = err, failures+1
			}
		}
	}
	return failed
}

func (p *patrol) close() {
	if p.cursor != nil {
		p.closeCursor(p.cursor)
		p.cursor = nil
	}
}

// stale says whether what is derived from a document was derived from something else.
func (c *collection) stale(raw bson.Raw) bool {
	was, _ := raw.Lookup("pulperia", "sum").AsInt64OK()
	return was != sumOf(c.keys(raw))
}

func sumOf(keys bson.D) int64 {
	for _, key := range keys {
		if sum, ok := key.Value.(int64); ok && key.Key == "sum" {
			return sum
		}
	}
	return 0
}

// notice announces what another program changed in a document.
func (c *collection) notice(ctx context.Context, id models.ID) error {
	ctx, leave, err := c.enterWrite(ctx)
	if err != nil {
		return err
	}
	defer leave()
	rederive := func(unique bool) error {
		receipt, err := c.update(ctx, id, func(rec record) (*change, error) {
			if !c.stale(rec.raw) {
				return nil, nil
			}
			todo := &change{keys: c.keys(rec.raw), doc: c.doc(rec.raw, rec.rev+1)}
			if !unique {
				todo.keys = slices.DeleteFunc(todo.keys, isUnique)
			}
			if !slices.ContainsFunc(todo.keys, isUnique) {
				todo.unset = bson.D{{Key: uniqueField, Value: ""}}
			}
			return todo, nil
		})
		if err == nil && !receipt.Repeated {
			c.figures.noticed.Add(1)
		}
		return err
	}
	err = rederive(true)
	if mongo.IsDuplicateKeyError(err) {
		if rec, err := c.lookUp(ctx, id); err == nil {
			c.warnTwice(ctx, &rec)
		}
		err = rederive(false)
	}
	if errors.Is(err, dao.ErrNotFound) {
		return nil
	}
	return err
}
