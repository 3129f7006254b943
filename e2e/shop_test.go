package e2e

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"pulperia/demo"
	"pulperia/faults/harness"
)

// startTimeout is how long a shop may take to open its doors on a busy machine.
const startTimeout = 30 * time.Second

// shop is a running shop.
type shop struct {
	t     *testing.T
	url   string
	store string
	stop  func() // also at the end of the test
	dir   string // in which it was started
}

// openShop starts a shop on a store of its own. At the end of the test it is asked to stop: it must
// end with exit code 0 (the race detector would make it another), without an error in its log.
func openShop(t *testing.T, flags ...string) *shop {
	t.Helper()
	return openShopOn(t, newStore(t), flags...)
}

func openShopOn(t *testing.T, store string, flags ...string) *shop {
	t.Helper()
	return startShop(t, store, append([]string{"--open"}, flags...)...)
}

// openClosedShop starts a shop in which nobody may change anything yet but by the first owner's link.
func openClosedShop(t *testing.T, flags ...string) *shop {
	t.Helper()
	return startShop(t, newStore(t), flags...)
}

// openStocked starts a closed shop with the goods of the demo and none of its orders, for tests that
// count their own.
func openStocked(t *testing.T, flags ...string) *shop {
	t.Helper()
	store, file := newStore(t), filepath.Join(t.TempDir(), "products.json")
	if err := os.WriteFile(file, demo.Products(), 0o600); err != nil {
		t.Fatal(err)
	}
	if said, err := exec.Command(world.program, "import", "--store", store, file).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	return startShop(t, store, flags...)
}

func startShop(t *testing.T, store string, flags ...string) *shop {
	t.Helper()
	command := harness.Command(context.Background(), world.program, append([]string{"--listen", "127.0.0.1:0", "--store", store}, flags...)...)
	command.Dir = t.TempDir()
	if os.Getenv("GORACE") == "" { // as the Makefile sets it: else the race detector waits for a second
		command.Env = append(command.Env, "GORACE=atexit_sleep_ms=20")
	}
	process, err := harness.Start(command)
	if err != nil {
		t.Fatal(err)
	}
	stop := sync.OnceFunc(func() {
		if err := process.Stop(syscall.SIGTERM); err != nil || strings.Contains(process.Log.String(), "level=ERROR") {
			t.Errorf("the shop ended with %v after it had said:\n%s", err, &process.Log)
		}
	})
	t.Cleanup(stop)
	within, cancel := context.WithTimeout(t.Context(), startTimeout)
	defer cancel()
	if err := process.Open(within); err != nil {
		t.Fatal(err)
	}
	return &shop{t, process.URL, store, stop, command.Dir}
}

// openTwice opens one store in two epochs: as it is after a restore, an edit by hand or a migration.
func openTwice(t *testing.T) (before, after *shop) {
	t.Helper()
	dir := t.TempDir()
	one, other, file := filepath.Join(dir, "one"), filepath.Join(dir, "other"), filepath.Join(dir, "products.json")
	if err := os.WriteFile(file, []byte(`[{"title":"Yerba","description":"-","code":"y","price":10,"stock":5,"category":"almacén"}]`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"import", "--store", one, file}, {"migrate", "--from", one, "--to", other}} {
		if said, err := exec.Command(world.program, args...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, said)
		}
	}
	return openShopOn(t, one), openShopOn(t, other)
}

// product is what the API tells of a product.
type product struct {
	ID          string   `json:"_id,omitempty"`
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Code        string   `json:"code"`
	Price       float64  `json:"price"`
	Stock       int      `json:"stock"`
	Category    string   `json:"category"`
	Thumbnails  []string `json:"thumbnails"`
}

// product returns the first product that a search finds.
func (s *shop) product(words string) product {
	s.t.Helper()
	var found []product
	for end := time.Now().Add(soonTimeout); len(found) == 0 && time.Now().Before(end); { // what others write is found a little later
		s.call("GET", "/api/products?q="+strings.ReplaceAll(words, " ", "+"), nil, &found)
	}
	if len(found) == 0 {
		s.t.Fatalf("the shop has no %q", words)
	}
	return found[0]
}

// say sends a message.
func (s *shop) say(user, message string) {
	s.t.Helper()
	s.call("POST", "/api/messages", map[string]string{"user": user, "message": message}, nil)
}

// call asks the API, and reads the payload of a good answer.
func (s *shop) call(method, path string, body, payload any) {
	s.t.Helper()
	sent, err := json.Marshal(body)
	if err != nil {
		s.t.Fatal(err)
	}
	answer, err := harness.Send(http.DefaultClient, method, s.url+path, string(sent))
	if err == nil {
		err = answer.Payload(payload)
	}
	if err != nil {
		s.t.Fatalf("%s %s: %v", method, path, err)
	}
}
