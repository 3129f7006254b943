package app

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"pulperia/dao/models"
	trade "pulperia/shop"
)

// heldPieces are as many as nothing else has in the tests of what is held.
const heldPieces = 7919

var toldHeld = regexp.MustCompile(`\b7[.,\s]?919\b|"held"`)

// heldInside is a shop in which open orders hold so many of a product, and of a variant of another one.
func heldInside(t *testing.T, store string) (s *inside, plain, sized models.Product) {
	t.Helper()
	s, plain = sellingInside(t, store, 10_000)
	sized, _, err := s.trade.CreateProduct(t.Context(), models.Product{
		Title: "Remera", Description: "d", Code: "R", Category: "c", Status: true, Variants: []models.Variant{
			{Code: "R-M", Options: models.Options{{Name: "Talle", Value: "M"}}, Price: 100, Stock: 10_000},
			{Code: "R-S", Options: models.Options{{Name: "Talle", Value: "S"}}, Price: 100, Stock: 10_000},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range []models.Item{
		{Product: plain.ID, Quantity: heldPieces}, {Product: sized.ID, Variant: sized.Variants[0].ID, Quantity: heldPieces},
	} {
		cart, _, err := s.trade.CreateCart(t.Context(), models.Cart{Products: []models.Item{item}})
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = s.trade.PlaceOrder(t.Context(), trade.Sender{Who: trade.Machine}, trade.OrderRequest{
			Cart: cart.ID, Buyer: models.Buyer{Name: "Ana"},
			Delivery: models.OrderDelivery{Way: "pickup"}, Payment: models.OrderPayment{Way: models.PayCash},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return s, plain, sized
}

// How many pieces open orders hold is told to who counts them, and in no public answer: of the API, a
// page, a list of addresses, an error, a socket or events, whoever asked before, and whatever is
// searched for or sorted by.
func TestHeldIsPrivate(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		s, plain, sized := heldInside(t, newStore())
		helper := []string{"Authorization", "Bearer " + s.newKey(t, models.RoleHelper)}
		seen := map[string]string{}
		for _, product := range []models.Product{plain, sized} {
			for _, path := range []string{"/api/products/" + product.ID.String(), "/api/products"} {
				answer, text := s.send(t, http.DefaultClient, "GET", path, "", helper...)
				if answer.StatusCode != 200 || !strings.Contains(text, `"held":7919`) {
					t.Errorf("who counts gets of %s %d %s", path, answer.StatusCode, text)
				}
				seen[path] = answer.Header.Get("ETag")
			}
		}
		for path, tag := range seen { // who has the staff's tag learns nothing by it
			_, text := s.send(t, http.DefaultClient, "GET", path, "", "If-None-Match", tag)
			if told := toldHeld.FindString(text); told != "" {
				t.Errorf("%s tells everybody %s", path, told)
			}
		}
		s.wantNothingHeld(t, plain, sized)
		s.wantNoFrameHeld(t, plain)
		_, text := s.send(t, http.DefaultClient, "GET", "/admin/stock", "", s.staff(t, "luz@staff.example", models.RoleHelper)(t)...)
		if !regexp.MustCompile(`7[.,\s]?919`).MatchString(text) {
			t.Error("the table of pieces does not say what is held")
		}
	})
}

// wantNothingHeld asks for everything that is public, as nobody.
func (s *inside) wantNothingHeld(t *testing.T, plain, sized models.Product) {
	t.Helper()
	cart, _, err := s.trade.CreateCart(t.Context(), models.Cart{Products: []models.Item{{Product: plain.ID, Quantity: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, route := range s.site.Routes() {
		method, path, _ := strings.Cut(route.Pattern, " ")
		if method != "GET" || route.Right != "public" || path == "/ws" || path == "/events" || strings.HasPrefix(path, "/socket.io") {
			continue
		}
		for _, p := range []models.Product{plain, sized} {
			paths = append(paths, strings.NewReplacer("{$}", "", "{pid}", p.ID.String(), "{cid}", cart.ID.String(), "{id}", p.ID.String()).Replace(path))
		}
	}
	for _, query := range []string{"held=7919", "sort=held", "sort=-held", "q=7919", "query=held:7919", "query=7919", "fields=held", "minHeld=1", "stock=2081"} {
		paths = append(paths, "/api/products?"+query, "/products?"+query)
	}
	for _, path := range paths {
		for _, accept := range []string{"text/html", "application/json"} {
			_, text := s.send(t, http.DefaultClient, "GET", path, "", "Accept", accept)
			asked := strings.NewReplacer("held=7919", "", "q=7919", "", "query=7919", "", "held:7919", "", "held%3A7919", "", `"7919"`, "", "&#34;7919&#34;", "", "“7919”", "", `"held"`, "").Replace(text)
			if told := toldHeld.FindString(asked); told != "" && !strings.Contains(path, "7919") || strings.Contains(text, `"held":`) {
				t.Errorf("%s tells everybody %q in\n%s", path, told, text)
			}
		}
	}
	for path, body := range map[string]string{
		"/api/carts/" + cart.ID.String() + "/products/" + plain.ID.String(): `{"quantity":9999}`,
		"/api/orders": `{"cart":"` + cart.ID.String() + `","seen":{"total":9},"buyer":{"name":"Ana"},"delivery":{"way":"pickup"},"payment":{"way":"cash"}}`,
	} {
		method := "PUT"
		if path == "/api/orders" {
			method = "POST"
		}
		answer, text := s.send(t, http.DefaultClient, method, path, body)
		if told := toldHeld.FindString(text); answer.StatusCode < 400 || told != "" {
			t.Errorf("%s: %d tells everybody %q in %s", path, answer.StatusCode, told, text)
		}
	}
}

// socketOn opens a socket on some topics, up to the welcome.
func (s *inside) socketOn(t *testing.T, ctx context.Context, topics []string) *websocket.Conn {
	t.Helper()
	line, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(s.URL, "http")+"/ws", nil)
	if err != nil {
		t.Fatal(err)
	}
	line.SetReadLimit(1 << 20)
	hello := `{"type":"hello","user":"beto@example.com","topics":` + string(models.JSON(topics)) + `}`
	if err := line.Write(ctx, websocket.MessageText, []byte(hello)); err != nil {
		t.Fatal(err)
	}
	var said struct{ Type string }
	_, text, err := line.Read(ctx)
	if err != nil || json.Unmarshal(text, &said) != nil || said.Type != "welcome" {
		t.Fatalf("%s, %v", text, err)
	}
	return line
}

// wantNoFrameHeld changes a product and hears of it by both live doors.
func (s *inside) wantNoFrameHeld(t *testing.T, product models.Product) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	line := s.socketOn(t, ctx, []string{"products"})
	defer line.CloseNow()
	r, err := http.NewRequestWithContext(ctx, "GET", s.URL+"/events?user=beto@example.com&topics=products", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatal(answer, err)
	}
	defer answer.Body.Close()
	const told = "La de ahora"
	if _, _, err := s.trade.ChangeProduct(ctx, product.ID, func(p *models.Product) error { p.Title = told; return nil }); err != nil {
		t.Fatal(err)
	}
	for text := []byte{}; !strings.Contains(string(text), told); {
		if _, text, err = line.Read(ctx); err != nil || toldHeld.Match(text) {
			t.Fatalf("the socket tells everybody %s, %v", text, err)
		}
	}
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() && !strings.Contains(lines.Text(), told) {
	}
	if text := lines.Text(); !strings.Contains(text, told) || toldHeld.MatchString(text) {
		t.Fatalf("the events tell everybody %s, %v", text, lines.Err())
	}
}
