package routes

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
	anybody shop.Right = "public"  // nothing; but the route may show more to who is somebody
	unasked shop.Right = "static"  // nothing, and nobody looks who comes: it is the same for all
	own     shop.Right = "own"     // the secret that opens the one value: a cart's id
	self    shop.Right = "session" // to be a person who is signed in: it is about himself
)

// Route is a row of the table of routes.
type Route struct {
	Pattern string
	Right   shop.Right // or "public", "static", "own", "session"
}

// table puts routes on the mux, each with what it asks of who comes. There is no other way to put
// one there.
type table struct {
	mux     *http.ServeMux
	doorman doorman
	refuse  func(http.ResponseWriter, *http.Request, error)
	rows    []Route
}

// put makes a row of the table.
func (t *table) put(pattern string, right shop.Right, serve http.HandlerFunc) {
	t.mux.HandleFunc(pattern, t.guard(pattern, right, serve))
}

// guard lets those through to a route who may, and notes the row of the table.
func (t *table) guard(pattern string, right shop.Right, serve http.HandlerFunc) http.HandlerFunc {
	t.rows = append(t.rows, Route{pattern, right})
	if right == unasked {
		return serve
	}
	return func(w http.ResponseWriter, r *http.Request) {
		who, err := t.doorman.who(r)
		if err != nil && right == anybody && isRead(r) && !errors.Is(err, shop.ErrInhabited) {
			who, err = shop.Nobody, nil // the store is away: the route says so itself where that matters
		}
		if err == nil {
			err = t.doorman.may(r, who, right)
		}
		if err != nil {
			t.refuse(w, r, err)
			return
		}
		if right != anybody { // nobody keeps what is for a few, unless the route says who may
			w.Header().Set("Cache-Control", "no-store")
		}
		serve(w, r.WithContext(withWho(r.Context(), who)))
	}
}

func isRead(r *http.Request) bool { return r.Method == http.MethodGet || r.Method == http.MethodHead }

type whoKey struct{}

func withWho(ctx context.Context, who shop.Who) context.Context {
	return context.WithValue(who.With(ctx), whoKey{}, who)
}

// whoFrom returns who makes the request of a context: Nobody where nobody has looked.
func whoFrom(ctx context.Context) shop.Who {
	who, _ := ctx.Value(whoKey{}).(shop.Who)
	return who
}

// doorman makes a [shop.Who] of what a request brings, once for each request.
type doorman struct {
	shop    *shop.Shop
	clients clients
	session sessionCookies
	open    bool // everybody is the course
	log     *slog.Logger
	told    *sync.Once // that he is no longer
}

// who returns who makes a request. What he brings and is no credential, or is one no longer, makes
// him nobody; an error is one of the store.
func (d doorman) who(r *http.Request) (shop.Who, error) {
	if d.open {
		return d.everybody(r)
	}
	if key, brought := bearer(r); brought {
		return orNobody(d.shop.ByKey(r.Context(), key))
	}
	if d.clients.isForeign(r) {
		return shop.Nobody, nil // whatever cookies the browser has sent along
	}
	if token := d.session.token(r); token != "" {
		who, err := orNobody(d.shop.ByCookie(r.Context(), token))
		if err != nil || who.SignedIn() {
			return who, err
		}
	}
	return d.visitor(r)
}

// everybody returns who makes a request to a shop that is open to everybody, while it is.
func (d doorman) everybody(r *http.Request) (shop.Who, error) {
	who, err := d.shop.ByCourse(r.Context())
	if errors.Is(err, shop.ErrInhabited) {
		d.told.Do(func() {
			d.log.Warn("--open: the store has people or keys by now, and nobody is let in any more: start this again without --open, or with --open-anyway")
		})
	}
	return who, err
}

// visitor returns who makes a request that brings no other credential than that of a visit: without
// one, and where something may be written, he is known by his network.
func (d doorman) visitor(r *http.Request) (shop.Who, error) {
	if token := d.session.visit(r); token != "" {
		who, err := orNobody(d.shop.ByVisit(r.Context(), token))
		if err != nil || who.By != "" {
			return who, err
		}
	}
	if isRead(r) {
		return shop.Nobody, nil
	}
	return d.shop.ByNetwork(r.Context(), network(d.clients.address(r)).String())
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
func (d doorman) may(r *http.Request, who shop.Who, right shop.Right) error {
	switch {
	case right == anybody, right == own, right == self && who.Staff():
		return nil
	case right == shop.MetricsRead && d.clients.isLocal(r):
		return nil
	case right == self && who.SignedIn():
		return shop.Forbidden{Right: self}
	}
	return who.Must(right)
}

// Who returns who makes a request that comes by another door.
func (s *Site) Who(r *http.Request) (shop.Who, error) { return s.table.doorman.who(r) }

// MayFollow refuses who may not follow a live topic, as the table of topics has it. A topic that is
// not there is dao.ErrNotFound.
func (s *Site) MayFollow(who shop.Who, topic string) error {
	name, _, _ := strings.Cut(topic, ":")
	right, known := topics[name]
	switch {
	case !known:
		return dao.ErrNotFound
	case right == anybody, right == own:
		return nil
	}
	return who.Must(right)
}

// Routes returns the table.
func (s *Site) Routes() []Route { return slices.Clone(s.table.rows) }

// Door is another way into the shop, where everybody is refused whom the shop refuses whatever he
// asks for.
func (s *Site) Door(serve http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := s.table.doorman.admit(r); err != nil {
			problemOf(err).write(w)
			return
		}
		serve(w, r)
	}
}

// admit refuses what a shop for everybody does not answer: what came from elsewhere than the
// machine itself. A page of another site that has its name lead here (DNS rebinding) is known by
// that name.
func (d doorman) admit(r *http.Request) error {
	if !d.open {
		return nil
	}
	if isForwarded(r) {
		return problem{status: http.StatusForbidden, code: "forbidden",
			message: "The shop is open to everybody on this machine (--open), and this came through a proxy."}
	}
	host := (&url.URL{Host: r.Host}).Hostname()
	if !slices.Contains([]string{"localhost", "127.0.0.1", "::1"}, strings.ToLower(host)) {
		return problem{status: http.StatusForbidden, code: "forbidden",
			message: "The shop is open to everybody on this machine (--open), under the names localhost, 127.0.0.1 and [::1]."}
	}
	return nil
}
