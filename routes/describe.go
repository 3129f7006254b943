package routes

import (
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"pulperia/shop"
)

const jsonType = "application/json"

// operation is one operation of the OpenAPI document while it is described.
type operation struct {
	huma.Operation
	schemas huma.Registry
}

func newOperation(pattern string, schemas huma.Registry) *operation {
	method, path, _ := strings.Cut(pattern, " ")
	op := &operation{schemas: schemas}
	op.Method, op.Path = method, path
	op.Responses = map[string]*huma.Response{}
	op.fails(413) // whoever sends a body that is too large is refused before anybody reads it
	for _, segment := range strings.Split(path, "/") {
		if name, ok := strings.CutPrefix(segment, "{"); ok {
			op.parameter("path", strings.TrimSuffix(name, "}"), "An id: 24 lower-case hex digits.", idSchema())
		}
	}
	return op
}

// is names the operation and says what it does.
func (o *operation) is(id, tag, summary, description string) {
	o.OperationID, o.Tags, o.Summary, o.Description = id, []string{tag}, summary, description
	if strings.Contains(o.Path, "/product/") {
		o.OperationID += "Singular" // ids are unique in a document, and this path is a second spelling of another
		o.Description = strings.TrimSpace(o.Description + " The same as with `products` in the path.")
	}
}

// reads notes what every answer of an operation that only reads may be.
func (o *operation) reads() {
	o.parameter("header", "If-None-Match", "The ETag of an answer that the client still has.", &huma.Schema{Type: huma.TypeString})
	o.Responses["304"] = &huma.Response{
		Description: "What the client has is still what it would get.",
		Headers:     headers("X-Request-Id", "X-Position", "ETag"),
	}
	o.fails(429, 500, 503)
}

// writes notes what every answer of an operation that changes the store may be.
func (o *operation) writes() { o.fails(403, 429, 500, 503) }

// changes notes what a change of a value that is there may be asked not to overwrite.
func (o *operation) changes() {
	o.parameter("header", "If-Match", "Change it only if its ETag is one of these.", &huma.Schema{Type: huma.TypeString})
	o.fails(412)
}

// asks notes what the operation asks of who comes.
func (o *operation) asks(right shop.Right) {
	if right == unasked {
		right = anybody
	}
	o.Extensions = map[string]any{rightExtension: right}
	switch right {
	case anybody, own: // of the second, the secret stands in the path
		o.Security = []map[string][]string{{}}
		return
	case self:
		o.Security = []map[string][]string{{sessionScheme: {}}}
	default:
		o.Security = []map[string][]string{{keyScheme: {}}, {sessionScheme: {}}}
	}
	o.fails(401, 403)
}

// The names of what stands in the document about who may do what.
const (
	rightExtension = "x-right"
	keyScheme      = "key"
	sessionScheme  = "session"
)

// securitySchemes are the credentials that there are.
func securitySchemes() map[string]*huma.SecurityScheme {
	return map[string]*huma.SecurityScheme{
		keyScheme: {Type: "http", Scheme: "bearer",
			Description: "A key, `plp_…`, as `pulperia keys add` or `POST /api/keys` makes it. It may do what its role may."},
		sessionScheme: {Type: "apiKey", In: "cookie", Name: sessionCookie,
			Description: "The cookie of `POST /api/session`. Its name goes on with the store's identity and, over TLS, begins with `__Host-`."},
	}
}

// query adds a query parameter.
func (o *operation) query(name, description string, schema *huma.Schema) {
	o.parameter("query", name, description, schema)
	o.fails(400)
}

func (o *operation) parameter(in, name, description string, schema *huma.Schema) {
	o.Parameters = append(o.Parameters, &huma.Param{
		In: in, Name: name, Description: description, Schema: schema, Required: in == "path",
	})
	if in == "path" {
		o.fails(400, 404)
	}
}

// takes says what the body holds, by a value of the type that describes it.
func (o *operation) takes(body any, required bool) {
	o.RequestBody = &huma.RequestBody{
		Required: required,
		Content:  map[string]*huma.MediaType{jsonType: {Schema: o.schema(body)}},
	}
	o.fails(400, 415)
}

// answers says what an answer holds, by a value of the type that describes it.
func (o *operation) answers(status int, description string, body any) {
	o.Responses[strconv.Itoa(status)] = &huma.Response{
		Description: description,
		Headers:     headers("X-Request-Id", "X-Position", "ETag"),
		Content:     map[string]*huma.MediaType{jsonType: {Schema: o.schema(body)}},
	}
}

// answersAlways says what an answer holds that shows no stored data.
func (o *operation) answersAlways(body any) {
	o.answers(200, "Yes.", body)
	o.Responses["200"].Headers = headers("X-Request-Id")
}

// answersPrivately says what an answer holds that nobody keeps.
func (o *operation) answersPrivately(status int, description string, body any) {
	o.answers(status, description, body)
	o.Responses[strconv.Itoa(status)].Headers = headers("X-Request-Id")
}

func (o *operation) schema(body any) *huma.Schema {
	return o.schemas.Schema(reflect.TypeOf(body), true, "")
}

// fails adds answers that tell of a problem.
func (o *operation) fails(statuses ...int) {
	for _, status := range statuses {
		o.Responses[strconv.Itoa(status)] = &huma.Response{Ref: "#/components/responses/" + failureName(status)}
	}
}

func failureName(status int) string { return strings.ReplaceAll(http.StatusText(status), " ", "") }

// failures are the answers that tell of a problem, as the document's components.
func failures(schemas huma.Registry) map[string]*huma.Response {
	schema := schemas.Schema(reflect.TypeOf(failureDoc{}), true, "")
	all := map[string]*huma.Response{}
	for status, when := range map[int]string{
		400: "`invalid`: malformed JSON, a wrong type, a value that a rule refuses, a malformed id, a bad query value. `details` names every bad field.",
		401: "`unauthorized`: nobody is signed in, or the key is none.",
		403: "`forbidden`: somebody without the right that this needs, or a request that a page of another site made.",
		404: "`not_found`: nothing has this id.",
		409: "`conflict`: the code or the id is taken. `changed`: `rev` is no longer the one that was sent, and `payload` is what there is. `another_store`: this is not the one that `Pulperia-Store` names. `not_allowed`: the chat is closed.",
		412: "`changed`: it is no longer what `If-Match` names, and `payload` is what there is.",
		413: "`too_large`: the body has more than 1 MiB.",
		415: "`unsupported_media_type`: the body is not JSON.",
		429: "`too_many_requests`: too many from one address, or messages of one user.",
		500: "`internal`: anything unforeseen. It is logged under the request's id.",
		503: "`unavailable`: the store cannot be reached or cannot write.",
	} {
		names := []string{"X-Request-Id"}
		if status == 429 || status == 503 {
			names = append(names, "Retry-After")
		}
		if status == http.StatusUnauthorized {
			names = append(names, "WWW-Authenticate")
		}
		if status == http.StatusPreconditionFailed {
			names = append(names, "ETag")
		}
		all[failureName(status)] = &huma.Response{
			Description: when,
			Headers:     headers(names...),
			Content:     map[string]*huma.MediaType{jsonType: {Schema: schema}},
		}
	}
	return all
}

func headers(names ...string) map[string]*huma.Param {
	all := map[string]*huma.Param{}
	for _, name := range names {
		all[name] = &huma.Param{Ref: "#/components/headers/" + name}
	}
	return all
}
