package app

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
	"pulperia/dao/dbmanagers"
	"pulperia/dao/models"
	trade "pulperia/shop"
)

// soldStore is a store with five pieces of a product, of which two orders hold one each.
func soldStore(t *testing.T, store string) (product models.ID, orders []models.Order) {
	t.Helper()
	s := closedInside(t, store)
	p, _, err := s.trade.CreateProduct(t.Context(), models.Product{
		Title: "Yerba", Description: "d", Code: "Y", Category: "c", Price: 1000, Status: true, Stock: 5,
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		cart, _, err := s.trade.CreateCart(t.Context(), models.Cart{Products: []models.Item{{Product: p.ID, Quantity: 1}}})
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
		orders = append(orders, placed.Order)
	}
	s.close()
	return p.ID, orders
}

// An edit of orders that are right one by one is taken in; where they no longer agree with the stock, the
// log of the start says so, as check does.
func TestEditOfOrdersIsAudited(t *testing.T) {
	t.Parallel()
	store := t.TempDir()
	product, orders := soldStore(t, store)
	spoil(t, store, "products", product, [2]string{`"held": 2`, `"held": 5`}, nil)
	s := startShop(t, store).untilOpen(t)
	const want = "5 pieces are held, and open orders hold 2"
	for end := time.Now().Add(10 * time.Second); !strings.Contains(s.Log.String(), want); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the log of the start does not say %q, of %d orders:\n%s", want, len(orders), &s.Log)
		}
	}
}

// spoil changes the text of a value behind the shop's back: in the file, or in the document.
func spoil(t *testing.T, store, kinds string, id models.ID, file [2]string, set bson.M) {
	t.Helper()
	if dbmanagers.IsURL(store) {
		db := databaseOf(t, store)
		db.Collection(kinds).Indexes().DropAll(t.Context())
		done, err := db.Collection(kinds).UpdateOne(t.Context(), bson.M{"_id": bson.ObjectID(id)}, bson.M{"$set": set})
		if err != nil || done.ModifiedCount != 1 {
			t.Fatalf("%+v, %v", done, err)
		}
		return
	}
	name := filepath.Join(store, kinds+".json")
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	at := strings.Index(string(text), id.String())
	changed := strings.Replace(string(text[at:]), file[0], file[1], 1)
	if at < 0 || changed == string(text[at:]) {
		t.Fatalf("there is no %s in\n%s", file[0], text)
	}
	if err := os.WriteFile(name, append(text[:at:at], changed...), 0o600); err != nil {
		t.Fatal(err)
	}
}

