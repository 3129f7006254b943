package walk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// reader looks at an open page: it loads what there is, and then only hears what changes. What it
// shows must be what the model holds, whatever becomes of the shop. When its line breaks it comes
// back with the position that it had reached.
type reader struct {
	name string
	line func(ctx context.Context, at, since string, topics []string, hear func([]byte) error) error

	mu     sync.Mutex
	shop   string // where it looks; "" while there is none
	asleep bool   // as a phone in a pocket: it comes back later, with an old position
	since  string // "" when it has to load afresh
	shown  map[string]string
	carts  []string // those that it listens to
	fault  string   // what must never be
	hangUp context.CancelFunc
	loads  int // how often it loaded afresh
	heard  int // changes
}

const readerUser = "mira@example.com"

var errAfresh = errors.New("load afresh")

// follow goes on until the context is done.
func (r *reader) follow(ctx context.Context) {
	for ctx.Err() == nil {
		visit, hangUp := context.WithCancel(ctx)
		r.mu.Lock()
		at := r.shop
		if r.asleep {
			at = ""
		}
		r.hangUp = hangUp
		r.mu.Unlock()
		if at != "" && r.load(visit, at) == nil {
			since, topics := r.place()
			if err := r.line(visit, at, since, topics, r.hear); errors.Is(err, errAfresh) {
				r.mu.Lock()
				r.since = ""
				r.mu.Unlock()
			}
		}
		hangUp()
		time.Sleep(30 * time.Millisecond)
	}
}

// turn has the reader look at another address, and sleep or not. A line that is no longer wanted
// ends.
func (r *reader) turn(to string, asleep bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if (r.shop != to || r.asleep != asleep) && r.hangUp != nil {
		r.hangUp()
	}
	r.shop, r.asleep = to, asleep
}

func (r *reader) place() (since string, topics []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	topics = []string{"products", "messages"}
	for _, id := range r.carts {
		topics = append(topics, "cart:"+id)
	}
	return r.since, topics
}

// load reads all there is, unless it has done so. The first answer tells the position: what the
// others show is not older.
func (r *reader) load(ctx context.Context, at string) error {
	if since, _ := r.place(); since != "" {
		return nil
	}
	shown, since := map[string]string{}, ""
	var products []product
	var messages []message
	var carts []cart
	for _, list := range []struct {
		path string
		into any
	}{{"/api/products?limit=1000", &products}, {"/api/messages?limit=200", &messages}, {"/api/carts?limit=20", &carts}} {
		request, err := http.NewRequestWithContext(ctx, "GET", at+list.path, nil)
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return err
		}
		err = json.NewDecoder(response.Body).Decode(&struct{ Payload any }{list.into})
		response.Body.Close()
		if err != nil || response.StatusCode != http.StatusOK {
			return fmt.Errorf("status %d, %w", response.StatusCode, err)
		}
		if since == "" {
			since = response.Header.Get("X-Position")
		}
	}
	var follows []string
	for _, one := range products {
		shown["product "+one.ID] = text(one)
	}
	for _, one := range messages {
		shown["message "+one.ID] = text(one)
	}
	for _, one := range carts {
		shown["cart "+one.ID] = text(one)
		follows = append(follows, one.ID)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.shown, r.since, r.carts = shown, since, follows
	r.loads++
	return nil
}

// frame is what is said on a line.
type frame struct {
	Type, Position, Kind, Op, ID, Reason string
	Recovered                            bool
	Doc                                  json.RawMessage
}

// hear takes a frame in.
func (r *reader) hear(said []byte) error {
	var f frame
	if err := json.Unmarshal(said, &f); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	switch f.Type {
	case "welcome":
		if f.Recovered {
			return nil
		}
		if samePast(r.since, f.Position) {
			r.fault = fmt.Sprintf("who comes back from %s is sent to load afresh, and the shop is at %s", r.since, f.Position)
		}
		return errAfresh
	case "change":
		r.change(f)
	case "bye":
		if f.Reason == "slow" {
			r.fault = "the line was closed as slow, and everything was read"
		}
	case "error":
		r.fault = string(said)
	}
	return nil
}

func (r *reader) change(f frame) {
	r.heard++
	if f.Position != "" {
		if r.since != "" && offset(f.Position) <= offset(r.since) {
			r.fault = fmt.Sprintf("after %s comes %s", r.since, f.Position)
		}
		r.since = f.Position
	}
	key := f.Kind + " " + f.ID
	if f.Op == "delete" {
		delete(r.shown, key)
		return
	}
	var err error
	switch f.Kind {
	case "product":
		r.shown[key], err = readAgain[product](f.Doc)
	case "cart":
		r.shown[key], err = readAgain[cart](f.Doc)
	case "message":
		r.shown[key], err = readAgain[message](f.Doc)
	}
	if err != nil {
		r.fault = fmt.Sprintf("%s: %v", f.Doc, err)
	}
}

func readAgain[T any](doc []byte) (string, error) {
	var value T
	err := json.Unmarshal(doc, &value)
	return text(value), err
}

func offset(position string) int64 {
	_, number, _ := strings.Cut(position, ".")
	n, _ := strconv.ParseInt(number, 10, 64)
	return n
}

// samePast says whether one can go on from a position to another.
func samePast(from, to string) bool {
	a, _, _ := strings.Cut(from, ".")
	b, _, _ := strings.Cut(to, ".")
	return a == b && offset(from) <= offset(to)
}
