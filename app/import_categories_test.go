package app

import (
	"strings"
	"testing"

	"pulperia/dao/models"
)

// A category of a file that the shop has in another spelling is that one, of a product that is there
// and of a new one, and in the file the first spelling stays, too. It is said, and an import again
// changes nothing.
func TestImportKeepsTheSpellingOfACategory(t *testing.T) {
	const file = "Handle,Title,Type,Variant SKU,Variant Price\n" +
		"x,Uno,yerba y mate,A,10\nx2,Dos,YERBA Y MATE,C,20\nx3,Tres,Té,D,30\nx4,Cuatro,te,E,40\n"
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		s := openInside(t, newStore())
		for i, code := range []string{"A", "B"} {
			one := models.Product{ID: models.ID{byte(i + 1)}, Title: "Uno", Description: "d", Category: "Yerba y Maté", Code: code, Price: 10000, Status: true}
			if _, _, err := s.store.Products.Create(t.Context(), one); err != nil {
				t.Fatal(err)
			}
		}
		for _, want := range []importReport{{Read: 4, Created: 3, Same: 1}, {Read: 4, Same: 4}} {
			report, said := importText(t, s.store, file)
			if report != want || strings.Count(said, respelled) != 1 || !strings.Contains(said, "3 products (lines 2, 3, 5)") {
				t.Errorf("%+v, not %+v\n%s", report, want, said)
			}
		}
		for _, one := range products(t, s.store) {
			want := map[string]string{"A": "Yerba y Maté", "B": "Yerba y Maté", "C": "Yerba y Maté", "D": "Té", "E": "Té"}[one.Code]
			if one.Category != want {
				t.Errorf("%s is in %q, not %q", one.Code, one.Category, want)
			}
		}
		if report, said := importText(t, s.store, "Handle,Title,Type,Variant SKU,Variant Price\nx,Uno,bazar,A,10\n"); report.Updated != 1 {
			t.Errorf("another category is not taken in: %+v\n%s", report, said)
		}
	})
}
