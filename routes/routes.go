// Package routes is the shop over HTTP. This file is the whole of it at a glance: every route and
// every live topic, each with what it asks of who comes, and which room answers it.
//
// # The model
//
// A request passes through the frame ([pulperia/routes/frame]), which finds out who makes it and
// lets through who may; then a room answers: the JSON API ([pulperia/routes/api]), the pages
// ([pulperia/routes/pages]), the files that the program brings along ([pulperia/routes/files]) or
// the description of the API ([pulperia/routes/document]). A room reads what was sent, asks the
// shop by one of its verbs, and answers; it knows no rule of the trade, and publishes nothing,
// because whoever wants to know of changes follows the store's feed. An answer that shows stored
// data is made at a position of that feed, read before the data, and says so in X-Position.
//
// Errors are values until the last moment: a room returns one, and frame turns it into a status, a
// code and a sentence by one table. The API shows it as JSON, the pages as a page in the visitor's
// language.
package routes

import (
	"io/fs"
	"log/slog"
	"net/netip"

	"github.com/prometheus/client_golang/prometheus"

	"pulperia/routes/api"
	"pulperia/routes/files"
	"pulperia/routes/frame"
	"pulperia/routes/pages"
	"pulperia/shop"
)

// Options is what the routes work with. Shop, Log and Metrics are required.
type Options struct {
	Shop           *shop.Shop
	Log            *slog.Logger
	Metrics        *prometheus.Registry
	Public         fs.FS  // style sheets, scripts and images, embedded at /public/
	Demo           fs.FS  // drawings of the demo catalogue, embedded at /demo/
	Currency       string // the sign before prices, such as "$"
	OwnSign        bool   // it stands also where the settings name a currency
	Version        string
	TrustedProxies []netip.Prefix // whose X-Forwarded-For and X-Forwarded-Proto are believed
	Site           string         // the shop's own address, like https://shop.example; "" for that of each request

	// Open is for a shop on one's own machine, as the course has it: everybody is shop.Course
	// (Shop.ByCourse).
	Open bool

	RequestsPerMinute int // of one address, a third of them at once; 0 for any number
}

// New returns the shop. It fails when a template does not parse or a file cannot be read.
func New(o Options) (*Site, error) {
	clients := frame.Clients{Trusted: o.TrustedProxies, Site: o.Site}
	cookies := frame.SessionCookies{Shop: o.Shop, Clients: clients}
	visitors, err := pages.New(pages.Options{
		Shop: o.Shop, Log: o.Log, Session: cookies, Public: o.Public, Currency: o.Currency, OwnSign: o.OwnSign, Version: o.Version,
	})
	if err != nil {
		return nil, err
	}
	embedded, err := files.New(visitors.NotFound, map[string]fs.FS{"/public/": o.Public, "/demo/": o.Demo})
	if err != nil {
		return nil, err
	}
	refusals := frame.Refusals{Log: o.Log, Page: visitors.Fail}
	doorman := &frame.Doorman{Shop: o.Shop, Log: o.Log, Clients: clients, Session: cookies, Open: o.Open}
	t := frame.NewTable(doorman, refusals)
	operations := api.New(t, o.Shop, cookies, o.Metrics, o.Log, o.Version)
	routeAPI(operations, visitors)
	routePages(t, visitors)
	routeFiles(t, embedded)
	t.Takes("POST /o/{secret}/claim", frame.MaxPicture) // of which a receipt may have less
	t.Takes("POST /api/images", frame.MaxPicture)
	t.Takes("POST /admin/products/{pid}/pictures", pages.MaxPictures)
	document, page := operations.Document()
	t.Put("GET /openapi.json", unasked, document)
	t.Put("GET /docs", unasked, page)
	t.Put("/", anybody, t.Unrouted)
	pace := shop.NewLimiter[netip.Prefix]("requests", o.RequestsPerMinute, o.Metrics)
	handler, err := frame.New(doorman, refusals, pace, o.Metrics).Around(t)
	return &Site{handler, t.Routes(), doorman, pace}, err
}

// What a route asks for that asks for no right.
const (
	anybody = frame.Anybody
	unasked = frame.Unasked
	own     = frame.Own
	self    = frame.Self
)

