package daotest

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"pulperia/dao"
	"pulperia/dao/models"
)

func randomTests() []test {
	return []test{
		{"a listing is what models.ProductQuery.Select says", randomListing},
		{"a store is what a model of it says", randomLives},
		{"words are found whatever their length and number", longWords},
	}
}

// randomListing compares listings with the oracle. Prices, times, categories and words come from
// small sets, so that ties, shared beginnings and empty results are common; ids come in no order.
func randomListing(t *testing.T, h Harness) {
	rapid.Check(t, func(rt *rapid.T) {
		s := shopOf(rt, h.Open(t))
		defer s.Close()
		products := rapid.SliceOfNDistinct(drawnProduct(), 0, 24, func(p models.Product) models.ID { return p.ID }).Draw(rt, "products")
		s.load(dao.Batch{Products: products})
		for i := range products { // an index must follow changes too
			switch rapid.SampledFrom([]string{"stays", "stays", "changes", "goes"}).Draw(rt, "then it") {
			case "changes":
				drawn := drawnProduct().Draw(rt, "into")
				updated, _, err := s.Products.Update(s.ctx, products[i].ID, func(p *models.Product) error {
					p.Title, p.Description, p.Category, p.Price, p.Status, p.Stock = drawn.Title, drawn.Description, drawn.Category, drawn.Price, drawn.Status, drawn.Stock
					return nil
				})
				s.ok("update", err)
				products[i] = updated
			case "goes":
				_, _, err := s.Products.Delete(s.ctx, products[i].ID)
				s.ok("delete", err)
				products[i] = models.Product{}
			}
		}
		var left []models.Product
		for _, p := range products {
			if !p.ID.IsZero() {
				left = append(left, p)
			}
		}
		for range 12 {
			query := drawnQuery(left).Draw(rt, "query")
			got, err := s.Products.List(s.ctx, query)
			s.ok("list", err)
			s.equal(fmt.Sprintf("listed by %+v", query), got, query.Select(left))
		}
	})
}

// longWords: an engine must not hand a search to a server's operator that takes words up to a
// length only, or fewer of them than a query may have.
func longWords(t *testing.T, h Harness) {
	s := shopOf(t, h.Open(t))
	defer s.Close()
	many := make([]string, models.MaxSearchWords)
	for i := range many {
		many[i] = fmt.Sprint("w", i)
	}
	texts := []string{strings.Join(many, " "), strings.Join(many[1:], " ") + " none"}
	for _, letter := range []string{"x", "ñ", "漢", "\ufdf2"} { // the last one folds to four letters
		for _, n := range []int{3, 260, models.MaxSearch} {
			texts = append(texts, strings.Repeat(letter, n), strings.Repeat(letter, n-1)+"y")
		}
	}
	var products []models.Product
	for i := 0; i < len(texts); i += 2 {
		p := product(fmt.Sprint(i))
		p.Description = texts[i]
		products = append(products, s.create(p))
	}
	for _, text := range texts {
		query := models.ProductQuery{Text: text, Limit: models.MaxLimit}
		got, err := s.Products.List(s.ctx, query)
		s.ok("list", err)
		s.equal(fmt.Sprintf("found by %.20q… of %d bytes", text, len(text)), got, query.Select(products))
	}
}

// drawnText draws texts of words that fold to one another, that begin one another, and that grow or
// shrink by folding.
func drawnText(least int) *rapid.Generator[string] {
	words := rapid.SampledFrom([]string{
		"yerba", "YERBA", "yerbatero", "lim\u00f3n", "limo\u0301n", "Limones", "mate", "maté", "1kg", "1", "kg", "ñandú", "nandu",
		"\ufb01n", "straße", "STRASSE", "ΣΊΣΥΦΟΣ", "σίσυφος", "İstanbul", "istanbul", "日本", "e-mail", "l'été", "ＡＢＣ", "x²", "🧉", "\u0301", "-",
	})
	separators := rapid.SampledFrom([]string{" ", "-", "/", ", ", "_", "'"})
	return rapid.Custom(func(rt *rapid.T) string {
		text := "T" // never empty, which is another test's matter
		if least == 0 {
			text = ""
		}
		for range rapid.IntRange(least, 3).Draw(rt, "words") {
			text += separators.Draw(rt, "separator") + words.Draw(rt, "word")
		}
		return text
	})
}

