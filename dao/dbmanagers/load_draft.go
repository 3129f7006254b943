package dbmanagers

import (
	"context"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
	"pulperia/dao/models"
)

// draftLoad checks the values of a batch and fills in what they do not bring along, in the order of
// a dump.
func (e *engine) draftLoad(ctx context.Context, batch dao.Batch) ([]loaded, error) {
	d := drafting{engine: e, ids: make(map[changeKey]bool), texts: make(map[ofKind]bool)}
	for schema, v := range batch.All() {
		if err := d.add(e.of(schema), schema.Clone(v)); err != nil {
			return nil, fmt.Errorf("%s: %w", schema.Call(v), err)
		}
	}
	err := e.bounded(ctx, func(ctx context.Context) error { return e.wantFreeTexts(ctx, d.docs, "") })
	if err == nil {
		err = e.bounded(ctx, d.raiseRevs)
	}
	return d.docs, err
}

// drafting is a batch on its way to being documents.
type drafting struct {
	*engine
	ids   map[changeKey]bool // those of the batch
	texts map[ofKind]bool
	docs  []loaded
}

// ofKind is a unique text of a kind.
type ofKind struct {
	kind dao.Kind
	text
}

func (d *drafting) add(c *collection, v models.Value) error {
	v.Normalize()
	if err := v.Check(); err != nil {
		return err
	}
	for _, t := range c.texts(v, nil) {
		if d.texts[ofKind{c.Kind, t}] {
			return c.conflict(t)
		}
		d.texts[ofKind{c.Kind, t}] = true
	}
	head := d.clock.Fill(v.GetHead(), now())
	v.SetHead(head)
	key := changeKey{kind: c.Kind, id: head.ID}
	if d.ids[key] {
		return dao.Conflict{Field: "_id", Value: head.ID.String()}
	}
	d.ids[key] = true
	d.docs = append(d.docs, loaded{c, v, head.ID, head.Rev})
	return nil
}

// raiseRevs lifts revisions above those that the feed knows of the same ids.
func (d *drafting) raiseRevs(ctx context.Context) error {
	if base, head := d.feed.bounds(); base == head {
		return nil
	}
	last := make(map[changeKey]int64)
	for some := range slices.Chunk(d.docs, pageSize) {
		var ids, kinds bson.A
		for _, one := range some {
			if one.coll.History {
				continue
			}
			ids = append(ids, objectID(one.id))
			if !slices.Contains(kinds, any(one.coll.Kind)) { // a server may try each kind with each id
				kinds = append(kinds, one.coll.Kind)
			}
		}
		if len(ids) == 0 {
			continue
		}
		if err := d.feed.lastRevs(ctx, bson.M{"kind": bson.M{"$in": kinds}, "id": bson.M{"$in": ids}}, last); err != nil {
			return err
		}
	}
	for i := range d.docs {
		one := &d.docs[i]
		if one.coll.History {
			continue
		}
		head := one.value.GetHead()
		head.Rev = max(head.Rev, last[changeKey{kind: one.coll.Kind, id: one.id}]+1)
		one.value.SetHead(head)
		one.rev = head.Rev
	}
	return nil
}

// wantFreeTexts is a dao.Conflict when a value has one of the unique texts of some documents
// already, also one of those that another program wrote twice. What a load itself has inserted does
// not count.
func (e *engine) wantFreeTexts(ctx context.Context, docs []loaded, load string) error {
	for _, c := range e.collections {
		for i, unique := range c.Unique {
			wanted := make(map[string]bool)
			var texts []string
			for _, one := range docs {
				if one.coll != c {
					continue
				}
				if is := unique.Of(one.value); is != "" {
					wanted[is], texts = true, append(texts, is)
				}
			}
			if err := c.wantFreeOf(ctx, i, texts, wanted, load); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *collection) wantFreeOf(ctx context.Context, unique int, texts []string, wanted map[string]bool, load string) error {
	for some := range slices.Chunk(texts, pageSize) {
		others := bson.M{c.field(everyField, unique): bson.M{"$in": some}}
		if load != "" {
			others[loadField] = bson.M{"$ne": load}
		}
		err := c.each(ctx, others, nil, func(rec record) error {
			if is := c.Unique[unique].Of(c.read(rec.raw)); wanted[is] {
				return c.conflict(text{unique, is})
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
