package app

import (
	"context"
	"slices"

	"pulperia/catalogue"
	"pulperia/dao"
	"pulperia/dao/models"
)

// What an import makes of products that values name, for the report.
const (
	renamedItems = "it names products by ids that they do not have in this shop: they were found by their codes"
	unknownItems = "it names products that this shop does not have: they stand in it as gone"
	lostItems    = "it names products that were refused, by ids that others have in this shop: they were left out of it"
)

// mapped returns an entry in which the products that it names have the ids that they have in the
// store. What was read stays as it is: ids of two shops may cross, so that they can be mapped from
// those of the file only, and what becomes of a product shows when its batch is tried.
func (r *importRun) mapped(ctx context.Context, e catalogue.Entry) (catalogue.Entry, error) {
	if e.Product != nil || e.Kind == nil || e.Kind.Refs == nil { // products name pictures, which keep their ids
		return e, nil
	}
	var value models.Value
	if e.Cart != nil {
		e.Cart = new(e.Cart.Clone())
		value = e.Cart
	} else {
		e.Other = e.Kind.Clone(e.Other)
		value = e.Other
	}
	e.Notes = slices.Clone(e.Notes)
	for _, ref := range e.Kind.Refs(value) {
		if ref.Kind != dao.KindProduct {
			continue
		}
		text, err := r.mapProduct(ctx, ref.ID)
		if err != nil {
			return e, err
		}
		if note := (catalogue.Note{Text: text}); text != "" && !slices.Contains(e.Notes, note) {
			e.Notes = append(e.Notes, note)
		}
	}
	if e.Cart != nil {
		e.Cart.Products = slices.DeleteFunc(e.Cart.Products, func(item models.Item) bool {
			return item.Product.IsZero()
		})
	}
	value.Normalize()
	return e, value.Check()
}

// mapProduct gives a product that is named the id that it has in the store, and says what is to be
// told of that. A zero id names none: a product that was refused must not become another one.
func (r *importRun) mapProduct(ctx context.Context, id *models.ID) (note string, err error) {
	ours, inFiles := r.ids[*id]
	if inFiles && ours.IsZero() {
		if ours, err = r.idOfRefused(ctx, *id); err != nil {
			return "", err
		}
	}
	if !ours.IsZero() {
		if ours != *id {
			*id, note = ours, renamedItems
		}
		return note, nil
	}
	others, err := r.hasProduct(ctx, *id)
	switch {
	case err != nil:
		return "", err
	case !others:
		return unknownItems, nil
	case inFiles:
		*id = models.ID{}
		return lostItems, nil
	}
	return "", nil
}

func (r *importRun) hasProduct(ctx context.Context, id models.ID) (bool, error) {
	if !r.had[dao.KindProduct] {
		return false, nil
	}
	_, err := r.shop.Products.Get(ctx, id)
	return err == nil, ignoreNotFound(err)
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
	if ours, done := r.byCode[code]; code == "" || done || r.shop == nil {
		return ours, nil
	}
	page, err := r.shop.Products.List(ctx, models.ProductQuery{Codes: []string{code}, Limit: 1})
	if err != nil {
		return models.ID{}, err
	}
	for _, p := range page.Products {
		r.byCode[code] = p.ID
	}
	return r.byCode[code], nil
}
