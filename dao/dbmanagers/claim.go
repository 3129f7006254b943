package dbmanagers

import (
	"context"
	"errors"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pulperia/dao/models"
)

// claim makes documents of other programs ours: each gets a revision, above the last that the feed
// knows of its id, and what listing needs. Those that are gone meanwhile are not ours afterwards.
func (c *collection) claim(ctx context.Context, list ...*record) error {
	if len(list) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	last := make(map[changeKey]int64)
	ids := make([]bson.ObjectID, len(list))
	for i, rec := range list {
		ids[i] = objectID(rec.id)
	}
	if err := c.feed.lastRevs(ctx, bson.M{"kind": c.Kind, "id": bson.M{"$in": ids}}, last); err != nil {
		return err
	}
	claims := make([]claiming, len(list))
	for i, rec := range list {
		told := max(last[changeKey{kind: c.Kind, id: rec.id}], c.feed.lastWord(c.Kind, rec.id).rev)
		claims[i] = claiming{rec, c.claimed(rec, told+1)}
	}
	c.at("claiming")
	n, err := c.writeClaims(ctx, claims)
	if err != nil {
		return c.readError(ctx, "claim documents of "+c.coll.Name(), err) // nothing of a caller's own is written
	}
	c.at("claimed")
	if n == len(list) {
		for _, one := range claims {
			one.rec.rev, one.rec.ours = one.ours[0].Value.(int64), true
		}
	} else if err := c.readAgain(ctx, list); err != nil { // some have been changed, or claimed by another process
		return err
	}
	c.figures.claimed.Add(int64(len(list)))
	return nil
}

// claiming is a document and what it gets.
type claiming struct {
	rec  *record
	ours bson.D
}

// claimed is what a document gets, the revision first.
func (c *collection) claimed(rec *record, rev int64) bson.D {
	ours := append(bson.D{{Key: "rev", Value: rev}, {Key: "feed", Value: nil}}, c.derivedOf(rec.raw)...)
	if rec.key.Type != bson.TypeObjectID {
		ours = append(ours, bson.E{Key: "id", Value: objectID(rec.id)})
	}
	return ours
}

// writeClaims claims documents if they are as they were read, and returns how many are. A text that
// another value has, too, is written without a claim to be the only one.
func (c *collection) writeClaims(ctx context.Context, claims []claiming) (matched int, err error) {
	writes := make([]mongo.WriteModel, len(claims))
	for i, one := range claims {
		writes[i] = mongo.NewUpdateOneModel().SetFilter(one.rec.unclaimed()).SetUpdate(bson.M{"$set": bson.M{"pulperia": one.ours}})
	}
	result, err := c.coll.BulkWrite(ctx, writes, options.BulkWrite().SetOrdered(false))
	if result != nil {
		matched = int(result.MatchedCount)
	}
	bulk, ok := errors.AsType[mongo.BulkWriteException](err)
	if !ok || bulk.WriteConcernError != nil {
		return matched, err
	}
	var again []claiming
	for _, failed := range bulk.WriteErrors {
		one := claims[failed.Index]
		switch {
		case collided(failed):
		case failed.HasErrorCode(duplicateKey) && slices.ContainsFunc(one.ours, isUnique):
			c.warnTwice(ctx, one.rec)
			one.ours = slices.DeleteFunc(one.ours, isUnique)
		default:
			return matched, err
		}
		again = append(again, one)
	}
	n, err := c.writeClaims(ctx, again)
	return matched + n, err
}

func isUnique(key bson.E) bool { return strings.HasPrefix("pulperia."+key.Key, uniqueField) }

// unclaimed selects the document as long as nobody has claimed it.
func (r *record) unclaimed() bson.M {
	filter := bson.M{"_id": r.key, revField: bson.M{"$exists": false}, bornField: bson.M{"$exists": false}}
	if r.born != 0 { // this one, and not another that has been made in its place
		filter[bornField] = r.born
	}
	inner, _ := r.raw.Lookup("pulperia").DocumentOK()
	if odd := inner.Lookup("rev"); !odd.IsZero() { // no number: another program wrote it
		filter[revField] = odd
	}
	return filter
}

// warnTwice tells that another program has written a unique text that a value has already.
func (c *collection) warnTwice(ctx context.Context, rec *record) {
	for _, t := range c.texts(c.read(rec.raw), nil) {
		raw, err := c.coll.FindOne(ctx, bson.M{c.field(onlyField, t.unique): t.is}).Raw()
		if err != nil || recordOf(raw).id == rec.id {
			continue
		}
		field := c.Unique[t.unique].Field
		c.Log.Warn("two "+c.Plural+" have the same "+field+": another program wrote it; give one of them another",
			field, t.is, c.Plural, []string{recordOf(raw).id.String(), rec.id.String()})
	}
}

// readAgain reads documents anew. Those that are not there are not ours.
func (c *collection) readAgain(ctx context.Context, list []*record) error {
	keys := make([]bson.RawValue, len(list))
	for i, rec := range list {
		keys[i] = rec.key
	}
	found := make(map[models.ID]record, len(list))
	err := c.each(ctx, bson.M{"_id": bson.M{"$in": keys}}, nil, func(rec record) error { found[rec.id] = rec; return nil })
	if err != nil {
		return err
	}
	for _, rec := range list {
		if fresh, there := found[rec.id]; there {
			*rec = fresh
		} else {
			rec.ours = false
		}
	}
	return nil
}

// claimOne is claim for one document, which is dao.ErrNotFound when it is gone.
func (c *collection) claimOne(ctx context.Context, rec *record) error {
	err := c.claim(ctx, rec)
	if err == nil && !rec.ours {
		err = c.Absent(rec.id)
	}
	return err
}
