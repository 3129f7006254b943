package catalogue

import (
	"encoding/json"
	"strings"

	"pulperia/dao/models"
)

// item is a product as any of the JSON formats may write it. Each field is read by itself, so that every bad one is named.
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
	CreatedAt   json.RawMessage `json:"createdAt"`
	UpdatedAt   json.RawMessage `json:"updatedAt"`
	Rev         json.RawMessage `json:"rev"`
}

// readProduct reads one element of a list. Its error is models.Invalid.
func readProduct(raw json.RawMessage, format Format) (models.Product, error) {
	var in item
	if json.Unmarshal(raw, &in) != nil || absent(raw) {
		return models.Product{}, models.Invalid{{Field: "entry", Rule: models.NotObject, Got: shown(raw)}}
	}
	var l loose
	p := models.Product{
		Title:       l.text("title", in.Title),
		Description: l.text("description", in.Description),
		Code:        l.text("code", either(in.Code, in.SKU)),
		Price:       l.money("price", in.Price),
		Status:      l.state("status", in.Status),
		Stock:       l.whole("stock", in.Stock),
		Category:    l.text("category", in.Category),
		Thumbnails:  l.pictures("thumbnails", either(in.Thumbnails, in.Images, in.Thumbnail)),
	}
	switch format {
	case Export:
		p.ID = l.id("_id", in.OwnID)
		p.CreatedAt, p.UpdatedAt = l.time("createdAt", in.CreatedAt), l.time("updatedAt", in.UpdatedAt)
		p.Rev = l.revision(in.Rev)
	case DummyJSON:
		if id, _ := scalar(in.ID); p.Code == "" && absent(in.SKU) && id != "" { // its early lists had no sku
			p.Code = "dummyjson-" + id
		}
	}
	p.Normalize()
	return p, l.with(p.Check())
}

// revision reads the revision of a value of our own; without one it is 0, and the store gives it its first.
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

// either returns the first spelling of a field that says something; an empty list gives way to the next.
func either(spellings ...json.RawMessage) json.RawMessage {
	for _, raw := range spellings {
		if !absent(raw) && strings.Trim(string(raw), " \t\r\n[]\"") != "" {
			return raw
		}
	}
	return nil
}
