package dbmanagers

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/dao/steps"
)

// fetched is a document as it was found, or its absence.
type fetched struct {
	rec     *record   // nil: it was not there
	applied int64     // what this process knew to be applied before it asked
	lastRev int64     // that the feed knows of the id, asked for where the document is absent or not ours
	at      time.Time // when it was asked for
}

// stock is what was fetched for one step.
type stock struct {
	values map[valueKey]fetched
	owners map[ofText]ownersFetched
	look   bool // it showed that this process is behind
	apply  bool // it showed that documents are, in a way that the tail does not explain
	again  int  // how many times it was too old when the step ran
}

func newStock() *stock {
	return &stock{values: map[valueKey]fetched{}, owners: map[ofText]ownersFetched{}}
}

type ownersFetched struct {
	ids []models.ID
	at  time.Time
}

// stale is how old what was fetched may be when a step runs on it, so that what another program did
// is told soon. Nothing else depends on it: so who comes too late again and again runs all the same.
const stale = time.Second

// old says whether all is to be fetched again.
func (s *stock) old(trial bool) bool {
	if trial || s == nil || s.again >= 2 {
		return false
	}
	for _, one := range s.values {
		if time.Since(one.at) > stale {
			return true
		}
	}
	for _, one := range s.owners {
		if time.Since(one.at) > stale {
			return true
		}
	}
	return false
}

// wants is all that was fetched.
func (s *stock) wants() (list []steps.Want) {
	for key := range s.values {
		list = append(list, steps.Want{Schema: dao.SchemaOf(key.kind), ID: key.id})
	}
	for text := range s.owners {
		list = append(list, steps.Want{Schema: dao.SchemaOf(text.kind), Unique: text.unique, Text: text.text})
	}
	return list
}

// Fetch fetches what a step lacks.
func (l lineLog) Fetch(ctx context.Context, have *stock, wants []steps.Want) (*stock, error) {
	if have == nil {
		have = newStock()
	}
	if have.look || have.apply {
		if err := l.feed.look(ctx); err != nil {
			return have, l.readError(ctx, "look at the feed", err)
		}
	}
	if have.apply {
		if err := l.applier.bring(ctx, l.feed.tail.state().end); err != nil {
			return have, l.readError(ctx, "bring documents forward", err)
		}
	}
	have.look, have.apply = false, false
	ids, texts := map[*collection][]models.ID{}, map[*collection][]ofText{}
	for _, w := range wants {
		c := l.of(w.Schema)
		if w.ID.IsZero() {
			texts[c] = append(texts[c], ofText{w.Schema.Kind, w.Unique, w.Text})
		} else {
			ids[c] = append(ids[c], w.ID)
		}
	}
	for c, list := range texts {
		for some := range slices.Chunk(list, pageSize) {
			if err := c.fetch(ctx, have, nil, some); err != nil {
				return have, l.readError(ctx, "read "+c.Plural, err)
			}
		}
	}
	for c, list := range ids {
		for some := range slices.Chunk(list, pageSize) {
			if err := c.fetch(ctx, have, some, nil); err != nil {
				return have, l.readError(ctx, fmt.Sprintf("read %s %s", c.Kind, some[0]), err)
			}
		}
	}
	return have, nil
}

// fetchOwners reads the documents that have one of some unique texts, in the field itself too: those
// that nobody has claimed count.
func (c *collection) fetchOwners(ctx context.Context, have *stock, unique int, texts []string) error {
	applied, at := c.feed.tail.state().applied, time.Now()
	field, in := c.Unique[unique].Field, bson.D{{Key: "$in", Value: texts}}
	filter := bson.D{{Key: "pulperia." + field, Value: in}}
	if c.Shared {
		either := bson.A{filter, bson.D{{Key: field, Value: in}}}
		if inner := c.Unique[unique].Inner; inner != "" {
			either = append(either, bson.D{{Key: inner, Value: in}})
		}
		filter = bson.D{{Key: "$or", Value: either}}
	}
	var list []*record
	if err := c.each(ctx, query{filter: filter}, func(rec *record) error { list = append(list, rec); return nil }); err != nil {
		return err
	}
	for _, text := range texts {
		have.owners[ofText{c.Kind, unique, text}] = ownersFetched{at: at}
	}
	for _, rec := range list {
		if rec.ours { // of the others the feed is asked, too
			have.values[valueKey{c.Kind, rec.id}] = fetched{rec: rec, applied: applied, at: at}
		}
		if !rec.ours && !c.Shared {
			continue
		}
		for _, text := range append(slices.Collect(c.Unique[unique].All(c.read(rec.raw))), textsOf(ownField(rec.raw, field))...) {
			key := ofText{c.Kind, unique, text}
			if owners, asked := have.owners[key]; asked && !slices.Contains(owners.ids, rec.id) {
				owners.ids = append(owners.ids, rec.id)
				have.owners[key] = owners
			}
		}
	}
	return nil
}

