package api

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"pulperia/catalogue"
	"pulperia/dao"
	"pulperia/routes/document"
	"pulperia/shop"
)

func newExport(trade *shop.Shop, log *slog.Logger) Operation {
	r := exportRoutes{trade, log}
	return Operation{r.serve, r.describe}
}

// exportRoutes hand out what the shop holds.
type exportRoutes struct {
	shop *shop.Shop
	log  *slog.Logger
}

// exportPatience is for how long a reader may take nothing of an export.
const exportPatience = time.Minute

// serve sends the backup that `pulperia export` makes, but for what is guarded: hashes and secrets
// leave the shop by that command alone.
func (e exportRoutes) serve(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Type", linesType)
	header.Set("Content-Disposition", `attachment; filename="pulperia.jsonl"`)
	header.Set("Cache-Control", "no-store")
	line := http.NewResponseController(w)
	if _, err := catalogue.WriteLines(r.Context(), w, unguarded{e.shop, func() {
		line.SetWriteDeadline(time.Now().Add(exportPatience)) // where a line has none, nobody waits for it
	}}); err != nil {
		e.log.WarnContext(r.Context(), "an export broke off", "request", w.Header().Get("X-Request-Id"), "error", err)
		panic(http.ErrAbortHandler) // half an export must not look like a whole one
	}
}

// unguarded is a shop as a browser gets it.
type unguarded struct {
	*shop.Shop
	next func() // is called before each part
}

// Dump hands out all that is not guarded.
func (u unguarded) Dump(ctx context.Context, visit func(dao.Batch) error) (dao.Position, error) {
	return u.Shop.Dump(ctx, func(all dao.Batch) error {
		u.next()
		var open dao.Batch
		for s, v := range all.All() {
			if !s.Guarded {
				open.Add(v)
			}
		}
		return visit(open)
	})
}

const linesType = "application/x-ndjson"

func (exportRoutes) describe(op *document.Operation) {
	op.Is("export", "operation", "All that the shop holds, for a backup",
		"JSON Lines, as `pulperia import` reads them. People, keys and secrets are not among it: the command `export` takes them along.")
	op.Responses["200"] = &huma.Response{
		Description: "The lines; the last has the counts.",
		Headers:     document.Headers("X-Request-Id"),
		Content:     map[string]*huma.MediaType{linesType: {Schema: &huma.Schema{Type: huma.TypeString}}},
	}
	op.Fails(429, 500, 503)
}
