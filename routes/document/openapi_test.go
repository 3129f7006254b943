package document_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pulperia/dao/models"
	"pulperia/routes/frame"
	"pulperia/routes/routestest"
)

// document is the served OpenAPI document, read as a client reads it.
type document struct {
	t          *testing.T
	OpenAPI    string
	Paths      map[string]map[string]operationText
	Components struct {
		Schemas   map[string]schemaText
		Responses map[string]responseText
		Headers   map[string]any
	}
}

type operationText struct {
	OperationID string
	Parameters  []struct {
		Name, In string
		Required bool
		Schema   schemaText
	}
	RequestBody *struct {
		Required bool
		Content  map[string]struct{ Schema schemaText }
	}
	Responses map[string]responseText
}

type responseText struct {
	Ref         string `json:"$ref"`
	Description string
	Headers     map[string]struct {
		Ref string `json:"$ref"`
	}
	Content map[string]struct{ Schema schemaText }
}

func readDocument(t *testing.T, shop *routestest.Shop) *document {
	t.Helper()
	d := &document{t: t}
	if err := json.Unmarshal(shop.Must("GET", "/openapi.json", "").Body.Bytes(), d); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *document) response(op operationText, status int) (responseText, bool) {
	r, ok := op.Responses[strconv.Itoa(status)]
	if name, isRef := strings.CutPrefix(r.Ref, "#/components/responses/"); isRef {
		r, ok = d.Components.Responses[name]
	}
	return r, ok
}

// check compares an answer with what the document says of it: status, headers, body.
func (d *document) check(method, path string, got routestest.Answer) {
	d.t.Helper()
	op := d.Paths[path][strings.ToLower(method)]
	where := fmt.Sprint(method, " ", path, " ", got.Code)
	response, ok := d.response(op, got.Code)
	if !ok || response.Description == "" {
		d.t.Errorf("%s: the document does not know this answer: %s", where, got.Body)
		return
	}
	for name := range response.Headers {
		if got.Header().Get(name) == "" {
			d.t.Errorf("%s: no %s", where, name)
		}
	}
	for _, name := range []string{"X-Position", "Etag", "Retry-After"} {
		if got.Header().Get(name) != "" && !hasHeader(response, name) {
			d.t.Errorf("%s: the document does not know %s", where, name)
		}
	}
	contentType, _, _ := strings.Cut(got.Header().Get("Content-Type"), ";")
	content, ok := response.Content[contentType]
	if ok != (got.Body.Len() > 0) {
		d.t.Errorf("%s: %q is not what the document says: %s", where, contentType, got.Body)
	}
	if ok && contentType == "application/json" {
		var value any
		if err := json.Unmarshal(got.Body.Bytes(), &value); err != nil {
			d.t.Errorf("%s: %v", where, err)
		}
		for _, problem := range d.problems(content.Schema, value, "body") {
			d.t.Errorf("%s: %s in %s", where, problem, got.Body)
		}
	}
}

// fits wants what a path was called with, and found something by, to be what the document asks for.
func (d *document) fits(method, path string, ids map[string]string, status int) {
	d.t.Helper()
	for _, parameter := range d.Paths[path][strings.ToLower(method)].Parameters {
		value, is := ids[parameter.Name]
		if pattern := parameter.Schema.Pattern; is && status < 300 && !regexp.MustCompile(pattern).MatchString(value) {
			d.t.Errorf("%s %s: %s is %q, and the document wants %s", method, path, parameter.Name, value, pattern)
		}
	}
}

func hasHeader(r responseText, name string) bool {
	for known := range r.Headers {
		if strings.EqualFold(known, name) {
			return true
		}
	}
	return false
}

// pictureForm is a form that brings a picture, and its type.
var (
	pictureType = []string{"Content-Type", "multipart/form-data; boundary=x"}
	pictureForm = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.gif\"\r\n\r\n" +
		"GIF87a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;\r\n--x--\r\n"
)

