package dbmanagers

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao/models"
)

// Dirt is where a document is not as we would write it: what reading had to guess or to leave out,
// and what breaks a rule of models. Each sentence names the field, its value and what it is shown
// as. No dirt is what mongoose writes by the assignment's schemas: whole prices as integers, an _id
// in each item of a cart, a __v, and no times (an ObjectID tells them).

func productDirt(doc bson.Raw) []string {
	p := readProduct(doc)
	d := dirtOf(doc, productDoc(p))
	if counted := doc.Lookup("counted"); isUncounted(counted) && !bool(p.Uncounted) {
		d.add("counted", "is "+show(counted)+": shown as what stock or the variants say")
	}
	d.addRules(p.Check(), func(field string) string { return field })
	return d.sentences
}

func messageDirt(doc bson.Raw) []string {
	m := readMessage(doc)
	d := dirtOf(doc, messageDoc(m))
	d.addRules(m.Check(), func(field string) string { return field })
	return d.sentences
}

func cartDirt(doc bson.Raw) []string {
	c := readCart(doc)
	d := dirtOf(doc, slices.DeleteFunc(cartDoc(c), func(field bson.E) bool { return field.Key == "products" }))
	if products := doc.Lookup("products"); products.Type != bson.TypeArray {
		d.add("products", "is "+show(products)+": shown as an empty cart")
	}
	places := d.addItems(entriesOf(doc), c)
	d.addRules(c.Check(), func(field string) string {
		number, rest, _ := strings.Cut(strings.TrimPrefix(field, "products["), "]")
		if i, err := strconv.Atoi(number); err == nil {
			return itemField(places[i], rest)
		}
		return field
	})
	return d.sentences
}

// addItems notes what is wrong with the entries of a cart, and returns the place of the first entry
// of each item of c.
func (d *dirt) addItems(entries []cartEntry, c models.Cart) (places []int) {
	first := make(map[models.Choice]int, len(entries))
	for i, e := range entries {
		product, quantity := itemField(i, ".product"), itemField(i, ".quantity")
		item, _ := e.value.DocumentOK()
		if !e.readable {
			d.add(itemField(i, ""), "is "+show(e.value)+" and names no product: left out")
			continue
		}
		place, twice := first[e.item.Choice()]
		if twice {
			of := c.Products[slices.Index(places, place)]
			d.add(product, fmt.Sprintf("is the same as in products[%d]: shown as one item of %d", place, of.Quantity))
		} else {
			first[e.item.Choice()] = i
			places = append(places, i)
		}
		d.compare(product, item.Lookup("product"), objectID(e.item.Product))
		d.compare(quantity, item.Lookup("quantity"), wholeNumber(e.item.Quantity))
	}
	return places
}

func itemField(i int, rest string) string { return "products[" + strconv.Itoa(i) + "]" + rest }

// dirt is what was found so far. A field has one sentence.
type dirt struct {
	sentences []string
	fields    map[string]bool
	deep      bool // documents and lists are compared field by field
}

// dirtOf compares a document to what we would write.
func dirtOf(doc bson.Raw, ours bson.D) *dirt {
	return (&dirt{fields: make(map[string]bool)}).of(doc, ours)
}

func (d *dirt) of(doc bson.Raw, ours bson.D) *dirt {
	if err := doc.Validate(); err != nil {
		d.add("the document", "is damaged ("+err.Error()+"): shown as far as it can be read")
	}
	for _, field := range ours {
		there := doc.Lookup(field.Key)
		switch {
		case field.Key == "thumbnails":
			d.comparePictures(doc, field)
		case there.IsZero() && field.Key == "updatedAt": // createdAt stands for it
		case there.IsZero() && field.Key == "createdAt" && field.Value != bson.DateTime(0): // the _id or our note of it tells
		default:
			d.compare(field.Key, there, field.Value)
		}
	}
	return d
}

// comparePictures names the field that the pictures were taken from.
func (d *dirt) comparePictures(doc bson.Raw, ours bson.E) {
	there := doc.Lookup(ours.Key)
	if _, from := picturesOf(doc); from != thumbnailField {
		d.compare(ours.Key, there, ours.Value)
		return
	}
	d.add(ours.Key, "is "+show(there)+" but "+thumbnailField+" is "+show(doc.Lookup(thumbnailField))+": shown as "+show(valueOf(ours.Value)))
}

func (d *dirt) compare(field string, there bson.RawValue, ours any) {
	d.compareRaw(field, there, valueOf(ours))
}

func (d *dirt) compareRaw(field string, there, written bson.RawValue) {
	switch {
	case there.Equal(written) || sameNumber(there, written):
	case d.deep && there.Type == written.Type && written.Type == bson.TypeEmbeddedDocument:
		doc, _ := there.DocumentOK()
		for _, one := range elementsOf(written) {
			d.compareRaw(field+"."+one.Key(), doc.Lookup(one.Key()), one.Value())
		}
	case d.deep && there.Type == written.Type && len(valuesOf(written)) > 0 && len(valuesOf(there)) == len(valuesOf(written)):
		for i, one := range valuesOf(written) {
			d.compareRaw(field+"["+strconv.Itoa(i)+"]", valuesOf(there)[i], one)
		}
	default:
		d.add(field, "is "+show(there)+": shown as "+show(written))
		whole, _, _ := strings.Cut(field, "[")
		d.fields[whole] = true
	}
}

func (d *dirt) add(field, sentence string) {
	if !d.fields[field] {
		d.fields[field] = true
		d.sentences = append(d.sentences, field+" "+sentence)
	}
}

// addRules adds the rules that a value breaks, except of fields that are named already: what is
// missing is no news, then.
func (d *dirt) addRules(err error, name func(field string) string) {
	invalid, _ := errors.AsType[models.Invalid](err)
	for _, problem := range invalid {
		field := name(problem.Field)
		if whole, _, _ := strings.Cut(problem.Field, "["); !d.fields[whole] {
			d.add(field, problem.Reason()+": shown as it is")
		}
	}
}

// sameNumber says whether both are one number in types that JavaScript does not tell apart.
func sameNumber(a, b bson.RawValue) bool {
	x, isNumber := a.AsFloat64OK() // not ok for a Decimal128, which it does tell apart
	y, areNumbers := b.AsFloat64OK()
	return isNumber && areNumbers && x == y
}

func valueOf(value any) bson.RawValue {
	kind, data, err := bson.MarshalValue(value)
	if err != nil {
		panic(err) // texts, numbers, dates and lists of them always have a BSON form
	}
	return bson.RawValue{Type: kind, Value: data}
}

// show writes a value of unknown length and content into a sentence.
func show(value bson.RawValue) string {
	const most = 60
	shorten := func(text string) string {
		if runes := []rune(text); len(runes) > most {
			return string(runes[:most]) + "…"
		}
		return text
	}
	switch value.Type {
	case 0:
		return "missing"
	case bson.TypeString:
		return strconv.Quote(shorten(textOf(value)))
	case bson.TypeDouble, bson.TypeInt32, bson.TypeInt64, bson.TypeBoolean:
		return textOf(value)
	case bson.TypeObjectID:
		id, _ := value.ObjectIDOK()
		return id.Hex()
	case bson.TypeDateTime:
		at, _ := timeOf(value)
		return at.String()
	}
	return shorten(strings.ToValidUTF8(value.String(), "\uFFFD"))
}
