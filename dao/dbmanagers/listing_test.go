package dbmanagers

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"pulperia/dao/models"
)

// A page that was read while some values changed, each of which may have been met as it was, as it
// is, or not at all, is brought forward to one position: exactly where it was read whole, and else
// to neighbours of that position.
func TestPageForward(t *testing.T) {
	for seed := range uint64(2_000) {
		r := rand.New(rand.NewPCG(seed, 0))
		q := models.ProductQuery{Page: 1 + r.IntN(2), Limit: 1 + r.IntN(8), Available: true, Backwards: r.IntN(2) == 0}
		q.Sort = []models.Sort{models.Oldest, models.PriceAsc, models.PriceDesc}[r.IntN(3)]
		draw := func(n int) models.Product {
			p := aProduct(fmt.Sprint(n))
			p.ID, p.Rev = number(n), r.Int64N(1000)
			p.Price, p.Stock = models.Money(r.IntN(5)), int64(r.IntN(4)) // one in four is not listed
			return p
		}
		var met, now []models.Product
		came := map[models.ID]models.Value{}
		for n := range 1 + r.IntN(10) {
			was, is := draw(n), draw(n)
			switch {
			case r.IntN(2) == 0: // it stays
				met, now = append(met, was), append(now, was)
				continue
			case r.IntN(3) > 0:
				came[is.ID], now = &is, append(now, is)
			default:
				came[is.ID] = nil
			}
			if meets := r.IntN(3); meets < 2 {
				met = append(met, []models.Product{was, is}[meets])
			}
		}
		from, to := q.Window(len(allOf(q, met)))
		p := pageRead{first: q.Page == 1, last: to == len(allOf(q, met))}
		if !p.last {
			p.next = &allOf(q, met)[to]
		}
		for _, one := range allOf(q, met)[from:to] {
			p.list = append(p.list, &one)
		}
		p.forward(listing{limit: q.Limit, choose: chosenBy(q)}, came)
		want := allOf(q, now)
		if p.whole() && (p.total != len(want) || len(p.list) != min(len(want), q.Limit)) {
			t.Fatalf("seed %d: %d of %d, want all of %d", seed, len(p.list), p.total, len(want))
		}
		if len(p.list) > q.Limit {
			t.Fatalf("seed %d: %d on a page of %d", seed, len(p.list), q.Limit)
		}
		at := -1
		for i, v := range p.list {
			stands := slices.IndexFunc(want, func(o models.Product) bool { return o.ID == v.GetHead().ID && o.Rev == v.GetHead().Rev })
			if stands < 0 {
				t.Fatalf("seed %d: %s is not what there is: %v", seed, models.JSON(v), want)
			}
			// Where all that was on the page has changed, nothing tells what stands between.
			all := slices.ContainsFunc(p.list, func(v models.Value) bool { _, changed := came[v.GetHead().ID]; return !changed })
			if i > 0 && (stands <= at || all && stands != at+1) || i == 0 && p.first && (all || p.whole()) && stands != 0 {
				t.Fatalf("seed %d: at %d of the page stands the value at %d, behind that at %d", seed, i, stands, at)
			}
			at = stands
		}
	}
}

// allOf is a listing without its pages.
func allOf(q models.ProductQuery, all []models.Product) []models.Product {
	q.Page, q.Limit = 1, max(1, len(all))
	return q.Select(all).Products
}
