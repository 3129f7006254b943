// Package routes is the shop over HTTP: the JSON API, the pages, and the frame that every request
// passes through.
//
// # The model
//
// [New] is the table of all routes, with that of the pages beside it, and of what each asks of who
// comes; access.go finds out who that is, and lets through who may. A route reads what was sent,
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
	"sync"
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

	// Open is for a shop on one's own machine, as the course has it: everybody is shop.Course
	// (Shop.ByCourse).
	Open bool

	RequestsPerMinute int // of one address, a third of them at once; 0 for any number
}

// Site is the handler of the whole shop, and what other ways into it share with it.
type Site struct {
	http.Handler
	table   *table
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
	refusals := refusals{o.Log, pages.fail}
	doorman := doorman{o.Shop, clients, pages.session, o.Open, o.Log, new(sync.Once)}
	t := &table{mux: http.NewServeMux(), doorman: doorman, refuse: refusals.refuse}
	files, err := newFiles(pages.notFound, map[string]fs.FS{"/public/": o.Public, "/demo/": o.Demo})
	if err != nil {
		return nil, err
	}
	api := newAPI(t, o)
	products := productRoutes{o.Shop}
	carts := cartRoutes{o.Shop}
	messages := messageRoutes{o.Shop, clients}
	session := sessionRoutes{o.Shop, pages.session}
	people := peopleRoutes{o.Shop}
	keys := keyRoutes{o.Shop}
	settings := settingsRoutes{o.Shop}
	exports := exportRoutes{o.Shop, o.Log}
	operations := operationRoutes{o.Shop, o.Metrics, o.Log}

	api.read("GET /api/products", anybody, products.list, products.describeList)
	api.write("POST /api/products", shop.CatalogueWrite, products.create, products.describeCreate)
	api.read("GET /api/products/{pid}", anybody, products.get, products.describeGet)
	api.write("PUT /api/products/{pid}", shop.CatalogueWrite, products.update, products.describeUpdate)
	api.write("DELETE /api/products/{pid}", shop.CatalogueWrite, products.remove, products.describeRemove)
	api.write("PUT /api/products/{pid}/stock", shop.StockWrite, products.count, products.describeCount)

	api.read("GET /api/carts", shop.CartsRead, carts.list, carts.describeList)
	api.write("POST /api/carts", anybody, carts.create, carts.describeCreate)
	api.read("GET /api/carts/{cid}", own, carts.get, carts.describeGet)
	api.write("PUT /api/carts/{cid}", own, carts.replace, carts.describeReplace)
	api.write("DELETE /api/carts/{cid}", own, carts.empty, carts.describeEmpty)
	for _, item := range []string{"/api/carts/{cid}/products/{pid}", "/api/carts/{cid}/product/{pid}"} {
		api.write("POST "+item, own, carts.add, carts.describeAdd)
		api.write("PUT "+item, own, carts.set, carts.describeSet)
		api.write("DELETE "+item, own, carts.remove, carts.describeRemove)
	}

	api.read("GET /api/messages", anybody, messages.list, messages.describeList)
	api.write("POST /api/messages", anybody, messages.create, messages.describeCreate)

	api.private("POST /api/session", anybody, session.signIn, session.describeSignIn)
	api.private("GET /api/session", self, session.get, session.describeGet)
	api.private("DELETE /api/session", self, session.signOut, session.describeSignOut)
	api.private("PUT /api/session/password", self, session.changePassword, session.describeChangePassword)

	api.private("GET /api/people", shop.PeopleRead, people.list, people.describeList)
	api.private("POST /api/people", shop.PeopleWrite, people.create, people.describeCreate)
	api.private("PUT /api/people/{id}", shop.PeopleWrite, people.update, people.describeUpdate)
	api.private("DELETE /api/people/{id}", shop.PeopleWrite, people.remove, people.describeRemove)
	api.private("POST /api/people/{id}/link", shop.PeopleWrite, people.link, people.describeLink)

	api.private("GET /api/keys", shop.KeysWrite, keys.list, keys.describeList)
	api.private("POST /api/keys", shop.KeysWrite, keys.create, keys.describeCreate)
	api.private("DELETE /api/keys/{id}", shop.KeysWrite, keys.remove, keys.describeRemove)

	api.read("GET /api/settings", anybody, settings.get, settings.describeGet)
	api.write("PUT /api/settings", shop.SettingsWrite, settings.update, settings.describeUpdate)

	api.raw("GET /api/export", shop.DataExport, exports.serve, exports.describe)

	api.raw("GET /healthz", unasked, operations.health, operations.describeHealth)
	api.raw("GET /readyz", unasked, operations.ready, operations.describeReady)
	api.raw("GET /metrics", shop.MetricsRead, operations.metrics(), operations.describeMetrics)

	pages.route(t)
	t.put("GET /public/", unasked, files.serve)
	t.put("GET /demo/", unasked, files.serve)
	if err := api.serveDocument("GET /openapi.json", "GET /docs"); err != nil {
		return nil, err
	}
	t.put("/", anybody, unrouted(t.mux, refusals))
	handler, err := newFrame(o, pace, doorman, refusals).around(t.mux)
	return &Site{handler, t, clients, pace}, err
}

