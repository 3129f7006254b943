package models

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The limits of a query.
const (
	MaxLimit       = 1_000 // products on one page
	MaxSearch      = 400   // characters of a search
	MaxSearchWords = 32
)

// Sort is the order of a listing. Equal ones stand by createdAt, then by ID, in every order.
type Sort string

// The orders.
const (
	Oldest    Sort = ""     // by createdAt
	PriceAsc  Sort = "asc"  // cheapest first
	PriceDesc Sort = "desc" // dearest first
)

// ProductQuery selects and orders products. Its zero value with a Limit is the first page of all,
// oldest first.
type ProductQuery struct {
	Category  string   // exact; empty means any
	Status    *bool    // nil means any
	Available bool     // only those with status true and stock over 0
	MaxStock  *int64   // inclusive; nil means any
	MinPrice  *Money   // inclusive; nil means none
	MaxPrice  *Money   // inclusive; nil means none
	Text      string   // each of its words must begin some word of the product, see [Words]; empty means any
	Codes     []string // only those that have one of these codes, themselves or in a variant; nil means any
	Stock     *int64   // only those with just so much stock; nil means any
	IDs       []ID     // only these ids; nil means any
	Sort      Sort
	Backwards bool // the last of the order first: newest first
	Page      int  // from 1; 0 means 1
	Limit     int  // 1 to MaxLimit
}

// ProductPage is one page of a listing.
type ProductPage struct {
	Products []Product
	Total    int // of all pages
	Page     int // from 1; may lie past the end
	Limit    int
}

// TotalPages returns how many pages there are; an empty listing has one.
func (p ProductPage) TotalPages() int { return max(1, (p.Total+p.Limit-1)/p.Limit) }

// Prev returns the page before, or 0. Before a page past the end stands the last one.
func (p ProductPage) Prev() int { return min(p.Page-1, p.TotalPages()) }

// Next returns the page after, or 0.
func (p ProductPage) Next() int {
	if p.Page < p.TotalPages() {
		return p.Page + 1
	}
	return 0
}

// Check returns [Invalid] when a limit, a page, an order or a search cannot be served, or nil.
func (q ProductQuery) Check() error {
	var v Invalid
	v.checkSearch(q.Text)
	checkRange(&v, "limit", int64(q.Limit), 1, MaxLimit)
	checkRange(&v, "page", int64(max(q.Page, -1)), 0, int64(^uint(0)>>1))
	if !slices.Contains([]Sort{Oldest, PriceAsc, PriceDesc}, q.Sort) {
		v.Add("sort", NotOneOf, "asc, desc, 1, -1", quote(string(q.Sort)))
	}
	return v.Err()
}

// checkSearch bounds what a search costs, and refuses one that asks for nothing: it would find
// everything.
func (v *Invalid) checkSearch(text string) {
	if text == "" {
		return
	}
	if n := utf8.RuneCountInString(text); n > MaxSearch {
		v.Add("q", TooLong, MaxSearch, strconv.Itoa(n)+" characters")
		return
	}
	switch n := len(Words(text)); {
	case n == 0:
		v.Add("q", NoWord, nil, quote(text))
	case n > MaxSearchWords:
		v.Add("q", ManyWords, MaxSearchWords, strconv.Itoa(n))
	}
}

// Normalize makes of the category what it is in a product. Engines call it.
func (q *ProductQuery) Normalize() { q.Category = NormalName(q.Category) }

// Window returns which of total ordered products the page holds, as a half-open range.
func (q ProductQuery) Window(total int) (from, to int) {
	page := max(q.Page, 1) - 1
	if page > total/q.Limit { // also keeps the product below from running over
		return total, total
	}
	from = min(page*q.Limit, total)
	return from, from + min(q.Limit, total-from)
}

// Select is the listing as a pure function: the oracle to which the engines are compared, and what
// they may use. It does not change products.
func (q ProductQuery) Select(products []Product) ProductPage {
	q.Normalize()
	words := Words(q.Text)
	chosen := make([]Product, 0, len(products))
	for _, p := range products {
		if q.matches(p) && hasWords(p, words) {
			chosen = append(chosen, p.Clone())
		}
	}
	slices.SortFunc(chosen, q.Compare)
	from, to := q.Window(len(chosen))
	return ProductPage{Products: chosen[from:to], Total: len(chosen), Page: max(q.Page, 1), Limit: q.Limit}
}

func (q ProductQuery) matches(p Product) bool {
	return (q.Category == "" || q.Category == p.Category) &&
		(q.Status == nil || *q.Status == p.Status) &&
		(!q.Available || p.Available()) &&
		(q.MaxStock == nil || p.Stock <= *q.MaxStock) &&
		(q.MinPrice == nil || *q.MinPrice <= p.Price) &&
		(q.MaxPrice == nil || p.Price <= *q.MaxPrice) &&
		(q.Codes == nil || slices.ContainsFunc(p.Codes(), func(code string) bool { return slices.Contains(q.Codes, code) })) &&
		(q.Stock == nil || *q.Stock == p.Stock) &&
		(q.IDs == nil || slices.Contains(q.IDs, p.ID))
}

func hasWords(p Product, begins []string) bool {
	words := p.Words()
	for _, begin := range begins {
		if !slices.ContainsFunc(words, func(word string) bool { return strings.HasPrefix(word, begin) }) {
			return false
		}
	}
	return true
}

// Compare says which of two products stands first in the listing: below 0 the first one, above 0 the
// second.
func (q ProductQuery) Compare(a, b Product) int {
	if q.Backwards {
		a, b = b, a
	}
	byPrice := 0
	switch q.Sort {
	case PriceAsc:
		byPrice = cmp.Compare(a.Price, b.Price)
	case PriceDesc:
		byPrice = cmp.Compare(b.Price, a.Price)
	}
	return cmp.Or(byPrice, cmp.Compare(a.CreatedAt, b.CreatedAt), a.ID.Compare(b.ID))
}

// Query selects a page of the values of any kind. Its zero value with a Limit is the first page of
// all, oldest first.
type Query struct {
	Sort      string // the field to go by; "" for the age alone. Equal ones stand by createdAt, then by id
	Backwards bool   // the last of the order first
	Page      int    // from 1; 0 means 1
	Limit     int    // 1 to MaxLimit
}

// Check returns [Invalid] when a limit, a page or an order cannot be served, or nil. sorts are the
// fields that the kind can be listed by.
func (q Query) Check(sorts []string) error {
	var v Invalid
	checkRange(&v, "limit", int64(q.Limit), 1, MaxLimit)
	checkRange(&v, "page", int64(max(q.Page, -1)), 0, int64(^uint(0)>>1))
	if q.Sort != "" && !slices.Contains(sorts, q.Sort) {
		v.Add("sort", NotOneOf, strings.Join(sorts, ", "), quote(q.Sort))
	}
	return v.Err()
}

// Window returns which of total ordered values the page holds, as a half-open range.
func (q Query) Window(total int) (from, to int) {
	return ProductQuery{Page: q.Page, Limit: q.Limit}.Window(total)
}

// SortKey is what a value stands by in an order: a whole number, or a text.
type SortKey struct {
	Number int64
	Text   string
}

// Compare compares two keys of one field.
func (k SortKey) Compare(o SortKey) int {
	return cmp.Or(cmp.Compare(k.Number, o.Number), cmp.Compare(k.Text, o.Text))
}
