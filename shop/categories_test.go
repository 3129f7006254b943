package shop_test

import (
	"sync"
	"testing"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/shop"
)

// named makes a product of a category, and returns it.
func named(t *testing.T, s *shop.Shop, code, category string) models.Product {
	t.Helper()
	made, _, err := s.CreateProduct(t.Context(), models.Product{Title: code, Code: code, Description: "d", Category: category, Stock: 1, Status: true})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func moved(t *testing.T, s *shop.Shop, p models.Product, category string) string {
	t.Helper()
	now, _, err := s.ChangeProduct(t.Context(), p.ID, func(p *models.Product) error { p.Category = category; return nil })
	if err != nil {
		t.Fatal(err)
	}
	return now.Category
}

// A category has one spelling, that of the first product in it, whatever case, accents or spaces those
// who come later give it; it changes when nobody else has it.
func TestOneSpellingOfACategory(t *testing.T) {
	s, _ := open(t, shop.Options{})
	first := named(t, s, "a", "Yerba y Maté")
	for code, category := range map[string]string{"b": "yerba y mate", "c": "YERBA Y MATE", "d": "  yerba   y maté ", "e": "Yerba y Maté", "f": "Yerba y Mate\u0301"} {
		if got := named(t, s, code, category); got.Category != "Yerba y Maté" {
			t.Errorf("%q became %q", category, got.Category)
		}
	}
	for _, category := range []string{"Yerba", "Yerba & mate"} {
		if got := named(t, s, category, category); got.Category != category {
			t.Errorf("%q became %q, which is another one", category, got.Category)
		}
	}
	if _, _, err := s.CreateProduct(t.Context(), models.Product{Title: "h", Code: "h", Description: "d", Category: "Yerba\ufe0f", Stock: 1}); refused(err) != "category hidden" {
		t.Errorf("what is none by itself is refused: %v", err)
	}
	tea := named(t, s, "t", "te")
	for to, want := range map[string]string{"yerba y maté": "Yerba y Maté", "YERBA": "Yerba", "café": "café"} {
		if got := moved(t, s, tea, to); got != want {
			t.Errorf("put into %q it is in %q", to, got)
		}
	}
	if got := moved(t, s, first, "yerba y mate"); got != "Yerba y Maté" {
		t.Errorf("one of several was renamed to %q", got)
	}
	moved(t, s, tea, "te")
	if got := moved(t, s, tea, "Té"); got != "Té" {
		t.Errorf("the only one was not renamed: %q", got)
	}
	if got := named(t, s, "u", "te"); got.Category != "Té" {
		t.Errorf("after that another one became %q", got.Category)
	}
	again, receipt, err := s.CreateProduct(t.Context(), models.Product{ID: first.ID, Title: "a", Code: "a", Description: "d", Category: "yerba y mate", Stock: 1, Status: true})
	if err != nil || !receipt.Repeated || again.Rev != first.Rev {
		t.Errorf("made again it is %+v %v", again, err)
	}
	if _, _, err := s.CreateProduct(t.Context(), models.Product{Title: "x", Code: "x", Description: "d"}); refused(err) != "category required" {
		t.Errorf("without one: %v", err)
	}
}

// Who comes at once with other spellings gets one.
func TestOneSpellingAtOnce(t *testing.T) {
	s, _ := open(t, shop.Options{})
	var all sync.WaitGroup
	for _, category := range []string{"Almacén", "almacén", "ALMACEN", "almacen", "Almacen", "aLmAcÉn"} {
		all.Go(func() { named(t, s, category, category) })
	}
	all.Wait()
	if list, err := s.Products.Categories(t.Context()); len(list) != 1 || err != nil {
		t.Errorf("there are %v %v", list, err)
	}
}

// What other programs wrote in two ways stays so, and can be used in both: a third way becomes that
// of most.
func TestSpellingsOfOthersStay(t *testing.T) {
	s, _ := open(t, shop.Options{})
	var batch dao.Batch
	for i, category := range []string{"almacen", "Almacén", "Almacén"} {
		batch.Products = append(batch.Products, models.Product{
			ID: models.ID{byte(i + 1)}, Title: "t", Code: string(rune('a' + i)), Description: "d", Category: category, Status: true, Thumbnails: []string{},
		})
	}
	if _, err := s.TakeIn(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	for given, want := range map[string]string{"almacen": "almacen", "Almacén": "Almacén", "ALMACÉN": "Almacén"} {
		if got := named(t, s, given+"!", given); got.Category != want {
			t.Errorf("%q became %q", given, got.Category)
		}
	}
	now, _, err := s.ChangeProduct(t.Context(), models.ID{1}, func(p *models.Product) error { p.Title = "otro"; return nil })
	if err != nil || now.Category != "almacen" {
		t.Errorf("another change has made it %+v %v", now, err)
	}
}
