package app

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"slices"
	"time"

	"pulperia/catalogue"
	"pulperia/dao"
	"pulperia/dao/models"
)

// plan notes how a dry run would have left a product: what comes later in the files is compared with
// that, as an import compares it with the store. Of other values nothing is noted.
func (r *importRun) plan(left models.Product, known map[string]models.Product) {
	if !r.options.DryRun || left.Code == "" {
		return
	}
	if left.ID.IsZero() {
		left.ID = models.NewID(time.Now())
	}
	for _, code := range left.Codes() {
		r.planned[code], known[code] = left, left
	}
}

// checked says in a dry run what the shop would hold against a product as it is to be: rules that it
// breaks, or that another one has its code or that of a variant. Those that it joins will be no more.
func (r *importRun) checked(now, old models.Product, joined []models.Product, known map[string]models.Product) error {
	if !r.options.DryRun {
		return nil
	}
	now = now.Clone()
	now.Identify(old, func(int) models.ID { return models.NewID(time.Now()) })
	now.Normalize()
	if err := now.CheckChange(old); err != nil {
		return err
	}
	taken := func(code string) bool {
		other, is := known[code]
		return is && other.ID != old.ID && !slices.ContainsFunc(joined, func(p models.Product) bool { return p.ID == other.ID })
	}
	if taken(now.Code) {
		return dao.Conflict{Field: "code", Value: now.Code}
	}
	for i, variant := range now.Variants {
		if taken(variant.Code) {
			return dao.Conflict{Field: fmt.Sprintf("variants[%d].code", i), Value: variant.Code}
		}
	}
	return nil
}

// compareAmong has a dry run refuse a unique text that another value of the file has, where the store
// has none of the kind.
func (r *importRun) compareAmong(ctx context.Context, e catalogue.Entry) (comparison, error) {
	if !r.options.DryRun || e.Message != nil {
		return comparison{}, nil
	}
	return r.compareTexts(ctx, e.Kind, valueOf(e))
}

// valueOf returns the value of an entry that is neither a product nor a message.
func valueOf(e catalogue.Entry) models.Value {
	if e.Cart != nil {
		return e.Cart
	}
	return e.Other
}

// compareTexts refuses a new value of which another one has a unique text, as the store does when it
// takes values in.
func (r *importRun) compareTexts(ctx context.Context, kind *dao.Schema, value models.Value) (comparison, error) {
	if r.texts == nil {
		if err := r.readTexts(ctx); err != nil {
			return comparison{}, err
		}
	}
	for _, unique := range kind.Unique {
		for text := range unique.All(value) {
			if r.texts[uniqueText{kind.Kind, unique.Field, text}] {
				return comparison{refused: dao.Conflict{Field: unique.Field, Value: text}}, nil
			}
		}
	}
	r.texts.add(kind, value)
	return comparison{}, nil
}

// readTexts reads the unique texts of the store, once.
func (r *importRun) readTexts(ctx context.Context) error {
	r.texts = uniqueTexts{}
	if r.shop == nil { // there is no store yet
		return nil
	}
	_, err := r.shop.Dump(ctx, func(batch dao.Batch) error {
		for s, v := range batch.All() {
			r.texts.add(s, v)
		}
		return nil
	})
	return err
}

// uniqueText is a unique text of a kind.
type uniqueText struct {
	kind        dao.Kind
	field, text string
}

// uniqueTexts are those that values have.
type uniqueTexts map[uniqueText]bool

func (t uniqueTexts) add(s *dao.Schema, v models.Value) {
	for _, unique := range s.Unique {
		for text := range unique.All(v) {
			t[uniqueText{s.Kind, unique.Field, text}] = true
		}
	}
}

// compareMessage asks for the page before a message to learn whether it is there. Only then it is
// appended, which writes nothing, for messages never go, and tells whether it is the same. A dry
// run cannot do that.
func (r *importRun) compareMessage(ctx context.Context, m models.Message) (comparison, error) {
	taken := comparison{refused: fmt.Errorf("_id %s is already that of another message, which is left as it is", m.ID)}
	if r.options.DryRun {
		if err := r.readMessages(ctx); err != nil {
			return comparison{}, err
		}
		switch said, there := r.said[m.ID]; {
		case !there:
			return comparison{}, nil
		case said != hashOf(m):
			return taken, nil
		}
		return comparison{same: true}, nil
	}
	if there, err := r.shop.HasMessage(ctx, m.ID); err != nil || !there {
		return comparison{}, err
	}
	_, _, err := r.shop.TakeMessage(ctx, m)
	if errors.Is(err, dao.ErrConflict) {
		return taken, nil
	}
	return comparison{same: true}, err
}

// readMessages reads the store's messages, once.
func (im *importer) readMessages(ctx context.Context) error {
	if im.said != nil {
		return nil
	}
	im.said = make(map[models.ID]uint64)
	_, err := im.shop.Dump(ctx, func(batch dao.Batch) error {
		for _, m := range batch.Messages {
			im.said[m.ID] = hashOf(m)
		}
		return nil
	})
	return err
}

var hashSeed = maphash.MakeSeed()

func hashOf(m models.Message) uint64 {
	return maphash.Comparable(hashSeed, [2]string{m.User, m.Message})
}