// Every operation of the served document is called; every answer is one that the document
// describes, and the document describes no operation that nobody serves. A new operation without a
// call here fails.
func TestEveryOperation(t *testing.T) {
	shop := routestest.OpenAsOwner(t)
	d := readDocument(t, shop)
	if d.OpenAPI != "3.1.0" {
		t.Errorf("OpenAPI %s", d.OpenAPI)
	}
	called := map[string]bool{}
	for _, call := range everyCall(shop) {
		method, path, _ := strings.Cut(call.operation, " ")
		target := path
		for name, value := range call.ids {
			target = strings.ReplaceAll(target, "{"+name+"}", value)
		}
		for _, tt := range call.requests {
			got := shop.Do(method, target+tt.query, tt.body, tt.headers...)
			if got.Code != tt.status {
				t.Errorf("%s%s %s: %d %s, want %d", call.operation, tt.query, tt.body, got.Code, got.Body, tt.status)
			}
			d.check(method, path, got)
			d.fits(method, path, call.ids, got.Code)
			called[d.Paths[path][strings.ToLower(method)].OperationID] = true
		}
	}
	for path, operations := range d.Paths {
		for method, op := range operations {
			if !called[op.OperationID] {
				t.Errorf("%s %s is described, but nobody calls it", method, path)
			}
			for _, name := range pathNames(path) {
				if !slices.ContainsFunc(op.Parameters, func(p struct {
					Name, In string
					Required bool
					Schema   schemaText
				}) bool {
					return p.Name == name && p.In == "path" && p.Required
				}) {
					t.Errorf("%s %s does not describe %s", method, path, name)
				}
			}
		}
	}
}

// A claim is told as JSON, or as a form that brings a receipt; both are described.
func TestClaimMayBringReceipt(t *testing.T) {
	d := readDocument(t, routestest.Open(t))
	body := d.Paths["/o/{secret}/claim"]["post"].RequestBody
	sent, form := body.Content["application/json"].Schema, body.Content["multipart/form-data"].Schema
	if len(d.problems(sent, map[string]any{"reference": "1"}, "")) > 0 || len(d.problems(sent, map[string]any{"reference": 1.0}, "")) == 0 {
		t.Errorf("as JSON: %+v", sent)
	}
	if len(d.problems(form, map[string]any{"reference": "1", "file": "%PDF-"}, "")) > 0 || len(d.problems(form, map[string]any{"file": 1.0}, "")) == 0 {
		t.Errorf("as a form: %+v", form)
	}
}

func pathNames(path string) (names []string) {
	for _, segment := range strings.Split(path, "/") {
		if name, ok := strings.CutPrefix(segment, "{"); ok {
			names = append(names, strings.TrimSuffix(name, "}"))
		}
	}
	return names
}

type call struct {
	operation string
	ids       map[string]string
	requests  []callRequest
}

type callRequest struct {
	query, body string
	status      int
	headers     []string
}

