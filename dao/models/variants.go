package models

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// The limits of variants.
const (
	MaxVariants = 100
	MaxOptions  = 3 // names, like Talle and Color
)

// UncountedStock is the stock of what is not counted, for whoever knows only stock.
const UncountedStock = 1_000_000

// noPrice is the price of a variant that says none: it costs what its product does.
const noPrice = Money(math.MinInt64)

// Variant is one of the forms that a product is sold in. Price and stock of the product are what
// its variants make of them: see [Product.Settle].
type Variant struct {
	ID        ID        `json:"_id"`     // never changes
	Code      string    `json:"code"`    // unique in the shop, as a product's is
	Options   Options   `json:"options"` // of the same names in all variants of a product
	Price     Money     `json:"price"`   // where a form says none, that of the product
	Stock     int64     `json:"stock"`
	Uncounted Uncounted `json:"counted"`
	Held      int64     `json:"held,omitzero"` // in open orders, and not in the stock
	Thumbnail string    `json:"thumbnail,omitempty"`
	Barcode   string    `json:"barcode,omitempty"`
}

// NewVariant returns one of which nothing is known; it costs what its product does.
func NewVariant() Variant { return Variant{Price: noPrice} }

// CanBeBought says whether there is any of it.
func (v Variant) CanBeBought() bool { return v.Stock > 0 }

// Name is what tells it from its siblings: "M / azul".
func (v Variant) Name() string {
	values := make([]string, len(v.Options))
	for i, option := range v.Options {
		values[i] = option.Value
	}
	return strings.Join(values, " / ")
}

// UnmarshalJSON reads it; a price that is absent is the product's.
func (v *Variant) UnmarshalJSON(text []byte) error {
	type plain Variant
	read := plain{Price: noPrice}
	err := json.Unmarshal(text, &read)
	*v = Variant(read)
	return err
}

func (v Variant) same(o Variant) bool {
	return v.ID == o.ID && v.Code == o.Code && slices.Equal(v.Options, o.Options) && v.Price == o.Price && v.Stock == o.Stock &&
		v.Uncounted == o.Uncounted && v.Held == o.Held && v.Thumbnail == o.Thumbnail && v.Barcode == o.Barcode
}

// SameVariants says whether two products are sold in the same forms, at the same prices and with
// the same stock.
func SameVariants(a, b []Variant) bool { return slices.EqualFunc(a, b, Variant.same) }

func cloneVariants(variants []Variant) []Variant {
	variants = slices.Clone(variants)
	for i := range variants {
		variants[i].Options = slices.Clone(variants[i].Options)
	}
	return variants
}

// Variant returns the variant of an id, or nil.
func (p *Product) Variant(id ID) *Variant {
	for i := range p.Variants {
		if p.Variants[i].ID == id {
			return &p.Variants[i]
		}
	}
	return nil
}

// OptionNames are the names of the options that the variants differ in, in their order.
func (p *Product) OptionNames() (names []string) {
	if len(p.Variants) > 0 {
		for _, option := range p.Variants[0].Options {
			names = append(names, option.Name)
		}
	}
	return names
}

// Codes returns what a product is found by exactly: its own code and those of its variants.
func (p *Product) Codes() []string {
	codes := make([]string, 0, 1+len(p.Variants))
	codes = append(codes, p.Code)
	return append(codes, p.variantCodes()...)
}

// variantCodes are nil without variants, as almost everywhere.
func (p *Product) variantCodes() (codes []string) {
	for _, v := range p.Variants {
		codes = append(codes, v.Code)
	}
	return codes
}

// VariantCodes returns the codes of the variants.
func (p *Product) VariantCodes() []string { return p.variantCodes() }

