package dbmanagers

import (
	"github.com/cespare/xxhash/v2"
	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao/models"
)

// What mongoose applications do not know of a product stands beside what they know, and is left out
// where there is nothing of it. They see price and stock of a product with variants; what they make
// of these its variants follow: see [models.Product.Spread]. Who knows variants and changes these has
// price and stock follow.

// moreOfProduct is what products of before do not have.
func moreOfProduct(p models.Product) (doc bson.D) {
	add := func(there bool, name string, value any) {
		if there {
			doc = append(doc, bson.E{Key: name, Value: value})
		}
	}
	add(p.CompareAt != 0, "compareAt", numberOf(p.CompareAt))
	add(bool(p.Uncounted), "counted", false)
	add(p.Held != 0, "held", wholeNumber(p.Held))
	add(p.Tax != "", "tax", p.Tax)
	add(len(p.Tags) > 0, "tags", p.Tags)
	add(p.Vendor != "", "vendor", p.Vendor)
	add(p.Barcode != "", "barcode", p.Barcode)
	if len(p.Variants) > 0 {
		variants := make(bson.A, len(p.Variants))
		for i, v := range p.Variants {
			variants[i] = variantDoc(v)
		}
		add(true, "variants", variants)
	}
	return doc
}

func variantDoc(v models.Variant) bson.D {
	options := bson.D{}
	for _, option := range v.Options {
		options = append(options, bson.E{Key: option.Name, Value: option.Value})
	}
	doc := bson.D{
		{Key: "_id", Value: objectID(v.ID)},
		{Key: "code", Value: v.Code},
		{Key: "options", Value: options},
		{Key: "price", Value: numberOf(v.Price)},
		{Key: "stock", Value: wholeNumber(v.Stock)},
		{Key: "counted", Value: !bool(v.Uncounted)},
	}
	if v.Held != 0 {
		doc = append(doc, bson.E{Key: "held", Value: wholeNumber(v.Held)})
	}
	if v.Thumbnail != "" {
		doc = append(doc, bson.E{Key: "thumbnail", Value: v.Thumbnail})
	}
	if v.Barcode != "" {
		doc = append(doc, bson.E{Key: "barcode", Value: v.Barcode})
	}
	return doc
}

// readMoreOfProduct reads it back, and has the variants follow what another program has made of price
// and stock.
func readMoreOfProduct(doc bson.Raw, p *models.Product) {
	p.CompareAt = moneyOf(doc.Lookup("compareAt"))
	p.Held = heldOf(doc.Lookup("held"))
	p.Tax, _ = doc.Lookup("tax").StringValueOK() // a number is another program's own
	p.Tags = textsOf(doc.Lookup("tags"))
	p.Vendor, p.Barcode = textOf(doc.Lookup("vendor")), textOf(doc.Lookup("barcode"))
	p.Variants = variantsIn(doc)
	p.Uncounted = models.Uncounted(len(p.Variants) == 0 && isUncounted(doc.Lookup("counted")) && !countedAgain(doc))
	late := lagging(doc, p.Variants)
	if p.Normalize(); late {
		p.Derive()
	} else {
		p.Spread()
	}
	if p.CompareAt <= p.Price {
		p.CompareAt = 0
	}
}

// heldOf reads how many pieces are held. Anything but a quantity is another program's own.
func heldOf(value bson.RawValue) int64 {
	held, _ := wholeOf(value)
	if held < 0 || held > models.MaxHeld {
		return 0
	}
	return held
}

// countedAgain says whether somebody who knows only stock has said how much there is of what is not
// counted. That pieces were sold of the million that he sees says nothing.
func countedAgain(doc bson.Raw) bool {
	stock, told := wholeOf(doc.Lookup("stock"))
	return told && stock < models.UncountedStock/2
}

// ofVariants are what a product has of its variants.
var ofVariants = []string{"price", "stock", "counted"}

// linesField tells the variants that the figures of a document are of, in pulperia.
const linesField = "lines"

// lagging says whether the figures of a document are older than its variants: another program has
// changed these alone, or has never given the product a price or stock.
func lagging(doc bson.Raw, variants []models.Variant) bool {
	if len(variants) == 0 {
		return false
	}
	if doc.Lookup("price").IsZero() || doc.Lookup("stock").IsZero() {
		return true
	}
	told, has := ownField(doc, linesField).AsInt64OK()
	return has && told != linesOf(variants)
}

// linesOf tells variants from others: what a product's figures are made of, and whose they are.
func linesOf(variants []models.Variant) int64 {
	hash := xxhash.New()
	for _, v := range variants {
		v.ID = models.ID{}
		hash.Write(marshal(variantDoc(v)))
	}
	return int64(hash.Sum64())
}

// productLines is what stands in pulperia of the variants that are written, productLinesIn of those
// that stand in a document.
func productLines(v models.Value) bson.D { return noteOf(v.(*models.Product).Variants) }

func productLinesIn(doc bson.Raw) bson.D { return noteOf(variantsIn(doc)) }

func noteOf(variants []models.Variant) bson.D {
	if len(variants) == 0 {
		return nil
	}
	return bson.D{{Key: linesField, Value: linesOf(variants)}}
}

// productBehind names what has to be written anew where the figures of a document are behind.
func productBehind(doc bson.Raw) []string {
	if !lagging(doc, variantsIn(doc)) {
		return nil
	}
	return ofVariants
}

func isUncounted(value bson.RawValue) bool {
	counted, told := value.BooleanOK()
	return told && !counted
}
