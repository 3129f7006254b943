// Package routes is the shop over HTTP: the JSON API, the pages, and the frame that every request
// passes through.
//
// # The model
//
// [New] is the table of all routes, with that of the pages beside it. A route reads what was sent,
// asks the shop by one of its verbs, and answers; it knows no rule of the trade, and publishes
// nothing, because whoever wants to know of changes follows the store's feed. An answer that shows
// stored data is made at a position of that feed, read before the data, and says so in X-Position.
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

	"pulperia/shop"
)

// Options is what the routes work with. Shop, Log and Metrics are required.
type Options struct {
	Shop           *shop.Shop
	Log            *slog.Logger
	Metrics        *prometheus.Registry
	Public         fs.FS  // style sheets, scripts and images, served at /public/
	Demo           fs.FS  // drawings of the demo catalogue, served at /demo/
	Currency       string // the sign before prices, such as "$"
	Version        string
	TrustedProxies []netip.Prefix // whose X-Forwarded-For and X-Forwarded-Proto are believed

	RequestsPerMinute int // of one address, a third of them at once; 0 for any number
}

// Site is the handler of the whole shop, and what other ways into it share with it.
type Site struct {
	http.Handler
	clients clients
	pace    *shop.Limiter[netip.Prefix] // of requests, by network
}

// Client returns who asks, as far as limits go: an address, or the network that counts as one.
func (s *Site) Client(r *http.Request) netip.Prefix { return network(s.clients.address(r)) }

// AllowRequest says whether a client may ask once more now, and otherwise after which time.
func (s *Site) AllowRequest(r *http.Request) (retryAfter time.Duration, ok bool) {
	return s.pace.Allow(s.Client(r))
}

// New returns the shop. It fails when a template does not parse or a file cannot be read.
func New(o Options) (*Site, error) {
	pace, clients := shop.NewLimiter[netip.Prefix]("requests", o.RequestsPerMinute, o.Metrics), clients{o.TrustedProxies}
	pages, err := newPages(o)
	if err != nil {
		return nil, err
	}
	files, err := newFiles(pages.notFound, map[string]fs.FS{"/public/": o.Public, "/demo/": o.Demo})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	api := newAPI(mux, o)
	products := productRoutes{o.Shop}
	carts := cartRoutes{o.Shop, clients}
	messages := messageRoutes{o.Shop}
	operations := operationRoutes{o.Shop, o.Metrics, o.Log}

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

	pages.route(mux)
	mux.HandleFunc("GET /public/", files.serve)
	mux.HandleFunc("GET /demo/", files.serve)
	if err := api.serveDocument(mux, "GET /openapi.json", "GET /docs"); err != nil {
		return nil, err
	}
	refusals := refusals{o.Log, pages.fail}
	mux.HandleFunc("/", unrouted(mux, refusals))
	handler, err := newFrame(o, pace, refusals).around(mux)
	return &Site{handler, clients, pace}, err
}

// route is the table of the pages and their forms.
func (p *pages) route(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", p.home)
	mux.HandleFunc("GET /products", p.products)
	mux.HandleFunc("GET /products/{pid}", p.product)
	mux.HandleFunc("GET /realtimeproducts", p.realTimeProducts)
	mux.HandleFunc("POST /realtimeproducts", p.addProduct)
	mux.HandleFunc("POST /realtimeproducts/{pid}/delete", p.deleteProduct)
	mux.HandleFunc("GET /cart", p.cart)
	mux.HandleFunc("GET /carts/{cid}", p.cartByID)
	for _, cart := range []string{"/cart", "/carts/{cid}"} {
		mux.HandleFunc("POST "+cart+"/products/{pid}", p.addToCart)
		mux.HandleFunc("POST "+cart+"/products/{pid}/quantity", p.setQuantity)
		mux.HandleFunc("POST "+cart+"/products/{pid}/remove", p.removeFromCart)
		mux.HandleFunc("POST "+cart+"/empty", p.emptyCart)
	}
	mux.HandleFunc("GET /chat", p.chat)
	mux.HandleFunc("POST /chat", p.sendMessage)
	mux.HandleFunc("POST /chat/user", p.setUser)
	mux.HandleFunc("POST /language", p.setLanguage)
	mux.HandleFunc("POST /undo", p.takeBack)
}
