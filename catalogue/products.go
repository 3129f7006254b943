package catalogue

import (
	"encoding/json"
	"strings"

	"pulperia/dao/models"
)

// item is a product as any of the JSON formats may write it. Each field is read by itself, so that
// every bad one is named.
type item struct {
	ID          json.RawMessage `json:"id"`
	OwnID       json.RawMessage `json:"_id"`
	Title       json.RawMessage `json:"title"`
	Description json.RawMessage `json:"description"`
	Code        json.RawMessage `json:"code"`
	SKU         json.RawMessage `json:"sku"` // DummyJSON's word for the code
	Price       json.RawMessage `json:"price"`
	Status      json.RawMessage `json:"status"`
	Stock       json.RawMessage `json:"stock"`
	Category    json.RawMessage `json:"category"`
	Thumbnails  json.RawMessage `json:"thumbnails"`
	Images      json.RawMessage `json:"images"` // DummyJSON's word for the pictures
	Thumbnail   json.RawMessage `json:"thumbnail"`
	CompareAt   json.RawMessage `json:"compareAt"`
	Counted     json.RawMessage `json:"counted"`
	Held        json.RawMessage `json:"held"`
	Tax         json.RawMessage `json:"tax"`
	IVA         json.RawMessage `json:"iva"`      // what lists of the course call the tax
	Impuesto    json.RawMessage `json:"impuesto"` // as well
	Tags        json.RawMessage `json:"tags"`
	Vendor      json.RawMessage `json:"vendor"`
	Brand       json.RawMessage `json:"brand"` // DummyJSON's word for the vendor
	Barcode     json.RawMessage `json:"barcode"`
	Variants    json.RawMessage `json:"variants"`
	CreatedAt   json.RawMessage `json:"createdAt"`
	UpdatedAt   json.RawMessage `json:"updatedAt"`
	Rev         json.RawMessage `json:"rev"`
}

// readProduct reads one element of a list, which begins at a line.
func (r *reading) readProduct(line int, raw json.RawMessage, format Format) Entry {
	var in item
	if json.Unmarshal(raw, &in) != nil || absent(raw) {
		return Entry{Line: line, Problem: models.Invalid{{Field: "entry", Rule: models.NotObject, Got: shown(raw)}}}
	}
	l := loose{notation: r.notation, own: format == Export, taxes: r.taxes}
	p := models.Product{
		Title:       l.text("title", in.Title),
		Description: l.text("description", in.Description),
		Code:        l.text("code", either(in.Code, in.SKU)),
		Price:       l.money("price", in.Price),
		Status:      l.state("status", in.Status),
		Stock:       l.whole("stock", in.Stock),
		Category:    l.text("category", in.Category),
		Thumbnails:  l.pictures(line, "thumbnails", either(in.Thumbnails, in.Images, in.Thumbnail)),
	}
	p.Tags, p.Vendor, p.Barcode = l.tags("tags", in.Tags), l.text("vendor", either(in.Vendor, in.Brand)), l.text("barcode", in.Barcode)
	switch format {
	case Export:
		l.readMore(in, &p)
		p.ID = l.id("_id", in.OwnID)
		p.CreatedAt, p.UpdatedAt = l.time("createdAt", in.CreatedAt), l.time("updatedAt", in.UpdatedAt)
		p.Rev = l.revision(in.Rev)
	case Course:
		p.Tax = l.rate("tax", either(in.Tax, in.IVA, in.Impuesto))
	case DummyJSON:
		if id, _ := scalar(in.ID); p.Code == "" && absent(in.SKU) && id != "" { // its early lists had no sku
			p.Code = "dummyjson-" + id
			l.say("code")
		}
	}
	return l.entry(line, p)
}

// figures are those of an element.
type figures struct {
	Price json.RawMessage `json:"price"`
	Stock json.RawMessage `json:"stock"`
}

// learn takes in how those are written that are texts.
func (r *reading) learn(f figures) {
	if price, isText := scalar(f.Price); isText {
		r.notation.LearnMoney(price)
	}
	if stock, isText := scalar(f.Stock); isText {
		r.notation.Learn(stock, 0)
	}
}

// revision reads the revision of a value of our own; without one it is 0, and the store gives it
// its first.
func (l *loose) revision(raw json.RawMessage) int64 {
	if absent(raw) {
		return 0
	}
	rev := l.whole("rev", raw)
	if rev < 1 && !l.bad.Has("rev") {
		l.bad.Add("rev", models.TooSmall, 1, shown(raw))
	}
	return rev
}

// either returns the first spelling of a field that says something; an empty list gives way to the
// next, and is what is said where there is no other.
func either(spellings ...json.RawMessage) (empty json.RawMessage) {
	for _, raw := range spellings {
		switch {
		case absent(raw):
		case strings.Trim(string(raw), " \t\r\n[]\"") != "":
			return raw
		case empty == nil:
			empty = raw
		}
	}
	return empty
}
