package app

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
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
			Title: "Yerba", Description: "d", Code: "Y", Category: "c", Price: 100, Status: true, Stock: 50,
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