// Identify gives the variants that have no id the one that old's variant of the same code has, or
// else a new one: made(0), made(1) …, which must return the same whenever it is asked again.
func (p *Product) Identify(old Product, made func(n int) ID) {
	n := 0
	for i := range p.Variants {
		v := &p.Variants[i]
		if !v.ID.IsZero() {
			continue
		}
		was := slices.IndexFunc(old.Variants, func(o Variant) bool { return o.Code == NormalName(v.Code) })
		if was >= 0 && p.Variant(old.Variants[was].ID) == nil {
			v.ID = old.Variants[was].ID
			continue
		}
		v.ID = made(n)
		n++
	}
}

// Settle brings price and stock of a product with variants together after a change of old. Where the
// variants have changed, the product has the lowest of their prices and the sum of their stock; what
// was given for these and is not that, is left for [Product.Check] to refuse. Where they have not,
// who changed price or stock knows no variants: see [Product.Spread]. A price before that is no
// longer higher is none.
func (p *Product) Settle(old Product) {
	p.takePrices()
	if p.CompareAt == old.CompareAt && p.CompareAt <= p.Price {
		p.CompareAt = 0
	}
	switch {
	case len(p.Variants) == 0:
		return
	case SameVariants(p.Variants, old.Variants):
		if p.Uncounted != old.Uncounted { // of which variant, nobody can say
			p.Stock = old.Stock
			return
		}
		p.Spread()
		return
	}
	price, stock, uncounted := p.made()
	if p.Price == old.Price {
		p.Price = price
	}
	if p.Stock == old.Stock {
		p.Stock = stock
	}
	if p.Uncounted == old.Uncounted {
		p.Uncounted = uncounted
	}
	if p.CompareAt == old.CompareAt && p.CompareAt <= p.Price {
		p.CompareAt = 0
	}
}

// Derive has price and stock be what the variants make of them, whatever they were.
func (p *Product) Derive() {
	if p.takePrices(); len(p.Variants) > 0 {
		p.Price, p.Stock, p.Uncounted = p.made()
	}
}

// Complete gives a product with variants what whoever wrote it by hand left out: ids of variants, and
// figures that these make.
func (p *Product) Complete(said func(field string) bool, made func(n int) ID) {
	if len(p.Variants) == 0 {
		return
	}
	p.Identify(Product{}, made)
	p.Normalize()
	price, stock, uncounted := p.made()
	if !said("price") {
		p.Price = price
	}
	if !said("stock") {
		p.Stock = stock
	}
	if !said("counted") {
		p.Uncounted = uncounted
	}
}

// Spread has the variants follow price and stock of the product, as somebody has set them who knows
// no variants. The cheapest ones, and whatever would be cheaper, cost the price. What there is more
// of belongs to the first variant that is counted; what there is less is taken from the first on.
func (p *Product) Spread() {
	if p.takePrices(); len(p.Variants) == 0 {
		return
	}
	lowest, stock, uncounted := p.made()
	if p.Uncounted = uncounted; uncounted {
		p.Stock = UncountedStock
	} else {
		p.spreadStock(p.Stock - stock)
	}
	if p.Price == lowest {
		return
	}
	for i := range p.Variants {
		if v := &p.Variants[i]; v.Price == lowest || v.Price < p.Price {
			v.Price = p.Price
		}
	}
}

func (p *Product) spreadStock(more int64) {
	for i := range p.Variants {
		if v := &p.Variants[i]; more < 0 {
			taken := min(max(v.Stock, 0), -more)
			v.Stock -= taken
			more += taken
		}
	}
	p.Variants[0].Stock += more
}

// takePrices gives the variants that say none the product's price.
func (p *Product) takePrices() {
	for i := range p.Variants {
		if p.Variants[i].Price == noPrice {
			p.Variants[i].Price = p.Price
		}
	}
}

// made is what the variants make of a product. What can always be bought is not counted.
func (p *Product) made() (price Money, stock int64, uncounted Uncounted) {
	price = Money(math.MaxInt64)
	for _, v := range p.Variants {
		price, stock, uncounted = min(price, v.Price), stock+v.Stock, uncounted || v.Uncounted
	}
	if uncounted {
		stock = UncountedStock
	}
	return price, stock, uncounted
}

