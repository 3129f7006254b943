package app

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"pulperia/dao/models"
)

var (
	killRounds = flag.Int("killrounds", 100, "how often the shop is killed under load")
	killSeed   = flag.Uint64("killseed", 0, "seed of the kill test; 0 takes a new one")
)

// load is what clients wrote and what of it was acknowledged.
type load struct {
	mu       sync.Mutex
	messages map[string]bool // by id: acknowledged or not
	products map[string]bool
	cart     string
	product  string // what the cart holds
	added    int    // to the cart, acknowledged
	tried    int    // to add to the cart
}

// On every engine the program is killed again and again while clients write. What was acknowledged is there afterwards, what was
// not is there once or not at all, and the store is sound.
func TestKilledUnderLoad(t *testing.T) {
	seed := *killSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("to reproduce: go test ./app -run '^%s$' -killseed %d", t.Name(), seed)
	rounds, window := *killRounds, 80
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		killAgainAndAgain(t, newStore(), rounds, window, rand.New(rand.NewPCG(seed, 0)))
		rounds, window = max(1, rounds/5), 5*window // as long in all, for a database that takes longer for each write
	})
}

// killAgainAndAgain kills the shop within so many milliseconds after it has opened and been used for a moment.
func killAgainAndAgain(t *testing.T, store string, rounds, window int, random *rand.Rand) {
	l := &load{messages: map[string]bool{}, products: map[string]bool{}}
	for round := range rounds {
		s := openShop(t, store, "--demo", "--requests-per-minute", "0", "--messages-per-minute", "0")
		if round == 0 {
			l.begin(t, s)
		}
		l.wantCart(t, s)
		var clients sync.WaitGroup
		for range 4 {
			clients.Go(func() { l.write(t, s) })
		}
		time.Sleep(time.Duration(window/4+random.IntN(window)) * time.Millisecond) // the moment of the kill, not a wait for anything
		if err := s.stop(t, syscall.SIGKILL); err == nil {
			t.Fatal("the shop ended by itself")
		}
		clients.Wait()
		if round%10 == 9 || round == rounds-1 {
			l.wantAll(t, store)
		}
	}
	acknowledged := 0
	for _, known := range l.messages {
		if known {
			acknowledged++
		}
	}
	t.Logf("%d kills; %d of %d messages and %d of %d additions were acknowledged", rounds, acknowledged, len(l.messages), l.added, l.tried)
	if acknowledged < rounds || l.added < rounds {
		t.Error("hardly anything was written: the test says little")
	}
}

// begin makes the cart that all clients add to.
func (l *load) begin(t *testing.T, s *shop) {
	t.Helper()
	var products []models.Product
	s.get(t, "/api/products?limit=1", &products)
	l.product = products[0].ID.String()
	status, payload, err := s.do(http.DefaultClient, "POST", "/api/carts", "")
	var cart models.Cart
	if err == nil {
		err = json.Unmarshal(payload, &cart)
	}
	if err != nil || status != http.StatusCreated {
		t.Fatal(status, err)
	}
	l.cart = cart.ID.String()
}

// write sends writes until the shop is gone.
func (l *load) write(t *testing.T, s *shop) {
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	for {
		id := models.NewID(time.Now()).String()
		l.note(func() { l.messages[id] = false })
		status, _, err := s.do(client, "POST", "/api/messages", fmt.Sprintf(`{"_id":%q,"user":"ana@example.com","message":"soy %s"}`, id, id))
		if err != nil {
			return
		}
		l.note(func() { l.messages[id] = status == http.StatusCreated; l.products[id] = false; l.tried++ })
		product := fmt.Sprintf(`{"_id":%q,"title":"T","description":"D","code":%q,"price":1.5,"stock":1,"category":"C"}`, id, id)
		if status, _, err = s.do(client, "POST", "/api/products", product); err != nil {
			return
		}
		l.note(func() { l.products[id] = status == http.StatusCreated })
		if status, _, err = s.do(client, "POST", "/api/carts/"+l.cart+"/products/"+l.product, ""); err != nil {
			return
		}
		l.note(func() {
			if status == http.StatusOK {
				l.added++
			}
		})
		if !l.sound(id) {
			t.Errorf("a write of %s was refused", id)
		}
	}
}

func (l *load) note(what func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	what()
}

func (l *load) sound(id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.messages[id] && l.products[id]
}

// wantCart fails unless the cart holds every acknowledged addition, and no more than were tried.
func (l *load) wantCart(t *testing.T, s *shop) {
	t.Helper()
	var cart models.Cart
	s.get(t, "/api/carts/"+l.cart, &cart)
	if n := int(cart.Count()); n < l.added || n > l.tried {
		t.Fatalf("the cart holds %d; %d were acknowledged and %d tried", n, l.added, l.tried)
	}
}

// wantAll checks the store and fails unless every acknowledged message and product is there, once and whole.
func (l *load) wantAll(t *testing.T, store string) {
	t.Helper()
	if out, code := execute(t, "check", "--store", store); code != 0 {
		t.Fatalf("check: %s", out)
	}
	backup := filepath.Join(t.TempDir(), "backup.jsonl")
	if out, code := execute(t, "export", backup, "--store", store); code != 0 {
		t.Fatalf("export: %s", out)
	}
	text, err := os.ReadFile(backup)
	if err != nil {
		t.Fatal(err)
	}
	messages, products := map[string]int{}, map[string]int{}
	for line := range strings.Lines(string(text)) {
		var one struct {
			Product *models.Product
			Message *models.Message
		}
		if err := json.Unmarshal([]byte(line), &one); err != nil {
			t.Fatal(err)
		}
		if one.Message != nil && one.Message.Message == "soy "+one.Message.ID.String() {
			messages[one.Message.ID.String()]++
		}
		if one.Product != nil && one.Product.Category == "C" {
			products[one.Product.Code]++
		}
	}
	wantWritten(t, "message", l.messages, messages)
	wantWritten(t, "product", l.products, products)
}

func wantWritten(t *testing.T, kind string, written map[string]bool, there map[string]int) {
	t.Helper()
	for id, acknowledged := range written {
		if n := there[id]; n > 1 || acknowledged && n == 0 {
			t.Errorf("%s %s (acknowledged: %v) is there %d times", kind, id, acknowledged, n)
		}
		delete(there, id)
	}
	for id := range there {
		t.Errorf("%s %s is there, and nobody sent it", kind, id)
	}
}
