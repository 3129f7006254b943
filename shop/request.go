package shop

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"pulperia/dao/models"
)

// request is what somebody wants to have in a cart, beside what there is of it. It is read before
// the step that changes the cart: what becomes scarcer after that has become so later.
type request struct {
	items   []models.Item
	alone   bool                           // the one item is no entry of a list
	left    map[models.Choice]int64        // how many can be bought; absent of what is not there
	choices map[models.ID][]models.Variant // of the products of which one must be chosen
}

// What can be said instead of how many can be bought.
const (
	absent    = -1 - iota // the product is not there
	noVariant             // the product has no such variant
	unchosen              // it has some, and none is named
)

// look reads how many can be bought of what items ask for.
func (s *Shop) look(ctx context.Context, items []models.Item) (request, error) {
	products, err := s.productsOf(ctx, items)
	r := request{items: items, left: make(map[models.Choice]int64, len(items))}
	for _, item := range items {
		var found *models.Product
		product, there := products[item.Product]
		if there {
			found = &product
		}
		if r.left[item.Choice()] = leftOf(found, item.Variant); r.left[item.Choice()] == unchosen {
			if r.choices == nil {
				r.choices = make(map[models.ID][]models.Variant)
			}
			r.choices[item.Product] = product.Variants
		}
	}
	return r, err
}

// leftOf says how many can be bought of a choice; of no product, nil, none.
func leftOf(p *models.Product, variant models.ID) int64 {
	switch {
	case p == nil:
		return absent
	case variant.IsZero() && len(p.Variants) > 0:
		return unchosen
	case !variant.IsZero() && p.Variant(variant) == nil:
		return noVariant
	}
	return LeftOf(*p, variant)
}

func (s *Shop) lookOne(ctx context.Context, item models.Item) (request, error) {
	if err := CheckQuantity(item.Quantity); err != nil {
		return request{}, err
	}
	r, err := s.look(ctx, []models.Item{item})
	r.alone = true
	return r, err
}

// field names a part of an item: "product", "variant" or "quantity".
func (r request) field(i int, part string) string {
	if r.alone {
		return part
	}
	return "products[" + strconv.Itoa(i) + "]." + part
}

// allow is the rule of what goes into a cart: no more of a choice than can be bought. What a cart
// has already may stay, or become less, so a cart can always be sent back as it was read.
func (r request) allow(was, now models.Cart) error {
	var refused map[models.Choice]models.Problem
	for _, item := range now.Products {
		left, isAsked := r.left[item.Choice()]
		if !isAsked || item.Quantity <= min(left, models.MaxQuantity) {
			continue
		}
		had := was.Quantity(item.Choice())
		if item.Quantity <= had {
			continue
		}
		if refused == nil {
			refused = make(map[models.Choice]models.Problem)
		}
		refused[item.Choice()] = r.refusal(item, left, had)
	}
	return r.refuse(was, refused)
}

// refusal says why a cart may not have an item; had is how many it has already.
func (r request) refusal(item models.Item, left, had int64) models.Problem {
	got := strconv.FormatInt(item.Quantity, 10)
	if had > 0 {
		got += ", with " + strconv.FormatInt(had, 10) + " in the cart"
	}
	switch {
	case left == absent:
		return models.Problem{Field: "product", Rule: models.Gone, Got: item.Product.String()}
	case left == noVariant:
		return models.Problem{Field: "variant", Rule: models.Gone, Got: item.Variant.String()}
	case left == unchosen:
		return models.Problem{Field: "variant", Rule: models.Choose, Limit: listed(r.choices[item.Product])}
	case left == 0:
		return models.Problem{Rule: models.OffSale, Limit: "0", Got: got}
	case item.Quantity > models.MaxQuantity:
		return models.Problem{Rule: models.TooLarge, Limit: strconv.Itoa(models.MaxQuantity), Got: got}
	}
	return models.Problem{Rule: models.Scarce, Limit: strconv.FormatInt(left, 10), Got: got}
}

// refuse tells what is refused, and what breaks a rule of its own, by the fields of the items that
// ask for it.
func (r request) refuse(was models.Cart, refused map[models.Choice]models.Problem) error {
	var all models.Invalid
	if !r.alone {
		all, _ = errors.AsType[models.Invalid](models.Cart{Products: r.items}.CheckChange(was))
	}
	var gone *Missing
	for i, item := range r.items {
		problem, is := refused[item.Choice()]
		if !is {
			continue
		}
		if gone == nil && problem.Rule == models.Gone {
			gone = &Missing{Kind: "product", ID: item.Product}
			if problem.Field == "variant" {
				gone = &Missing{Kind: "variant", ID: item.Variant}
			}
		}
		problem.Field = r.field(i, cmp.Or(problem.Field, "quantity"))
		if !all.Has(problem.Field) {
			all = append(all, problem)
		}
	}
	all.SortEntries()
	if gone != nil {
		gone.Problems = all
		return *gone
	}
	return all.Err()
}

// listed names variants by what whoever chooses needs: _id, options, and whether it can be bought.
func listed(variants []models.Variant) string {
	names := make([]string, len(variants))
	for i, v := range variants {
		names[i] = v.ID.String() + " (" + v.Name() + ")"
		if !v.CanBeBought() {
			names[i] = v.ID.String() + " (" + v.Name() + ", sold out)"
		}
	}
	return strings.Join(names, ", ")
}

// productsOf returns those of the items' products that there are, by id.
func (s *Shop) productsOf(
	ctx context.Context, items []models.Item,
) (map[models.ID]models.Product, error) {
	found := make(map[models.ID]models.Product, len(items))
	for some := range slices.Chunk(items, models.MaxLimit) {
		ids := make([]models.ID, len(some))
		for i, item := range some {
			ids[i] = item.Product
		}
		page, err := s.store.Products.List(ctx, models.ProductQuery{IDs: ids, Limit: len(ids)})
		if err != nil {
			return nil, err
		}
		for _, product := range page.Products {
			found[product.ID] = product
		}
	}
	return found, nil
}
