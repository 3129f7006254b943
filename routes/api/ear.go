package api

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"

	"pulperia/dao/models"
	"pulperia/routes/fields"
)

// This file is what is taken in other forms than ours, because those who answered the same assignment
// send it so and nobody can misread it: see docs/adr/0028-a-tolerant-ear.md.

// canonical is a figure as text of which there is one reading: with no sign but a minus, no blank, no
// exponent, no separator of thousands, and no more decimals than money has.
var canonical = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]{1,2})?$`)

// figure returns a number that is written as text as JSON has numbers, and anything else as it is.
func figure(raw json.RawMessage) json.RawMessage {
	if text, is := textOf(raw); is && canonical.MatchString(text) {
		return json.RawMessage(text)
	}
	return raw
}

// truth is figure for true and false.
func truth(raw json.RawMessage) json.RawMessage {
	if text, is := textOf(raw); is && (text == "true" || text == "false") {
		return json.RawMessage(text)
	}
	return raw
}

func textOf(raw json.RawMessage) (text string, is bool) {
	return text, raw[0] == '"' && json.Unmarshal(raw, &text) == nil
}

// asProduct returns an object that says of a product what o does, in the forms that we have: a code
// that is a number is its digits, and one picture, or none, is a list.
func (o object) asProduct() object {
	o.fields = maps.Clone(o.fields)
	o.numberAsText("code")
	for _, name := range []string{"thumbnails", "thumbnail"} {
		raw, is := o.fields[name]
		if !is {
			continue
		}
		switch text, one := textOf(raw); {
		case string(raw) == "null", one && text == "":
			o.fields[name] = json.RawMessage("[]")
		case one:
			o.fields[name] = json.RawMessage("[" + string(raw) + "]")
		default:
			o.fields[name] = withoutEmpty(raw)
		}
	}
	return o
}

// numberAsText has a number be its digits.
func (o object) numberAsText(name string) {
	if raw, is := o.fields[name]; is && canonical.Match(raw) {
		o.fields[name] = models.JSON(string(raw))
	}
}

// withoutEmpty leaves out of a list what says nothing.
func withoutEmpty(raw json.RawMessage) json.RawMessage {
	var list []json.RawMessage
	if raw[0] != '[' || json.Unmarshal(raw, &list) != nil {
		return raw
	}
	empty := func(one json.RawMessage) bool { return string(one) == `""` || string(one) == "null" }
	if !slices.ContainsFunc(list, empty) {
		return raw
	}
	return models.JSON(append([]json.RawMessage{}, slices.DeleteFunc(list, empty)...))
}

// asItem returns an object that names the product of an item as we do: it may be called id, _id or
// productId, or be the whole product. One that names two is refused.
func (o object) asItem() object {
	var whole map[string]json.RawMessage
	if raw, is := o.fields["product"]; is && raw[0] == '{' && json.Unmarshal(raw, &whole) == nil {
		for _, name := range []string{"_id", "id"} {
			if id, is := whole[name]; is {
				o.fields["product"] = id
				break
			}
		}
	}
	names := []string{"product", "productId", "id"}
	if !o.has("product") && !o.has("productId") { // else it is the item's own
		names = append(names, "_id")
	}
	for _, name := range names {
		raw, is := o.fields[name]
		switch {
		case is && !o.has("product"):
			o.fields["product"] = raw
		case is && name != "product":
			o.wantSameID(name, o.fields["product"])
		}
	}
	return o
}

// wantSameID refuses a field that is another id than the product's.
func (o object) wantSameID(name string, product json.RawMessage) {
	text, _ := textOf(o.fields[name])
	of, _ := textOf(product)
	id, err := models.ParseID(text)
	if named, wrong := models.ParseID(of); err == nil && wrong == nil && id != named {
		o.wrong.Add(o.prefix+name, models.Another, named, shown(o.fields[name]))
	}
}

// ReadProduct reads a new product from JSON. What is wrong with it is models.Invalid, with every bad
// field.
func ReadProduct(text []byte) (models.Product, error) {
	var wrong models.Invalid
	body := object{wrong: &wrong}
	if json.Unmarshal(text, &body.fields) != nil || body.fields == nil {
		wrong.Add("body", models.NotObject, nil, shown(text))
		return models.Product{}, wrong
	}
	merge(&wrong, models.CheckNames(text))
	return readNewProduct(body)
}

// readNewProduct reads a product that is not there yet. Where something is wrong, whoever sent it
// gets to know all of that.
func readNewProduct(body object) (models.Product, error) {
	var product models.Product
	read(body.asProduct(), fields.Product, fields.Create, &product)
	requireFigures(body, product)
	if len(*body.wrong) == 0 {
		return product, nil
	}
	completed(&product)
	merge(body.wrong, product.Check())
	arrange(*body.wrong, order(fields.Product)...)
	return models.Product{}, *body.wrong
}
