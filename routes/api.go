package routes

import (
	"log/slog"
	"net/http"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/klauspost/compress/gzhttp"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/shop"
)

// api puts operations on the mux and into the OpenAPI document in one step, so that neither has one
// that the other lacks. huma keeps the routing and the document. Reading requests is ours: huma's
// checks stop at the first kind of error and take null for absent.
type api struct {
	table   *table
	huma    huma.API
	feed    dao.Feed
	log     *slog.Logger
	buffers sync.Pool // of *[]byte
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

func newAPI(t *table, o Options) *api {
	config := huma.Config{OpenAPI: newDocument(o.Version)}
	return &api{
		table:   t,
		huma:    humago.New(t.mux, config),
		feed:    o.Shop.Feed,
		log:     o.Log,
		buffers: sync.Pool{New: func() any { return new([]byte) }},
	}
}

// read puts an operation that only reads. Its answer tells the position of the feed before the data
// was read, so that whoever follows the feed from there misses nothing.
func (a *api) read(pattern string, right shop.Right, read reader, describe func(*operation)) {
	a.raw(pattern, right, func(w http.ResponseWriter, r *http.Request) {
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
		a.answer(w, r, right, http.StatusOK, position, body, single)
		if *buffer = body; cap(body) <= maxKept {
			a.buffers.Put(buffer)
		}
	}, func(op *operation) {
		op.reads()
		describe(op)
	})
}

// write puts an operation that changes the store. Its answer tells the position of the change.
func (a *api) write(pattern string, right shop.Right, write writer, describe func(*operation)) {
	a.raw(pattern, right, func(w http.ResponseWriter, r *http.Request) {
		done, err := write(r)
		if err != nil {
			a.refuse(w, err)
			return
		}
		a.answer(w, r, right, done.status, done.receipt.Position, success(nil, done.payload), true)
	}, func(op *operation) {
		op.writes()
		describe(op)
	})
}

// A private operation reads or changes what is for one person or for staff, and returns what it
// says.
type private func(http.ResponseWriter, *http.Request) (status int, payload any, err error)

// private puts such an operation. Nothing on the way keeps its answer, and nothing of it stands in
// the public part of the feed.
func (a *api) private(pattern string, right shop.Right, do private, describe func(*operation)) {
	a.raw(pattern, right, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		status, payload, err := do(w, r)
		if err != nil {
			a.refuse(w, err)
			return
		}
		writeJSON(w, status, success(nil, models.JSON(payload)))
	}, func(op *operation) {
		op.fails(429, 500, 503)
		if op.Method != http.MethodGet {
			op.fails(403)
		}
		describe(op)
	})
}

// raw puts an operation that answers by itself.
func (a *api) raw(pattern string, right shop.Right, serve http.HandlerFunc, describe func(*operation)) {
	serve = a.table.guard(pattern, right, serve)
	op := newOperation(pattern, a.huma.OpenAPI().Components.Schemas)
	op.asks(right)
	describe(op)
	a.huma.OpenAPI().AddOperation(&op.Operation)
	a.huma.Adapter().Handle(&op.Operation, func(ctx huma.Context) {
		r, w := humago.Unwrap(ctx)
		serve(w, r)
	})
}

func (a *api) refuse(w http.ResponseWriter, err error) { explain(a.log, w, err).write(w) }

// answer sends stored data. A single value has a strong tag, and so is not compressed.
func (a *api) answer(w http.ResponseWriter, r *http.Request, right shop.Right, status int, position dao.Position, body []byte, single bool) {
	tag := weakTag(body)
	if single {
		tag = etag(body)
	}
	header := w.Header()
	header.Set("X-Position", position.String())
	header.Set("Etag", tag)
	header.Set("Cache-Control", "no-cache") // keep it, but ask with the tag each time
	if right != anybody || whoFrom(r.Context()).Sight() == shop.SightAddresses {
		header.Set("Cache-Control", "private, no-cache") // what few may see nobody on the way keeps
	}
	if notModified(r, tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if single {
		header.Set(gzhttp.HeaderNoCompression, "") // gzhttp takes it out again
	}
	writeJSON(w, status, body)
}
