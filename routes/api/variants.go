package api

import (
	"encoding/json"
	"strings"

	"pulperia/dao/models"
)

// readMoreFields reads what products of before do not have. null stands for nothing.
func readMoreFields(body object, p *models.Product) {
	if !body.clears("compareAt") {
		body.money("compareAt", &p.CompareAt)
	} else {
		p.CompareAt = 0
	}
	counted := !bool(p.Uncounted)
	body.flag("counted", &counted)
	p.Uncounted = models.Uncounted(!counted)
	for name, into := range map[string]*string{"vendor": &p.Vendor, "barcode": &p.Barcode} {
		if body.clears(name) {
			*into = ""
			continue
		}
		body.text(name, into)
	}
	if body.has("tags") {
		p.Tags = readTexts(body, "tags")
	}
	if body.has("variants") {
		p.Variants = readVariants(body)
	}
}

// clears says whether a field is there to say nothing.
func (o object) clears(name string) bool { return string(o.fields[name]) == "null" }

// readVariants reads all that a product has from now on.
func readVariants(body object) (variants []models.Variant) {
	for i, raw := range body.list("variants") {
		entry, v := body.entry("variants", i, raw), models.NewVariant()
		counted := true
		entry.require("code", "options")
		entry.id("_id", &v.ID)
		entry.text("code", &v.Code)
		entry.options("options", &v.Options)
		entry.money("price", &v.Price)
		if entry.flag("counted", &counted); counted {
			entry.require("stock")
		}
		entry.whole("stock", models.MaxStock, &v.Stock)
		v.Uncounted = models.Uncounted(!counted)
		for name, into := range map[string]*string{"thumbnail": &v.Thumbnail, "barcode": &v.Barcode} {
			if !entry.clears(name) {
				entry.text(name, into)
			}
		}
		variants = append(variants, v)
	}
	return variants
}

func (o object) options(name string, into *models.Options) {
	raw, ok := o.fields[name]
	switch {
	case !ok:
	case !models.IsUTF8(raw):
		o.wrong.Add(o.prefix+name, models.NotUTF8, nil, shown(raw))
	case raw[0] != '{' || strings.Contains(string(raw), "null") && hasNull(raw) || json.Unmarshal(raw, into) != nil:
		*o.wrong = append(*o.wrong, models.Problem{Field: o.prefix + name, Rule: models.NotObject, Detail: `of texts, like {"Talle":"M"}`, Got: shown(raw)})
	}
}

func hasNull(raw json.RawMessage) bool {
	var values map[string]*string
	json.Unmarshal(raw, &values)
	for _, value := range values {
		if value == nil {
			return true
		}
	}
	return false
}

// requireFigures notes where a new product says neither what it costs nor how much there is of it:
// one with variants says it by these.
func requireFigures(body object, p models.Product) {
	if len(p.Variants) == 0 && !body.wrong.Has("variants") {
		body.require("price")
		if !p.Uncounted {
			body.require("stock")
		}
		return
	}
	if body.has("price") {
		return
	}
	for i, raw := range body.list("variants") {
		body.entry("variants", i, raw).require("price")
	}
}

// completed is a product as the shop would complete it, for the rules to be held against.
func completed(p *models.Product) {
	p.Normalize()
	p.Identify(models.Product{}, func(n int) models.ID { return models.ID{1, byte(n >> 8), byte(n)} })
	p.Derive()
}
