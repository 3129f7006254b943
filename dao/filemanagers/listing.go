package filemanagers

import (
	"iter"
	"math/bits"
	"runtime"
	"slices"

	"pulperia/dao/models"
)

// selection is a listing before its pages: some ranks of an order, and which of them belong to it.
type selection struct {
	list     *sorted[priced]
	from, to int               // ranks in the list, half-open
	chosen   func(priced) bool // nil when all of them belong
	total    int               // how many belong; -1 when only going through all of them can tell
}

// list is models.ProductQuery.Select by the indexes.
func (c *catalogue) list(q models.ProductQuery) models.ProductPage {
	entries, total := c.selectBy(q).page(q)
	return models.ProductPage{Products: c.copies(entries), Total: total, Page: max(q.Page, 1), Limit: q.Limit}
}

// page returns what stands on the page of a query, and how many there are on all pages.
func (sel selection) page(q models.ProductQuery) (entries []priced, total int) {
	counted := sel.total >= 0
	most := sel.total
	if !counted {
		most = sel.to - sel.from
	}
	from, to := q.Window(most)
	entries = make([]priced, 0, to-from)
	if sel.chosen == nil {
		return slices.AppendSeq(entries, sel.ranks(from, to, q.Backwards)), sel.total
	}
	n := 0
	for e := range sel.ranks(0, sel.to-sel.from, q.Backwards) {
		if counted && n == to {
			return entries, sel.total
		}
		if !sel.chosen(e) {
			continue
		}
		if from <= n && n < to {
			entries = append(entries, e)
		}
		n++
	}
	return entries, n
}

// ranks yields what stands from ≤ rank < to in the selection, or in the selection read from its
// end.
func (sel selection) ranks(from, to int, backwards bool) iter.Seq[priced] {
	if backwards {
		return sel.list.backwards(sel.to-to, sel.to-from)
	}
	return sel.list.between(sel.from+from, sel.from+to)
}

// copies returns products that share nothing with the stored ones. Their thumbnails lie in one
// array, because a page is dropped as a whole.
func (c *catalogue) copies(entries []priced) []models.Product {
	c.fetch(entries)
	thumbnails := 0
	for _, e := range entries {
		thumbnails += len(c.rows[e.slot].thumbnails)
	}
	room := make([]string, 0, thumbnails)
	products := make([]models.Product, len(entries))
	for i, e := range entries {
		p := &products[i]
		*p = c.rows[e.slot].product()
		begin := len(room)
		room = append(room, p.Thumbnails...)
		p.Thumbnails = slices.Clip(room[begin:])
		if p.Tags != nil || p.Variants != nil {
			tags := p.Thumbnails
			*p = p.Clone()
			p.Thumbnails = tags
		}
	}
	return products
}

// fetch reads one byte of each line of cache that the products' longest texts lie in, so that the
// processor asks the memory for all of them at once. Otherwise whoever writes the page waits for
// one text after the other.
func (c *catalogue) fetch(entries []priced) {
	const line = 64 // bytes
	var read byte
	for _, e := range entries {
		text := c.rows[e.slot].description
		for i := 0; i < len(text); i += line {
			read += text[i]
		}
	}
	runtime.KeepAlive(read) // or the compiler would leave out the reading
}

func (c *catalogue) selectBy(q models.ProductQuery) selection {
	list := c.orderFor(q)
	if list == nil {
		return selection{list: newSorted[priced](nil, nil)}
	}
	words := models.Words(q.Text)
	if len(words) > 0 && q.Codes == nil && q.IDs == nil {
		return c.selectByWords(q, words, list)
	}
	var found bitset
	if len(words) > 0 {
		found = c.words.find(words, len(c.rows))
	}
	return c.selectOf(q, found, list)
}