// normalizeVariants gives all the options in the order that they have in the first variant.
func (p *Product) normalizeVariants() {
	for i := range p.Variants {
		v := &p.Variants[i]
		v.Code, v.Barcode, v.Thumbnail = NormalName(v.Code), NormalName(v.Barcode), strings.TrimSpace(v.Thumbnail)
		for j := range v.Options {
			v.Options[j] = Option{NormalName(v.Options[j].Name), NormalName(v.Options[j].Value)}
		}
		if v.Uncounted {
			v.Stock = UncountedStock
		}
		first := p.Variants[0].Options
		slices.SortStableFunc(v.Options, func(a, b Option) int { return first.index(a.Name) - first.index(b.Name) })
	}
	p.takePrices()
}

// checkVariants lists what is wrong with the variants, and with what the product should have of
// them.
func (p Product) checkVariants(v *Invalid) {
	if n := len(p.Variants); n > MaxVariants {
		v.Add("variants", TooMany, MaxVariants, strconv.Itoa(n))
		return
	}
	if len(p.Variants) == 0 {
		return
	}
	names := p.OptionNames()
	ids, codes, choices := map[ID]bool{}, map[string]bool{p.Code: true}, map[string]bool{}
	once := func(field string, twice bool, got string) {
		if twice && !v.Has(field) {
			v.Add(field, Twice, nil, quote(got))
		}
	}
	for i, one := range p.Variants {
		field := "variants[" + strconv.Itoa(i) + "]."
		if one.ID.IsZero() {
			v.Add(field+"_id", Required, nil, "")
		}
		once(field+"_id", ids[one.ID], one.ID.String())
		v.checkName(field+"code", one.Code)
		once(field+"code", codes[one.Code], one.Code)
		v.checkOptions(field+"options", one.Options, names)
		once(field+"options", choices[one.Options.key()], one.Name())
		ids[one.ID], codes[one.Code], choices[one.Options.key()] = true, true, true
		checkRange(v, field+"price", one.Price, 0, MaxPrice)
		checkRange(v, field+"stock", one.Stock, 0, MaxStock)
		if one.Held != 0 {
			checkRange(v, field+"held", one.Held, 0, MaxHeld)
		}
		if one.Thumbnail != "" && !IsPicture(one.Thumbnail) {
			v.Add(field+"thumbnail", NotPicture, MaxThumbnail, quote(one.Thumbnail))
		}
		if one.Barcode != "" {
			v.checkName(field+"barcode", one.Barcode)
		}
	}
	price, stock, uncounted := p.made()
	derived := func(field string, is, made any) {
		if is != made && !v.Has(field) {
			v.Add(field, Derived, made, fmt.Sprint(is))
		}
	}
	derived("price", p.Price, price)
	derived("stock", p.Stock, stock)
	derived("counted", !p.Uncounted, !uncounted)
}

func (v *Invalid) checkOptions(field string, options Options, names []string) {
	if len(options) == 0 {
		v.Add(field, Required, nil, "")
		return
	}
	if n := len(options); n > MaxOptions {
		v.Add(field, TooMany, MaxOptions, strconv.Itoa(n))
		return
	}
	own := make([]string, len(options))
	for i, option := range options {
		own[i] = option.Name
		v.checkName(field, option.Name)
		if !v.Has(field) {
			v.checkName(field+"."+option.Name, option.Value)
		}
	}
	switch {
	case v.Has(field):
	case !slices.Equal(own, names):
		v.Add(field, NotOneOf, strings.Join(names, ", "), strings.Join(own, ", "))
	case len(slices.Compact(slices.Sorted(slices.Values(own)))) < len(own):
		v.Add(field, Twice, nil, strings.Join(own, ", "))
	}
}

// PictureNames returns what the thumbnails of a product and of its variants say.
func (p *Product) PictureNames() []string {
	names := slices.Clone(p.Thumbnails)
	for _, v := range p.Variants {
		names = append(names, v.Thumbnail)
	}
	return names
}
