package app

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"slices"

	"pulperia/catalogue"
	"pulperia/dao"
	"pulperia/dao/models"
)

// comparison says how an entry stands to the store. Without any of the first three it is new.
type comparison struct {
	same    bool
	differs *change
	refused error // why it must not go in

	whole models.Product // of a new one
	made  []string
}

// known returns the products that are in the store, by the codes of the entries.
func (r *importRun) known(ctx context.Context, entries []catalogue.Entry) (map[string]models.Product, error) {
	known := make(map[string]models.Product)
	var codes []string
	for _, e := range entries {
		if e.Product != nil {
			codes = append(codes, e.Product.Code)
		}
	}
	if len(codes) == 0 || r.store.Engine == nil {
		return known, nil
	}
	page, err := r.store.Products.List(ctx, models.ProductQuery{Codes: codes, Limit: len(codes)})
	for _, p := range page.Products {
		known[p.Code] = p
	}
	return known, err
}

// compare looks an entry up. A cart gets the ids that its products have in this store.
func (r *importRun) compare(ctx context.Context, e *catalogue.Entry, known map[string]models.Product) (comparison, error) {
	switch {
	case e.Product != nil:
		return r.compareProduct(ctx, *e, known)
	case e.Cart != nil:
		if err := r.mapCart(ctx, e); err != nil || !r.had.carts {
			return comparison{refused: refusalOf(err)}, otherThanRefusal(err)
		}
		return r.compareCart(ctx, *e)
	case e.Message != nil && r.had.messages:
		return r.compareMessage(ctx, *e.Message)
	}
	return comparison{}, nil
}

func (r *importRun) compareProduct(ctx context.Context, e catalogue.Entry, known map[string]models.Product) (comparison, error) {
	p := e.Product
	if old, ok := known[p.Code]; ok {
		r.noteID(p, old.ID)
		now := p.Over(old)
		if now.Same(old) {
			return comparison{same: true}, nil
		}
		return comparison{differs: &change{e, old, now}}, nil
	}
	r.noteID(p, models.ID{})
	whole, made, err := p.Whole()
	if err != nil {
		return comparison{refused: err}, nil
	}
	if !p.ID.IsZero() && r.had.products {
		other, err := r.store.Products.Get(ctx, p.ID)
		if err == nil {
			return comparison{refused: fmt.Errorf("_id %s is already that of the product with the code %q", p.ID, other.Code)}, nil
		}
		if err := ignoreNotFound(err); err != nil {
			return comparison{}, err
		}
	}
	r.noteID(p, p.ID)
	return comparison{whole: whole, made: made}, nil
}

// noteID notes which id a product of the file has in the store.
func (im *importer) noteID(p *catalogue.Product, ours models.ID) {
	if !p.ID.IsZero() {
		im.ids[p.ID] = ours
		im.byCode[p.Code] = ours
	}
}

// noteRefused notes a product that does not go in: its id may be that of another one in the store.
func (im *importer) noteRefused(p catalogue.Named) {
	if !p.ID.IsZero() {
		im.ids[p.ID] = models.ID{}
		im.refused[p.ID] = p.Code
	}
}

// idOfRefused returns the id that a product which was refused has in the store all the same, by its
// code, or zero.
func (r *importRun) idOfRefused(ctx context.Context, theirs models.ID) (models.ID, error) {
	code := r.refused[theirs]
	if ours, done := r.byCode[code]; code == "" || done || r.store.Engine == nil {
		return ours, nil
	}
	page, err := r.store.Products.List(ctx, models.ProductQuery{Codes: []string{code}, Limit: 1})
	if err != nil {
		return models.ID{}, err
	}
	for _, p := range page.Products {
		r.byCode[code] = p.ID
	}
	return r.byCode[code], nil
}

// What an import makes of carts, for the report.
const (
	renamedItems = "it names products by ids that they do not have in this shop: they were found by their codes"
	unknownItems = "it names products that this shop does not have: they stand in it as gone"
	lostItems    = "it names products that were refused, by ids that others have in this shop: they were left out of it"
)

// mapCart gives the products of a cart the ids that they have in the store.
func (r *importRun) mapCart(ctx context.Context, e *catalogue.Entry) error {
	cart := e.Cart.Clone()
	cart.Products = cart.Products[:0]
	notes := slices.Clone(e.Notes)
	note := func(text string) {
		if !slices.Contains(notes, catalogue.Note{Text: text}) {
			notes = append(notes, catalogue.Note{Text: text})
		}
	}
	for _, item := range e.Cart.Products {
		ours, inFiles := r.ids[item.Product]
		if inFiles && ours.IsZero() {
			var err error
			if ours, err = r.idOfRefused(ctx, item.Product); err != nil {
				return err
			}
		}
		switch {
		case !inFiles || ours.IsZero():
			others, err := r.hasProduct(ctx, item.Product)
			switch {
			case err != nil:
				return err
			case others && inFiles:
				note(lostItems)
				continue
			case !others:
				note(unknownItems)
			}
		case ours != item.Product:
			note(renamedItems)
			item.Product = ours
		}
		cart.Products = append(cart.Products, item)
	}
	cart.Normalize()
	e.Cart, e.Notes = &cart, notes
	return cart.Check()
}

func (r *importRun) hasProduct(ctx context.Context, id models.ID) (bool, error) {
	if !r.had.products {
		return false, nil
	}
	_, err := r.store.Products.Get(ctx, id)
	return err == nil, ignoreNotFound(err)
}

func refusalOf(err error) error {
	if isRefusal(err) {
		return err
	}
	return nil
}

func otherThanRefusal(err error) error {
	if isRefusal(err) {
		return nil
	}
	return err
}

func (r *importRun) compareCart(ctx context.Context, e catalogue.Entry) (comparison, error) {
	c := e.Cart
	old, err := r.store.Carts.Get(ctx, c.ID)
	if err != nil {
		return comparison{}, ignoreNotFound(err)
	}
	if c.Same(old) && !slices.Contains(e.Notes, catalogue.Note{Text: lostItems}) {
		return comparison{same: true}, nil
	}
	return comparison{refused: fmt.Errorf("_id %s is already that of a cart with other products, which is left as it is", c.ID)}, nil
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
	if _, err := r.store.Messages.Page(ctx, m.ID, 1); err != nil {
		return comparison{}, ignoreNotFound(err)
	}
	_, _, err := r.store.Messages.Append(ctx, m)
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
	_, err := im.store.Dump(ctx, func(batch dao.Batch) error {
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

func ignoreNotFound(err error) error {
	if errors.Is(err, dao.ErrNotFound) {
		return nil
	}
	return err
}
