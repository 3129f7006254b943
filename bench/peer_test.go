package main

import (
	"encoding/json"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pulperia/dao/models"
	"pulperia/faults/harness"
)

// The peer does the same work: to the questions that are measured it answers with the same products
// and totals, and what is posted to it is there.
func TestPeerAnswersTheSame(t *testing.T) {
	dir, err := peerDir(t.Context())
	if err != nil || dir == "" && os.Getenv("REQUIRE_MONGODB") == "1" {
		t.Fatalf("no peer: Node is missing, or its packages (%v)", err)
	} else if dir == "" {
		t.Skip("the peer needs Node")
	}
	b := &bench{generator: newGenerator(7), dir: t.TempDir(), scale: scale{products: 500, messages: 40}, log: slog.New(slog.DiscardHandler)}
	if b.program, err = harness.Build(b.dir); err != nil {
		t.Fatal(err)
	}
	if err := b.importProducts(t.Context(), &report{}, filepath.Join(b.dir, "large")); err != nil {
		t.Fatal(err)
	}
	shop, err := openShop(t.Context(), b.program, filepath.Join(b.dir, "large"))
	if err != nil {
		t.Fatal(err)
	}
	defer shop.stop()
	c := &contest{bench: b, shop: shop, peerDir: dir}
	if c.products, err = fetchAll(t.Context(), shop.address); err != nil {
		t.Fatal(err)
	}
	store := filepath.Join(b.dir, "peer")
	if _, err := c.importRow(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	if err := c.fill(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	if c.peer, err = openPeer(t.Context(), dir, store); err != nil {
		t.Fatal(err)
	}
	defer c.peer.stop()
	targets := []string{"/api/products/" + c.products[3].ID.String()}
	for i := range 40 {
		targets = append(targets, c.pageOf(c.products[i*7]), "/api/products?limit=5&q="+url.QueryEscape(c.search(c.products[i*5])))
	}
	for _, target := range targets {
		if diff := cmp.Diff(answerOf(t, shop, target), answerOf(t, c.peer, target)); diff != "" {
			t.Errorf("%s: %s", target, diff)
		}
	}
	if got, want := bought(t, c.peer, c.products), bought(t, shop, c.products); got != want {
		t.Errorf("a purchase is of %v, not %v", got, want)
	}
	answer, err := post(c.peer.address, "/api/messages", `{"user":"ana@example.com","message":"hola"}`)
	if err != nil {
		t.Fatal(err)
	}
	var said models.Message
	if err := answer.Payload(&said); err != nil {
		t.Fatal(err)
	}
	var last struct{ Payload []models.Message }
	ask(t, c.peer, "/api/messages?limit=1", &last)
	if diff := cmp.Diff([]models.Message{said}, last.Payload); diff != "" {
		t.Errorf("what was said is not there: %s", diff)
	}
}

// answered is what two answers about products must have in common.
type answered struct {
	Total int
	IDs   []models.ID
}

func answerOf(t *testing.T, server *process, target string) (a answered) {
	t.Helper()
	var answer struct {
		Total   int
		Payload json.RawMessage
	}
	ask(t, server, target, &answer)
	var list []models.Product
	if answer.Payload[0] == '{' {
		list = make([]models.Product, 1)
		if err := json.Unmarshal(answer.Payload, &list[0]); err != nil {
			t.Fatal(err)
		}
	} else if err := json.Unmarshal(answer.Payload, &list); err != nil {
		t.Fatal(err)
	}
	a.Total = answer.Total
	for _, p := range list {
		a.IDs = append(a.IDs, p.ID)
	}
	return a
}

func ask(t *testing.T, server *process, target string, into any) {
	t.Helper()
	answers, err := record(t.Context(), server.address, []string{target})
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(answers[target].Body, into); err != nil {
		t.Fatal(err)
	}
}

// bought buys two pieces of a product, and returns what that cost and how many lines stay.
func bought(t *testing.T, server *process, products []models.Product) (sale struct {
	Amount models.Money
	Rest   int
}) {
	t.Helper()
	var cart struct {
		ID string `json:"_id"`
	}
	var ticket struct {
		Amount       models.Money
		NotProcessed []models.Item
	}
	onSale := slices.DeleteFunc(slices.Clone(products), func(p models.Product) bool { return !p.Status || p.Stock < 2 })
	for _, step := range []struct {
		target, body string
		into         any
	}{
		{"", "{}", &cart},
		{"/product/" + onSale[0].ID.String(), `{"quantity":2}`, nil},
		{"/purchase", "{}", &ticket},
	} {
		answer, err := post(server.address, strings.TrimSuffix("/api/carts/"+cart.ID, "/")+step.target, step.body)
		if err == nil && step.into != nil {
			err = answer.Payload(step.into)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	sale.Amount, sale.Rest = ticket.Amount, len(ticket.NotProcessed)
	return sale
}
