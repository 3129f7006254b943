package models_test

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"pulperia/dao/models"
)

// catalogue is five products whose codes say where the orders put them: by age a b c d e, by price
// b d a e c.
func catalogue() []models.Product {
	list := []models.Product{
		{Code: "c", Title: "Mate de calabaza", Category: "mates", Price: 900, Status: true, Stock: 0, CreatedAt: 2, ID: models.ID{2}},
		{Code: "e", Title: "Limón", Category: "Mates", Price: 500, Status: false, Stock: 5, CreatedAt: 3, ID: models.ID{1}},
		{Code: "a", Title: "Yerba mate", Category: "yerbas", Price: 500, Status: true, Stock: 3, CreatedAt: 1, ID: models.ID{9}},
		{Code: "d", Title: "Yerbera", Category: "mates", Price: 100, Status: true, Stock: 1, CreatedAt: 2, ID: models.ID{3}},
		{Code: "b", Title: "Bombilla", Category: "mates", Price: 100, Status: false, Stock: 0, CreatedAt: 2, ID: models.ID{1, 1}},
	}
	for i := range list {
		list[i].Thumbnails = []string{"/a"}
	}
	return list
}

func codes(page models.ProductPage) (text string) {
	for _, p := range page.Products {
		text += p.Code
	}
	return text
}

func TestSelect(t *testing.T) {
	for name, c := range map[string]struct {
		query models.ProductQuery
		want  string
	}{
		"all, oldest first":           {models.ProductQuery{Limit: 10}, "abcde"},
		"cheapest first, then by age": {models.ProductQuery{Limit: 10, Sort: models.PriceAsc}, "bdaec"},
		"dearest first, ages as ever": {models.ProductQuery{Limit: 10, Sort: models.PriceDesc}, "caebd"},
		"category is exact":           {models.ProductQuery{Limit: 10, Category: "mates"}, "bcd"},
		"status":                      {models.ProductQuery{Limit: 10, Status: new(true)}, "acd"},
		"status false":                {models.ProductQuery{Limit: 10, Status: new(false)}, "be"},
		"available":                   {models.ProductQuery{Limit: 10, Available: true}, "ad"},
		"prices are inclusive":        {models.ProductQuery{Limit: 10, MinPrice: new(models.Money(500)), MaxPrice: new(models.Money(900))}, "ace"},
		"price of nothing":            {models.ProductQuery{Limit: 10, MaxPrice: new(models.Money(0))}, ""},
		"a word begins a word":        {models.ProductQuery{Limit: 10, Text: "YERB"}, "ad"},
		"each word, in any order":     {models.ProductQuery{Limit: 10, Text: "mate, yérba"}, "a"},
		"one word may serve two":      {models.ProductQuery{Limit: 10, Text: "yer yerb"}, "ad"},
		"a middle begins nothing":     {models.ProductQuery{Limit: 10, Text: "erba"}, ""},
		"words of category and code":  {models.ProductQuery{Limit: 10, Text: "mates c"}, "c"},
		"codes":                       {models.ProductQuery{Limit: 10, Codes: []string{"e", "a", "a", "x", "B"}}, "ae"},
		"no codes at all":             {models.ProductQuery{Limit: 10, Codes: []string{}}, ""},
		"everything together":         {models.ProductQuery{Limit: 10, Category: "mates", Available: true, Text: "y", Status: new(true)}, "d"},
		"page 2":                      {models.ProductQuery{Limit: 2, Page: 2}, "cd"},
		"the last page":               {models.ProductQuery{Limit: 2, Page: 3}, "e"},
		"past the last page":          {models.ProductQuery{Limit: 2, Page: 4}, ""},
	} {
		page := c.query.Select(catalogue())
		if got := codes(page); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// The order is total, so it does not hang on the order of what is given; pages cut it without a
// gap; what was given stays as it is.
func TestSelectOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		given := rapid.Permutation(catalogue()).Draw(t, "products")
		before := slices.Clone(given)
		q := models.ProductQuery{Sort: rapid.SampledFrom([]models.Sort{models.Oldest, models.PriceAsc, models.PriceDesc}).Draw(t, "sort"), Limit: 10}
		all := codes(q.Select(given))
		if want := codes(q.Select(catalogue())); all != want {
			t.Errorf("selected %s, and from another order %s", all, want)
		}
		q.Limit = rapid.IntRange(1, 6).Draw(t, "limit")
		var pages string
		for q.Page = 1; ; q.Page = q.Select(given).Next() {
			page := q.Select(given)
			pages += codes(page)
			for i := range page.Products {
				page.Products[i].Thumbnails[0] = "/changed"
			}
			if page.Next() == 0 {
				break
			}
		}
		if pages != all {
			t.Errorf("the pages of %d are %s, want %s", q.Limit, pages, all)
		}
		if diff := cmp.Diff(before, given, cmpopts.EquateEmpty()); diff != "" || given[0].Thumbnails[0] != "/a" {
			t.Errorf("select changed what it was given:\n%s", diff)
		}
	})
}

