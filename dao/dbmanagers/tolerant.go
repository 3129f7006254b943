package dbmanagers

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao/models"
)

// Reading takes whatever another program may have written for what it most likely means, and never
// fails: one bad document must not take a page down. Values are normalized but not held against the
// rules of models. What was read with tolerance is named by productDirt, cartDirt and messageDirt.

// thumbnailField is where many applications keep the one picture of a product.
const thumbnailField = "thumbnail"

func readProduct(doc bson.Raw) models.Product {
	p := models.Product{
		ID:          idOf(doc.Lookup("_id")),
		Title:       textOf(doc.Lookup("title")),
		Description: textOf(doc.Lookup("description")),
		Code:        textOf(doc.Lookup("code")),
		Price:       moneyOf(doc.Lookup("price")),
		Status:      statusOf(doc.Lookup("status")),
		Category:    textOf(doc.Lookup("category")),
		CreatedAt:   createdOf(doc),
		Rev:         revOf(doc),
	}
	p.Stock, _ = wholeOf(doc.Lookup("stock"))
	p.Thumbnails, _ = picturesOf(doc)
	p.UpdatedAt = updatedOf(doc, p.CreatedAt)
	readMoreOfProduct(doc, &p)
	return p
}

func readCart(doc bson.Raw) models.Cart {
	c := models.Cart{ID: idOf(doc.Lookup("_id")), CreatedAt: createdOf(doc), Rev: revOf(doc)}
	c.UpdatedAt = updatedOf(doc, c.CreatedAt)
	for _, e := range entriesOf(doc) {
		if e.readable {
			c.Products = append(c.Products, e.item)
		}
	}
	c.Normalize()
	return c
}

func readMessage(doc bson.Raw) models.Message {
	m := models.Message{
		ID:        idOf(doc.Lookup("_id")),
		User:      textOf(doc.Lookup("user")),
		Message:   textOf(doc.Lookup("message")),
		CreatedAt: createdOf(doc),
	}
	if by := textOf(ownField(doc, byField)); models.IsBy(by) {
		m.By = by
	}
	m.Normalize()
	return m
}

// statusOf reads the texts that mongoose takes for a boolean as it does; where nothing tells, a
// product is on sale, as by the schema's default.
func statusOf(value bson.RawValue) bool {
	if on, ok := value.BooleanOK(); ok {
		return on
	}
	if number, ok := decimalOf(value); ok {
		return number.digits != ""
	}
	text := strings.ToLower(strings.TrimSpace(textOf(value)))
	return text != "false" && text != "no"
}

// picturesOf reads the pictures of a product and says which field they come from; "" when there is
// none.
func picturesOf(doc bson.Raw) (pictures []string, from string) {
	for _, from := range []string{"thumbnails", thumbnailField} {
		if pictures := picturesIn(doc.Lookup(from)); len(pictures) > 0 {
			return pictures, from
		}
	}
	return nil, ""
}

// picturesIn reads an array of pictures, or the only one.
func picturesIn(value bson.RawValue) (pictures []string) {
	for _, one := range append(valuesOf(value), value) {
		if one.Type == bson.TypeString && strings.TrimSpace(textOf(one)) != "" {
			pictures = append(pictures, textOf(one))
		}
	}
	return pictures
}

// cartEntry is one entry of a cart's array.
type cartEntry struct {
	value    bson.RawValue
	item     models.Item
	readable bool // it names a product
}

func entriesOf(cart bson.Raw) []cartEntry {
	values := valuesOf(cart.Lookup("products"))
	entries := make([]cartEntry, len(values))
	for i, value := range values {
		entries[i].value = value
		if doc, ok := value.DocumentOK(); ok {
			entries[i].item.Product, entries[i].readable = productOf(doc.Lookup("product"))
			entries[i].item.Variant, _ = productOf(doc.Lookup("variant"))
			entries[i].item.Quantity = quantityOf(doc.Lookup("quantity"))
		}
	}
	return entries
}

// quantityOf is 1 where no number tells: whoever put the product in wanted at least that.
func quantityOf(value bson.RawValue) int64 {
	if n, ok := wholeOf(value); ok {
		return n
	}
	return 1
}

// productOf reads what names a product: an ObjectID, its 24 hex digits, or a document that has one
// of them as its _id (a reference that was populated) or its $id (a DBRef).
func productOf(value bson.RawValue) (id models.ID, ok bool) {
	if doc, isDoc := value.DocumentOK(); isDoc {
		if value = doc.Lookup("_id"); value.IsZero() {
			value = doc.Lookup("$id")
		}
	}
	named, ok := value.ObjectIDOK()
	if text, isText := value.StringValueOK(); isText {
		var err error
		named, err = bson.ObjectIDFromHex(text)
		ok = err == nil
	}
	return models.ID(named), ok && !named.IsZero()
}

// createdOf falls back on what was noted when the document was adopted, then on the time in an
// ObjectID.
func createdOf(doc bson.Raw) models.Time {
	if created, ok := timeOf(doc.Lookup("createdAt")); ok {
		return created
	}
	if created, ok := timeOf(ownField(doc, "created")); ok {
		return created
	}
	if id, ok := doc.Lookup("_id").ObjectIDOK(); ok {
		return models.TimeOf(id.Timestamp())
	}
	return 0
}

func updatedOf(doc bson.Raw, created models.Time) models.Time {
	if updated, ok := timeOf(doc.Lookup("updatedAt")); ok {
		return updated
	}
	return created
}

func revOf(doc bson.Raw) int64 {
	rev, _ := wholeOf(ownField(doc, "rev"))
	return rev
}

// ownField looks up what we noted in a document.
func ownField(doc bson.Raw, name string) bson.RawValue {
	inner, _ := doc.Lookup("pulperia").DocumentOK()
	return inner.Lookup(name)
}