func drawnProduct() *rapid.Generator[models.Product] {
	return rapid.Custom(func(rt *rapid.T) models.Product {
		n := rapid.IntRange(0, 60).Draw(rt, "id")
		p := models.Product{
			ID: id(n), Code: fmt.Sprintf("%s-%d", rapid.SampledFrom([]string{"YM", "ym", "é"}).Draw(rt, "code"), n),
			Title: drawnText(1).Draw(rt, "title"), Description: drawnText(1).Draw(rt, "description"),
			Category:  rapid.SampledFrom([]string{"a", "A", "á", "b", "a b", "mates"}).Draw(rt, "category"),
			Price:     rapid.SampledFrom([]models.Money{0, 1, 99, 100, 1000, 99999, models.MaxPrice}).Draw(rt, "price"),
			Status:    rapid.Bool().Draw(rt, "status"),
			Stock:     rapid.SampledFrom([]int64{0, 1, 5}).Draw(rt, "stock"),
			CreatedAt: rapid.SampledFrom([]models.Time{1000, 1001, 2000}).Draw(rt, "createdAt"), UpdatedAt: 3000, Rev: 1,
		}
		p.Normalize()
		return p
	})
}

func drawnQuery(products []models.Product) *rapid.Generator[models.ProductQuery] {
	return rapid.Custom(func(rt *rapid.T) models.ProductQuery {
		q := models.ProductQuery{
			Sort:      rapid.SampledFrom([]models.Sort{models.Oldest, models.PriceAsc, models.PriceDesc}).Draw(rt, "sort"),
			Backwards: rapid.Bool().Draw(rt, "backwards"),
			Page:      rapid.SampledFrom([]int{0, 1, 1, 2, 3, 9, math.MaxInt}).Draw(rt, "page"),
			Limit:     rapid.SampledFrom([]int{1, 2, 3, 7, 24, models.MaxLimit}).Draw(rt, "limit"),
		}
		some := func(what string) bool { return rapid.IntRange(0, 3).Draw(rt, what+"?") == 3 }
		prices := rapid.SampledFrom([]models.Money{-1, 0, 50, 100, 100000, models.MaxPrice})
		if some("category") {
			q.Category = rapid.SampledFrom([]string{"a", "A", "á", "b", "c", "mate"}).Draw(rt, "category")
		}
		if some("status") {
			q.Status = new(rapid.Bool().Draw(rt, "status"))
		}
		q.Available = some("available")
		if some("stock") {
			q.MaxStock = new(rapid.SampledFrom([]int64{-1, 0, 1, 4, 5}).Draw(rt, "most of it"))
		}
		if some("minimum") {
			q.MinPrice = new(prices.Draw(rt, "minimum"))
		}
		if some("maximum") {
			q.MaxPrice = new(prices.Draw(rt, "maximum"))
		}
		if rapid.Bool().Draw(rt, "text?") {
			text := []rune(drawnText(0).Draw(rt, "text"))
			text = text[:rapid.IntRange(0, len(text)).Draw(rt, "cut")]
			if len(models.Words(string(text))) > 0 {
				q.Text = string(text)
			}
		}
		if some("codes") {
			q.Codes = []string{"none"}
			for _, p := range products {
				if rapid.Bool().Draw(rt, "code?") {
					q.Codes = append(q.Codes, p.Code, p.Code)
				}
			}
		}
		if some("ids") {
			q.IDs = []models.ID{id(999)}
			for _, p := range products {
				if rapid.Bool().Draw(rt, "id?") {
					q.IDs = append(q.IDs, p.ID, p.ID)
				}
			}
		}
		return q
	})
}