// routeAPI is the table of the operations of the API; some of their addresses show browsers a page.
func routeAPI(api *api.API, p *pages.Pages) {
	api.Put("GET /api/products", anybody, api.Products.List)
	api.Put("POST /api/products", shop.CatalogueWrite, api.Products.Create)
	api.Put("GET /api/products/{pid}", anybody, api.Products.Get)
	api.Put("PUT /api/products/{pid}", shop.CatalogueWrite, api.Products.Update)
	api.Put("DELETE /api/products/{pid}", shop.CatalogueWrite, api.Products.Remove)
	api.Put("PUT /api/products/{pid}/stock", shop.StockWrite, api.Products.Count)

	api.Put("POST /api/images", shop.CatalogueWrite, api.Images.Create)

	api.Put("GET /api/carts", shop.CartsRead, api.Carts.List)
	api.Put("POST /api/carts", anybody, api.Carts.Create)
	api.Put("GET /api/carts/{cid}", own, api.Carts.Get)
	api.Put("PUT /api/carts/{cid}", own, api.Carts.Replace)
	api.Put("DELETE /api/carts/{cid}", own, api.Carts.Empty)
	for _, item := range []string{"/api/carts/{cid}/products/{pid}", "/api/carts/{cid}/product/{pid}"} {
		api.Put("POST "+item, own, api.Carts.Add)
		api.Put("PUT "+item, own, api.Carts.Set)
		api.Put("DELETE "+item, own, api.Carts.Remove)
	}

	api.Put("POST /api/orders", anybody, api.Orders.Place) // the cart's id opens the cart
	api.Put("POST /api/carts/{cid}/purchase", shop.OrdersPurchase, api.Orders.Purchase)
	api.Put("GET /o/{secret}", own, api.Orders.Own.OrPage(p.Order))
	api.Put("POST /o/{secret}/cancel", own, api.Orders.CancelOwn.OrPage(p.CancelOwnOrder))
	api.Put("POST /o/{secret}/claim", own, api.Orders.ClaimOwn.OrPage(p.ClaimOwnOrder))
	api.Put("GET /o/{secret}/receipts/{rid}", own, api.Orders.OwnReceipt)
	api.Put("GET /api/orders/{oid}/receipts/{rid}", shop.OrdersRead, api.Orders.Receipt)
	api.Put("GET /api/orders", shop.OrdersRead, api.Orders.List)
	api.Put("GET /api/orders/{oid}", shop.OrdersRead, api.Orders.Get)
	api.Put("POST /api/orders/{oid}/accept", shop.OrdersWrite, api.Orders.Accept)
	api.Put("POST /api/orders/{oid}/ready", shop.OrdersWrite, api.Orders.Ready)
	api.Put("POST /api/orders/{oid}/send", shop.OrdersWrite, api.Orders.Send)
	api.Put("POST /api/orders/{oid}/done", shop.OrdersWrite, api.Orders.Done)
	api.Put("POST /api/orders/{oid}/cancel", shop.OrdersWrite, api.Orders.Cancel)
	api.Put("POST /api/orders/{oid}/note", shop.OrdersWrite, api.Orders.Note)
	api.Put("POST /api/orders/{oid}/paid", shop.OrdersWrite, api.Orders.Paid)
	api.Put("POST /api/orders/{oid}/failed", shop.OrdersWrite, api.Orders.Failed)
	api.Put("POST /api/orders/{oid}/refund", shop.OrdersRefund, api.Orders.Refund)
	api.Put("POST /api/orders/{oid}/link", shop.OrdersWrite, api.Orders.Link)

	api.Put("GET /api/messages", anybody, api.Messages.List)
	for _, room := range []string{"/api/messages", "/api/chat"} {
		api.Put("POST "+room, anybody, api.Messages.Create)
	}

	api.Put("POST /api/session", anybody, api.Session.SignIn)
	api.Put("GET /api/session", self, api.Session.Get)
	api.Put("DELETE /api/session", self, api.Session.SignOut)
	api.Put("PUT /api/session/password", self, api.Session.ChangePassword)

	api.Put("GET /api/people", shop.PeopleRead, api.People.List)
	api.Put("POST /api/people", shop.PeopleWrite, api.People.Create)
	api.Put("PUT /api/people/{id}", shop.PeopleWrite, api.People.Update)
	api.Put("DELETE /api/people/{id}", shop.PeopleWrite, api.People.Remove)
	api.Put("POST /api/people/{id}/link", shop.PeopleWrite, api.People.Link)

	api.Put("GET /api/keys", shop.KeysWrite, api.Keys.List)
	api.Put("POST /api/keys", shop.KeysWrite, api.Keys.Create)
	api.Put("DELETE /api/keys/{id}", shop.KeysWrite, api.Keys.Remove)

	api.Put("GET /api/settings", anybody, api.Settings.Get)
	api.Put("PUT /api/settings", shop.SettingsWrite, api.Settings.Update)

	api.Put("GET /api/export", shop.DataExport, api.Export)

	for _, health := range []string{"/healthz", "/health", "/healthcheck"} {
		api.Put("GET "+health, unasked, api.Health)
	}
	api.Put("GET /readyz", unasked, api.Ready)
	api.Put("GET /metrics", shop.MetricsRead, api.Metrics)
}

