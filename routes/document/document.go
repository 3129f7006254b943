// Package document is the OpenAPI document of the API, and its page for people.
//
// # The model
//
// An [Operation] is described in a few words (what it takes, what it answers, how it fails), and
// its bodies by Go types whose names end in Doc, which huma turns into schemas. Nothing of a
// request is checked by it: a test walks the finished document, and calls every operation against
// it. [Serve] makes the document and the page once, at the start.
package document

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"reflect"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"pulperia/routes/frame"
)

// schemasPath is where the document has its schemas.
const schemasPath = "#/components/schemas/"

//go:embed docs.html
var docsTemplate string

// New returns the OpenAPI document without its operations.
func New(version string) *huma.OpenAPI {
	schemas := huma.NewMapRegistry(schemasPath, func(t reflect.Type, hint string) string {
		return schemaName(huma.DefaultSchemaNamer(t, hint))
	})
	text := &huma.Schema{Type: huma.TypeString}
	whole := &huma.Schema{Type: huma.TypeInteger}
	return &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{
			Title:   "pulperia",
			Version: version,
			License: &huma.License{Name: "MIT", Identifier: "MIT"},
			Description: "The shop's JSON API. Answers are `{status, payload}`; what goes wrong is `{status, error, message, details}`. " +
				"Unknown fields of a body and unknown query parameters are ignored; one that is known is refused when it is there and " +
				"empty, or given twice. `null` is a wrong type, never \"absent\".",
		},
		Servers: []*huma.Server{{URL: "/", Description: "This shop."}},
		Tags: []*huma.Tag{
			{Name: "products", Description: "The catalogue."},
			{Name: "images", Description: "Pictures of the shop's own."},
			{Name: "carts", Description: "What visitors mean to buy. A cart's id opens it."},
			{Name: "orders", Description: "What is bought. A secret opens one to its buyer."},
			{Name: "messages", Description: "The chat."},
			{Name: "session", Description: "Who is signed in, about himself."},
			{Name: "people", Description: "The staff."},
			{Name: "keys", Description: "What programs come in with."},
			{Name: "settings", Description: "What the shop says of itself."},
			{Name: "operation", Description: "For whoever runs the shop."},
		},
		Components: &huma.Components{
			Schemas:         schemas,
			SecuritySchemes: securitySchemes(),
			Responses:       failures(schemas),
			Headers: map[string]*huma.Header{
				"X-Request-Id":     {Description: "Names the request in the log.", Schema: text},
				"X-Position":       {Description: "The position in the feed at which the answer was made; of a change its own.", Schema: text},
				"ETag":             {Description: "Stands for the body; send it back in If-None-Match. That of a single value is strong: a change may name it in If-Match.", Schema: text},
				"WWW-Authenticate": {Description: "How to come in: `Bearer`, a key.", Schema: text},
				"Retry-After":      {Description: "When to come back, in seconds.", Schema: whole},
			},
		},
	}
}

// Serve serves the finished document and its page. Both are made when somebody asks first, and once:
// they do not change while the shop runs.
func Serve(finished *huma.OpenAPI) (document, page http.HandlerFunc) {
	made := sync.OnceValue(func() (both struct{ document, page body }) {
		text, err := json.Marshal(finished)
		if err != nil {
			panic(fmt.Errorf("write the OpenAPI document: %w", err))
		}
		html, err := docsPage(newDocsView(finished))
		if err != nil {
			panic(err)
		}
		both.document, both.page = bodyOf(JSONType, text), bodyOf("text/html; charset=utf-8", html)
		return both
	})
	return func(w http.ResponseWriter, r *http.Request) { made().document.serve(w, r) },
		func(w http.ResponseWriter, r *http.Request) { made().page.serve(w, r) }
}

// docsPage renders the document for people. It is plain HTML, so it needs no script and
// no other site.
func docsPage(view docsView) ([]byte, error) {
	parsed, err := template.New("docs").Funcs(template.FuncMap{"prose": prose, "status": statusWords, "type": docsTypeOf}).Parse(docsTemplate)
	if err != nil {
		return nil, fmt.Errorf("parse docs.html: %w", err)
	}
	var page bytes.Buffer
	if err := parsed.Execute(&page, view); err != nil {
		return nil, fmt.Errorf("render docs.html: %w", err)
	}
	return page.Bytes(), nil
}

// body is one that never changes.
type body struct {
	content     []byte
	contentType string
	tag         string
}

func bodyOf(contentType string, content []byte) body {
	return body{content, contentType, frame.WeakTag(content)}
}

func (b body) serve(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Etag", b.tag)
	header.Set("Cache-Control", "no-cache")
	if frame.NotModified(r, b.tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	header.Set("Content-Type", b.contentType)
	w.Write(b.content)
}
