package app

import (
	"strings"
	"testing"

	"pulperia/dao/models"
	trade "pulperia/shop"
)

// An import goes by the rates of the shop that it comes into: a sheet's percentages become their names,
// an import again changes nothing, and what is no rate of it is said once and leaves what was.
func TestImportNamesTheRates(t *testing.T) {
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		s := openInside(t, newStore())
		_, _, err := s.trade.ChangeSettings(t.Context(), trade.Machine, func(o *models.Settings) error {
			o.Taxes = []models.Tax{{Name: "IVA 21 %", Points: 2100, Default: true}, {Name: "IVA 10,5 %", Points: 1050}}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		const file = "Handle;Title;Variant SKU;Variant Price;IVA\na;Uno;A;10,50;10,5\nb;Dos;B;20;21 %\nc;Tres;C;30;\n"
		for _, want := range []importReport{{Read: 3, Created: 3}, {Read: 3, Same: 3}} {
			if report, said := importText(t, s.store, file); report != want || strings.Contains(said, "tax") {
				t.Errorf("%+v, not %+v\n%s", report, want, said)
			}
		}
		report, said := importText(t, s.store, "Handle;Title;Variant SKU;Variant Price;IVA\na;Uno;A;10,50;27\nb;Dos;B;20;27\n")
		if report.Same != 2 || !strings.Contains(said, `2 products (lines 2, 3): tax must be a rate of the shop (it has IVA 21 %, IVA 10,5 %); got "27"`) {
			t.Errorf("%+v\n%s", report, said)
		}
		for _, one := range products(t, s.store) {
			if want := map[string]string{"A": "IVA 10,5 %", "B": "IVA 21 %"}[one.Code]; one.Tax != want {
				t.Errorf("%s is taxed by %q, not %q", one.Code, one.Tax, want)
			}
		}
	})
}
