package app

import (
	"context"
	"errors"
	"fmt"
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

// known returns the products that are in the store, or that a dry run would have put there, by the
// codes of the entries and of their variants: each stands under its own code and those of its variants.
func (r *importRun) known(ctx context.Context, entries []catalogue.Entry) (map[string]models.Product, error) {
	known := make(map[string]models.Product)
	var codes []string
	for _, e := range entries {
		if e.Product != nil {
			codes = append(codes, e.Product.Codes()...)
		}
	}
	for some := range slices.Chunk(codes, models.MaxLimit) {
		if r.shop == nil {
			break
		}
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
	for _, code := range codes {
		if p, is := r.planned[code]; is {
			known[code] = p
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
		c, err = r.compareAmong(ctx, e)
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
		if err := r.checked(now, old, joined, known); err != nil {
			return comparison{refused: err}, nil
		}
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

// What an import makes of a category, and of the key of another shop, for the report.
const (
	respelled   = "its category is there in another spelling, which stays"
	keptSecrets = "it is the key of another shop: this one keeps its own, so that its visitors stay who they are; visits that the other one has signed begin anew here"
)

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
	value := valueOf(e)
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

func ignoreNotFound(err error) error {
	if errors.Is(err, dao.ErrNotFound) {
		return nil
	}
	return err
}