func everyCall(shop *routestest.Shop) []call {
	a, b, gone := shop.Product("A", `"thumbnails":["/a.png"]`), shop.Product("B"), shop.Product("gone")
	full := shop.Cart(fmt.Sprintf(`{"products":[{"product":"%s","quantity":2},{"product":"%s","quantity":1}]}`, a.ID, gone.ID))
	stale := shop.Cart(fmt.Sprintf(`{"products":[{"product":"%s","quantity":1}]}`, gone.ID))
	shop.Must("DELETE", "/api/products/"+gone.ID.String(), "")
	shop.Must("POST", "/api/messages", routestest.MessageJSON())
	item := map[string]string{"cid": full.ID.String(), "pid": b.ID.String()}
	nobody, helper := []string{"Remote", "192.0.2.1:1"}, []string{"Authorization", "Bearer " + shop.KeyOf(models.RoleHelper)}
	ana, anaCookie := shop.Person("ana@example.com", models.RoleOwner)
	beto, betoCookie := shop.Person("beto@example.com", models.RoleHelper)
	key := shop.Key[len("plp_"):][:24]
	signedIn, person := []string{"Cookie", anaCookie}, map[string]string{"id": beto.ID.String()}
	foreign := []string{"Origin", "https://evil.example"}
	known := []string{"If-None-Match", "*"}
	placed := shop.Cart(fmt.Sprintf(`{"products":[{"product":"%s","quantity":1}]}`, b.ID))
	empty, counter := shop.Cart(""), shop.Cart(fmt.Sprintf(`{"products":[{"product":"%s","quantity":1}]}`, b.ID))
	order := func(id string) string {
		return `{"_id":"` + id + `","cart":"` + placed.ID.String() + `","buyer":{"name":"Ana"},"delivery":{"way":"pickup"},"payment":{"way":"cash"}}`
	}
	first := shop.Order(b.ID)
	second := shop.Order(b.ID)
	oid, ownSecret, cancelled := map[string]string{"oid": first.ID}, map[string]string{"secret": first.Secret}, map[string]string{"secret": second.Secret}
	unknown := map[string]string{"oid": routestest.UnknownID}
	receipt := map[string]string{"oid": first.ID, "secret": first.Secret, "rid": routestest.UnknownID}
	ok := func(query string) callRequest { return callRequest{query, "", 200, nil} }
	calls := []call{
		{"GET /api/products", nil, []callRequest{ok(""), ok("?limit=1&sort=asc"), {"", "", 304, known}, {"?limit=0", "", 400, nil}}},
		{"POST /api/products", nil, []callRequest{
			{"", routestest.ProductJSON("C", `"_id":"665f1c2ab0e84d3f9a7c1e52"`), 201, nil}, {"", routestest.ProductJSON("C", `"_id":"665f1c2ab0e84d3f9a7c1e52"`), 200, nil},
			{"", routestest.ProductJSON("C"), 409, nil}, {"", "{}", 400, nil}, {"", "x", 415, []string{"Content-Type", "text/plain"}}, {"", "", 403, foreign},
			{"", strings.Repeat("x", frame.MaxBody+1), 413, nil},
		}},
		{"GET /api/products/{pid}", map[string]string{"pid": a.ID.String()}, []callRequest{ok(""), {"", "", 304, known}}},
		{"GET /api/products/{pid}", map[string]string{"pid": routestest.UnknownID}, []callRequest{{"", "", 404, nil}}},
		{"PUT /api/products/{pid}", map[string]string{"pid": a.ID.String()}, []callRequest{{"", `{"price":3}`, 200, nil}, {"", `{"price":-3}`, 400, nil}, {"", `{"code":"B"}`, 409, nil},
			{"", `{"price":4,"rev":1}`, 409, nil}, {"", `{"price":4}`, 412, []string{"If-Match", `"x"`}}, {"", `{"price":4,"rev":2}`, 200, []string{"If-Match", "*"}}}},
		{"DELETE /api/products/{pid}", map[string]string{"pid": b.ID.String()}, []callRequest{{"", "", 409, nil}}},
		{"DELETE /api/products/{pid}", map[string]string{"pid": "x"}, []callRequest{{"", "", 400, nil}}},
		{"PUT /api/products/{pid}/stock", map[string]string{"pid": a.ID.String()}, []callRequest{{"", `{"add":3}`, 200, nil}, {"", `{"set":3,"was":10}`, 200, helper},
			{"", `{"set":3,"was":10}`, 409, nil}, {"", `{"set":3}`, 400, nil}, {"", `{"add":3,"variant":"x"}`, 400, nil}, {"", `{"add":1}`, 401, nobody}}},
		{"POST /api/images", nil, []callRequest{{"", pictureForm, 201, pictureType}, {"", pictureForm, 200, pictureType}, {"", "{}", 415, nil},
			{"", "--x--\r\n", 400, pictureType}, {"", pictureForm, 403, append(slices.Clone(pictureType), helper...)}}},
		{"GET /api/carts", nil, []callRequest{ok(""), {"", "", 401, nobody}, {"", "", 403, helper}}},
		{"POST /api/carts", nil, []callRequest{{"", "", 201, nil}, {"", `{"products":[{"product":"` + routestest.UnknownID + `","quantity":1}]}`, 404, nil}}},
		{"GET /api/carts/{cid}", item, []callRequest{ok(""), ok("?populate=true"), {"?populate=x", "", 400, nil}}},
		{"PUT /api/carts/{cid}", item, []callRequest{{"", `{"products":[]}`, 200, nil}, {"", `{}`, 400, nil}}},
		{"POST /api/orders", nil, []callRequest{{"", order("665f1c2ab0e84d3f9a7c1e5a"), 201, nil}, {"", order("665f1c2ab0e84d3f9a7c1e5a"), 200, nobody},
			{"", strings.Replace(order("665f1c2ab0e84d3f9a7c1e5a"), "Ana", "Eva", 1), 409, nil}, {"", order("665f1c2ab0e84d3f9a7c1e5b"), 400, nil},
			{"", `{"buyer":3}`, 400, nil}, {"", strings.Replace(order("665f1c2ab0e84d3f9a7c1e5b"), placed.ID.String(), routestest.UnknownID, 1), 404, nil},
			{"", strings.Replace(order("665f1c2ab0e84d3f9a7c1e5b"), placed.ID.String(), stale.ID.String(), 1), 409, nil}}},
		{"POST /api/carts/{cid}/purchase", map[string]string{"cid": counter.ID.String()}, []callRequest{{"", "", 201, helper}, {"", "", 401, nobody}}},
		{"POST /api/carts/{cid}/purchase", map[string]string{"cid": empty.ID.String()}, []callRequest{{"", "", 400, nil}}},
		{"GET /o/{secret}", ownSecret, []callRequest{{"", "", 200, nobody}}},
		{"GET /o/{secret}", map[string]string{"secret": routestest.UnknownID}, []callRequest{{"", "", 404, nil}}},
		{"POST /o/{secret}/cancel", cancelled, []callRequest{{"", "", 200, nobody}}},
		{"POST /o/{secret}/claim", ownSecret, []callRequest{{"", `{"reference":"1"}`, 409, nobody}, {"", `{"reference":1}`, 400, nobody}}},
		{"GET /o/{secret}/receipts/{rid}", receipt, []callRequest{{"", "", 404, nobody}}},
		{"GET /api/orders/{oid}/receipts/{rid}", receipt, []callRequest{{"", "", 404, helper}, {"", "", 401, nobody}}},
		{"GET /api/orders", nil, []callRequest{ok(""), {"?state=placed,done&payment=none&q=ana", "", 200, helper}, {"?state=x", "", 400, nil}, {"", "", 401, nobody}}},
		{"GET /api/orders/{oid}", oid, []callRequest{{"", "", 200, helper}, {"", "", 401, nobody}}},
		{"GET /api/orders/{oid}", unknown, []callRequest{{"", "", 404, nil}}},
		{"POST /api/orders/{oid}/done", oid, []callRequest{{"", "", 409, nil}}},
		{"POST /api/orders/{oid}/accept", oid, []callRequest{{"", "", 200, nil}, {"", "", 200, helper}, {"", "", 401, nobody}}},
		{"POST /api/orders/{oid}/send", oid, []callRequest{{"", "", 409, nil}}},
		{"POST /api/orders/{oid}/ready", oid, []callRequest{{"", "", 200, nil}}},
		{"POST /api/orders/{oid}/note", oid, []callRequest{{"", `{"note":"toca el timbre"}`, 200, nil}, {"", `{"note":3}`, 400, nil}}},
		{"POST /api/orders/{oid}/failed", oid, []callRequest{{"", "", 409, nil}}},
		{"POST /api/orders/{oid}/paid", oid, []callRequest{{"", `{"amount":1}`, 200, nil}, {"", `{"amount":999999}`, 400, nil}, {"", "", 200, nil}}},
		{"POST /api/orders/{oid}/refund", oid, []callRequest{{"", `{"amount":1}`, 200, nil}, {"", `{"lines":[{"line":0,"quantity":1}],"restock":true}`, 409, nil},
			{"", `{}`, 400, nil}, {"", `{"amount":1}`, 403, helper}}},
		{"POST /api/orders/{oid}/link", oid, []callRequest{{"", "", 200, helper}, {"", "", 401, nobody}}},
		{"POST /api/orders/{oid}/link", unknown, []callRequest{{"", "", 404, nil}}},
		{"POST /api/orders/{oid}/cancel", oid, []callRequest{{"", `{"reason":"se arrepintió"}`, 200, nil}, {"", `{"reason":3}`, 400, nil}}},
		{"GET /api/messages", nil, []callRequest{ok(""), {"?before=" + routestest.UnknownID, "", 404, nil}}},
		{"POST /api/messages", nil, []callRequest{{"", routestest.MessageJSON(), 201, nil}, {"", `{}`, 400, nil}}},
		{"POST /api/chat", nil, []callRequest{{"", routestest.MessageJSON(), 201, nil}, {"", `{}`, 400, nil}}},
		{"POST /api/session", nil, []callRequest{{"", `{"email":"ANA@example.com","password":"` + routestest.Password + `"}`, 200, nobody},
			{"", `{"email":"ana@example.com","password":"otra cosa"}`, 401, nobody}, {"", `{"email":3}`, 400, nobody}, {"", "{}", 403, foreign}}},
		{"GET /api/session", nil, []callRequest{{"", "", 200, signedIn}, {"", "", 401, nobody}, {"", "", 403, nil}}},
		{"DELETE /api/session", nil, []callRequest{{"?all=x", "", 400, signedIn}, {"", "", 200, []string{"Cookie", betoCookie}}, {"", "", 401, []string{"Cookie", betoCookie}}}},
		{"PUT /api/session/password", nil, []callRequest{{"", `{"old":"no es esa","new":"otra clave bien larga"}`, 400, signedIn},
			{"", `{"old":"` + routestest.Password + `","new":"otra clave bien larga"}`, 200, signedIn}, {"", "{}", 401, signedIn}}},
		{"GET /api/people", nil, []callRequest{ok(""), {"", "", 401, nobody}, {"", "", 403, helper}}},
		{"POST /api/people", nil, []callRequest{{"", `{"email":"caro@example.com","name":"Caro","role":"helper"}`, 201, nil},
			{"", `{"email":"caro@example.com","name":"Caro","role":"helper"}`, 409, nil}, {"", `{"email":"x","role":"boss","password":""}`, 400, nil}}},
		{"PUT /api/people/{id}", person, []callRequest{{"", `{"name":"Roberto","joined":true}`, 200, nil}, {"", `{"name":"Roberta","rev":1}`, 409, nil}, {"", `{"joined":false}`, 400, nil}, {"", "{}", 403, helper}}},
		{"PUT /api/people/{id}", map[string]string{"id": routestest.UnknownID}, []callRequest{{"", `{"name":"Roberto"}`, 404, nil}}},
		{"PUT /api/people/{id}", map[string]string{"id": ana.ID.String()}, []callRequest{{"", `{"role":"manager"}`, 409, nil}}},
		{"POST /api/people/{id}/link", person, []callRequest{{"", "", 201, nil}, {"", "", 403, helper}}},
		{"DELETE /api/people/{id}", person, []callRequest{{"", "", 200, nil}, {"", "", 404, nil}}},
		{"GET /api/keys", nil, []callRequest{ok(""), {"", "", 401, nobody}}},
		{"POST /api/keys", nil, []callRequest{{"", `{"name":"till","role":"manager"}`, 201, nil}, {"", `{"name":"till","role":"helper","expires":"2099-01-01T00:00:00Z"}`, 201, nil},
			{"", `{"name":"till","role":"helper","expires":"tomorrow"}`, 400, nil}}},
		{"GET /api/settings", nil, []callRequest{{"", "", 200, nobody}, {"", "", 304, known}}},
		{"PUT /api/settings", nil, []callRequest{{"", `{"name":"Lo de Ana","roomClosed":true}`, 200, nil}, {"", `{"language":"it"}`, 400, nil}, {"", `{"name":3}`, 400, nil},
			{"", `{"name":"Otra","rev":7}`, 409, nil}, {"", `{"name":"Otra"}`, 412, []string{"If-Match", `"x"`}}, {"", "{}", 403, helper}}},
		{"GET /api/export", nil, []callRequest{ok(""), {"", "", 401, nobody}, {"", "", 403, helper}}},
		{"GET /healthz", nil, []callRequest{ok("")}},
		{"GET /health", nil, []callRequest{ok("")}},
		{"GET /healthcheck", nil, []callRequest{ok("")}},
		{"GET /readyz", nil, []callRequest{ok("")}},
		{"GET /metrics", nil, []callRequest{ok(""), {"", "", 401, nobody}, {"", "", 403, append(helper, "X-Forwarded-For", "192.0.2.1")}}},
	}
	for _, path := range []string{"/api/carts/{cid}/products/{pid}", "/api/carts/{cid}/product/{pid}"} {
		calls = append(calls,
			call{"POST " + path, item, []callRequest{{"", "", 200, nil}, {"", `{"quantity":0}`, 400, nil}}},
			call{"PUT " + path, item, []callRequest{{"", `{"quantity":3}`, 200, nil}}},
			call{"DELETE " + path, item, []callRequest{ok("")}},
		)
	}
	return append(calls,
		call{"DELETE /api/keys/{id}", map[string]string{"id": routestest.UnknownID}, []callRequest{{"", "", 404, nil}}},
		call{"DELETE /api/carts/{cid}", item, []callRequest{ok("")}},
		call{"DELETE /api/products/{pid}", map[string]string{"pid": a.ID.String()}, []callRequest{ok("")}},
		call{"DELETE /api/keys/{id}", map[string]string{"id": key}, []callRequest{{"", "", 200, nil}, {"", "", 401, nil}}},
	)
}

