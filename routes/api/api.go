// Package api is the shop's JSON API.
//
// # The model
//
// What a route does is an [Operation]: what it serves, and how the document describes it, side by
// side in the files of one kind (products.go, products_doc.go). [API] puts operations on the mux
// and into the document in one step, so that neither has one that the other lacks. A body is read
// field by field (decode.go), the query of an address likewise (query.go), and what is wrong with
// any of them goes to one list: an answer names every bad field at once. What is stored already
// can be changed on a condition, by its tag or its revision (condition.go).
package api

import (
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/klauspost/compress/gzhttp"
	"github.com/prometheus/client_golang/prometheus"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/routes/document"
	"pulperia/routes/frame"
	"pulperia/shop"
)

// API puts operations on the mux and into the OpenAPI document in one step, so that neither has one
// that the other lacks. huma keeps the routing and the document. Reading requests is ours: huma's
// checks stop at the first kind of error and take null for absent.
type API struct {
	Products Products
	Carts    Carts
	Messages Messages
	Session  Session
	People   People
	Keys     Keys
	Settings Settings
	Images   Images
	Orders   Orders
	Export   Operation
	Health   Operation
	Ready    Operation
	Metrics  Operation

	table   *frame.Table
	huma    huma.API
	feed    dao.Feed
	log     *slog.Logger
	buffers sync.Pool // of *[]byte
}

// Operation is what a route of the API does, and how the document describes it.
type Operation struct {
	serve    http.HandlerFunc
	describe func(*document.Operation)
}

// OrPage has an operation of an address that shows browsers a page: its path is what people have.
func (o Operation) OrPage(page http.HandlerFunc) Operation {
	return Operation{func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Accept")
		if frame.WantsPage(r) {
			page(w, r)
			return
		}
		o.serve(w, r)
	}, o.describe}
}

// maxKept is how large a buffer may be and still be used again: a page of ten products needs a
// sixth of it.
const maxKept = 64 << 10

// A reader appends the body of an answer to a buffer that is used again and again. One that shows a
// single value says so: it can be changed by its tag.
type reader func(r *http.Request, answer []byte) (body []byte, single bool, err error)

// A writer changes the store and returns what it says.
type writer func(*http.Request) (written, error)

// written is the answer to a change.
type written struct {
	status  int // 200 or 201
	payload []byte
	receipt dao.Receipt
}

// created is the answer to a create: 200 when it was only a repetition.
func created(payload []byte, receipt dao.Receipt) written {
	status := http.StatusCreated
	if receipt.Repeated {
		status = http.StatusOK
	}
	return written{status, payload, receipt}
}

// changed is the answer to any other change.
func changed(payload []byte, receipt dao.Receipt) written {
	return written{http.StatusOK, payload, receipt}
}

// New returns the operations that there are. None of them is a route before it is put there.
func New(t *frame.Table, trade *shop.Shop, cookies frame.SessionCookies, metrics *prometheus.Registry, log *slog.Logger, version string) *API {
	a := &API{
		table:   t,
		huma:    humago.New(t.Mux, huma.Config{OpenAPI: document.New(version)}),
		feed:    trade.Feed,
		log:     log,
		buffers: sync.Pool{New: func() any { return new([]byte) }},
	}
	a.Products = newProducts(a, trade)
	a.Carts = newCarts(a, trade)
	a.Messages = newMessages(a, trade, cookies.Clients)
	a.Session = newSession(a, trade, cookies)
	a.People = newPeople(a, trade)
	a.Keys = newKeys(a, trade)
	a.Settings = newSettings(a, trade, cookies)
	a.Images = newImages(a, trade)
	a.Orders = newOrders(a, trade, cookies.Clients)
	a.Export = newExport(trade, log)
	a.Health, a.Ready, a.Metrics = newOperation(trade, metrics, log)
	return a
}

