package daotest

import (
	"slices"
	"strconv"

	"pulperia/dao"
	"pulperia/dao/models"
)

// parcel is a kind that no shop has: it proves that a kind is a description. Whoever imports this
// package has it.
type parcel struct {
	models.Head
	Label   string    `json:"label"`
	Barcode string    `json:"barcode"` // may be empty
	Product models.ID `json:"product"`
	Weight  int64     `json:"weight"`
	Shelf   string    `json:"shelf"`
	Notes   []string  `json:"notes"`
}

// Parcel describes parcels: two unique texts, two sorts, a reference to a product, heard of by
// whoever has the id of one.
var Parcel = dao.Describe[parcel](dao.Schema{
	Kind: "parcel", Plural: "parcels", Topic: dao.TopicByID,
	Unique: []dao.Unique{
		dao.UniqueBy("label", func(p *parcel) string { return p.Label }),
		dao.UniqueBy("barcode", func(p *parcel) string { return p.Barcode }),
	},
	Sorts: []dao.Sort{
		dao.SortBy("weight", func(p *parcel) models.SortKey { return models.SortKey{Number: p.Weight} }),
		dao.SortBy("shelf", func(p *parcel) models.SortKey { return models.SortKey{Text: p.Shelf} }),
	},
	Refs: dao.RefsOf(func(p *parcel) []dao.Ref { return []dao.Ref{{Kind: dao.KindProduct, ID: &p.Product}} }),
	Example: dao.ExampleBy(func(n int) parcel {
		number := strconv.Itoa(n)
		return parcel{Label: "P " + number, Barcode: "77" + number, Product: id(n), Weight: int64(n % 3), Shelf: "<ñ" + strconv.Itoa(n%2), Notes: []string{number}}
	}),
})

func (p parcel) Clone() parcel { p.Notes = slices.Clone(p.Notes); return p }

func (p parcel) Same(o parcel) bool {
	p.Head, o.Head = models.Head{ID: p.ID}, models.Head{ID: o.ID}
	return string(models.JSON(p)) == string(models.JSON(o))
}

func (p *parcel) Normalize() {
	p.Label, p.Barcode = models.NormalName(p.Label), models.NormalName(p.Barcode)
	p.Notes = append([]string{}, p.Notes...)
}

func (p parcel) Check() error {
	var v models.Invalid
	if p.Label == "" {
		v.Add("label", models.Required, nil, "")
	}
	return v.Err()
}