// The limits that the document gives are those of the rules.
func TestDocumentedLimits(t *testing.T) {
	d := readDocument(t, routestest.Open(t))
	product, message, item := d.Components.Schemas["ProductCreate"].Properties, d.Components.Schemas["MessageCreate"].Properties, d.Components.Schemas["ItemCreate"].Properties
	for name, pair := range map[string][2]any{
		"title":       {*product["title"].MaxLength, models.MaxLine},
		"description": {*product["description"].MaxLength, models.MaxDescription},
		"code":        {*product["code"].MaxLength, models.MaxLine},
		"category":    {*product["category"].MaxLength, models.MaxLine},
		"price":       {*product["price"].Maximum, float64(models.MaxPrice / models.One)},
		"stock":       {*product["stock"].Maximum, float64(models.MaxStock)},
		"thumbnails":  {*product["thumbnails"].MaxItems, models.MaxThumbnails},
		"a thumbnail": {*product["thumbnails"].Items.MaxLength, models.MaxThumbnail},
		"user":        {*message["user"].MaxLength, models.MaxUser},
		"message":     {*message["message"].MaxLength, models.MaxMessage},
		"quantity":    {*item["quantity"].Maximum, float64(models.MaxQuantity)},
		"items":       {*d.Components.Schemas["CartItems"].Properties["products"].MaxItems, models.MaxItems},
		"new items":   {*d.Components.Schemas["CartCreate"].Properties["products"].MaxItems, models.MaxItems},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: the document says %v, the rule %v", name, pair[0], pair[1])
		}
	}
	for _, given := range []schemaText{product["_id"], message["_id"], item["product"]} {
		if len(d.problems(given, routestest.UnknownID, "")) > 0 || len(d.problems(given, strings.Repeat("0", 24), "")) == 0 {
			t.Errorf("an id that a client gives: %+v", given)
		}
	}
	if got := slices.Sorted(maps.Keys(d.Components.Schemas)); slices.Contains(got, "ErrorModel") {
		t.Errorf("schemas that nobody uses: %v", got)
	}
	if strings.Contains(routestest.Open(t).Do("GET", "/openapi.json", "").Body.String(), "$schema") {
		t.Error("$schema stands in the document")
	}
}
