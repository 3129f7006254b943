package shop

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"pulperia/dao"
	"pulperia/dao/models"
)

// Pieces is one choice of the catalogue as who counts it sees it: a product, or one of its variants.
type Pieces struct {
	Product  models.ID
	Variant  models.ID // zero of a product that has none
	Title    string
	Name     string // of the variant
	Code     string
	Barcode  string
	OnSale   bool
	Counted  bool
	Stock    int64 // what can be bought
	Held     int64 // in open orders, and on the shelf still
	Rev      int64 // of the product
	Category string
	words    string
}

// Shelf is how many lie there.
func (p Pieces) Shelf() int64 { return p.Stock + p.Held }

// PiecesQuery selects choices, those of which there are fewest first.
type PiecesQuery struct {
	Text  string // a code or a barcode as a whole, or words of the title, the variant or a code
	Page  int    // from 1; 0 means 1
	Limit int
}

// PiecesPage is one page of a listing.
type PiecesPage struct {
	Pieces []Pieces
	Total  int // of all pages
	Page   int
	Limit  int
}

// shelfIndex is the catalogue by how many there are.
type shelfIndex struct {
	followed
	of     map[models.ID][]Pieces
	sorted []Pieces // all of them; nil when they are to be sorted anew
}

func newShelfIndex(store dao.Store) *shelfIndex {
	x := &shelfIndex{}
	x.followed = followed{kind: dao.KindProduct, feed: store.Feed, take: x.takeChange, load: func(ctx context.Context) error {
		x.of, x.sorted = map[models.ID][]Pieces{}, nil
		return eachPage(ctx, dao.Product.In(store.Values), "", func(p models.Product) { x.put(p) })
	}}
	return x
}

func (x *shelfIndex) takeChange(c dao.Change) error {
	if c.Op == dao.OpDelete {
		delete(x.of, c.ID)
		x.sorted = nil
		return nil
	}
	var p models.Product
	if err := json.Unmarshal(c.Doc, &p); err != nil {
		return err
	}
	x.put(p)
	return nil
}

func (x *shelfIndex) put(p models.Product) {
	if known := x.of[p.ID]; len(known) > 0 && known[0].Rev > p.Rev { // it is read as it was later
		return
	}
	x.of[p.ID], x.sorted = PiecesOf(p), nil
}

// PiecesOf are the choices of a product.
func PiecesOf(p models.Product) []Pieces {
	one := Pieces{
		Product: p.ID, Title: p.Title, Code: p.Code, Barcode: p.Barcode, OnSale: p.Status, Counted: !bool(p.Uncounted),
		Stock: p.Stock, Held: p.Held, Rev: p.Rev, Category: p.Category,
	}
	if len(p.Variants) == 0 {
		return []Pieces{one.worded()}
	}
	all := make([]Pieces, len(p.Variants))
	for i, v := range p.Variants {
		all[i] = one
		all[i].Variant, all[i].Name, all[i].Code, all[i].Barcode = v.ID, v.Name(), cmp.Or(v.Code, p.Code), v.Barcode
		all[i].Counted, all[i].Stock, all[i].Held = !bool(v.Uncounted), v.Stock, v.Held
		all[i] = all[i].worded()
	}
	return all
}

func (p Pieces) worded() Pieces {
	p.words = " " + strings.Join(models.Words(strings.Join([]string{p.Title, p.Name, p.Code, p.Barcode}, "\n")), " ")
	return p
}

// order sorts what is counted by how many there are, and lets follow what is hidden or not counted.
func (p Pieces) order(o Pieces) int {
	last := func(p Pieces) int {
		switch {
		case !p.Counted:
			return 2
		case !p.OnSale:
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(last(p), last(o)), cmp.Compare(p.Stock, o.Stock), cmp.Compare(p.Title, o.Title),
		p.Product.Compare(o.Product), cmp.Compare(p.Name, o.Name), p.Variant.Compare(o.Variant))
}

// Shelves returns a page of what there is to count: stock.write.
func (s *Shop) Shelves(ctx context.Context, who Who, q PiecesQuery) (PiecesPage, error) {
	page := PiecesPage{Page: max(1, q.Page), Limit: q.Limit}
	if err := who.Must(StockWrite); err != nil {
		return page, err
	}
	var found []Pieces
	err := s.shelves.read(ctx, func() { found = s.shelves.all() })
	if err != nil {
		return page, err
	}
	found = choose(found, models.NormalName(q.Text))
	page.Total = len(found)
	from, to := models.Query{Page: q.Page, Limit: q.Limit}.Window(len(found))
	page.Pieces = found[from:to]
	return page, nil
}

// all returns all choices in order, which nobody alters.
func (x *shelfIndex) all() []Pieces {
	if x.sorted == nil {
		x.sorted = make([]Pieces, 0, len(x.of))
		for _, pieces := range x.of {
			x.sorted = append(x.sorted, pieces...)
		}
		slices.SortFunc(x.sorted, Pieces.order)
	}
	return x.sorted
}

// choose returns the choices that have a code, which a scanner has read, or else those with all of
// some words.
func choose(all []Pieces, text string) (chosen []Pieces) {
	if text == "" {
		return all
	}
	words := models.Words(text)
	for _, p := range all {
		if strings.EqualFold(p.Code, text) || p.Barcode != "" && p.Barcode == text {
			chosen = append(chosen, p)
		}
	}
	if len(chosen) > 0 || len(words) == 0 {
		return chosen
	}
	for _, p := range all {
		if !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(p.words, " "+word) }) {
			chosen = append(chosen, p)
		}
	}
	return chosen
}
