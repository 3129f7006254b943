package app

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"

	"pulperia/dao/dbmanagers"
	"pulperia/dao/models"
	"pulperia/dose"
)

var orderRounds = dose.Flag("orderrounds", 7, 30, "how often the shop is killed while people order, on both engines together")

// On every engine the program is killed again and again while buyers order two pieces each. No order
// is lost that was answered, none is there twice and none leaves a gap, whoever asks
// again has the same one, and stock and what is held are right.
func TestOrdersKilled(t *testing.T) {
	t.Parallel()
	seed := *killSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Attr("seed", fmt.Sprint(seed))
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		t.Parallel()
		k := &orderKills{store: newStore(), window: 200, random: rand.New(rand.NewPCG(seed, 3)), placed: map[string]int64{}}
		rounds := orderRounds.Get() * 2 / 3
		if dbmanagers.IsURL(k.store) {
			rounds, k.window = orderRounds.Get()-rounds, 800
		}
		for range rounds {
			k.round(t)
			says(t, "", "check", "--store", k.store)
		}
		k.wantAll(t)
		t.Attr("kills", fmt.Sprint(rounds))
		t.Attr("orders", fmt.Sprint(len(k.placed)))
		t.Attr("unanswered", fmt.Sprint(k.asked))
		if len(k.placed) < rounds/4 {
			t.Errorf("%d orders in %d rounds: the test says little", len(k.placed), rounds)
		}
	})
}

// orderKills are those of one store.
type orderKills struct {
	store   string
	window  int // in milliseconds
	random  *rand.Rand
	product models.ID

	mu     sync.Mutex
	placed map[string]int64 // the numbers of the orders that were answered, by what was sent for them
	open   []string         // what was sent, and not answered
	asked  int              // how often that was sent again
}

const stockOfKills = 1_000_000

func (k *orderKills) round(t *testing.T) {
	s := openShop(t, k.store, "--requests-per-minute", "0", "--orders-per-hour", "0")
	if k.product.IsZero() {
		k.product = models.NewID(time.Now())
		s.must(t, "POST", "/api/products", fmt.Sprintf(
			`{"_id":%q,"title":"Yerba","description":"d","code":"Y","price":1,"stock":%d,"category":"c"}`, k.product, stockOfKills))
	}
	before := k.open
	k.open, k.asked = nil, k.asked+len(k.open)
	var running sync.WaitGroup
	for i := range 4 {
		running.Go(func() {
			client := &http.Client{Transport: &http.Transport{}}
			defer client.CloseIdleConnections()
			for n := i; n < len(before); n += 4 { // who has no answer asks again
				k.order(t, s, client, before[n])
			}
			for k.buy(t, s, client) {
			}
		})
	}
	if k.random.IntN(2) > 0 { // when some have ordered; else perhaps before anybody has
		for before, end := k.answered(), time.Now().Add(time.Minute); k.answered() == before && time.Now().Before(end); {
			time.Sleep(time.Millisecond)
		}
	}
	// The moment of the kill, not a wait for anything.
	time.Sleep(time.Duration(k.random.IntN(k.window)) * time.Millisecond)
	if err := s.Kill(); err != nil {
		t.Fatal(err)
	}
	running.Wait()
}

// answered is how many orders were.
func (k *orderKills) answered() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.placed)
}

// buy fills a cart with two pieces and orders them, and says whether the shop was still there.
func (k *orderKills) buy(t *testing.T, s *shop, client *http.Client) bool {
	cart := models.NewID(time.Now()).String()
	if status, _, err := s.do(client, "POST", "/api/carts", fmt.Sprintf(`{"_id":%q}`, cart)); err != nil || status != http.StatusCreated {
		return false
	}
	path := "/api/carts/" + cart + "/products/" + k.product.String()
	if status, _, err := s.do(client, "PUT", path, `{"quantity":2}`); err != nil || status != http.StatusOK {
		return false
	}
	return k.order(t, s, client, fmt.Sprintf(
		`{"_id":%q,"cart":%q,"buyer":{"name":"Ana"},"delivery":{"way":"pickup"},"payment":{"way":"cash"}}`, models.NewID(time.Now()), cart))
}

func (k *orderKills) order(t *testing.T, s *shop, client *http.Client, body string) bool {
	status, text, err := s.do(client, "POST", "/api/orders", body)
	var answer struct{ Payload struct{ Number int64 } }
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case err != nil || status == http.StatusServiceUnavailable:
		k.open = append(k.open, body)
		return err == nil
	case status != http.StatusCreated && status != http.StatusOK || json.Unmarshal([]byte(text), &answer) != nil:
		t.Errorf("%s: %d %s", body, status, text)
		return false
	}
	k.placed[body] = answer.Payload.Number
	return true
}

// wantAll asks for each order again: it is the same one; and compares the figures.
func (k *orderKills) wantAll(t *testing.T) {
	s := openShop(t, k.store, "--requests-per-minute", "0", "--orders-per-hour", "0")
	open := k.open
	k.open = nil
	for _, body := range open {
		if !k.order(t, s, http.DefaultClient, body) {
			t.Errorf("it is not placed: %s", body)
		}
	}
	numbers := map[int64]bool{}
	for body, number := range k.placed {
		status, text, err := s.do(http.DefaultClient, "POST", "/api/orders", body)
		var answer struct{ Payload struct{ Number int64 } }
		if err != nil || status != http.StatusOK || json.Unmarshal([]byte(text), &answer) != nil || answer.Payload.Number != number || numbers[number] {
			t.Errorf("%d: %d %s, %v", number, status, text, err)
		}
		numbers[number] = true
		if number > int64(len(k.placed)) {
			t.Errorf("number %d of %d orders", number, len(k.placed))
		}
	}
	var product models.Product
	s.get(t, "/api/products/"+k.product.String(), &product)
	if want := stockOfKills - 2*int64(len(k.placed)); product.Stock != want {
		t.Errorf("%d are left, not %d", product.Stock, want)
	}
	if err := s.Kill(); err != nil {
		t.Fatal(err)
	}
	says(t, "", "check", "--store", k.store)
}
