package filemanagers

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"pulperia/dao/models"
)

// catalogueWords are so few and so unlike in frequency that a search finds nearly all products,
// some, or none.
var catalogueWords = []string{"la", "la", "la", "la", "la", "yerba", "yerba", "mate", "matera", "rare", "seldom1", "seldom2", "seldom3", "seldom4", "seldom5", "seldom6"}

func drawProduct(t *rapid.T, n int) *models.Product {
	texts := rapid.SliceOfN(rapid.SampledFrom(catalogueWords), 1, 4).Draw(t, "words")
	p := &models.Product{
		Title: texts[0], Code: string(rune('a'+n%26)) + string(rune('a'+n/26)), Price: models.Money(rapid.IntRange(1, 9).Draw(t, "price")),
		Category: rapid.SampledFrom([]string{"x", "y"}).Draw(t, "category"), Status: rapid.Bool().Draw(t, "status"),
		Stock: int64(rapid.IntRange(0, 1).Draw(t, "stock")), CreatedAt: models.Time(rapid.IntRange(0, 50).Draw(t, "created")),
	}
	p.ID[11], p.ID[10] = byte(n), byte(n>>8)
	for _, word := range texts[1:] {
		p.Description += word + " "
	}
	return p
}

func drawQuery(t *rapid.T) models.ProductQuery {
	q := models.ProductQuery{
		Text:     rapid.SampledFrom([]string{"", "la", "mat", "yerba la", "rare", "rare mat", "seldom", "seldom3", "seldom3 la", "none"}).Draw(t, "text"),
		Category: rapid.SampledFrom([]string{"", "", "x", "z"}).Draw(t, "in"), Available: rapid.IntRange(0, 3).Draw(t, "available") == 0,
		Sort:  rapid.SampledFrom([]models.Sort{models.Oldest, models.PriceAsc, models.PriceDesc}).Draw(t, "sort"),
		Limit: rapid.IntRange(1, 20).Draw(t, "limit"), Page: rapid.IntRange(1, 3).Draw(t, "page"),
	}
	if rapid.IntRange(0, 3).Draw(t, "by status") == 0 {
		status := rapid.Bool().Draw(t, "wanted")
		q.Status = &status
	}
	if rapid.IntRange(0, 2).Draw(t, "by price") == 0 {
		least := models.Money(rapid.IntRange(1, 9).Draw(t, "least"))
		q.MinPrice = &least
	}
	return q
}

// Whatever is asked of a catalogue that has been changed, its indexes answer as the pure function
// does.
func TestCatalogueListsAsThePureFunction(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var model []*models.Product
		for n := range rapid.IntRange(0, 300).Draw(t, "products") {
			model = append(model, drawProduct(t, n))
		}
		c := newCatalogue(valuesOf(model))
		late := rapid.Bool().Draw(t, "indexed late") // as a bulk store is
		if !late {
			c.makeIndexes()
		}
		for range rapid.IntRange(0, 150).Draw(t, "changes") {
			model = changeOne(t, c, model)
		}
		if late {
			c.makeIndexes()
		}
		products := make([]models.Product, len(model))
		for i, p := range model {
			products[i] = *p
		}
		for range 10 {
			q := drawQuery(t)
			if diff := cmp.Diff(q.Select(products), c.list(q), cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("%+v: not as the pure function (-) but (+):\n%s", q, diff)
			}
		}
		checkVocabulary(t, c, model)
	})
}

func changeOne(t *rapid.T, c *catalogue, model []*models.Product) []*models.Product {
	n := rapid.IntRange(0, 320).Draw(t, "number")
	p := drawProduct(t, n)
	i := slices.IndexFunc(model, func(m *models.Product) bool { return m.ID == p.ID })
	switch {
	case i >= 0 && rapid.Bool().Draw(t, "remove"):
		c.remove(p.ID)
		return slices.Delete(model, i, i+1)
	case i >= 0:
		model[i] = p
	default:
		model = append(model, p)
	}
	c.put(p)
	return model
}

func valuesOf(products []*models.Product) []models.Value {
	values := make([]models.Value, len(products))
	for i, p := range products {
		values[i] = p
	}
	return values
}

// checkVocabulary compares what a catalogue knows of words with what one knows that was made of the
// same products.
func checkVocabulary(t *rapid.T, c *catalogue, model []*models.Product) {
	fresh := newCatalogue(valuesOf(model))
	fresh.makeIndexes()
	for word, want := range fresh.words.postings {
		got := c.words.postings[word]
		if got == nil {
			t.Fatalf("%q is not known", word)
		}
		set, wanted := newBitset(len(c.rows)), newBitset(len(fresh.rows))
		got.addTo(set)
		want.addTo(wanted)
		if set.count() != wanted.count() || got.count+len(got.few) != wanted.count() || !slices.IsSorted(got.few) {
			t.Fatalf("%q is in %d products, but %+v", word, wanted.count(), got)
		}
	}
	if len(c.words.postings) != len(fresh.words.postings) || c.words.words.size != len(fresh.words.postings) {
		t.Fatalf("%d words, and %d in order, are known of %d", len(c.words.postings), c.words.words.size, len(fresh.words.postings))
	}
}
