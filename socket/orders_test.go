package socket

import (
	"strings"
	"testing"
	"time"

	"pulperia/dao/models"
	"pulperia/shop"
)

// A change of an order is told to who has its secret and to who may follow all orders, as one that is
// to be looked at: with nothing of its buyer, once to who asks for both, and to nobody else.
func TestOrderIsTold(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		placed := s.order()
		other := s.order()
		at := s.head()
		mine := s.hello(ana, at, "products", "order:"+placed.Secret)
		both := s.hello(ana, at, "orders", "order:"+placed.Secret)
		public := s.hello(ana, at, "messages", "products", "order:"+other.Secret, "order:"+strings.Repeat("a", 26))
		_, _, err := s.hub.Shop.CancelOwnOrder(t.Context(), shop.Nobody, placed.Secret)
		if err != nil {
			t.Fatal(err)
		}
		settle()
		for _, c := range []*client{mine, both} {
			var told []frame
			for _, change := range only(c.heard(), "change") {
				if change.Kind == "order" {
					told = append(told, change)
				}
			}
			want := `{"_id":"` + placed.Order.ID.String() + `","rev":2,"number":1,"state":"cancelled","payment":"none"}`
			if len(told) != 1 || string(told[0].Doc) != want {
				t.Errorf("told %+v, not %s", told, want)
			}
		}
		for _, change := range only(public.heard(), "change") {
			if change.Kind == "order" {
				t.Errorf("others hear %+v", change)
			}
		}
		late := s.hello(ana, at, "order:"+placed.Secret)
		settle()
		if told := only(late.heard(), "change"); len(told) != 1 || told[0].Kind != "order" {
			t.Errorf("who comes back hears %+v", told)
		}
		for _, wrong := range []string{"order:", "order:" + placed.Order.ID.String(), "order:" + placed.Order.LinkHash} {
			c := s.hello(ana, at, wrong)
			if got := c.heard(); len(got) != 1 || got[0].Error != "invalid" {
				t.Errorf("%s: %+v", wrong, got)
			}
		}
	})
}

// Who has the link that another one has taken the place of is told that once, and hears nothing of the
// order any more; nobody is shown the hash by which he is found.
func TestTheOldLinkIsToldOfTheNew(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		placed := s.order()
		old := s.hello(ana, s.head(), "order:"+placed.Secret)
		made, err := s.hub.Shop.LinkOrder(t.Context(), shop.Machine, placed.Order.ID)
		if err != nil {
			t.Fatal(err)
		}
		settle()
		if told := only(old.heard(), "change"); len(told) != 1 {
			t.Errorf("the old link is told %+v", told)
		}
		if _, _, err := s.hub.Shop.AcceptOrder(t.Context(), shop.Machine, placed.Order.ID); err != nil {
			t.Fatal(err)
		}
		settle()
		if told := only(old.heard(), "change"); len(told) != 0 {
			t.Errorf("then it hears %+v", told)
		}
		if shown := string(models.JSON(shop.ShowStaffOrder(made.Order))); strings.Contains(shown, placed.Order.LinkHash) {
			t.Errorf("the staff sees %s", shown)
		}
	})
}

// order places an order of one piece.
func (s *testShop) order() shop.Placed {
	s.t.Helper()
	product, _, err := s.hub.Shop.CreateProduct(s.t.Context(), models.Product{
		Title: "Yerba", Description: "Molida", Code: models.NewID(time.Now()).String(), Price: 1000, Stock: 5, Category: "almacén", Status: true,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	cart, _, err := s.hub.Shop.StartCart(s.t.Context(), models.Item{Product: product.ID, Quantity: 1})
	if err != nil {
		s.t.Fatal(err)
	}
	placed, _, err := s.hub.Shop.PlaceOrder(s.t.Context(), shop.Sender{}, shop.OrderRequest{
		Cart: cart.ID, Buyer: models.Buyer{Name: "Ana Pérez"},
		Delivery: models.OrderDelivery{Way: models.DeliverPickup}, Payment: models.OrderPayment{Way: models.PayCash},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return placed
}