// selectOf is selectBy of those products of a list that are found, or of all when found is nil.
func (c *catalogue) selectOf(q models.ProductQuery, found bitset, list *sorted[priced]) selection {
	sel := selection{list: list, to: list.size, total: -1}
	priceDone := true
	switch {
	case q.MinPrice == nil && q.MaxPrice == nil:
	case q.Sort == models.PriceAsc:
		sel.narrow(q.MinPrice, func(e priced) bool { return e.price >= *q.MinPrice }, &sel.from)
		sel.narrow(q.MaxPrice, func(e priced) bool { return e.price > *q.MaxPrice }, &sel.to)
	case q.Sort == models.PriceDesc:
		sel.narrow(q.MaxPrice, func(e priced) bool { return e.price <= *q.MaxPrice }, &sel.from)
		sel.narrow(q.MinPrice, func(e priced) bool { return e.price < *q.MinPrice }, &sel.to)
	case found == nil && q.Status == nil && !q.Available && q.MaxStock == nil && q.Stock == nil:
		return c.selectByPrice(q, list)
	default:
		priceDone = false
	}
	sel.to = max(sel.from, sel.to)
	if sel.chosen = c.test(q, found, priceDone); sel.chosen == nil {
		sel.total = sel.to - sel.from
	}
	return sel
}

// selectByPrice is selectBy for an order by age and limits of price only. The order by price tells
// how many there are; with that, going through the list may end with the page. A few among many are
// sorted instead.
func (c *catalogue) selectByPrice(q models.ProductQuery, list *sorted[priced]) selection {
	cheapest := q
	cheapest.Sort = models.PriceAsc
	byPrice := c.selectBy(cheapest)
	_, last := q.Window(byPrice.total)
	if n := byPrice.total; 4*n*n*bits.Len(uint(n)) < list.size*last {
		entries := slices.Collect(byPrice.list.between(byPrice.from, byPrice.to))
		return selection{list: newSorted(c.comparer(q.Sort), entries), to: n, total: n}
	}
	return selection{list: list, to: list.size, chosen: c.test(q, nil, false), total: byPrice.total}
}

// narrow moves one end of the ranks to where past becomes true, when there is such a limit.
func (sel *selection) narrow(limit *models.Money, past func(priced) bool, end *int) {
	if limit != nil {
		*end = sel.list.rank(past)
	}
}

// orderFor returns the smallest set of products that holds the listing, in its order; nil when it
// is empty.
func (c *catalogue) orderFor(q models.ProductQuery) *sorted[priced] {
	if q.Codes != nil || q.IDs != nil {
		var entries []priced
		for _, s := range c.named(q) {
			if r := c.rows[s]; q.Category == "" || q.Category == r.category {
				entries = append(entries, priced{r.price, s})
			}
		}
		return newSorted(c.comparer(q.Sort), entries)
	}
	if q.Category != "" {
		return c.byCategory[q.Category][q.Sort]
	}
	return c.all[q.Sort]
}

// named returns the products that a query names by code, by id, or by both, each once.
func (c *catalogue) named(q models.ProductQuery) (slots []slot) {
	for _, code := range q.Codes {
		for _, s := range c.codes.of(code) {
			if q.IDs == nil || slices.Contains(q.IDs, c.rows[s].id) {
				slots = append(slots, s)
			}
		}
	}
	if q.Codes == nil {
		for _, id := range q.IDs {
			if s, ok := c.byID[id]; ok {
				slots = append(slots, s)
			}
		}
	}
	slices.Sort(slots)
	return slices.Compact(slots)
}

// test returns what the indexes left to be asked of each product, or nil.
func (c *catalogue) test(q models.ProductQuery, found bitset, priceDone bool) func(priced) bool {
	priceDone = priceDone || q.MinPrice == nil && q.MaxPrice == nil
	if found == nil && q.Status == nil && !q.Available && q.MaxStock == nil && q.Stock == nil && priceDone {
		return nil
	}
	status, available, stock, mostStock, least, most := q.Status, q.Available, q.Stock, q.MaxStock, q.MinPrice, q.MaxPrice
	return func(e priced) bool {
		return (priceDone || (least == nil || *least <= e.price) && (most == nil || e.price <= *most)) &&
			(found == nil || found.has(e.slot)) &&
			(status == nil || *status == c.rows[e.slot].status) &&
			(!available || c.rows[e.slot].available) &&
			(mostStock == nil || c.rows[e.slot].stock <= *mostStock) &&
			(stock == nil || *stock == c.rows[e.slot].stock)
	}
}
