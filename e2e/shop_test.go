package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// startTimeout is how long a shop may take to open its doors on a busy machine.
const startTimeout = 30 * time.Second

// shop is a running shop.
type shop struct {
	t     *testing.T
	url   string
	store string
}

// openShop starts a shop on a store of its own. At the end of the test it is asked to stop: it must
// end with exit code 0 (the race detector would make it another), without an error in its log.
func openShop(t *testing.T, flags ...string) *shop {
	t.Helper()
	return openShopOn(t, newStore(t), flags...)
}

func openShopOn(t *testing.T, store string, flags ...string) *shop {
	t.Helper()
	process := exec.Command(world.binary, append([]string{"--listen", "127.0.0.1:0", "--store", store}, flags...)...)
	process.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=20") // or the race detector waits for a second
	stderr, err := process.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	opened, log := make(chan string, 1), make(chan string, 1)
	go follow(stderr, opened, log)
	t.Cleanup(func() {
		process.Process.Signal(syscall.SIGTERM)
		said := <-log // all of it, before Wait closes the pipe
		if err := process.Wait(); err != nil || strings.Contains(said, "level=ERROR") {
			t.Errorf("the shop ended with %v after it had said:\n%s", err, said)
		}
	})
	select {
	case url := <-opened:
		return &shop{t, url, store}
	case <-time.After(startTimeout):
		t.Fatalf("the shop did not open within %s", startTimeout)
		return nil
	}
}

// follow reads a log to its end, and sends the address in it as soon as it stands there.
func follow(log io.Reader, opened, all chan<- string) {
	address := regexp.MustCompile(`msg="the shop is open" url=(\S+)`)
	var said strings.Builder
	for lines := bufio.NewScanner(log); lines.Scan(); {
		said.WriteString(lines.Text() + "\n")
		if found := address.FindStringSubmatch(lines.Text()); found != nil {
			opened <- found[1]
		}
	}
	all <- said.String()
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
	request, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, bytes.NewReader(sent))
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode >= 300 {
		s.t.Fatalf("%s %s: %s %s %v", method, path, response.Status, text, err)
	}
	answer := struct{ Payload any }{payload}
	if err := json.Unmarshal(text, &answer); err != nil {
		s.t.Fatalf("%s %s: %v in %s", method, path, err, text)
	}
}