// fetchValues is one find for all, and for those that are absent or not ours one in the feed.
func (c *collection) fetchValues(ctx context.Context, ids map[models.ID]bool) (map[models.ID]fetched, error) {
	base := fetched{applied: c.feed.tail.state().applied, at: time.Now()}
	found := make(map[models.ID]fetched, len(ids))
	list := make(bson.A, 0, len(ids))
	for id := range ids {
		found[id] = base
		list = append(list, objectID(id))
		if key, odd := c.oddKeys.Load(id); odd {
			list = append(list, key)
		}
	}
	add := func(rec *record) error {
		one := base
		one.rec = rec
		if ids[rec.id] {
			found[rec.id] = one
		}
		return nil
	}
	in := bson.D{{Key: "$in", Value: list}}
	if err := c.each(ctx, query{filter: bson.D{{Key: "_id", Value: in}}}, add); err != nil {
		return nil, err
	}
	var unsure []models.ID
	for id, one := range found {
		if one.rec == nil || !one.rec.ours {
			unsure = append(unsure, id)
		}
	}
	if len(unsure) == 0 {
		return found, nil
	}
	if c.odd.Load() {
		if err := c.each(ctx, query{filter: bson.D{{Key: idField, Value: inIDs(unsure)}}}, add); err != nil {
			return nil, err
		}
	}
	revs, err := c.feed.revs(ctx, c.Kind, unsure)
	for id, rev := range revs {
		one := found[id]
		one.lastRev = rev
		found[id] = one
	}
	return found, err
}

// revs returns the last revisions that the feed knows of some ids. It is asked once for each, until
// the value changes: what was never stored, like the settings of a new shop, is looked for at every
// step.
func (f *feed) revs(ctx context.Context, kind dao.Kind, ids []models.ID) (map[models.ID]int64, error) {
	then := f.tail.state()
	known, ask := f.tail.revs(kind, ids)
	if len(ask) == 0 {
		return known, nil
	}
	revs, err := f.lastRevs(ctx, kind, inIDs(ask))
	if err != nil {
		return nil, err
	}
	f.tail.keepRevs(then, kind, ask, revs)
	maps.Copy(known, revs)
	return known, nil
}

// lastRevs asks the feed itself, without an order: by one, servers walk all of it for an id that it
// does not have.
func (f *feed) lastRevs(ctx context.Context, kind dao.Kind, ids any) (map[models.ID]int64, error) {
	revs := map[models.ID]int64{}
	q := query{
		filter: bson.D{
			{Key: "changes.id", Value: ids}, // which the index has
			{Key: "changes", Value: bson.D{{Key: "$elemMatch", Value: bson.D{{Key: "kind", Value: kind}, {Key: "id", Value: ids}}}}},
		},
		fields: bson.D{{Key: "changes.id", Value: 1}, {Key: "changes.kind", Value: 1}, {Key: "changes.rev", Value: 1}},
	}
	err := f.coll.find(ctx, q, func(raw bson.Raw) error {
		for _, one := range valuesOf(raw.Lookup("changes")) {
			doc, _ := one.DocumentOK()
			id, _ := doc.Lookup("id").ObjectIDOK()
			rev, _ := doc.Lookup("rev").AsInt64OK()
			if textOf(doc.Lookup("kind")) == string(kind) {
				revs[models.ID(id)] = max(revs[models.ID(id)], rev)
			}
		}
		return nil
	})
	return revs, err
}
