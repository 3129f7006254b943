package catalogue

import (
	"encoding/json"
	"slices"
	"strings"

	"pulperia/dao/models"
)

// readMore reads what only exports of the shop say.
func (l *loose) readMore(in item, p *models.Product) {
	p.CompareAt = l.money("compareAt", in.CompareAt)
	p.Tax = l.text("tax", in.Tax)
	if json.Unmarshal(in.Held, &p.Held) != nil || p.Held < 0 || p.Held > models.MaxHeld {
		p.Held = 0 // another program's own
	}
	if !absent(in.Counted) {
		p.Uncounted = models.Uncounted(!l.state("counted", in.Counted))
		l.say("stock")
	}
	if absent(in.Variants) {
		return
	}
	l.say("variants")
	if !models.IsUTF8(in.Variants) {
		l.bad.Add("variants", models.NotUTF8, nil, shown(in.Variants))
		return
	}
	if err := json.Unmarshal(in.Variants, &p.Variants); err != nil {
		l.bad = append(l.bad, models.Problem{Field: "variants", Rule: models.NotList, Detail: models.Misfit(err), Got: shown(in.Variants)})
	}
}

// tags reads a list of texts, or one with commas between them.
func (l *loose) tags(field string, raw json.RawMessage) (tags []string) {
	text, isText := scalar(raw)
	switch {
	case absent(raw):
		return nil
	case isText:
		return l.cellTags(field, text)
	case !models.IsUTF8(raw):
		l.bad.Add(field, models.NotUTF8, nil, shown(raw))
	case json.Unmarshal(raw, &tags) != nil:
		l.bad.Add(field, models.NotList, nil, shown(raw))
	default:
		l.say(field)
	}
	return tags
}

// cellTags reads the tags of a sheet.
func (l *loose) cellTags(field, text string) (tags []string) {
	for tag := range strings.SplitSeq(text, ",") {
		if tag = strings.TrimSpace(tag); tag != "" {
			l.say(field)
			tags = append(tags, tag)
		}
	}
	return tags
}

// moreOver has a product say what the file says of a field that products of before do not have.
func (p Product) moreOver(field string, old *models.Product, was models.Product) {
	switch field {
	case "compareAt":
		old.CompareAt = p.CompareAt
	case "tax":
		old.Tax = p.Tax
	case "tags":
		old.Tags = slices.Clone(p.Tags)
	case "vendor":
		old.Vendor = p.Vendor
	case "barcode":
		old.Barcode = p.Barcode
	case "variants":
		old.Variants = p.Product.Clone().Variants
		if p.said != nil {
			old.Variants = p.mergedVariants(was)
		}
	}
}

// saying says what a row of a sheet says of a variant, beside its code and its options.
type saying struct{ price, stock, barcode, thumbnail bool }

// placeOf returns where among variants one of a file stands, or -1: its code tells, or else its options.
func placeOf(variants []models.Variant, v models.Variant) int {
	at := slices.IndexFunc(variants, func(m models.Variant) bool { return m.Code == v.Code })
	if at < 0 {
		at = slices.IndexFunc(variants, func(m models.Variant) bool { return slices.Equal(m.Options, v.Options) })
	}
	return at
}

// variantOf returns which variant of a product the file is about, and nothing else of it; -1 for none.
func (p Product) variantOf(old models.Product) int {
	if old.Code == p.Code {
		return -1
	}
	return slices.IndexFunc(old.Variants, func(v models.Variant) bool { return v.Code == p.Code })
}

// saysStockOfNone says whether the file has a stock for a product that is counted in other variants
// than it says: of which one, nobody can tell.
func (p Product) saysStockOfNone(old models.Product) bool {
	return p.says("stock") && !p.says("variants") && len(old.Variants) > 0 && p.variantOf(old) < 0 && p.Uncounted != old.Uncounted
}

// LeftOpen says, for the report, what becomes of a stock that the file has for a product that is
// there and no variant of it takes, and of new variants that it has no stock for.
func (p Product) LeftOpen(old models.Product) (made []string) {
	if p.saysStockOfNone(old) {
		made = append(made, StockOfNoVariant)
	}
	for i, said := range p.said {
		if !said.stock && placeOf(old.Variants, p.Variants[i]) < 0 {
			made = appendNew(made, NoStock)
		}
	}
	return made
}

func appendNew(texts []string, text string) []string {
	if slices.Contains(texts, text) {
		return texts
	}
	return append(texts, text)
}

// mergedVariants are those that a product has, with what the rows of a sheet say of them, and behind
// them the new ones. Which is which, is told by the code, or else by the options.
func (p Product) mergedVariants(was models.Product) []models.Variant {
	merged := was.Clone().Variants
	for i, v := range p.Product.Clone().Variants {
		at := placeOf(merged, v)
		if at < 0 {
			if !p.said[i].stock {
				v.Uncounted = true
			}
			merged = append(merged, v)
			continue
		}
		old := &merged[at]
		old.Code, old.Options = v.Code, v.Options
		if p.said[i].price {
			old.Price = v.Price
		}
		if p.said[i].stock {
			old.Stock, old.Uncounted = v.Stock, v.Uncounted
		}
		if p.said[i].barcode {
			old.Barcode = v.Barcode
		}
		if p.said[i].thumbnail {
			old.Thumbnail = v.Thumbnail
		}
	}
	return merged
}

// overVariant is Over where what the file says is about one variant of a product that is there: what
// it costs, and how much there is of it.
func (p Product) overVariant(old models.Product, at int) models.Product {
	over := old.Clone()
	v := &over.Variants[at]
	if p.says("price") {
		v.Price = p.Price
	}
	if p.says("stock") {
		v.Stock, v.Uncounted = p.Stock, p.Uncounted
	}
	if p.says("barcode") {
		v.Barcode = p.Barcode
	}
	over.Normalize()
	over.Settle(old)
	return over
}

// Joined returns what products of an earlier import, of which each was one variant, are together: the
// first of them, under the code of the file, sold in the forms of all.
func (p Product) Joined(old []models.Product) models.Product {
	joined := old[0].Clone()
	joined.Code, joined.Variants = p.Code, nil
	for _, one := range old {
		i := slices.IndexFunc(p.Variants, func(v models.Variant) bool { return v.Code == one.Code })
		v := p.Product.Clone().Variants[i]
		v.ID, v.Price, v.Stock, v.Uncounted, v.Barcode = one.ID, one.Price, one.Stock, one.Uncounted, one.Barcode
		joined.Variants = append(joined.Variants, v)
	}
	joined.Derive()
	return joined
}

// WasVariant says whether a product of a shop is one variant of this one, as an earlier import made
// a product of each: of its code, and titled by its options.
func (p Product) WasVariant(old models.Product) bool {
	return len(old.Variants) == 0 && old.Code != p.Code && slices.Contains(p.VariantCodes(), old.Code) &&
		(old.Title == p.Title || strings.HasPrefix(old.Title, p.Title+" – "))
}

// noID leaves the ids of new variants to whoever stores them.
func noID(int) models.ID { return models.ID{} }

// completed is what a store would make of a product as it was read, for the rules to be held against.
func completed(read models.Product) models.Product {
	p := read.Clone()
	p.Identify(models.Product{}, func(n int) models.ID { return models.ID{1, byte(n >> 8), byte(n)} })
	if p.CompareAt > 0 || len(p.Variants) > 0 {
		p.Settle(models.Product{CompareAt: -1}) // no rule is broken by what a file says first
	}
	return p
}
