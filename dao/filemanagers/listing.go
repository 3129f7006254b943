package filemanagers

import (
	"slices"

	"pulperia/dao/models"
)

// selection is a listing before its pages: some ranks of an order, and which of them belong to it.
type selection struct {
	list     *sorted[slot]
	from, to int             // ranks in the list, half-open
	chosen   func(slot) bool // nil when all of them belong
}

// list is models.ProductQuery.Select by the indexes.
func (c *catalogue) list(q models.ProductQuery) models.ProductPage {
	page := models.ProductPage{Products: []models.Product{}, Page: max(q.Page, 1), Limit: q.Limit}
	sel := c.selectBy(q)
	from, to := q.Window(sel.to - sel.from)
	if sel.chosen == nil {
		page.Total = sel.to - sel.from
		for s := range sel.list.between(sel.from+from, sel.from+to) {
			page.Products = append(page.Products, c.rows[s].product.Clone())
		}
		return page
	}
	for s := range sel.list.between(sel.from, sel.to) {
		if !sel.chosen(s) {
			continue
		}
		if from <= page.Total && page.Total < to {
			page.Products = append(page.Products, c.rows[s].product.Clone())
		}
		page.Total++
	}
	return page
}

func (c *catalogue) selectBy(q models.ProductQuery) selection {
	list := c.orderFor(q)
	if list == nil {
		return selection{list: newSorted[slot](nil, nil)}
	}
	sel := selection{list: list, to: list.size}
	priceDone := true
	switch {
	case q.MinPrice == nil && q.MaxPrice == nil:
	case q.Sort == models.PriceAsc:
		sel.narrow(q.MinPrice, func(s slot) bool { return c.rows[s].price >= *q.MinPrice }, &sel.from)
		sel.narrow(q.MaxPrice, func(s slot) bool { return c.rows[s].price > *q.MaxPrice }, &sel.to)
	case q.Sort == models.PriceDesc:
		sel.narrow(q.MaxPrice, func(s slot) bool { return c.rows[s].price <= *q.MaxPrice }, &sel.from)
		sel.narrow(q.MinPrice, func(s slot) bool { return c.rows[s].price < *q.MinPrice }, &sel.to)
	default:
		priceDone = false
	}
	sel.to = max(sel.from, sel.to)
	sel.chosen = c.test(q, priceDone)
	return sel
}

// narrow moves one end of the ranks to where past becomes true, when there is such a limit.
func (sel *selection) narrow(limit *models.Money, past func(slot) bool, end *int) {
	if limit != nil {
		*end = sel.list.rank(past)
	}
}

// orderFor returns the smallest set of products that holds the listing, in its order; nil when it is empty.
func (c *catalogue) orderFor(q models.ProductQuery) *sorted[slot] {
	if q.Codes != nil {
		var slots []slot
		for _, code := range q.Codes {
			if s, ok := c.byCode[code]; ok && (q.Category == "" || q.Category == c.rows[s].product.Category) {
				slots = append(slots, s)
			}
		}
		slices.Sort(slots)
		return newSorted(c.comparer(q.Sort), slices.Compact(slots))
	}
	if q.Category != "" {
		return c.byCategory[q.Category][q.Sort]
	}
	return c.all[q.Sort]
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
	return func(s slot) bool {
		if found != nil && !found.has(s) {
			return false
		}
		row := &c.rows[s]
		return (q.Status == nil || *q.Status == row.status) &&
			(!q.Available || row.available) &&
			(priceDone || (q.MinPrice == nil || *q.MinPrice <= row.price) && (q.MaxPrice == nil || row.price <= *q.MaxPrice))
	}
}
