package app

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"pulperia/dao/models"
	"pulperia/dose"
	"pulperia/shop/shoptest"
)

var (
	randomActs = dose.Flag("acts", 100, 300, "random acts on orders on each engine, in shops of five hundred each")
	actsSeed   = flag.Uint64("acts.seed", 0, "seed of these; 0 takes a new one")
)

// Whatever is done to a shop in whatever order, every figure is what a model says that it must be, on
// both engines.
func TestRandomShops(t *testing.T) {
	t.Parallel()
	seed := *actsSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Attr("seed", fmt.Sprint(seed))
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		const most = 500
		seed := seed
		for left := randomActs.Get(); left > 0; left -= most {
			s := closedInside(t, newStore())
			shoptest.Random(t, s.trade, min(left, most), seed, nil)
			s.close()
			seed++
		}
		t.Attr("acts", fmt.Sprint(randomActs.Get()))
	})
}

// Of two hundred buyers of fifty pieces fifty have one, and nothing is oversold, on both engines.
func TestTwoHundredBuyers(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		s := byOwner(t, newStore(), "--requests-per-minute=0", "--orders-per-hour=0")
		product, _, err := s.trade.CreateProduct(t.Context(), models.Product{
			Title: "Yerba", Description: "d", Code: "Y", Category: "c", Price: 1000, Status: true, Stock: 50,
		})
		if err != nil {
			t.Fatal(err)
		}
		var carts []models.ID
		for range 200 {
			cart, _, err := s.trade.CreateCart(t.Context(), models.Cart{Products: []models.Item{{Product: product.ID, Quantity: 1}}})
			if err != nil {
				t.Fatal(err)
			}
			carts = append(carts, cart.ID)
		}
		var sold, changed atomic.Int64
		var wg sync.WaitGroup
		for _, cart := range carts {
			wg.Go(func() {
				body := fmt.Sprintf(`{"cart":%q,"buyer":{"name":"Ana"},"delivery":{"way":"pickup"},"payment":{"way":"cash"}}`, cart)
				answer, text := s.send(t, http.DefaultClient, "POST", "/api/orders", body)
				var said struct {
					Error   string
					Details []struct{ Reason string }
				}
				json.Unmarshal([]byte(text), &said)
				switch {
				case answer.StatusCode == http.StatusCreated:
					sold.Add(1)
				case answer.StatusCode == http.StatusConflict && said.Error == "changed" && said.Details[0].Reason == "short":
					changed.Add(1)
				default:
					t.Errorf("%d %s", answer.StatusCode, text)
				}
			})
		}
		wg.Wait()
		t.Attr("buyers", "200")
		t.Attr("sold", fmt.Sprint(sold.Load()))
		if sold.Load() != 50 || changed.Load() != 150 {
			t.Errorf("%d have one, %d have not", sold.Load(), changed.Load())
		}
		now, err := s.trade.Products.Get(t.Context(), product.ID)
		if err != nil || now.Stock != 0 || now.Held != 50 {
			t.Errorf("stock %d, held %d, %v", now.Stock, now.Held, err)
		}
		if found, err := s.trade.CheckOrders(t.Context()); err != nil || len(found.Wrong) > 0 {
			t.Errorf("%+v %v", found, err)
		}
	})
}

// A shop sells in the decimals of its currency, three or none, on both engines: prices, totals and
// taxes are in its units, a listing finds them, and a finer price is refused at its field.
func TestCurrenciesSell(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		for _, tt := range []struct{ currency, price, finer, total, tax, between, beside string }{
			{"KWD", "1.005", "1.0055", "3.015", "0.523", "minPrice=1.005&maxPrice=1.005", "maxPrice=1.004"},
			{"JPY", "1005", "1005.5", "3015", "523", "minPrice=1005&maxPrice=1005", "maxPrice=1004"},
		} {
			s := byOwner(t, newStore())
			s.must(t, "PUT", "/api/settings", `{"currency":"`+tt.currency+`","taxes":[{"name":"IVA","points":2100,"default":true}]}`)
			product := `{"title":"Yerba","description":"d","code":"Y","category":"c","stock":5,"price":`
			if answer, text := s.send(t, http.DefaultClient, "POST", "/api/products", product+tt.finer+"}"); answer.StatusCode != 400 ||
				!strings.Contains(text, `"field":"price"`) {
				t.Errorf("%s of %s: %d %s", tt.finer, tt.currency, answer.StatusCode, text)
			}
			var made struct{ Payload models.Product }
			text := s.must(t, "POST", "/api/products", product+tt.price+"}")
			if err := json.Unmarshal([]byte(text), &made); err != nil || made.Payload.Price.String() != tt.price {
				t.Fatalf("%v: %s", err, text)
			}
			for query, want := range map[string]int{tt.between: 1, tt.beside: 0} {
				text := s.must(t, "GET", "/api/products?"+query, "")
				if got := strings.Count(text, `"code":"Y"`); got != want {
					t.Errorf("%s finds %d: %s", query, got, text)
				}
			}
			cart, _, err := s.trade.CreateCart(t.Context(), models.Cart{Products: []models.Item{{Product: made.Payload.ID, Quantity: 3}}})
			if err != nil {
				t.Fatal(err)
			}
			text = s.must(t, "POST", "/api/orders",
				fmt.Sprintf(`{"cart":%q,"buyer":{"name":"Ana"},"delivery":{"way":"pickup"},"payment":{"way":"cash"},"seen":{"total":%s}}`, cart.ID, tt.total))
			if want := `"tax":` + tt.tax + `,"total":` + tt.total + `}`; !strings.Contains(text, want) {
				t.Errorf("no %s in %s", want, text)
			}
		}
	})
}
