package shop_test

import (
	"context"
	"strings"
	"testing"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/shop"
)

// dump is a store as it is handed out.
type dump []models.Value

func (d dump) Dump(_ context.Context, visit func(dao.Batch) error) (dao.Position, error) {
	return dao.Position{}, visit(dao.Batch{Others: d})
}

// An audit names a currency whose amounts have other decimals than those of the orders, which another
// program may have put into the settings.
func TestAuditOfCurrency(t *testing.T) {
	for currency, want := range map[string]bool{"USD": true, "": true, "CLP": false, "KWD": false} {
		found, err := shop.Audit(t.Context(), dump{
			&models.Order{Head: models.Head{ID: models.ID{1}}, Number: 1, Currency: "ARS"},
			&models.Settings{Head: models.Head{ID: models.TheOne}, Currency: currency},
		})
		if err != nil {
			t.Fatal(err)
		}
		if said := strings.Contains(strings.Join(found.Wrong, "\n"), `and order 1 is in "ARS", which has 2`); said == want {
			t.Errorf("%q: %q", currency, found.Wrong)
		}
	}
}
