package dbmanagers

import (
	"crypto/sha256"
	"reflect"
	"slices"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao/models"
)

// variantsIn reads the variants of a document with tolerance. A list in which anything stands that
// has no code and options is another program's own, which means something of its own by that name.
func variantsIn(doc bson.Raw) (variants []models.Variant) {
	ids := variantIDs{product: doc.Lookup("_id"), taken: map[models.ID]bool{}}
	for _, one := range valuesOf(doc.Lookup("variants")) {
		v, readable := variantOf(one)
		if !readable {
			return nil
		}
		v.ID = ids.next(one, v.Code)
		variants = append(variants, v)
	}
	return variants
}

// variantOf reads one, without its id.
func variantOf(value bson.RawValue) (v models.Variant, readable bool) {
	doc, _ := value.DocumentOK()
	v = models.NewVariant()
	v.Code, v.Uncounted = textOf(doc.Lookup("code")), models.Uncounted(isUncounted(doc.Lookup("counted")) && !countedAgain(doc))
	v.Thumbnail, v.Barcode = textOf(doc.Lookup("thumbnail")), textOf(doc.Lookup("barcode"))
	if price := doc.Lookup("price"); !price.IsZero() {
		v.Price = moneyOf(price)
	}
	v.Stock, _ = wholeOf(doc.Lookup("stock"))
	v.Held = heldOf(doc.Lookup("held"))
	for _, option := range elementsOf(doc.Lookup("options")) {
		v.Options = append(v.Options, models.Option{Name: option.Key(), Value: textOf(option.Value())})
	}
	_, hasOptions := doc.Lookup("options").DocumentOK()
	return v, hasOptions && v.Code != ""
}

// variantIDs gives the variants of a product ids: a cart names each by its own, whatever the document
// says.
type variantIDs struct {
	product bson.RawValue
	taken   map[models.ID]bool
}

// next is the id that a variant has. One without, as subdocuments of mongoose with {_id: false} are,
// and one with the id of another, have one that product and code make, the same at every reading.
func (ids variantIDs) next(value bson.RawValue, code string) models.ID {
	doc, _ := value.DocumentOK()
	var id models.ID
	if own := doc.Lookup("_id"); !own.IsZero() && own.Type != bson.TypeNull {
		id = idOf(own)
	}
	for n := 0; id.IsZero() || ids.taken[id]; n++ {
		of := idOf(ids.product)
		sum := sha256.Sum256(append(of[:], models.NormalName(code)+"\x00"+strconv.Itoa(n)...))
		id = models.ID(sum[:12])
	}
	ids.taken[id] = true
	return id
}

// productOver is a product's document as it is written over another of it, in whose variants others may
// keep more: see [changedItems].
func productOver(p models.Product, doc bson.Raw) bson.D {
	fields := productDoc(p)
	for i := range fields {
		if fields[i].Key == "variants" {
			fields[i].Value = changedVariants(p, doc)
		}
	}
	return fields
}

// changedVariants writes the variants of a product from those that doc has. One that stays is kept byte
// by byte, of one that changes all that is not ours.
func changedVariants(p models.Product, doc bson.Raw) bson.A {
	was := models.Product{Variants: variantsIn(doc), Price: p.Price}
	was.Normalize()
	there := valuesOf(doc.Lookup("variants"))
	list := make(bson.A, len(p.Variants))
	for i, v := range p.Variants {
		at := slices.IndexFunc(was.Variants, func(o models.Variant) bool { return o.ID == v.ID })
		switch {
		case at < 0:
			list[i] = variantDoc(v)
		case models.SameVariants(was.Variants[at:at+1], p.Variants[i:i+1]):
			list[i] = there[at]
		default:
			list[i] = changedVariant(there[at], variantDoc(was.Variants[at]), variantDoc(v))
		}
	}
	for i, v := range variantsIn(marshal(bson.D{{Key: "_id", Value: doc.Lookup("_id")}, {Key: "variants", Value: list}})) {
		// An id that is none of its own goes by what stands before it in the list.
		if raw, kept := list[i].(bson.RawValue); kept && v.ID != p.Variants[i].ID {
			list[i] = changedVariant(raw, bson.D{}, bson.D{{Key: "_id", Value: objectID(p.Variants[i].ID)}})
		}
	}
	return list
}

// changedVariant is a variant in which the fields are changed that differ; one that has no id of its own
// gets the one that it is known by.
func changedVariant(value bson.RawValue, old, new bson.D) (doc bson.D) {
	find := func(doc bson.D, name string) any {
		if i := slices.IndexFunc(doc, func(e bson.E) bool { return e.Key == name }); i >= 0 {
			return doc[i].Value
		}
		return nil
	}
	raw, _ := value.DocumentOK()
	own := raw.Lookup("_id")
	for _, field := range elementsOf(value) {
		name := field.Key()
		is, was := find(new, name), find(old, name)
		changed := name == "_id" && models.ID(find(new, name).(bson.ObjectID)) != idOf(own) || name != "_id" && !reflect.DeepEqual(is, was)
		switch {
		case !changed:
			doc = append(doc, bson.E{Key: name, Value: field.Value()})
		case is != nil:
			doc = append(doc, bson.E{Key: name, Value: is})
		}
	}
	for _, field := range new {
		if raw.Lookup(field.Key).IsZero() && (field.Key == "_id" || !reflect.DeepEqual(field.Value, find(old, field.Key))) {
			doc = append(doc, field)
		}
	}
	return doc
}