// check finds each way in which stock and orders can be wrong, on both engines, and passes what is
// right.
func TestCheckFindsWrongOrders(t *testing.T) {
	t.Parallel()
	onOrder := func(change func(*models.Order)) func(*testing.T, string, models.ID, []models.Order) {
		return func(t *testing.T, store string, _ models.ID, orders []models.Order) {
			stepIn(t, store, func(tx dao.Tx) error {
				_, err := dao.Order.Within(tx).Update(orders[1].ID, func(o *models.Order) error { change(o); return nil })
				return err
			})
		}
	}
	onProduct := func(change func(*models.Product)) func(*testing.T, string, models.ID, []models.Order) {
		return func(t *testing.T, store string, product models.ID, _ []models.Order) {
			stepIn(t, store, func(tx dao.Tx) error {
				_, err := dao.Product.Within(tx).Update(product, func(p *models.Product) error { change(p); return nil })
				return err
			})
		}
	}
	for what, tt := range map[string]struct {
		spoil func(t *testing.T, store string, product models.ID, orders []models.Order)
		want  string
	}{
		"nothing":         {func(*testing.T, string, models.ID, []models.Order) {}, ""},
		"too much held":   {onProduct(func(p *models.Product) { p.Held = 7 }), `product "Y": 7 pieces are held, and open orders hold 2`},
		"too little held": {onProduct(func(p *models.Product) { p.Held = 1 }), `product "Y": 1 pieces are held, and open orders hold 2`},
		"an end that gave nothing back": {
			onOrder(func(o *models.Order) { o.State = models.OrderCancelled }), `product "Y": 2 pieces are held, and open orders hold 1`,
		},
		"lines that do not sum": {onOrder(func(o *models.Order) { o.Totals.Total = 990 }), "order 2: its lines are 1 together"},
		"more paid than it costs": {onOrder(func(o *models.Order) {
			o.Ledger = []models.Fact{{ID: "x", Kind: models.FactPaid, Amount: 99999}}
		}), "order 2: ledger: 99.999 are noted as paid, and totals.total is 1"},
		"a payment of nothing": {onOrder(func(o *models.Order) {
			o.Ledger = []models.Fact{{ID: "x", Kind: models.FactPaid}}
		}), `order 2: ledger[0].amount is 0, which no fact of the kind "paid" has`},
		"a line that does not sum": {onOrder(func(o *models.Order) { o.Lines[0].Unit = 5 }), "order 2: lines[0].total is 1, and 1 pieces"},
		"a tax that does not sum":  {onOrder(func(o *models.Order) { o.Totals.Tax = 210 }), "order 2: totals.tax is 0.21, and lines[…].tax.amount are 0 together"},
		"a tax that is not its rate's": {onOrder(func(o *models.Order) {
			o.Lines[0].Tax = models.LineTax{Name: "IVA", Rate: 2100, Amount: 300}
			o.Totals.Tax = 300
		}), "order 2: lines[0].tax.amount is 0.3, and lines[0].tax.rate, which is 2100 hundredths of a percent, makes it 0.17"},
		"pieces back without money": {onOrder(func(o *models.Order) { o.Lines[0].Refunded = 1 }), "order 2: lines[0].refunded is 1, and no fact of its ledger is a refund"},
		"pieces back that never left": {onOrder(func(o *models.Order) {
			o.Lines[0].Refunded, o.Lines[0].Restocked = 1, 1
			o.Ledger = []models.Fact{{ID: "x", Kind: models.FactPaid, Amount: 1000}, {ID: "y", Kind: models.FactRefunded, Amount: 1000}}
		}), "order 2: lines[0].restocked is 1, and its state is placed"},
		"a receipt without its bytes": {onOrder(func(o *models.Order) {
			hash := models.HashOf([]byte("gone"))
			o.Receipts = []models.Receipt{{ID: o.ID, Type: "application/pdf", Upload: hash, SHA256: hash}}
		}), "order 2: receipts[0] (comprobante-2-1.pdf): its bytes " + string(models.HashOf([]byte("gone"))) + " are missing: import a backup that has them"},
		"no history":      {onOrder(func(o *models.Order) { o.History = nil }), "order 2: history is empty"},
		"another history": {onOrder(func(o *models.Order) { o.State = models.OrderAccepted }), "order 2: state is accepted, and by its history it is placed"},
		"a leap": {onOrder(func(o *models.Order) {
			o.State = models.OrderReady
			o.History = append(o.History, models.Event{What: "ready"})
		}), `order 2: history[1].what is ready, which does not follow on "placed"`},
		"a fact in two ledgers": {func(t *testing.T, store string, _ models.ID, orders []models.Order) {
			stepIn(t, store, func(tx dao.Tx) error {
				for _, o := range orders {
					_, err := dao.Order.Within(tx).Update(o.ID, func(o *models.Order) error {
						o.Ledger = []models.Fact{{ID: "once", Kind: models.FactPaid, Amount: 1000}}
						return nil
					})
					if err != nil {
						return err
					}
				}
				return nil
			})
		}, "the fact once of its ledger stands in that of order"},
		"a counter that stands too low": {func(t *testing.T, store string, _ models.ID, _ []models.Order) {
			stepIn(t, store, func(tx dao.Tx) error {
				_, err := dao.Counter.Within(tx).Update(models.TheOne, func(c *models.Counter) error { c.Orders = 1; return nil })
				return err
			})
		}, "the counter of orders stands at 1, and there is an order 2"},
		"a product that is gone": {func(t *testing.T, store string, product models.ID, _ []models.Order) {
			stepIn(t, store, func(tx dao.Tx) error {
				_, err := dao.Product.Within(tx).Delete(product)
				return err
			})
		}, "which is gone"},
		"stock below nothing": {func(t *testing.T, store string, product models.ID, _ []models.Order) {
			spoil(t, store, "products", product, [2]string{`"stock": 3`, `"stock": -3`}, bson.M{"stock": -3})
		}, "stock must be at least 0; got -3"},
		"a number twice": {func(t *testing.T, store string, _ models.ID, orders []models.Order) {
			spoil(t, store, "orders", orders[1].ID, [2]string{`"number": 2`, `"number": 1`}, bson.M{"number": 1})
		}, "number"},
		"more back than came": {func(t *testing.T, store string, _ models.ID, orders []models.Order) {
			fact := bson.A{bson.M{"_id": "back", "at": bson.DateTime(0), "by": "", "kind": "refunded", "amount": 1, "reference": ""}}
			spoil(t, store, "orders", orders[1].ID, [2]string{
				`"ledger": []`, `"ledger": [{"_id":"back","at":"2026-01-01T00:00:00.000Z","by":"","kind":"refunded","amount":1,"reference":""}]`,
			}, bson.M{"ledger": fact})
		}, "ledger"},
	} {
		t.Run(what, func(t *testing.T) {
			onEachEngine(t, func(t *testing.T, newStore func() string) {
				store := newStore()
				product, orders := soldStore(t, store)
				tt.spoil(t, store, product, orders)
				t.Attr("planted", "1")
				out, code := execute(t, "check", "--store", store)
				wrong := tt.want != "" && (what != "stock below nothing" || !dbmanagers.IsURL(store)) // another program may do that there
				if (code != 0) != wrong || !strings.Contains(out, tt.want) {
					t.Errorf("it ends with %d, and does not say %q:\n%s", code, tt.want, out)
				}
			})
		})
	}
}