// The oracle multiplies without a limit.
func TestWindow(t *testing.T) {
	page := rapid.OneOf(rapid.IntRange(0, 30), rapid.SampledFrom([]int{math.MaxInt, math.MaxInt / 2, math.MaxInt/2 + 1, math.MaxInt / 1000, math.MaxInt/1000 + 2}))
	rapid.Check(t, func(t *rapid.T) {
		q := models.ProductQuery{Page: page.Draw(t, "page"), Limit: rapid.IntRange(1, models.MaxLimit).Draw(t, "limit")}
		total := rapid.OneOf(rapid.IntRange(0, 50), rapid.IntRange(0, 1_000_000), rapid.Just(math.MaxInt)).Draw(t, "total")
		bound := func(page int) int {
			n := new(big.Int).Mul(big.NewInt(int64(page)), big.NewInt(int64(q.Limit)))
			if n.Cmp(big.NewInt(int64(total))) > 0 {
				return total
			}
			return int(n.Int64())
		}
		wantFrom := bound(max(q.Page, 1) - 1)
		wantTo := wantFrom + min(q.Limit, total-wantFrom)
		if from, to := q.Window(total); from != wantFrom || to != wantTo {
			t.Errorf("page %d by %d of %d is [%d, %d), want [%d, %d)", q.Page, q.Limit, total, from, to, wantFrom, wantTo)
		}
	})
}

func TestPages(t *testing.T) {
	for _, c := range []struct{ total, page, limit, pages, prev, next int }{
		{0, 1, 10, 1, 0, 0}, {1, 1, 10, 1, 0, 0}, {10, 1, 10, 1, 0, 0}, {11, 1, 10, 2, 0, 2}, {30, 2, 10, 3, 1, 3}, {30, 3, 10, 3, 2, 0},
		{30, 4, 10, 3, 3, 0}, {30, 99, 10, 3, 3, 0}, {0, 99, 10, 1, 1, 0}, {30, math.MaxInt, 10, 3, 3, 0},
	} {
		p := models.ProductPage{Total: c.total, Page: c.page, Limit: c.limit}
		if p.TotalPages() != c.pages || p.Prev() != c.prev || p.Next() != c.next {
			t.Errorf("page %d by %d of %d: %d pages, before %d, after %d; want %+v", c.page, c.limit, c.total, p.TotalPages(), p.Prev(), p.Next(), c)
		}
	}
}

func TestQueryCheck(t *testing.T) {
	for _, q := range []models.ProductQuery{
		{Limit: 1}, {Limit: models.MaxLimit, Page: math.MaxInt, Sort: models.PriceDesc}, {Limit: 1, Page: 1, Sort: models.PriceAsc},
	} {
		wants(t, fmt.Sprintf("%+v", q), q.Check())
	}
	wants(t, "no limit", models.ProductQuery{}.Check(), "limit too_small 1")
	wants(t, "too much", models.ProductQuery{Limit: models.MaxLimit + 1}.Check(), "limit too_large 1000")
	wants(t, "all wrong", models.ProductQuery{Limit: -1, Page: math.MinInt, Sort: "ASC"}.Check(),
		"limit too_small 1", "page too_small 0", "sort not_one_of asc, desc, 1, -1")
}
