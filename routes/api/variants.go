package api

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	"pulperia/dao/models"
	"pulperia/routes/fields"
)

// clears says whether a field is there to say nothing.
func (o object) clears(name string) bool { return string(o.fields[name]) == "null" }

// readVariants reads all that a product has from now on.
func readVariants(body object, name string) (variants []models.Variant) {
	for i, raw := range body.list(name) {
		entry, v := body.entry(name, i, raw), models.NewVariant()
		entry.numberAsText("code")
		if read(entry, fields.Variant, fields.Create, &v); !v.Uncounted {
			entry.require("stock")
		}
		variants = append(variants, v)
	}
	return variants
}

// uncounted reads whether stock is counted.
func (o object) uncounted(name string, into *models.Uncounted) {
	counted := !bool(*into)
	o.flag(name, &counted)
	*into = models.Uncounted(!counted)
}

// countAgain has stock be counted that was not, where somebody who knows only stock says how much there
// is; what such a one was shown says nothing.
func countAgain(body object, p *models.Product) {
	if body.has("stock") && !body.has("counted") && len(p.Variants) == 0 && p.Stock != models.UncountedStock {
		p.Uncounted = false
	}
}

func (o object) options(name string, into *models.Options) {
	raw := o.fields[name]
	if raw[0] == '{' {
		raw = numbersAsTexts(raw)
	}
	switch {
	case !models.IsUTF8(raw):
		o.wrong.Add(o.prefix+name, models.NotUTF8, nil, shown(raw))
	case raw[0] != '{' || hasNull(raw) || json.Unmarshal(raw, into) != nil:
		*o.wrong = append(*o.wrong, models.Problem{Field: o.prefix + name, Rule: models.NotObject, Detail: `of texts, like {"Talle":"M"}`, Got: shown(raw)})
	}
}

// numbersAsTexts has the numbers in an object be their digits, and keeps its order.
func numbersAsTexts(raw json.RawMessage) json.RawMessage {
	var values map[string]json.RawMessage
	isNumber := func(value json.RawMessage) bool { return canonical.Match(value) }
	if json.Unmarshal(raw, &values) != nil || !slices.ContainsFunc(slices.Collect(maps.Values(values)), isNumber) {
		return raw
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.Token() // the brace
	texts := []byte{'{'}
	for decoder.More() {
		name, _ := decoder.Token()
		text := values[name.(string)]
		var skipped json.RawMessage
		decoder.Decode(&skipped)
		if isNumber(text) {
			text = models.JSON(string(text))
		}
		if len(texts) > 1 {
			texts = append(texts, ',')
		}
		texts = append(append(append(texts, models.JSON(name.(string))...), ':'), text...)
	}
	return append(texts, '}')
}

func hasNull(raw json.RawMessage) bool {
	var values map[string]*string
	json.Unmarshal(raw, &values)
	return slices.Contains(slices.Collect(maps.Values(values)), nil)
}

// requireFigures notes where a new product says neither what it costs nor how much there is of it:
// one with variants says it by these.
func requireFigures(body object, p models.Product) {
	switch {
	case body.wrong.Has("variants"): // they may be what says it
		return
	case len(p.Variants) == 0:
		body.require("price")
		if !p.Uncounted {
			body.require("stock")
		}
		return
	case body.has("price"):
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
