package frame

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"pulperia/dao"
	"pulperia/shop"
)

// What stands in the table of routes where no right is asked for.
const (
	Anybody shop.Right = "public"  // nothing; but the route may show more to who is somebody
	Unasked shop.Right = "static"  // nothing, and nobody looks who comes: it is the same for all
	Own     shop.Right = "own"     // the secret that opens the one value: a cart's id
	Self    shop.Right = "session" // to be a person who is signed in: it is about himself
)

// Route is a row of the table of routes.
type Route struct {
	Pattern string
	Right   shop.Right // or "public", "static", "own", "session"
}

// Table puts routes on the mux, each with what it asks of who comes. There is no other way to put
// one there.
type Table struct {
	Mux      *http.ServeMux
	doorman  *Doorman
	refusals Refusals
	rows     []Route
	bodies   map[string]int64 // by pattern, of those that take larger ones than MaxBody
}

// NewTable returns a table without rows.
func NewTable(doorman *Doorman, refusals Refusals) *Table {
	return &Table{Mux: http.NewServeMux(), doorman: doorman, refusals: refusals, bodies: map[string]int64{}}
}

// Routes returns its rows.
func (t *Table) Routes() []Route { return slices.Clone(t.rows) }

// Put makes a row of the table.
func (t *Table) Put(pattern string, right shop.Right, serve http.HandlerFunc) {
	t.Mux.HandleFunc(pattern, t.Guard(pattern, right, serve))
}

// Takes has a route take bodies of so many bytes.
func (t *Table) Takes(pattern string, most int64) { t.bodies[pattern] = most }

// most is how many bytes the body of a request may have.
func (t *Table) most(r *http.Request) int64 {
	if r.ContentLength >= 0 && r.ContentLength <= MaxBody {
		return MaxBody
	}
	_, pattern := t.Mux.Handler(r)
	return max(t.bodies[pattern], MaxBody)
}

// Guard lets those through to a route who may, and notes the row of the table.
func (t *Table) Guard(pattern string, right shop.Right, serve http.HandlerFunc) http.HandlerFunc {
	t.rows = append(t.rows, Route{pattern, right})
	if right == Unasked {
		return serve
	}
	return func(w http.ResponseWriter, r *http.Request) {
		who, err := t.doorman.Who(r)
		if err != nil && right == Anybody && IsRead(r) && !errors.Is(err, shop.ErrInhabited) {
			who, err = shop.Nobody, nil // the store is away: the route says so itself where that matters
		}
		if err == nil {
			err = t.doorman.may(r, who, right)
		}
		if err != nil {
			t.refusals.refuse(w, r, err)
			return
		}
		if right != Anybody { // nobody keeps what is for a few, unless the route says who may
			w.Header().Set("Cache-Control", "no-store")
		}
		serve(w, r.WithContext(withWho(r.Context(), who)))
	}
}

// IsRead says whether a request changes nothing.
func IsRead(r *http.Request) bool { return r.Method == http.MethodGet || r.Method == http.MethodHead }

// whoContext is the context of a request, with who makes it.
type whoContext struct {
	context.Context
	who shop.Who
}

type whoKey struct{}

// Value returns itself where it is asked for who makes the request.
func (c *whoContext) Value(key any) any {
	if key == (whoKey{}) {
		return c
	}
	return c.Context.Value(key)
}

func withWho(ctx context.Context, who shop.Who) context.Context {
	return &whoContext{who.With(ctx), who}
}

// WhoFrom returns who makes the request of a context: Nobody where nobody has looked.
func WhoFrom(ctx context.Context) shop.Who {
	if c, is := ctx.Value(whoKey{}).(*whoContext); is {
		return c.who
	}
	return shop.Nobody
}

// Doorman makes a [shop.Who] of what a request brings, once for each request.
type Doorman struct {
	Shop    *shop.Shop
	Log     *slog.Logger
	Clients Clients
	Session SessionCookies
	Open    bool // everybody is the course

	told sync.Once // that he is no longer
}

// Who returns who makes a request. What he brings and is no credential, or is one no longer, makes
// him nobody; an error is one of the store.
func (d *Doorman) Who(r *http.Request) (shop.Who, error) {
	if d.Open {
		return d.everybody(r)
	}
	if key, brought := bearer(r); brought {
		return orNobody(d.Shop.ByKey(r.Context(), key))
	}
	if d.Clients.isForeign(r) {
		return shop.Nobody, nil // whatever cookies the browser has sent along
	}
	if token := d.Session.token(r); token != "" {
		who, err := orNobody(d.Shop.ByCookie(r.Context(), token))
		if err != nil || who.SignedIn() {
			return who, err
		}
	}
	return d.visitor(r)
}

// everybody returns who makes a request to a shop that is open to everybody, while it is.
func (d *Doorman) everybody(r *http.Request) (shop.Who, error) {
	who, err := d.Shop.ByCourse(r.Context())
	if errors.Is(err, shop.ErrInhabited) {
		d.told.Do(func() {
			d.Log.Warn("--open: the store has people or keys by now, and nobody is let in any more: start this again without --open, or with --open-anyway")
		})
	}
	return who, err
}

// visitor returns who makes a request that brings no other credential than that of a visit: without
// one, and where something may be written, he is known by his network.
func (d *Doorman) visitor(r *http.Request) (shop.Who, error) {
	if token := d.Session.visit(r); token != "" {
		who, err := orNobody(d.Shop.ByVisit(r.Context(), token))
		if err != nil || who.By != "" {
			return who, err
		}
	}
	if IsRead(r) {
		return shop.Nobody, nil
	}
	return d.Shop.ByNetwork(r.Context(), Network(d.Clients.Address(r)).String())
}

// orNobody takes a credential that is none for none.
func orNobody(who shop.Who, err error) (shop.Who, error) {
	if errors.Is(err, shop.ErrUnauthorized) || errors.Is(err, dao.ErrNotFound) {
		return shop.Nobody, nil
	}
	return who, err
}

// bearer returns the key that a request brings.
func bearer(r *http.Request) (key string, brought bool) {
	scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.TrimSpace(key), strings.EqualFold(scheme, "Bearer")
}

// may refuses who has not what a route asks for. Figures are shown to the machine that the shop
// runs on, too: what watches over it there has no key.
func (d *Doorman) may(r *http.Request, who shop.Who, right shop.Right) error {
	switch {
	case right == Anybody, right == Own, right == Self && who.Staff():
		return nil
	case right == shop.MetricsRead && d.Clients.isLocal(r):
		return nil
	case right == Self && who.SignedIn():
		return shop.Forbidden{Right: Self}
	}
	return who.Must(right)
}

// Admit refuses what a shop for everybody does not answer: what came from elsewhere than the
// machine itself. A page of another site that has its name lead here (DNS rebinding) is known by
// that name.
func (d *Doorman) Admit(r *http.Request) error {
	if !d.Open {
		return nil
	}
	if isForwarded(r) {
		return Problem{Status: http.StatusForbidden, Code: "forbidden",
			Message: "The shop is open to everybody on this machine (--open), and this came through a proxy."}
	}
	host := (&url.URL{Host: r.Host}).Hostname()
	if !slices.Contains([]string{"localhost", "127.0.0.1", "::1"}, strings.ToLower(host)) {
		return Problem{Status: http.StatusForbidden, Code: "forbidden",
			Message: "The shop is open to everybody on this machine (--open), under the names localhost, 127.0.0.1 and [::1]."}
	}
	return nil
}