// Put makes an operation a route that asks for a right, and one of the document.
func (a *API) Put(pattern string, right shop.Right, o Operation) {
	serve := a.table.Guard(pattern, right, o.serve)
	described := document.NewOperation(pattern, a.huma.OpenAPI().Components.Schemas)
	described.Asks(right)
	o.describe(described)
	a.huma.OpenAPI().AddOperation(&described.Operation)
	a.huma.Adapter().Handle(&described.Operation, func(ctx huma.Context) {
		r, w := humago.Unwrap(ctx)
		serve(w, r)
	})
}

// Document serves the document of all operations that have been put, and its page.
func (a *API) Document() (described, page http.HandlerFunc) {
	return document.Serve(a.huma.OpenAPI())
}

// reading is an operation that only reads. Its answer tells the position of the feed before the
// data was read, so that whoever follows the feed from there misses nothing.
func (a *API) reading(read reader, describe func(*document.Operation)) Operation {
	return Operation{func(w http.ResponseWriter, r *http.Request) {
		position, err := a.feed.Head(r.Context())
		if err != nil {
			a.refuse(w, err)
			return
		}
		buffer := a.buffers.Get().(*[]byte)
		body, single, err := read(r, (*buffer)[:0])
		if err != nil {
			a.refuse(w, err)
			return
		}
		a.answer(w, r, http.StatusOK, position, body, single)
		if *buffer = body; cap(body) <= maxKept {
			a.buffers.Put(buffer)
		}
	}, func(op *document.Operation) {
		op.Reads()
		describe(op)
	}}
}

// writing is an operation that changes the store. Its answer tells the position of the change.
func (a *API) writing(write writer, describe func(*document.Operation)) Operation {
	return Operation{func(w http.ResponseWriter, r *http.Request) {
		done, err := write(r)
		if err != nil {
			a.refuse(w, err)
			return
		}
		a.answer(w, r, done.status, done.receipt.Position, frame.Success(nil, done.payload), true)
	}, func(op *document.Operation) {
		op.Writes()
		describe(op)
	}}
}

// A doer reads or changes what is for one person or for staff, and returns what it says.
type doer func(http.ResponseWriter, *http.Request) (status int, payload any, err error)

// private is an operation of that. Nothing on the way keeps its answer, and nothing of it stands in
// the public part of the feed.
func (a *API) private(do doer, describe func(*document.Operation)) Operation {
	return Operation{func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		status, payload, err := do(w, r)
		if err != nil {
			a.refuse(w, err)
			return
		}
		frame.WriteJSON(w, status, frame.Success(nil, models.JSON(payload)))
	}, func(op *document.Operation) {
		op.Fails(429, 500, 503)
		if op.Method != http.MethodGet {
			op.Fails(403)
		}
		describe(op)
	}}
}

// takesGzip says whether an answer may come compressed. An answer of eight fields fits into a small
// map, so that one more is not made in vain.
func takesGzip(r *http.Request) bool {
	return slices.ContainsFunc(r.Header["Accept-Encoding"], func(list string) bool { return strings.ContainsAny(list, "*gG") })
}

// Whoever keeps an answer asks with its tag each time; what few may see nobody on the way keeps.
var askAgain, askAgainAlone = []string{"no-cache"}, []string{"private, no-cache"}

func (a *API) refuse(w http.ResponseWriter, err error) { frame.Explain(a.log, w, err).Write(w) }

// answer sends stored data. A single value has a strong tag, and so is not compressed.
func (a *API) answer(w http.ResponseWriter, r *http.Request, status int, position dao.Position, body []byte, single bool) {
	tag := frame.ETag(body)
	if !single {
		tag = "W/" + tag // it may be sent compressed
	}
	header := w.Header()
	header["X-Position"] = []string{position.String()}
	header["Etag"] = []string{tag}
	isForFew := len(header["Cache-Control"]) > 0 || frame.WhoFrom(r.Context()).Sight() == shop.SightAddresses
	header["Cache-Control"] = askAgain
	if isForFew {
		header["Cache-Control"] = askAgainAlone
	}
	if frame.NotModified(r, tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if single && takesGzip(r) {
		header.Set(gzhttp.HeaderNoCompression, "") // gzhttp takes it out again
	}
	frame.WriteJSON(w, status, body)
}
