package frame_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/routes/routestest"
)

// Every answer has a request id of its own; answers with stored data have a position and a tag, and
// 304 for the tag.
func TestHeaders(t *testing.T) {
	shop := routestest.Open(t)
	p := shop.Product("A")
	cart := shop.Cart("")
	ids := map[string]bool{}
	for _, path := range []string{
		"/api/products", "/api/products/" + p.ID.String(), "/api/carts", "/api/carts/" + cart.ID.String(), "/api/messages",
	} {
		first := shop.Must("GET", path, "")
		head, _ := shop.Store.Feed.Head(t.Context())
		if got := first.Header().Get("X-Position"); got != head.String() {
			t.Errorf("%s: X-Position %q, want %s", path, got, head)
		}
		tag := first.Header().Get("ETag")
		if strings.HasPrefix(tag, `W/"`) != (strings.Count(path, "/") == 2) { // that of a single value is strong
			t.Errorf("%s: ETag %q", path, tag)
		}
		shop.Product("for a new position, before " + path)
		head, _ = shop.Store.Feed.Head(t.Context())
		for _, known := range []string{tag, `"other", ` + tag, strings.TrimPrefix(tag, "W/"), "*"} {
			again := shop.Do("GET", path, "", "If-None-Match", known)
			changed := path == "/api/products" && known != "*"
			if (again.Code == 304) == changed || again.Code == 304 && again.Body.Len() > 0 {
				t.Errorf("%s with %s: %d %s", path, known, again.Code, again.Body)
			}
			if got := again.Header().Get("X-Position"); got != head.String() {
				t.Errorf("%s: a 304 must have a fresh position: %q, want %s", path, got, head)
			}
		}
	}
	for _, path := range []string{"/", "/api/products", "/api/x", "/x", "/healthz", "/public/css/tokens.css"} {
		header := shop.Do("GET", path, "").Header()
		id := header.Get("X-Request-Id")
		if id == "" || ids[id] || header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", path, header)
		}
		ids[id] = true
		if csp := header.Get("Content-Security-Policy"); !strings.HasPrefix(path, "/api") &&
			(!strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe")) {
			t.Errorf("%s: Content-Security-Policy %q", path, csp)
		}
	}
}

// overtaken is a feed after whose head is read somebody writes.
type overtaken struct {
	dao.Feed
	write func()
}

func (o overtaken) Head(ctx context.Context) (dao.Position, error) {
	defer o.write()
	return o.Feed.Head(ctx)
}

// The position of an answer is read before its data: a change between the two shows, and is told
// again to whoever follows the feed from there. The other way round it would be lost.
func TestPositionComesFirst(t *testing.T) {
	shop := routestest.Open(t, func(o *routestest.Setup) {
		store := o.Store
		o.Store.Feed = overtaken{store.Feed, func() {
			p := models.Product{Title: "x", Description: "x", Code: "x", Category: "x"}
			if _, _, err := store.Products.Create(context.Background(), p); err != nil {
				t.Error(err)
			}
		}}
	})
	got := shop.Must("GET", "/api/products", "")
	if !strings.HasSuffix(got.Header().Get("X-Position"), ".0") || !strings.Contains(got.Body.String(), `"total":1,`) {
		t.Errorf("at %s: %s", got.Header().Get("X-Position"), got.Body)
	}
}

// broken is a catalogue that fails as it is told.
type broken struct {
	dao.Products
	err   error
	panic any
}

func (b broken) Get(context.Context, models.ID) (models.Product, error) {
	if b.panic != nil {
		panic(b.panic)
	}
	return models.Product{}, b.err
}

// Each kind of error has its status and code. What is unforeseen is logged once, with the id that
// the answer gives, and nothing of it is told.
func TestErrors(t *testing.T) {
	secret := "dial mongodb://root:secret@/srv/data"
	for name, tt := range map[string]struct {
		broken broken
		status int
		code   string
		logged bool
	}{
		"absent":    {broken{err: fmt.Errorf("%s: %w", secret, dao.ErrNotFound)}, 404, "not_found", false},
		"conflict":  {broken{err: fmt.Errorf("%s: %w", secret, dao.ErrConflict)}, 409, "conflict", false},
		"away":      {broken{err: fmt.Errorf("%s: %w", secret, dao.ErrUnavailable)}, 503, "unavailable", true},
		"unknown":   {broken{err: fmt.Errorf("%s: %w", secret, dao.ErrUnknown)}, 503, "unavailable", true},
		"slow":      {broken{err: fmt.Errorf("%s: %w", secret, context.DeadlineExceeded)}, 503, "unavailable", true},
		"gone away": {broken{err: fmt.Errorf("%s: %w", secret, context.Canceled)}, 503, "unavailable", false},
		"anything":  {broken{err: errors.New(secret)}, 500, "internal", true},
		"panic":     {broken{panic: secret}, 500, "internal", true},
	} {
		t.Run(name, func(t *testing.T) {
			shop := routestest.Open(t, func(o *routestest.Setup) {
				tt.broken.Products = o.Store.Products
				o.Store.Products = tt.broken
			})
			got := shop.Do("GET", "/api/products/"+routestest.UnknownID, "")
			f := got.Failure()
			id := got.Header().Get("X-Request-Id")
			if got.Code != tt.status || f.Error != tt.code || strings.Contains(got.Body.String(), "secret") {
				t.Errorf("%d %s", got.Code, got.Body)
			}
			if (got.Header().Get("Retry-After") != "") != (got.Code == 503) {
				t.Errorf("Retry-After %q with %d", got.Header().Get("Retry-After"), got.Code)
			}
			if (got.Code == 500) != strings.Contains(f.Message, id) {
				t.Errorf("the id %s and %q", id, f.Message)
			}
			lines := slices.DeleteFunc(strings.Split(shop.Log.String(), "\n"), func(line string) bool { return !strings.Contains(line, "secret") })
			if len(lines) > 1 || (len(lines) == 1) != tt.logged || tt.logged && !strings.Contains(lines[0], id) {
				t.Errorf("logged: %q", lines)
			}
			if !strings.Contains(shop.Log.String(), fmt.Sprintf("status=%d", tt.status)) {
				t.Errorf("no line of the request: %s", shop.Log)
			}
		})
	}
	shop := routestest.Open(t, func(o *routestest.Setup) { o.Store.Products = broken{Products: o.Store.Products, panic: "here"} })
	if got := shop.Do("GET", "/products/"+routestest.UnknownID, ""); got.Code != 500 || !got.IsHTML() || strings.Contains(got.Body.String(), "goroutine") {
		t.Errorf("a page's panic: %d %s", got.Code, got.Body)
	}
}