// route is the table of the pages and their forms.
func (p *pages) route(t *table) {
	t.put("GET /{$}", anybody, p.home)
	t.put("GET /products", anybody, p.products)
	t.put("GET /products/{pid}", anybody, p.product)
	t.put("GET /realtimeproducts", shop.CatalogueWrite, p.realTimeProducts)
	t.put("POST /realtimeproducts", shop.CatalogueWrite, p.addProduct)
	t.put("POST /realtimeproducts/{pid}/delete", shop.CatalogueWrite, p.deleteProduct)
	t.put("GET /cart", own, p.cart)
	t.put("GET /carts/{cid}", own, p.cartByID)
	for _, cart := range []string{"/cart", "/carts/{cid}"} {
		t.put("POST "+cart+"/products/{pid}", own, p.addToCart)
		t.put("POST "+cart+"/products/{pid}/quantity", own, p.setQuantity)
		t.put("POST "+cart+"/products/{pid}/remove", own, p.removeFromCart)
		t.put("POST "+cart+"/empty", own, p.emptyCart)
	}
	t.put("GET /chat", anybody, p.inRoom(p.chat))
	t.put("POST /chat", anybody, p.sendMessage)
	t.put("POST /chat/user", anybody, p.setUser)
	t.put("POST /language", anybody, p.setLanguage)
	t.put("POST /undo", anybody, p.takeBack)

	t.put("GET /signin", anybody, p.signin)
	t.put("POST /signin", anybody, p.doSignin)
	t.put("POST /signout", anybody, p.doSignout)
	t.put("GET /setup", own, p.setup)
	t.put("POST /setup", own, p.doSetup)
	t.put("GET /join", own, p.join)
	t.put("POST /join", own, p.doJoin)
	t.put("GET /me", self, p.me)
	t.put("POST /me/password", self, p.changePassword)
	t.put("POST /me/sessions/{id}/end", self, p.endSession)
	t.put("GET /admin", shop.StockWrite, p.waits)
	t.put("GET /admin/products", shop.StockWrite, p.shelves)
	t.put("POST /admin/products", shop.CatalogueWrite, p.makeProduct)
	t.put("GET /admin/products/new", shop.CatalogueWrite, p.newProduct)
	t.put("GET /admin/products/{pid}", shop.CatalogueWrite, p.editProduct)
	t.put("POST /admin/products/{pid}", shop.CatalogueWrite, p.saveProduct)
	t.put("GET /admin/products/{pid}/copy", shop.CatalogueWrite, p.copyProduct)
	t.put("POST /admin/products/{pid}/price", shop.CatalogueWrite, p.setPrice)
	t.put("POST /admin/products/{pid}/stock", shop.StockWrite, p.setStock)
	t.put("POST /admin/products/{pid}/status", shop.CatalogueWrite, p.setStatus)
	t.put("POST /admin/products/{pid}/delete", shop.CatalogueWrite, p.removeProduct)
	t.put("GET /admin/people", shop.PeopleRead, p.people)
	t.put("POST /admin/people", shop.PeopleWrite, p.addPerson)
	t.put("POST /admin/people/{id}", shop.PeopleWrite, p.changePerson)
	t.put("POST /admin/people/{id}/link", shop.PeopleWrite, p.linkPerson)
	t.put("POST /admin/people/{id}/remove", shop.PeopleWrite, p.removePerson)
	t.put("GET /admin/keys", shop.KeysWrite, p.keys)
	t.put("POST /admin/keys", shop.KeysWrite, p.addKey)
	t.put("POST /admin/keys/{id}/revoke", shop.KeysWrite, p.revokeKey)
	t.put("GET /admin/settings", shop.SettingsWrite, p.settings)
	t.put("POST /admin/settings", shop.SettingsWrite, p.saveSettings)
}

// topics is what the live topics of the kinds ask of who follows them.
var topics = map[string]shop.Right{
	"products": anybody,
	"messages": anybody,
	"settings": anybody,
	"cart":     own,
}