// routeFiles is the table of the files that the program brings along.
func routeFiles(t *frame.Table, f *files.Files) {
	t.Put("GET /public/", unasked, f.Serve)
	t.Put("GET /demo/", unasked, f.Serve)
	t.Put("GET /favicon.ico", unasked, f.ServeAs("/public/img/favicon.ico"))
}

// routePages is the table of the pages and their forms.
func routePages(t *frame.Table, p *pages.Pages) {
	t.Put("GET /{$}", anybody, p.Home)
	t.Put("GET /products", anybody, p.Products)
	t.Put("GET /products/{pid}", anybody, p.Product)
	t.Put("GET /images/{hash}", unasked, p.Image)
	t.Put("GET /sitemap.xml", unasked, p.SiteMap)
	t.Put("GET /sitemap/{part}", unasked, p.SiteMapPart)
	t.Put("GET /robots.txt", unasked, p.Robots)
	t.Put("GET /manifest.webmanifest", unasked, p.Manifest)
	t.Put("GET /realtimeproducts", shop.CatalogueWrite, p.RealTimeProducts)
	t.Put("POST /realtimeproducts", shop.CatalogueWrite, p.AddProduct)
	t.Put("POST /realtimeproducts/{pid}/delete", shop.CatalogueWrite, p.DeleteProduct)
	t.Put("GET /cart", own, p.Cart)
	t.Put("GET /carts/{cid}", own, p.CartByID)
	for _, cart := range []string{"/cart", "/carts/{cid}"} {
		t.Put("POST "+cart+"/products/{pid}", own, p.AddToCart)
		t.Put("POST "+cart+"/products/{pid}/quantity", own, p.SetQuantity)
		t.Put("POST "+cart+"/products/{pid}/variant", own, p.ChooseInCart)
		t.Put("POST "+cart+"/products/{pid}/remove", own, p.RemoveFromCart)
		t.Put("POST "+cart+"/empty", own, p.EmptyCart)
	}
	t.Put("GET /checkout", own, p.Checkout)
	t.Put("POST /checkout", own, p.PlaceOrder)
	t.Put("POST /o/{secret}/again", own, p.OrderAgain)
	t.Put("GET /chat", anybody, p.InRoom(p.Chat))
	t.Put("POST /chat", anybody, p.SendMessage)
	t.Put("POST /chat/user", anybody, p.SetUser)
	t.Put("POST /language", anybody, p.SetLanguage)
	t.Put("POST /undo", anybody, p.TakeBack)

	t.Put("GET /signin", anybody, p.Signin)
	t.Put("POST /signin", anybody, p.DoSignin)
	t.Put("POST /signout", anybody, p.DoSignout)
	t.Put("GET /setup", own, p.Setup)
	t.Put("POST /setup", own, p.DoSetup)
	t.Put("GET /join", own, p.Join)
	t.Put("POST /join", own, p.DoJoin)
	t.Put("GET /me", self, p.Me)
	t.Put("POST /me/password", self, p.ChangePassword)
	t.Put("POST /me/sessions/{id}/end", self, p.EndSession)
	t.Put("GET /admin", shop.StockWrite, p.Waits)
	t.Put("GET /admin/orders", shop.OrdersRead, p.Orders)
	t.Put("GET /admin/orders/{oid}", shop.OrdersRead, p.OrderDesk)
	t.Put("GET /admin/orders/{oid}/paper", shop.OrdersRead, p.OrderPaper)
	t.Put("POST /admin/orders/{oid}/accept", shop.OrdersWrite, p.OrderStep((*shop.Shop).AcceptOrder))
	t.Put("POST /admin/orders/{oid}/ready", shop.OrdersWrite, p.OrderStep((*shop.Shop).ReadyOrder))
	t.Put("POST /admin/orders/{oid}/send", shop.OrdersWrite, p.OrderStep((*shop.Shop).SendOrder))
	t.Put("POST /admin/orders/{oid}/done", shop.OrdersWrite, p.OrderStep((*shop.Shop).FinishOrder))
	t.Put("POST /admin/orders/{oid}/hand", shop.OrdersWrite, p.HandOrder)
	t.Put("POST /admin/orders/{oid}/paid", shop.OrdersWrite, p.PayOrder)
	t.Put("POST /admin/orders/{oid}/failed", shop.OrdersWrite, p.FailOrder)
	t.Put("POST /admin/orders/{oid}/cancel", shop.OrdersWrite, p.CancelOrder)
	t.Put("POST /admin/orders/{oid}/note", shop.OrdersWrite, p.NoteOrder)
	t.Put("POST /admin/orders/{oid}/link", shop.OrdersWrite, p.LinkOrder)
	t.Put("POST /admin/orders/{oid}/end", shop.OrdersWrite, p.EndOrders)
	t.Put("POST /admin/orders/{oid}/refund", shop.OrdersRefund, p.RefundOrder)
	t.Put("GET /admin/stock", shop.StockWrite, p.Stock)
	t.Put("GET /admin/sales", shop.SalesRead, p.Sales)
	t.Put("GET /admin/sales.csv", shop.SalesRead, p.SalesCSV)
	t.Put("GET /admin/products", shop.StockWrite, p.Shelves)
	t.Put("POST /admin/products", shop.CatalogueWrite, p.MakeProduct)
	t.Put("GET /admin/products/new", shop.CatalogueWrite, p.NewProduct)
	t.Put("GET /admin/products/{pid}", shop.CatalogueWrite, p.EditProduct)
	t.Put("POST /admin/products/{pid}", shop.CatalogueWrite, p.SaveProduct)
	t.Put("POST /admin/products/{pid}/pictures", shop.CatalogueWrite, p.SavePictures)
	t.Put("GET /admin/products/{pid}/copy", shop.CatalogueWrite, p.CopyProduct)
	t.Put("POST /admin/products/{pid}/price", shop.CatalogueWrite, p.SetPrice)
	t.Put("POST /admin/products/{pid}/stock", shop.StockWrite, p.SetStock)
	t.Put("POST /admin/products/{pid}/status", shop.CatalogueWrite, p.SetStatus)
	t.Put("POST /admin/products/{pid}/delete", shop.CatalogueWrite, p.RemoveProduct)
	t.Put("GET /admin/people", shop.PeopleRead, p.People)
	t.Put("POST /admin/people", shop.PeopleWrite, p.AddPerson)
	t.Put("POST /admin/people/{id}", shop.PeopleWrite, p.ChangePerson)
	t.Put("POST /admin/people/{id}/link", shop.PeopleWrite, p.LinkPerson)
	t.Put("POST /admin/people/{id}/remove", shop.PeopleWrite, p.RemovePerson)
	t.Put("GET /admin/keys", shop.KeysWrite, p.Keys)
	t.Put("POST /admin/keys", shop.KeysWrite, p.AddKey)
	t.Put("POST /admin/keys/{id}/revoke", shop.KeysWrite, p.RevokeKey)
	t.Put("GET /admin/ways", shop.SettingsWrite, p.Ways)
	t.Put("POST /admin/ways/payments", shop.PaymentsWrite, p.SavePayments)
	t.Put("POST /admin/ways/deliveries", shop.SettingsWrite, p.SaveDeliveries)
	t.Put("POST /admin/ways/taxes", shop.SettingsWrite, p.SaveTaxes)
	t.Put("GET /admin/settings", shop.SettingsWrite, p.Settings)
	t.Put("POST /admin/settings", shop.SettingsWrite, p.SaveSettings)
}

// topics is what the live topics of the kinds ask of who follows them.
var topics = map[string]shop.Right{
	"products": anybody,
	"pictures": anybody,
	"messages": anybody,
	"settings": anybody,
	"cart":     own,
	"orders":   shop.OrdersRead,
	"order":    own,
}
