package document

import (
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"pulperia/routes/frame"
	"pulperia/shop"
)

// JSONType is the type of bodies and answers.
const JSONType = "application/json"

// Operation is one operation of the OpenAPI document while it is described.
type Operation struct {
	huma.Operation
	Schemas huma.Registry
}

// NewOperation begins the description of the operation of a pattern.
func NewOperation(pattern string, schemas huma.Registry) *Operation {
	method, path, _ := strings.Cut(pattern, " ")
	op := &Operation{Schemas: schemas}
	op.Method, op.Path = method, path
	op.Responses = map[string]*huma.Response{}
	op.Fails(413) // whoever sends a body that is too large is refused before anybody reads it
	for _, segment := range strings.Split(path, "/") {
		if name, ok := strings.CutPrefix(segment, "{"); ok {
			switch name = strings.TrimSuffix(name, "}"); name {
			case "secret":
				op.Parameter("path", name, "What opens an order to its buyer, as in the link that placing it answers.", Secret())
			default:
				op.Parameter("path", name, "An id: 24 hex digits.", ID())
			}
		}
	}
	return op
}

// Is names the operation and says what it does.
func (o *Operation) Is(id, tag, summary, description string) {
	o.OperationID, o.Tags, o.Summary, o.Description = id, []string{tag}, summary, description
	o.OperationID += ending(o.Path)
}

// Reads notes what every answer of an operation that only reads may be.
func (o *Operation) Reads() {
	o.Parameter("header", "If-None-Match", "The ETag of an answer that the client still has.", &huma.Schema{Type: huma.TypeString})
	o.Responses["304"] = &huma.Response{
		Description: "What the client has is still what it would get.",
		Headers:     Headers("X-Request-Id", "X-Position", "ETag"),
	}
	o.Fails(429, 500, 503)
}

// Writes notes what every answer of an operation that changes the store may be.
func (o *Operation) Writes() { o.Fails(403, 429, 500, 503) }

// Changes notes what a change of a value that is there may be asked not to overwrite.
func (o *Operation) Changes() {
	o.Parameter("header", "If-Match", "Change it only if its ETag is one of these.", &huma.Schema{Type: huma.TypeString})
	o.Fails(412)
}

// Asks notes what the operation asks of who comes.
func (o *Operation) Asks(right shop.Right) {
	if right == frame.Unasked {
		right = frame.Anybody
	}
	o.Extensions = map[string]any{rightExtension: right}
	switch right {
	case frame.Anybody, frame.Own: // of the second, the secret stands in the path
		o.Security = []map[string][]string{{}}
		return
	case frame.Self:
		o.Security = []map[string][]string{{sessionScheme: {}}}
	default:
		o.Security = []map[string][]string{{keyScheme: {}}, {sessionScheme: {}}}
	}
	o.Fails(401, 403)
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
		sessionScheme: {Type: "apiKey", In: "cookie", Name: frame.SessionCookie,
			Description: "The cookie of `POST /api/session`. Its name goes on with the store's identity and, over TLS, begins with `__Host-`."},
	}
}

// Query adds a query parameter.
func (o *Operation) Query(name, description string, schema *huma.Schema) {
	o.Parameter("query", name, description, schema)
	o.Fails(400)
}

// Parameter adds a parameter of the path, the query or the headers.
func (o *Operation) Parameter(in, name, description string, schema *huma.Schema) {
	o.Parameters = append(o.Parameters, &huma.Param{
		In: in, Name: name, Description: description, Schema: schema, Required: in == "path",
	})
	if in == "path" {
		o.Fails(400, 404)
	}
}

// Takes says what the body holds, by a schema or a value of the type that describes it.
func (o *Operation) Takes(body any, required bool) {
	o.RequestBody = &huma.RequestBody{
		Required: required,
		Content:  map[string]*huma.MediaType{JSONType: {Schema: o.schema(body)}},
	}
	o.RequestBody.Description = "Or the same fields as a form sends them: application/x-www-form-urlencoded or multipart/form-data. " +
		"Numbers and booleans may be text where that has one reading (\"450\", \"12.50\", \"true\"; not \"1.250\" or \"12,5\")."
	o.Fails(400, 415)
}

// TakesForm says what the fields of a multipart form hold, by a value of the type that describes it.
func (o *Operation) TakesForm(form any) {
	o.RequestBody = &huma.RequestBody{
		Required: true,
		Content:  map[string]*huma.MediaType{"multipart/form-data": {Schema: o.schema(form)}},
	}
	o.Fails(400, 415)
}

// TakesFormToo says what the fields of a multipart form hold that may bring more than the JSON of
// [Operation.Takes].
func (o *Operation) TakesFormToo(form any) {
	o.RequestBody.Content["multipart/form-data"] = &huma.MediaType{Schema: o.schema(form)}
	o.RequestBody.Description = "A form may bring a file, too."
}

// ending tells paths apart that are other spellings of one: ids are unique in a document.
func ending(path string) string {
	switch {
	case strings.Contains(path, "/product/"):
		return "Singular"
	case path == "/api/chat":
		return "InChat"
	case path == "/health":
		return "Short"
	case path == "/healthcheck":
		return "Check"
	}
	return ""
}

// Answers says what an answer holds, by a schema or a value of the type that describes it.
func (o *Operation) Answers(status int, description string, body any) {
	o.Responses[strconv.Itoa(status)] = &huma.Response{
		Description: description,
		Headers:     Headers("X-Request-Id", "X-Position", "ETag"),
		Content:     map[string]*huma.MediaType{JSONType: {Schema: o.schema(body)}},
	}
}

// AnswersAlways says what an answer holds that shows no stored data.
func (o *Operation) AnswersAlways(body any) {
	o.Answers(200, "Yes.", body)
	o.Responses["200"].Headers = Headers("X-Request-Id")
}

// AnswersPrivately says what an answer holds that nobody keeps.
func (o *Operation) AnswersPrivately(status int, description string, body any) {
	o.Answers(status, description, body)
	o.Responses[strconv.Itoa(status)].Headers = Headers("X-Request-Id")
}

func (o *Operation) schema(body any) *huma.Schema {
	if schema, made := body.(*huma.Schema); made {
		return schema
	}
	return o.Schemas.Schema(reflect.TypeOf(body), true, "")
}

// Fails adds answers that tell of a problem.
func (o *Operation) Fails(statuses ...int) {
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
		409: "`conflict`: the code or the id is taken. `changed`: `rev` is no longer the one that was sent, and `payload` is what there is. `another_store`: this is not the one that `Pulperia-Store` names. `not_allowed`: the chat is closed, or an order is in another state, as `payload` says.",
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
			Headers:     Headers(names...),
			Content:     map[string]*huma.MediaType{JSONType: {Schema: schema}},
		}
	}
	return all
}

// Headers are those of an answer, by their names.
func Headers(names ...string) map[string]*huma.Param {
	all := map[string]*huma.Param{}
	for _, name := range names {
		all[name] = &huma.Param{Ref: "#/components/headers/" + name}
	}
	return all
}
