package filemanagers

import (
	"math/bits"
	"runtime"
	"slices"

	"pulperia/dao/models"
)

// selection is a listing before its pages: some ranks of an order, and which of them belong to it.
type selection struct {
	list     *sorted[slot]
	from, to int             // ranks in the list, half-open
	chosen   func(slot) bool // nil when all of them belong
	total    int             // how many belong; -1 when only going through all of them can tell
}

// list is models.ProductQuery.Select by the indexes.
func (c *catalogue) list(q models.ProductQuery) models.ProductPage {
	slots, total := c.selectBy(q).page(q)
	return models.ProductPage{Products: c.copies(slots), Total: total, Page: max(q.Page, 1), Limit: q.Limit}
}

// page returns what stands on the page of a query, and how many there are on all pages.
func (sel selection) page(q models.ProductQuery) (slots []slot, total int) {
	counted := sel.total >= 0
	most := sel.total
	if !counted {
		most = sel.to - sel.from
	}
	from, to := q.Window(most)
	slots = make([]slot, 0, to-from)
	if sel.chosen == nil {
		return slices.AppendSeq(slots, sel.list.between(sel.from+from, sel.from+to)), sel.total
	}
	n := 0
	for s := range sel.list.between(sel.from, sel.to) {
		if counted && n == to {
			return slots, sel.total
		}
		if !sel.chosen(s) {
			continue
		}
		if from <= n && n < to {
			slots = append(slots, s)
		}
		n++
	}
	return slots, n
}

// copies returns products that share nothing with the stored ones. Their thumbnails lie in one array, because a page is
// dropped as a whole.
func (c *catalogue) copies(slots []slot) []models.Product {
	c.fetch(slots)
	thumbnails := 0
	for _, s := range slots {
		thumbnails += len(c.rows[s].product.Thumbnails)
	}
	room := make([]string, 0, thumbnails)
	products := make([]models.Product, len(slots))
	for i, s := range slots {
		p := &products[i]
		*p = *c.rows[s].product
		begin := len(room)
		room = append(room, p.Thumbnails...)
		p.Thumbnails = slices.Clip(room[begin:])
	}
	return products
}

// fetch reads one byte of each line of cache that the products' longest texts lie in, so that the processor asks the memory
// for all of them at once. Otherwise whoever writes the page waits for one text after the other.
func (c *catalogue) fetch(slots []slot) {
	const line = 64 // bytes
	var read byte
	for _, s := range slots {
		text := c.rows[s].product.Description
		for i := 0; i < len(text); i += line {
			read += text[i]
		}
	}
	runtime.KeepAlive(read) // or the compiler would leave out the reading
}

func (c *catalogue) selectBy(q models.ProductQuery) selection {
	list := c.orderFor(q)
	if list == nil {
		return selection{list: newSorted[slot](nil, nil)}
	}
	sel := selection{list: list, to: list.size, total: -1}
	priceDone := true
	switch {
	case q.MinPrice == nil && q.MaxPrice == nil:
	case q.Sort == models.PriceAsc:
		sel.narrow(q.MinPrice, func(s slot) bool { return c.rows[s].price >= *q.MinPrice }, &sel.from)
		sel.narrow(q.MaxPrice, func(s slot) bool { return c.rows[s].price > *q.MaxPrice }, &sel.to)
	case q.Sort == models.PriceDesc:
		sel.narrow(q.MaxPrice, func(s slot) bool { return c.rows[s].price <= *q.MaxPrice }, &sel.from)
		sel.narrow(q.MinPrice, func(s slot) bool { return c.rows[s].price < *q.MinPrice }, &sel.to)
	case q.Text == "" && q.Status == nil && !q.Available:
		return c.selectByPrice(q, list)
	default:
		priceDone = false
	}
	sel.to = max(sel.from, sel.to)
	if sel.chosen = c.test(q, priceDone); sel.chosen == nil {
		sel.total = sel.to - sel.from
	}
	return sel
}

// selectByPrice is selectBy for an order by age and limits of price only. The order by price tells how many there are;
// with that, going through the list may end with the page. A few among many are sorted instead.
func (c *catalogue) selectByPrice(q models.ProductQuery, list *sorted[slot]) selection {
	cheapest := q
	cheapest.Sort = models.PriceAsc
	byPrice := c.selectBy(cheapest)
	_, last := q.Window(byPrice.total)
	if n := byPrice.total; 4*n*n*bits.Len(uint(n)) < list.size*last {
		slots := slices.Collect(byPrice.list.between(byPrice.from, byPrice.to))
		return selection{list: newSorted(c.comparer(q.Sort), slots), to: n, total: n}
	}
	return selection{list: list, to: list.size, chosen: c.test(q, false), total: byPrice.total}
}

// narrow moves one end of the ranks to where past becomes true, when there is such a limit.
func (sel *selection) narrow(limit *models.Money, past func(slot) bool, end *int) {
	if limit != nil {
		*end = sel.list.rank(past)
	}
}

// orderFor returns the smallest set of products that holds the listing, in its order; nil when it is empty.
func (c *catalogue) orderFor(q models.ProductQuery) *sorted[slot] {
	if q.Codes != nil || q.IDs != nil {
		slots := slices.DeleteFunc(c.named(q), func(s slot) bool { return q.Category != "" && q.Category != c.rows[s].product.Category })
		return newSorted(c.comparer(q.Sort), slots)
	}
	if q.Category != "" {
		return c.byCategory[q.Category][q.Sort]
	}
	return c.all[q.Sort]
}

// named returns the products that a query names by code, by id, or by both, each once.
func (c *catalogue) named(q models.ProductQuery) (slots []slot) {
	for _, code := range q.Codes {
		if s, ok := c.byCode[code]; ok && (q.IDs == nil || slices.Contains(q.IDs, c.rows[s].product.ID)) {
			slots = append(slots, s)
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
func (c *catalogue) test(q models.ProductQuery, priceDone bool) func(slot) bool {
	words := models.Words(q.Text)
	if len(words) == 0 && q.Status == nil && !q.Available && priceDone {
		return nil
	}
	var found bitset
	if len(words) > 0 {
		found = c.words.find(words, len(c.rows))
	}
	status, available, least, most := q.Status, q.Available, q.MinPrice, q.MaxPrice
	return func(s slot) bool {
		if found != nil && !found.has(s) {
			return false
		}
		row := &c.rows[s]
		return (status == nil || *status == row.status) &&
			(!available || row.available) &&
			(priceDone || (least == nil || *least <= row.price) && (most == nil || row.price <= *most))
	}
}
