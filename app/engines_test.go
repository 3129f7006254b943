package app

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"pulperia/dao"
	"pulperia/dao/dbmanagers/mongotest"
	"pulperia/dao/models"
	"pulperia/dose"
	"pulperia/routes"
	trade "pulperia/shop"
)

// engines make a store of each kind, for --store. The shop is to be the same on all of them.
var engines = []struct {
	name  string
	store func(t *testing.T) string
}{
	{"files", func(t *testing.T) string { return t.TempDir() }},
	{"mongodb", database},
}

// database returns the URL of a database that is the test's own.
func database(t *testing.T) string {
	t.Helper()
	needsDatabase(t)
	return mongotest.URI(t)
}

// needsDatabase leaves a test out of the small dose. That tries the program on files, and of MongoDB
// that it keeps the contract.
func needsDatabase(t *testing.T) {
	t.Helper()
	dose.SkipSmall(t, "it needs a database")
}

// onEachEngine runs a test once on each engine, in the small dose on one of them. newStore returns a
// store that has never been opened.
func onEachEngine(t *testing.T, test func(t *testing.T, newStore func() string)) {
	some := engines
	if !testing.Short() {
		some = dose.Some(engines, 1)
	}
	for _, engine := range some {
		t.Run(engine.name, func(t *testing.T) {
			if engine.name == "mongodb" {
				needsDatabase(t)
			}
			test(t, func() string { return engine.store(t) })
		})
	}
}

// inside is a whole shop in this process: what the program is made of, where the race detector sees
// it.
type inside struct {
	URL   string
	store dao.Store
	trade *trade.Shop
	site  *routes.Site
	log   logged
	key   string // is sent with every request that says nothing else of who makes it; "" for none
	close func() // ends it in the program's order; a second time it does nothing
}

// byOwner opens a shop that is closed to others, and to which a key of an owner's goes with every
// request.
func byOwner(t *testing.T, store string, flags ...string) *inside {
	t.Helper()
	s := closedInside(t, store, flags...)
	s.key = s.newKey(t, models.RoleOwner)
	return s
}

// newKey makes a key.
func (s *inside) newKey(t *testing.T, role models.Role) string {
	t.Helper()
	_, text, err := s.trade.AddKey(t.Context(), trade.Machine, "key of a test", role, 0)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// credentials are the headers by which the key is sent.
func (s *inside) credentials() []string {
	if s.key == "" {
		return nil
	}
	return []string{"Authorization", "Bearer " + s.key}
}

// logged is what has been logged so far.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(text []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(text)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// openInside opens a shop with the flags of serve, in which everybody has the rights of the course.
func openInside(t *testing.T, store string, flags ...string) *inside {
	t.Helper()
	return closedInside(t, store, append([]string{"--open"}, flags...)...)
}

// closedInside is openInside without --open.
func closedInside(t *testing.T, store string, flags ...string) *inside {
	t.Helper()
	c, err := parse(t, nil, append([]string{"--store", store}, flags...)...)
	if err != nil {
		t.Fatal(err)
	}
	s := &inside{}
	log := slog.New(slog.NewTextHandler(io.MultiWriter(t.Output(), &s.log), nil))
	if s.store, err = c.openStore(t.Context(), store, storeOptions{keep: c.Serve.KeepChanges, log: log}); err != nil {
		t.Fatal(err)
	}
	shop, metrics := c.Serve.shop(s.store, log)
	handler, hub, err := c.Serve.handler(shop, metrics, log)
	if err != nil {
		t.Fatal(err)
	}
	s.trade, s.site = shop, handler.(front).Site
	server := httptest.NewServer(handler)
	stopHub := inBackground(t.Context(), hub.Run)
	s.URL = server.URL
	closed := false
	s.close = func() {
		if closed {
			return
		}
		closed = true
		goodbye, cancel := context.WithTimeout(context.Background(), goodbyeTimeout)
		defer cancel()
		hub.Close(goodbye)
		server.Close()
		stopHub()
		if err := s.store.Close(); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(s.close)
	return s
}

// send sends a request from a visitor, with headers as name, value, name, value; the answer is
// read.
func (s *inside) send(t *testing.T, visitor *http.Client, method, path, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	return send(t, visitor, method, s.URL+path, body, append(s.credentials(), headers...)...)
}

// must is send for what has to go well.
func (s *inside) must(t *testing.T, method, path, body string) string {
	t.Helper()
	answer, text := s.send(t, http.DefaultClient, method, path, body)
	if answer.StatusCode >= 300 {
		t.Fatalf("%s %s: %s %s", method, path, answer.Status, text)
	}
	return text
}

// post stores a message and returns its position.
func (s *inside) post(t *testing.T, text string) string {
	t.Helper()
	answer, body := s.send(t, http.DefaultClient, "POST", "/api/messages", fmt.Sprintf(`{"user":"beto@example.com","message":%q}`, text))
	if answer.StatusCode != http.StatusCreated {
		t.Fatal(answer.Status, body)
	}
	return answer.Header.Get("X-Position")
}
