package routes

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"pulperia/dao"
	"pulperia/routes/frame"
	"pulperia/shop"
)

// Route is a row of the table of routes.
type Route = frame.Route

// Site is the handler of the whole shop, and what other ways into it share with it.
type Site struct {
	http.Handler
	table   []Route
	doorman frame.Doorman
	pace    *shop.Limiter[netip.Prefix] // of requests, by network
}

// Client returns who asks, as far as limits go: an address, or the network that counts as one.
func (s *Site) Client(r *http.Request) netip.Prefix {
	return frame.Network(s.doorman.Clients.Address(r))
}

// AllowRequest says whether a client may ask once more now, and otherwise after which time.
func (s *Site) AllowRequest(r *http.Request) (retryAfter time.Duration, ok bool) {
	return s.pace.Allow(s.Client(r))
}

// Who returns who makes a request that comes by another door.
func (s *Site) Who(r *http.Request) (shop.Who, error) { return s.doorman.Who(r) }

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
func (s *Site) Routes() []Route { return slices.Clone(s.table) }

// Door is another way into the shop, where everybody is refused whom the shop refuses whatever he
// asks for.
func (s *Site) Door(serve http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := s.doorman.Admit(r); err != nil {
			frame.ProblemOf(err).Write(w)
			return
		}
		serve(w, r)
	}
}
