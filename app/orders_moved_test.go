package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pulperia/dao"
	"pulperia/dao/models"
	trade "pulperia/shop"
)

// nextOrder places an order of a product and returns it.
func nextOrder(t *testing.T, store string, product models.ID) models.Order {
	t.Helper()
	s := closedInside(t, store)
	defer s.close()
	cart, _, err := s.trade.CreateCart(t.Context(), models.Cart{Products: []models.Item{{Product: product, Quantity: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	placed, _, err := s.trade.PlaceOrder(t.Context(), trade.Sender{Who: trade.Machine}, trade.OrderRequest{
		Cart: cart.ID, Buyer: models.Buyer{Name: "Ana"},
		Delivery: models.OrderDelivery{Way: "pickup"}, Payment: models.OrderPayment{Way: "cash"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return placed.Order
}

// A backup with orders, brought into an empty store, is the shop as it was: orders, what they hold,
// and the counter; a migration takes all of it there and back. What check says of it is nothing.
func TestOrdersMove(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		store, backup := newStore(), filepath.Join(t.TempDir(), "backup.jsonl")
		product, _ := soldStore(t, store)
		says(t, "2 orders", "export", backup, "--store", store)
		want := exportedWithin(t, store)
		other := newStore()
		says(t, "0 refused", "import", backup, "--store", other)
		if got := exportedWithin(t, other); got != want {
			t.Errorf("brought in, it is\n%s, not\n%s", got, want)
		}
		says(t, "everything is in order", "check", "--store", other)
		says(t, "0 created, 0 updated", "import", backup, "--store", other)
		if o := nextOrder(t, other, product); o.Number != 3 {
			t.Errorf("the next order has the number %d", o.Number)
		}
		says(t, "everything is in order", "check", "--store", other)
	})
}

// Brought into the shop that it comes from, a backup does not give back what orders have taken of the
// stock since, nor take what they gave back: it says of each product that it stays, and why. An order
// that has gone on is left as it is, which is no refusal; what the file says of prices comes in.
func TestBackupIntoItsOwnShop(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		store, backup := newStore(), filepath.Join(t.TempDir(), "backup.jsonl")
		product, orders := soldStore(t, store)
		says(t, "2 orders", "export", backup, "--store", store)
		s := closedInside(t, store)
		if _, _, err := s.trade.CancelOrder(t.Context(), trade.Machine, orders[0].ID, ""); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.trade.ChangeProduct(t.Context(), product, func(p *models.Product) error { p.Price = 2000; return nil }); err != nil {
			t.Fatal(err)
		}
		s.close()
		for range 2 {
			nextOrder(t, store, product)
		}
		out, code := runMain(t, "import", backup, "--store", store)
		for _, want := range []string{
			`"Y": the stock stays what the shop has, 2, and does not become that of the file, 3: 3 orders (1, 3, 4) took pieces`,
			"1 order (line ", "the shop has gone on with it since: it is left as it is", " 0 refused",
		} {
			if code != 0 || !strings.Contains(out, want) {
				t.Errorf("it ends with %d, and does not say %q:\n%s", code, want, out)
			}
		}
		says(t, "everything is in order", "check", "--store", store)
		s = closedInside(t, store)
		defer s.close()
		now, err := s.trade.Products.Get(t.Context(), product)
		if err != nil || now.Stock != 2 || now.Held != 3 || now.Price != 1000 {
			t.Errorf("%+v, %v", now, err)
		}
		if o, err := s.trade.Order(t.Context(), trade.Machine, orders[0].ID); err != nil || o.State != models.OrderCancelled {
			t.Errorf("%+v, %v", o, err)
		}
	})
}

// Migrated both ways, orders and what they hold are the same, and their links open them.
func TestOrdersMigrate(t *testing.T) {
	t.Parallel()
	files, there, back := t.TempDir(), database(t), filepath.Join(t.TempDir(), "back")
	product, _ := soldStore(t, files)
	want := exportedWithin(t, files)
	for _, ends := range [][2]string{{files, there}, {there, back}} {
		says(t, "orders", "migrate", "--from", ends[0], "--to", ends[1])
		if got := exportedWithin(t, ends[1]); got != want {
			t.Errorf("%s holds\n%s, not\n%s", ends[1], got, want)
		}
		says(t, "everything is in order", "check", "--store", ends[1])
	}
	if o := nextOrder(t, back, product); o.Number != 3 {
		t.Errorf("the next order has the number %d", o.Number)
	}
}

// Orders that are brought into a shop that has some keep their numbers, and those of the shop go on
// above the highest; one whose number the shop's own order has is refused by name, and what no
// order holds is held no more.
func TestOrdersMeetOthers(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		from, backup := newStore(), filepath.Join(t.TempDir(), "backup.jsonl")
		soldStore(t, from)
		says(t, "2 orders", "export", backup, "--store", from)
		higher := newStore()
		stepIn(t, higher, func(tx dao.Tx) error {
			_, err := dao.Counter.Within(tx).Create(models.Counter{Head: models.Head{ID: models.TheOne}, Orders: 9})
			return err
		})
		out, _ := runMain(t, "import", backup, "--store", higher)
		if strings.Contains(out, "order number") {
			t.Errorf("it refuses orders:\n%s", out)
		}
		says(t, "everything is in order", "check", "--store", higher)
		text, err := os.ReadFile(backup)
		if err != nil {
			t.Fatal(err)
		}
		own := newStore()
		mine, orders := soldStore(t, own)
		says(t, "everything is in order", "check", "--store", own)
		lines := strings.ReplaceAll(string(text), `"code":"Y"`, `"code":"Z"`)
		if err := os.WriteFile(backup, []byte(lines), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, how := range [][]string{{"--dry-run"}, nil} {
			out, code := runMain(t, append([]string{"import", backup, "--store", own}, how...)...)
			if code == 0 || !strings.Contains(out, `number "1" is already taken`) || !strings.Contains(out, " 2 refused") {
				t.Errorf("%v: it ends with %d, and does not say whose number it is:\n%s", how, code, out)
			}
		}
		says(t, "everything is in order", "check", "--store", own)
		if o := nextOrder(t, own, mine); o.Number != int64(len(orders)+1) {
			t.Errorf("the next order has the number %d", o.Number)
		}
		says(t, "everything is in order", "check", "--store", own)
	})
}

// An order of which another one in the same file has the number is refused, also where the store is
// empty or not there, and a dry run says so before.
func TestOrdersWithOneNumber(t *testing.T) {
	t.Parallel()
	from, backup := t.TempDir(), filepath.Join(t.TempDir(), "backup.jsonl")
	soldStore(t, from)
	says(t, "2 orders", "export", backup, "--store", from)
	text, err := os.ReadFile(backup)
	if err != nil {
		t.Fatal(err)
	}
	twice := strings.Replace(string(text), `"number":2,`, `"number":1,`, 1)
	if err := os.WriteFile(backup, []byte(twice), 0o600); err != nil || twice == string(text) {
		t.Fatal("no order has the number 2", err)
	}
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		store := newStore()
		for _, how := range [][]string{{"--dry-run"}, nil} {
			out, code := runMain(t, append([]string{"import", backup, "--store", store}, how...)...)
			if code == 0 || !strings.Contains(out, `is already taken`) || !strings.Contains(out, " 1 refused") {
				t.Errorf("%v: it ends with %d, and does not say whose number it is:\n%s", how, code, out)
			}
		}
		says(t, "everything is in order", "check", "--store", store)
	})
}
