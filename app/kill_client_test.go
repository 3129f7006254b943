package app

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"
	"time"

	"pulperia/dao/models"
	"pulperia/faults/harness"
)

// client is one who writes to a shop that is killed now and then: messages, products and carts of
// his own, and the cart of all.
type client struct {
	*harness.Book
	shared   sharedCart
	name     string
	random   *rand.Rand
	number   int      // of the write, so that no value comes twice
	products []string // by id; the code is the same
	carts    []string
}

// sharedCart is the one that all clients add to.
type sharedCart struct{ id, product string }

func (c sharedCart) key() string { return "cart " + c.id }

// newSharedCart makes it, and notes that it is empty: a shop may be killed before anybody adds to
// it.
func newSharedCart(t *testing.T, s *shop, book *harness.Book) sharedCart {
	t.Helper()
	var products []models.Product
	s.get(t, "/api/products?limit=1", &products)
	var cart models.Cart
	answer, err := harness.Send(http.DefaultClient, "POST", s.URL+"/api/carts", "")
	if err == nil {
		err = answer.Payload(&cart)
	}
	if err != nil {
		t.Fatal(err)
	}
	shared := sharedCart{cart.ID.String(), products[0].ID.String()}
	s.must(t, "PUT", "/api/products/"+shared.product, `{"status":true,"stock":1000000}`) // there is enough for all
	book.Sums(shared.key())
	return shared
}

// wantShared fails unless the open shop shows in the cart of all what was added.
func wantShared(t *testing.T, s *shop, book *harness.Book, shared sharedCart) {
	t.Helper()
	var cart models.Cart
	s.get(t, "/api/carts/"+shared.id, &cart)
	if err := book.Check(shared.key(), fmt.Sprint(cart.Count())); err != nil {
		t.Fatal(err)
	}
}

// write sends writes until the shop is gone.
func (c *client) write(t *testing.T, s *shop) {
	sends := &sender{t, s, &http.Client{Transport: &http.Transport{}}}
	defer sends.client.CloseIdleConnections()
	for c.one(sends) {
		c.number++
	}
}

// one sends one write and says whether the shop was still there.
func (c *client) one(s *sender) bool {
	id := models.NewID(time.Now()).String()
	title := fmt.Sprintf("%s-%d", c.name, c.number)
	switch n := c.random.IntN(10); {
	case n < 2 && len(c.products) < 20 || len(c.products) == 0: // so few that folds stay frequent
		c.products = append(c.products, id)
		body := fmt.Sprintf(`{"_id":%q,"title":%q,"description":"D","code":%q,"price":1.5,"stock":%d,"category":"C"}`, id, title, id, c.number)
		return c.sends(s, "POST", "/api/products", body, "product "+id, productValue(title, c.number))
	case n < 3 && len(c.carts) < 10 || len(c.carts) == 0:
		c.carts = append(c.carts, id)
		return c.sends(s, "POST", "/api/carts", fmt.Sprintf(`{"_id":%q}`, id), "cart "+id, "0")
	case n < 5:
		text := "soy " + title
		return c.sends(s, "POST", "/api/messages", fmt.Sprintf(`{"_id":%q,"user":"ana@example.com","message":%q}`, id, text), "message "+id, text)
	case n < 7: // two fields, which nobody may find apart
		id = c.products[c.random.IntN(len(c.products))]
		return c.sends(s, "PUT", "/api/products/"+id, fmt.Sprintf(`{"title":%q,"stock":%d}`, title, c.number), "product "+id, productValue(title, c.number))
	case n < 8:
		i := c.random.IntN(len(c.products))
		id = c.products[i]
		c.products = slices.Delete(c.products, i, i+1)
		return c.sends(s, "DELETE", "/api/products/"+id, "", "product "+id, "")
	case n < 9:
		id = c.carts[c.random.IntN(len(c.carts))]
		path := "/api/carts/" + id + "/products/" + c.shared.product
		return c.sends(s, "PUT", path, fmt.Sprintf(`{"quantity":%d}`, c.number+1), "cart "+id, fmt.Sprint(c.number+1))
	}
	return c.adds(s)
}

// sends sends a write that gives a key a value, and notes what becomes of it.
func (c *client) sends(s *sender, method, path, body, key, value string) bool {
	c.Tries(key, value)
	status, _, err := s.do(s.client, method, path, body)
	switch {
	case err != nil:
		return false
	case status == http.StatusOK || status == http.StatusCreated:
		c.Did(key, value)
	case status == http.StatusNotFound && c.Check(key, "") == nil:
		c.Did(key, "")
	case status != http.StatusServiceUnavailable: // that one leaves it open
		s.t.Errorf("%s %s of %s: status %d", method, path, key, status)
	}
	return true
}

// adds puts one into the cart of all.
func (c *client) adds(s *sender) bool {
	c.TriesToAdd(c.shared.key())
	status, _, err := s.do(s.client, "POST", "/api/carts/"+c.shared.id+"/products/"+c.shared.product, "")
	if err == nil && status == http.StatusOK {
		c.Added(c.shared.key())
	} else if err == nil && status != http.StatusServiceUnavailable {
		s.t.Errorf("an addition was answered with %d", status)
	}
	return err == nil
}

// sender is a client's line to a shop.
type sender struct {
	t *testing.T
	*shop
	client *http.Client
}
