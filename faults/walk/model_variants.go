package walk

import (
	"maps"
	"slices"
	"strconv"
)

// variant is one of the forms that a product is sold in. All are counted.
type variant struct {
	ID      string            `json:"_id"`
	Code    string            `json:"code"`
	Options map[string]string `json:"options"`
	Price   cents             `json:"price"`
	Stock   int64             `json:"stock"`
	Counted bool              `json:"counted"`
}

// The option that all variants of the walk differ in, and its values.
const option = "Talle"

var sizes = []string{"S", "M", "L", "XL", "XXL", "Niño & niña"}

// choice is what a line of a cart is of: a product, and a variant where that has some.
type choice struct{ product, variant string }

func (i item) choice() choice { return choice{i.Product, i.Variant} }

// variant is that of an id, or nil.
func (p *product) variant(id string) *variant {
	if at := slices.IndexFunc(p.Variants, func(v variant) bool { return v.ID == id }); at >= 0 {
		return &p.Variants[at]
	}
	return nil
}

// choices are what can be put into a cart of a product.
func (p product) choices() (all []choice) {
	for _, one := range p.Variants {
		all = append(all, choice{p.ID, one.ID})
	}
	if all == nil {
		all = []choice{{p.ID, ""}}
	}
	return all
}

// said is what a client sends of a choice, beside its product.
func (of choice) said(quantity any) map[string]any {
	body := map[string]any{}
	if of.variant != "" {
		body["variant"] = of.variant
	}
	if quantity != nil {
		body["quantity"] = quantity
	}
	return body
}

// derived is the product with the lowest price of its variants and the sum of their stock.
func (p product) derived() product {
	for i, one := range p.Variants {
		if i == 0 {
			p.Price, p.Stock = one.Price, 0
		}
		p.Price, p.Stock = min(p.Price, one.Price), p.Stock+one.Stock
	}
	return p
}

// priced is the product at another price, as set by who knows no variants: the cheapest of them cost
// that, and so do those that would be cheaper.
func (p product) priced(price cents) product {
	was := p.Price
	p.Price, p.Variants = price, slices.Clone(p.Variants)
	for i := range p.Variants {
		if one := &p.Variants[i]; was != price && (one.Price == was || one.Price < price) {
			one.Price = price
		}
	}
	return p
}

// stocked is the product with so many, as counted by who knows no variants: more are of the first,
// and fewer are taken from the first on.
func (p product) stocked(stock int64) product {
	more := stock - p.Stock
	p.Stock, p.Variants = stock, slices.Clone(p.Variants)
	for i := range p.Variants {
		if one := &p.Variants[i]; more > 0 {
			one.Stock += more
			break
		} else {
			taken := min(one.Stock, -more)
			one.Stock -= taken
			more += taken
		}
	}
	return p
}

// changedBy is the product with what somebody has made of its variants.
func (p product) changedBy(change func([]variant) []variant) product {
	p.Variants = change(slices.Clone(p.Variants))
	if len(p.Variants) == 0 {
		p.Variants = nil
	}
	return p.derived()
}

// leftOf is how many of a choice can be bought.
func (m *model) leftOf(of choice) int64 {
	p := m.products[of.product]
	one := p.variant(of.variant)
	switch {
	case !p.Status:
	case one != nil:
		return one.Stock
	case of.variant == "" && len(p.Variants) == 0:
		return p.Stock
	}
	return 0
}

// priceOf is what one of a choice costs.
func (m *model) priceOf(of choice) cents {
	p := m.products[of.product]
	if one := p.variant(of.variant); one != nil {
		return one.Price
	}
	return p.Price
}

// newVariants makes up so many, of sizes that none of the others has.
func (w *walk) newVariants(others []variant, n int) (made []variant) {
	free := slices.DeleteFunc(slices.Clone(sizes), func(size string) bool {
		return slices.ContainsFunc(others, func(v variant) bool { return v.Options[option] == size })
	})
	w.random.Shuffle(len(free), func(i, j int) { free[i], free[j] = free[j], free[i] })
	for _, size := range free[:min(n, len(free))] {
		made = append(made, variant{w.id(), "V-" + strconv.Itoa(w.act) + "-" + strconv.Itoa(w.random.IntN(1_000_000)),
			map[string]string{option: size}, w.newPrice(), int64(w.random.IntN(20)), true})
	}
	return made
}

// varied draws one of the products that have variants.
func (w *walk) varied() product {
	ids := slices.DeleteFunc(keys(w.model.products), func(id string) bool { return len(w.model.products[id].Variants) == 0 })
	return w.model.products[ids[w.random.IntN(len(ids))]]
}

// plain draws one that has none.
func (w *walk) plain() product {
	ids := slices.DeleteFunc(keys(w.model.products), func(id string) bool { return len(w.model.products[id].Variants) > 0 })
	return w.model.products[ids[w.random.IntN(len(ids))]]
}

func hasVaried(w *walk) bool {
	for one := range maps.Values(w.model.products) {
		if len(one.Variants) > 0 {
			return true
		}
	}
	return false
}

func hasPlain(w *walk) bool {
	for one := range maps.Values(w.model.products) {
		if len(one.Variants) == 0 {
			return hasProducts(w)
		}
	}
	return false
}
