// Package routes is the shop over HTTP: the JSON API, the pages, and the frame that every request
// passes through.
//
// # The model
//
// [New] is the table of all routes. A route reads what was sent, asks the store, and answers; it
// publishes nothing, because whoever wants to know of changes follows the store's feed. An answer
// that shows stored data is made at a position of that feed, read before the data, and says so in
// X-Position.
//
// Errors are values until the last moment: a route returns one, and reply.go turns it into a
// status, a code and a sentence by one table. The API shows it as JSON, the pages as a page in the
// visitor's language.
//
// The frame (frame.go) goes around the whole: request id, log, metrics and recovery from a panic
// outside, then the limits, the guard against forms of other sites, compression, and the routes.
package routes

import (
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"pulperia/dao"
)

// Options is what the routes work with. Store, Log and Metrics are required.
type Options struct {
	Store          dao.Store
	Log            *slog.Logger
	Metrics        *prometheus.Registry
	Public         fs.FS  // style sheets, scripts and images, served at /public/
	Demo           fs.FS  // drawings of the demo catalogue, served at /demo/
	Currency       string // the sign before prices, such as "$"
	Version        string
	Limits         Limits
	TrustedProxies []netip.Prefix // whose X-Forwarded-For and X-Forwarded-Proto are believed
}

// Limits guard against abuse. 0 means none. A third of a limit may come at once.
type Limits struct {
	RequestsPerMinute int // of one address
	MessagesPerMinute int // of one user
}

// Shop is the handler of the whole shop, and what other ways into it share with it.
type Shop struct {
	http.Handler
	clients clients
	limits  *limits
}

// Client returns who asks, as far as limits go: an address, or the network that counts as one.
func (s *Shop) Client(r *http.Request) netip.Prefix { return network(s.clients.address(r)) }

// AllowRequest says whether a client may ask once more now, and otherwise after which time.
func (s *Shop) AllowRequest(r *http.Request) (retryAfter time.Duration, ok bool) {
	return s.limits.allowRequest(s.clients.address(r))
}

// AllowMessage says whether a user may send a message now, and otherwise after which time.
func (s *Shop) AllowMessage(user string) (retryAfter time.Duration, ok bool) {
	return s.limits.allowMessage(user)
}

// New returns the shop. It fails when a template does not parse or a file cannot be read.
func New(o Options) (*Shop, error) {
	limits, clients := newLimits(o.Limits, o.Metrics), clients{o.TrustedProxies}
	pages, err := newPages(o, limits)
	if err != nil {
		return nil, err
	}
	files, err := newFiles(pages.notFound, map[string]fs.FS{"/public/": o.Public, "/demo/": o.Demo})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	api := newAPI(mux, o)
	products := productRoutes{o.Store}
	carts := cartRoutes{o.Store, clients}
	messages := messageRoutes{o.Store, limits}
	operations := operationRoutes{o.Store, o.Metrics, o.Log}

	api.read("GET /api/products", products.list, products.describeList)
	api.write("POST /api/products", products.create, products.describeCreate)
	api.read("GET /api/products/{pid}", products.get, products.describeGet)
	api.write("PUT /api/products/{pid}", products.update, products.describeUpdate)
	api.write("DELETE /api/products/{pid}", products.remove, products.describeRemove)

	api.read("GET /api/carts", carts.list, carts.describeList)
	api.write("POST /api/carts", carts.create, carts.describeCreate)
	api.read("GET /api/carts/{cid}", carts.get, carts.describeGet)
	api.write("PUT /api/carts/{cid}", carts.replace, carts.describeReplace)
	api.write("DELETE /api/carts/{cid}", carts.empty, carts.describeEmpty)
	for _, item := range []string{"/api/carts/{cid}/products/{pid}", "/api/carts/{cid}/product/{pid}"} {
		api.write("POST "+item, carts.add, carts.describeAdd)
		api.write("PUT "+item, carts.set, carts.describeSet)
		api.write("DELETE "+item, carts.remove, carts.describeRemove)
	}

	api.read("GET /api/messages", messages.list, messages.describeList)
	api.write("POST /api/messages", messages.create, messages.describeCreate)

	api.raw("GET /healthz", operations.health, operations.describeHealth)
	api.raw("GET /readyz", operations.ready, operations.describeReady)
	api.raw("GET /metrics", operations.metrics(), operations.describeMetrics)

	mux.HandleFunc("GET /{$}", pages.home)
	mux.HandleFunc("GET /products", pages.products)
	mux.HandleFunc("GET /products/{pid}", pages.product)
	mux.HandleFunc("GET /realtimeproducts", pages.realTimeProducts)
	mux.HandleFunc("POST /realtimeproducts", pages.addProduct)
	mux.HandleFunc("POST /realtimeproducts/{pid}/delete", pages.deleteProduct)
	mux.HandleFunc("GET /cart", pages.cart)
	mux.HandleFunc("GET /carts/{cid}", pages.cartByID)
	for _, cart := range []string{"/cart", "/carts/{cid}"} {
		mux.HandleFunc("POST "+cart+"/products/{pid}", pages.addToCart)
		mux.HandleFunc("POST "+cart+"/products/{pid}/quantity", pages.setQuantity)
		mux.HandleFunc("POST "+cart+"/products/{pid}/remove", pages.removeFromCart)
		mux.HandleFunc("POST "+cart+"/empty", pages.emptyCart)
	}
	mux.HandleFunc("GET /chat", pages.chat)
	mux.HandleFunc("POST /chat", pages.sendMessage)
	mux.HandleFunc("POST /chat/user", pages.setUser)
	mux.HandleFunc("POST /language", pages.setLanguage)
	mux.HandleFunc("POST /undo", pages.takeBack)

	mux.HandleFunc("GET /public/", files.serve)
	mux.HandleFunc("GET /demo/", files.serve)
	if err := api.serveDocument(mux, "GET /openapi.json", "GET /docs"); err != nil {
		return nil, err
	}
	refusals := refusals{o.Log, pages.fail}
	mux.HandleFunc("/", unrouted(mux, refusals))
	handler, err := newFrame(o, limits, refusals).around(mux)
	return &Shop{handler, clients, limits}, err
}
