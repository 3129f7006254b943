package app

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"pulperia/dao"
	"pulperia/dao/models"
	trade "pulperia/shop"
)

// verbOfOrders is a way in which the staff changes an order, with what must have been done before it.
type verbOfOrders struct {
	name, body string
	right      trade.Right
	before     []string
}

var verbsOfOrders = []verbOfOrders{
	{"accept", "", trade.OrdersWrite, nil},
	{"ready", "", trade.OrdersWrite, []string{"accept"}},
	{"send", "", trade.OrdersWrite, []string{"accept"}},
	{"done", "", trade.OrdersWrite, []string{"accept", "ready"}},
	{"cancel", `{"reason":"no hay"}`, trade.OrdersWrite, nil},
	{"paid", `{}`, trade.OrdersWrite, nil},
	{"failed", `{}`, trade.OrdersWrite, nil},
	{"note", `{"note":"llamar"}`, trade.OrdersWrite, nil},
	{"link", "", trade.OrdersWrite, nil},
	{"refund", `{"amount":1}`, trade.OrdersRefund, []string{"paid"}},
}

// waitingOrder places an order that waits for a transfer, and does verbs of the staff to it.
func waitingOrder(t *testing.T, s *inside, product models.ID, way string, verbs []string) trade.Placed {
	t.Helper()
	cart, _, err := s.trade.CreateCart(t.Context(), models.Cart{Products: []models.Item{{Product: product, Quantity: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	placed, _, err := s.trade.PlaceOrder(t.Context(), trade.Sender{Who: trade.Machine}, trade.OrderRequest{
		Cart: cart.ID, Buyer: models.Buyer{Name: "Ana"},
		Delivery: models.OrderDelivery{Way: way, Address: models.Address{Street: "Mitre 3"}}, Payment: models.OrderPayment{Way: models.PayTransfer},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range verbs {
		id := placed.Order.ID
		switch verb {
		case "accept":
			_, _, err = s.trade.AcceptOrder(t.Context(), trade.Machine, id)
		case "ready":
			_, _, err = s.trade.ReadyOrder(t.Context(), trade.Machine, id)
		case "paid":
			_, _, err = s.trade.OrderPaid(t.Context(), trade.Machine, id, trade.Money{})
		}
		if err != nil {
			t.Fatal(verb, err)
		}
	}
	return placed
}

// sellingInside is a closed shop that takes transfers and delivers, and a product of it.
func sellingInside(t *testing.T, store string, stock int64) (*inside, models.Product) {
	t.Helper()
	s := closedInside(t, store, "--requests-per-minute=0", "--orders-per-hour=0")
	product, _, err := s.trade.CreateProduct(t.Context(), models.Product{
		Title: "Yerba", Description: "d", Code: "Y", Category: "c", Price: 1000, Status: true, Stock: stock,
	})
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = s.trade.ChangeSettings(t.Context(), trade.Machine, func(o *models.Settings) error {
		o.Payments = []models.Payment{{Way: models.PayCash}, {Way: models.PayTransfer, Accounts: []models.Account{{Name: "Alias", Text: "lo.de.ana"}}}}
		o.Deliveries = []models.Delivery{
			{Way: "pickup", Kind: models.DeliverPickup, Address: "Defensa 1"}, {Way: "zone", Kind: models.DeliverZone, Name: "Moto"},
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s, product
}

// Each verb of the staff on an order that there is does what it says for who has the right, and for
// nobody else anything: neither a guest, nor a visitor, nor the buyer, nor a role or a key without it,
// nor who has it no more, nor a page of another origin.
func TestOrdersOfEverybody(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		s, product := sellingInside(t, newStore(), 1_000_000)
		for _, who := range comers(t, s) {
			for _, verb := range verbsOfOrders {
				way := "pickup"
				if verb.name == "send" {
					way = "zone"
				}
				was := waitingOrder(t, s, product.ID, way, verb.before).Order
				was, err := s.trade.Order(t.Context(), trade.Machine, was.ID)
				if err != nil {
					t.Fatal(err)
				}
				headers := append(who.headers(t), "X-Forwarded-For", "203.0.113.9")
				path := "/api/orders/" + was.ID.String() + "/" + verb.name
				answer, text := s.send(t, http.DefaultClient, "POST", path, verb.body, headers...)
				may := slices.Contains(who.rights, verb.right) && !who.foreign
				now, err := s.trade.Order(t.Context(), trade.Machine, was.ID)
				if err != nil || now.Same(was) == may || may != (answer.StatusCode/100 == 2) {
					t.Errorf("%s by %s, who may: %v: %d %.200s, changed %v, %v", verb.name, who.name, may, answer.StatusCode, text, !now.Same(was), err)
				}
			}
		}
		if found, err := s.trade.CheckOrders(t.Context()); err != nil || len(found.Wrong) > 0 {
			t.Errorf("%+v %v", found, err)
		}
	})
}

// Who has the secret of an order, and nobody with any other, can see it and its receipts, claim and
// cancel it, and follow it: not by the secret of another order, not by its own id, number or hash, and
// not by a secret that a newer one has taken the place of. All of these are answered alike.
func TestOrdersOfOthers(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		s, product := sellingInside(t, newStore(), 100)
		mine, theirs := waitingOrder(t, s, product.ID, "pickup", nil), waitingOrder(t, s, product.ID, "pickup", nil)
		claimed, _, err := s.trade.ClaimOrder(t.Context(), trade.Nobody, mine.Secret, trade.Claim{Receipt: []byte("%PDF-1.7\nsecreto")})
		if err != nil {
			t.Fatal(err)
		}
		receipt := "/receipts/" + claimed.Receipts[0].ID.String()
		old := mine.Secret
		if mine, err = s.trade.LinkOrder(t.Context(), trade.Machine, mine.Order.ID); err != nil {
			t.Fatal(err)
		}
		get := func(path string) (int, string) {
			answer, text := s.send(t, http.DefaultClient, "GET", path, "", "Accept", "application/json")
			return answer.StatusCode, text
		}
		if status, text := get("/o/" + mine.Secret + receipt); status != http.StatusOK || !strings.Contains(text, "secreto") {
			t.Errorf("by its own secret: %d %.100s", status, text)
		}
		if status, _ := get("/o/" + theirs.Secret + receipt); status != http.StatusNotFound {
			t.Errorf("by the secret of another order its receipt is %d", status)
		}
		_, alike := get("/o/" + strings.Repeat("a", 26))
		for what, secret := range map[string]string{
			"an old secret": old, "its id": mine.Order.ID.String(), "its hash": mine.Order.LinkHash, "its number": fmt.Sprint(mine.Order.Number),
			"its cart": mine.Order.Cart.String(), "part of it": mine.Secret[:25], "more than it": mine.Secret + "a",
		} {
			for _, path := range []string{"", receipt} {
				if status, text := get("/o/" + secret + path); status != http.StatusNotFound || path == "" && text != alike {
					t.Errorf("%s%s: %d %.200s, and others get %s", what, path, status, text, alike)
				}
			}
			for _, verb := range []string{"/cancel", "/claim"} {
				answer, text := s.send(t, http.DefaultClient, "POST", "/o/"+secret+verb, "{}", "Accept", "application/json")
				if answer.StatusCode != http.StatusNotFound {
					t.Errorf("%s%s: %d %.200s", what, verb, answer.StatusCode, text)
				}
			}
		}
		s.followsNoOrder(t, mine.Order, old, theirs.Secret)
	})
}

// followsNoOrder wants who follows by some secrets to hear nothing of a change of an order.
func (s *inside) followsNoOrder(t *testing.T, o models.Order, secrets ...string) {
	t.Helper()
	topics := []string{"products"}
	for _, secret := range secrets {
		topics = append(topics, "order:"+secret)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	line := s.socketOn(t, ctx, topics)
	defer line.CloseNow()
	if _, _, err := s.trade.AcceptOrder(ctx, trade.Machine, o.ID); err != nil {
		t.Fatal(err)
	}
	last, _, err := s.trade.ChangeProduct(ctx, o.Lines[0].Product, func(p *models.Product) error { p.Title = "El último"; return nil })
	if err != nil {
		t.Fatal(err)
	}
	for said := ""; !strings.Contains(said, last.Title); {
		_, text, err := line.Read(ctx)
		if said = string(text); err != nil || strings.Contains(said, string(dao.KindOrder)+`"`) {
			t.Fatalf("it hears %s, %v", said, err)
		}
	}
}
