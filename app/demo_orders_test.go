package app

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pulperia/dao/models"
	"pulperia/demo"
	trade "pulperia/shop"
)

// The demo has an order in each state that there is something to see of, placed by the shop's own
// acts: check finds nothing, and a second start adds none.
func TestDemoOrders(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		store := newStore()
		for range 2 {
			s := openShop(t, store, "--demo", "--orders-per-hour", "1")
			if err := s.stop(t, os.Interrupt); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(s.Log.String(), "left out") {
				t.Errorf("an order was refused:\n%s", &s.Log)
			}
		}
		if out, code := execute(t, "check", "--store", store); code != 0 {
			t.Errorf("check: %s", out)
		}
		inside := closedInside(t, store)
		page, err := inside.trade.Orders(t.Context(), trade.Machine, trade.OrderQuery{Page: 1, Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		var states []string
		for _, o := range page.Orders {
			states = append(states, fmt.Sprintf("%d %s %s %s", o.Number, o.State, o.PaymentState(), o.Totals.Total))
			if o.State == models.OrderDone && o.Due() != 0 {
				t.Errorf("order %d is handed over and %s is due", o.Number, o.Due())
			}
		}
		slices.Sort(states)
		want := []string{
			"1 done paid 5655", "2 cancelled none 10640", "3 ready none 8280.75", "4 accepted none 5700", "5 placed none 9530",
		}
		if !slices.Equal(states, want) {
			t.Errorf("orders %q, want %q", states, want)
		}
	})
}

// Where the settings have none of the ways that the demo's orders go by, the shop opens without them
// and says so.
func TestDemoWithOtherWays(t *testing.T) {
	t.Parallel()
	store := t.TempDir()
	s := closedInside(t, store)
	_, _, err := s.trade.ChangeSettings(t.Context(), trade.Machine, func(said *models.Settings) error {
		said.Payments = []models.Payment{{Way: models.PayTransfer, Days: 2, Accounts: []models.Account{{Name: "Alias", Text: "almacen"}}}}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s.close()
	shop := openShop(t, store, "--demo")
	if n := strings.Count(shop.Log.String(), "an order of the demo is left out"); n != 5 {
		t.Errorf("%d of 5 orders are told to be left out:\n%s", n, &shop.Log)
	}
	shop.stop(t, os.Interrupt)
	if out, code := execute(t, "check", "--store", store); code != 0 {
		t.Errorf("check: %s", out)
	}
}

// fillGoods brings the goods of the demo into a store, without its orders.
func fillGoods(t *testing.T, store string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "products.json")
	if err := os.WriteFile(file, demo.Products(), 0o600); err != nil {
		t.Fatal(err)
	}
	says(t, "created", "import", file, "--store", store)
}
