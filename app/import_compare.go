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

// comparison says how an entry stands to the store. Neither the same nor different nor refused it
// is new.
type comparison struct {
	entry   catalogue.Entry // as it was read, but with the ids of this store
	same    bool
	differs *change
	refused error // why it must not go in

	whole models.Product // of a new one
	made  []string       // what is in the shop otherwise than in the file
}

// known returns the products that are in the store, by the codes of the entries and of their
// variants: each stands under its own code and those of its variants.
func (r *importRun) known(ctx context.Context, entries []catalogue.Entry) (map[string]models.Product, error) {
	known := make(map[string]models.Product)
	var codes []string
	for _, e := range entries {
		if e.Product != nil {
			codes = append(codes, e.Product.Codes()...)
		}
	}
	if len(codes) == 0 || r.shop == nil {
		return known, nil
	}
	for some := range slices.Chunk(codes, models.MaxLimit) {
		page, err := r.shop.Products.List(ctx, models.ProductQuery{Codes: some, Limit: models.MaxLimit})
		if err != nil {
			return nil, err
		}
		for _, p := range page.Products {
			for _, code := range p.Codes() {
				known[code] = p
			}
		}
	}
	return known, nil
}

// find returns the product of a store that an entry is about: that of its code, or else the one that
// has the code of a variant. What an earlier import made of each variant becomes one product: joined
// are those, the first of which stays.
func find(p *catalogue.Product, known map[string]models.Product) (old models.Product, joined []models.Product, there bool) {
	old, there = known[p.Code]
	for _, code := range p.VariantCodes() {
		other, has := known[code]
		if has && p.WasVariant(other) {
			joined = append(joined, other)
		}
		if has && !there {
			old, there = other, true
		}
	}
	if len(joined) == 0 || old.ID != joined[0].ID { // a product of the file's code is one already
		return old, nil, there
	}
	return p.Joined(joined), joined, true
}

// compare looks up an entry as it was read.
func (r *importRun) compare(
	ctx context.Context, read catalogue.Entry, known map[string]models.Product,
) (c comparison, err error) {
	e, err := r.mapped(ctx, read)
	switch {
	case err != nil:
		c, err = comparison{refused: refusalOf(err)}, otherThanRefusal(err)
	case e.Product != nil:
		c, err = r.compareProduct(ctx, e, known)
	case !r.had[e.Kind.Kind]:
	case e.Message != nil:
		c, err = r.compareMessage(ctx, *e.Message)
	default:
		c, err = r.compareValue(ctx, e)
	}
	if c.entry.Product == nil { // else it may have been noted on
		c.entry = e
	}
	return c, err
}

func (r *importRun) compareProduct(ctx context.Context, e catalogue.Entry, known map[string]models.Product) (comparison, error) {
	p := e.Product
	if old, joined, ok := find(p, known); ok {
		r.noteID(p, old.ID)
		keeps, err := r.keepsStock(ctx, &e, old)
		if err != nil {
			return comparison{}, err
		}
		now := (&change{entry: e, keeps: keeps}).over(old)
		category, made, err := r.spell(ctx, now.Category, old)
		if err != nil {
			return comparison{}, err
		}
		if made != nil {
			own := *p
			own.Category, now.Category, e.Product = category, category, &own
		}
		made = append(made, p.LeftOpen(old)...)
		if now.Same(old) && joined == nil {
			return comparison{entry: e, same: true, made: made}, nil
		}
		if joined != nil {
			old = joined[0]
		}
		return comparison{entry: e, differs: &change{e, old, now, joined, made, keeps}}, nil
	}
	r.noteID(p, models.ID{})
	whole, made, err := p.Whole()
	if err != nil {
		return comparison{refused: err}, nil
	}
	if !p.ID.IsZero() && r.had[dao.KindProduct] {
		other, err := r.shop.Products.Get(ctx, p.ID)
		if err == nil {
			return comparison{refused: fmt.Errorf("_id %s is already that of the product with the code %q", p.ID, other.Code)}, nil
		}
		if err := ignoreNotFound(err); err != nil {
			return comparison{}, err
		}
	}
	r.noteID(p, p.ID)
	category, respelled, err := r.spell(ctx, whole.Category, models.Product{})
	whole.Category = category
	return comparison{whole: whole, made: append(made, respelled...)}, err
}

// spell returns how the shop writes a category, and says so where that is not as the file writes it. A
// backup that becomes the shop is as it was.
func (r *importRun) spell(ctx context.Context, category string, was models.Product) (as string, made []string, err error) {
	if r.shop == nil || r.becomes {
		return category, nil, nil
	}
	asked := [2]string{category, was.Category}
	as, known := r.spelled[asked]
	if !known {
		if as, err = r.shop.Spelling(ctx, category, was); err != nil {
			return category, nil, err
		}
		r.spelled[asked] = as
	}
	if as != category {
		made = []string{respelled}
	}
	return as, made, nil
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

// respelled is what an import makes of a category, for the report.
const respelled = "its category is there in another spelling, which stays"

// What an import makes of products that values name, for the report.
const (
	renamedItems = "it names products by ids that they do not have in this shop: they were found by their codes"
	unknownItems = "it names products that this shop does not have: they stand in it as gone"
	keptSecrets  = "it is the key of another shop: this one keeps its own, so that its visitors stay who they are; visits that the other one has signed begin anew here"
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

// compareValue looks up a value that is added by its id and never overwritten.
func (r *importRun) compareValue(ctx context.Context, e catalogue.Entry) (comparison, error) {
	value := e.Other
	if e.Cart != nil {
		value = e.Cart
	}
	id := value.GetHead().ID
	old, err := r.shop.Find(ctx, e.Kind, id)
	if r.options.DryRun && errors.Is(err, dao.ErrNotFound) {
		return r.compareTexts(ctx, e.Kind, value)
	}
	if err != nil {
		return comparison{}, ignoreNotFound(err)
	}
	if image, is := value.(*models.Image); is && image.Upload == old.(*models.Image).Upload { // what is said of it stays as it is here
		return comparison{same: true}, nil
	}
	if e.Kind.Kind == dao.KindSecrets && !e.Kind.Same(value, old) {
		r.made.count(e, keptSecrets)
		return comparison{same: true}, nil
	}
	if e.Kind.Same(value, old) && !slices.Contains(e.Notes, catalogue.Note{Text: lostItems}) {
		return comparison{same: true}, nil
	}
	if kept, is := isLaterHere(value, old); is {
		r.made.count(e, kept)
		return comparison{same: true}, nil
	}
	refused := fmt.Errorf("_id %s is already that of another %s, which is left as it is", id, e.Kind.Kind)
	if e.Cart == nil {
		refused = fmt.Errorf("%w: %s", refused, differing(old, value))
	}
	return comparison{refused: refused}, nil
}

// compareTexts refuses a new value of which another one has a unique text, as the store does when it
// takes values in.
func (r *importRun) compareTexts(ctx context.Context, kind *dao.Schema, value models.Value) (comparison, error) {
	if r.texts == nil {
		r.texts = uniqueTexts{}
		_, err := r.shop.Dump(ctx, func(batch dao.Batch) error {
			for s, v := range batch.All() {
				r.texts.add(s, v)
			}
			return nil
		})
		if err != nil {
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

func ignoreNotFound(err error) error {
	if errors.Is(err, dao.ErrNotFound) {
		return nil
	}
	return err
}