// An order to which another program has given a state that there is none of is shown in the one that its
// history says, and goes on from there; check names each field that is not as the shop shows it, with
// both sides of it.
func TestStateOfAnotherProgram(t *testing.T) {
	t.Parallel()
	store := database(t)
	_, orders := soldStore(t, store)
	spoil(t, store, "orders", orders[1].ID, [2]string{}, bson.M{"state": "flying", "totals.tax": "mucho", "lines.0.unit": "caro"})
	out, _ := execute(t, "check", "--store", store)
	for _, want := range []string{
		`state is "flying": shown as "placed"`, `totals.tax is "mucho": shown as 0`, `lines[0].unit is "caro": shown as 0`,
	} {
		if !strings.Contains(out, want) {
			t.Errorf("it does not say %q:\n%s", want, out)
		}
	}
	s := closedInside(t, store)
	defer s.close()
	if o, err := s.trade.Order(t.Context(), trade.Machine, orders[1].ID); err != nil || o.State != models.OrderPlaced {
		t.Errorf("it is %q, %v", o.State, err)
	}
	if o, _, err := s.trade.AcceptOrder(t.Context(), trade.Machine, orders[1].ID); err != nil || o.State != models.OrderAccepted {
		t.Errorf("taken on, it is %q, %v", o.State, err)
	}
}

// Of an order that was handed over and of which no money is noted check tells, be it that none has come
// or that its ledger was lost: that is no damage.
func TestCheckTellsOfMoneyThatIsNotNoted(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		store := newStore()
		_, orders := soldStore(t, store)
		s := closedInside(t, store)
		for _, step := range []func(context.Context, trade.Who, models.ID) (models.Order, dao.Receipt, error){s.trade.AcceptOrder, s.trade.ReadyOrder} {
			if _, _, err := step(t.Context(), trade.Machine, orders[1].ID); err != nil {
				t.Fatal(err)
			}
		}
		if _, _, err := s.trade.HandOverOrder(t.Context(), trade.Machine, orders[1].ID, trade.Money{}); err != nil {
			t.Fatal(err)
		}
		s.close()
		says(t, "everything is in order", "check", "--store", store)
		stepIn(t, store, func(tx dao.Tx) error {
			_, err := dao.Order.Within(tx).Update(orders[1].ID, func(o *models.Order) error { o.Ledger = nil; return nil })
			return err
		})
		says(t, "1 order: handed over, and not all of the money is noted in the ledger: note on the page of each what has come: numbers 2", "check", "--store", store)
	})
}

// stepIn runs a step beside the shop's rules.
func stepIn(t *testing.T, name string, do func(dao.Tx) error) {
	t.Helper()
	store, err := (&globals{}).openStore(t.Context(), name, storeOptions{keep: wholeFeed, log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	_, err = store.Update(t.Context(), do)
	if closed := store.Close(); err != nil || closed != nil {
		t.Fatal(err, closed)
	}
}
