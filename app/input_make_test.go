package app

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// maker makes up requests from the schemas of a document: what fits, what just fits, and what does
// not.
type maker struct {
	*rand.Rand
	*openAPI
	ids    []string // that may be there
	spoilt bool     // the request has something in it that fits no schema, or may not
	wicked int      // of 1,000 values so many are spoilt
}

// request is a request that was made up.
type request struct {
	openAPIOperation
	target, body string
	verb         string // other than the operation's, when it is odd
	headers      []string
	sound        bool // all of it is as the document asks
}

// isForm says whether the body is sent as a form's: of its header fields the last one counts.
func (r request) isForm() bool {
	for i := len(r.headers) - 2; i >= 0; i -= 2 {
		if r.headers[i] == "Content-Type" {
			return strings.HasPrefix(r.headers[i+1], "application/x-www-form-urlencoded")
		}
	}
	return false
}

func (m *maker) one(list ...string) string { return list[m.IntN(len(list))] }

// chance is true so many times in 1,000.
func (m *maker) chance(n int) bool { return m.IntN(1000) < n }

func (m *maker) request() request {
	m.spoilt, m.wicked = false, 0
	if m.chance(700) {
		m.wicked = m.IntN(200)
	}
	r := request{openAPIOperation: m.operations[m.IntN(len(m.operations))]}
	r.target = m.target(r.openAPIOperation)
	if r.verb = r.method; m.chance(m.wicked / 4) {
		r.verb = m.one("PATCH", "OPTIONS", "TRACE", "HEAD", "BREW", "get", "PROPFIND", "DELETE", "POST", "PUT")
		m.spoilt = true
	}
	if r.openAPIOperation.body != nil {
		r.body = m.body(r.openAPIOperation)
		r.headers = []string{"Content-Type", "application/json"}
	}
	r.headers = append(r.headers, m.headers()...)
	r.sound = !m.spoilt
	return r
}

// target fills in the path and adds a query.
func (m *maker) target(o openAPIOperation) string {
	path, query := o.path, []string{}
	for _, p := range o.parameters {
		name, schema := p["name"].(string), p["schema"].(map[string]any)
		switch p["in"] {
		case "path":
			id := m.id()
			if m.chance(m.wicked) {
				m.spoilt = true
				id = m.one(url.PathEscape(m.nasty()), "x", strings.ToUpper(id), id+"0", "%20"+id, "-1", "null", strings.Repeat("f", 5000), "000000000000000000000000", ".", "..", "%00", "%2e%2e%2f")
			}
			path = strings.ReplaceAll(path, "{"+name+"}", id)
		case "query":
			if m.chance(300) {
				query = append(query, url.QueryEscape(name)+"="+m.queryValue(name, schema))
			}
		}
	}
	if m.chance(m.wicked) {
		m.spoilt = true
		query = append(query, m.one("%zz", "a;b", "=", "&&&", "limit=1&limit=x", "__proto__[x]=1", "q[$ne]=1", "%00=%00", "q=%ff", strings.Repeat("a=b&", 2000)))
	}
	if len(query) == 0 {
		return path
	}
	return path + "?" + strings.Join(query, "&")
}

func (m *maker) queryValue(name string, schema map[string]any) string {
	if m.chance(m.wicked) {
		m.spoilt = true
		return url.QueryEscape(m.one(m.nasty(), "", "0", "-1", "1e3", "0x10", "99999999999999999999", "NaN", "null", "TRUE", " 1", "1.999", "{", `{"category":{"$gt":""}}`, ":", "$where:1"))
	}
	if name == "before" {
		return m.id()
	}
	return url.QueryEscape(strings.Trim(m.fitting(name, schema), `"`))
}

func (m *maker) id() string {
	if len(m.ids) > 0 && m.chance(800) {
		return m.ids[m.IntN(len(m.ids))]
	}
	return fmt.Sprintf("%024x", m.Uint64()|1)
}

func (m *maker) headers() []string {
	headers := []string{"Accept-Encoding", m.one("gzip", "identity", "br", "gzip;q=0, *;q=1")}
	if m.chance(m.wicked) {
		m.spoilt = true
		headers = append(headers, "Content-Type", m.one("text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1", "application/", ";", "application/json; charset=utf-8; x", "multipart/form-data; boundary=x", ""))
	}
	if m.chance(m.wicked) {
		m.spoilt = true
		headers = append(headers, m.one("Origin", "If-None-Match", "Content-Encoding", "X-Forwarded-For", "X-HTTP-Method-Override", "Range", "Accept", "Accept-Language", "Cookie", "Sec-Fetch-Site", "If-Modified-Since", "Referer", "X-Request-Id"),
			m.one("*", `"x"`, "https://evil.example", "null", "gzip", "DELETE", "bytes=0-", "1.2.3.4, ::1", "cross-site", "lang=xx; cart=\xff; user=%zz", strings.Repeat("a,", 3000), "\xff\xfe", "${jndi:ldap://x}"))
	}
	return headers
}

// body writes a body by the operation's schema, and spoils some as a whole.
func (m *maker) body(o openAPIOperation) string {
	text := m.text("body", o.body, 0)
	if !m.chance(m.wicked) {
		return text
	}
	m.spoilt = true
	return m.one("", " ", text[:m.IntN(len(text))], text+"x", text+text, "["+text+"]", "\ufeff"+text, "null", `"x"`, "\x00", "{}}", strings.Repeat("[", 20_000), strings.Repeat(`{"a":`, 20_000),
		text+strings.Repeat(" ", 1<<20), `{"products":[`+strings.Repeat("{},", 600)+"{}]}", strings.ReplaceAll(text, ":", ":\xff"))
}

// text writes a value by a schema, or something else in its place.
func (m *maker) text(name string, schema map[string]any, depth int) string {
	if m.chance(m.wicked) && depth > 0 {
		m.spoilt = true
		nasty, _ := json.Marshal(m.nasty())
		return m.one("null", "true", "false", "1.5", "-1", "0", "-0", "1e2", "1e400", "1e-400", "99999999999999999999999999", "1234.567", `""`, `" "`, "[]", "{}", `"3"`, string(nasty),
			`"`+m.nasty()+`"`, `"\ud800"`, "\"\xff\"", `"\u0000"`, `{"$gt":""}`, `[[[[]]]]`, `"`+strings.Repeat("ñ", 5001)+`"`, strings.Repeat("[", 200)+strings.Repeat("]", 200))
	}
	schema = m.resolve(schema)
	if choices, ok := schema["oneOf"].([]any); ok {
		return m.text(name, choices[m.IntN(len(choices))].(map[string]any), depth)
	}
	if types, several := schema["type"].([]any); several { // or null
		schema = maps.Clone(schema)
		schema["type"] = types[0]
	}
	switch schema["type"] {
	case "object":
		return m.object(schema, depth)
	case "array":
		return m.array(name, schema, depth)
	}
	return m.fitting(name, schema)
}

func (m *maker) object(schema map[string]any, depth int) string {
	required, _ := schema["required"].([]any)
	properties, named := schema["properties"].(map[string]any)
	if !named { // texts under any names
		return m.one(`{}`, `{"Talle":"M"}`, `{"Talle":"L","Color":"azul"}`)
	}
	var fields []string
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		needed := slices.Contains(required, any(name)) ||
			slices.Contains(required, any("title")) && (name == "price" || name == "stock") // of a product without variants
		if needed && m.chance(m.wicked) {
			m.spoilt = true
			continue
		}
		rare := name == "thumbnail" || name == "variants" || name == "variant"
		if needed || m.chance(400) && !rare || m.chance(50) {
			// No schema knows which options and ways go together, which variants there are, and what
			// a price is higher than.
			m.spoilt = m.spoilt || strings.HasPrefix(name, "variant") || slices.Contains([]string{"compareAt", "payments", "deliveries", "taxes"}, name)
			fields = append(fields, strconv.Quote(name)+":"+m.text(name, properties[name].(map[string]any), depth+1))
		}
	}
	if m.chance(m.wicked) { // unknown ones mean nothing, of repeated ones the last counts
		m.spoilt = true
		fields = append(fields, m.one(`"__proto__":{"x":1}`, `"rev":0`, `"TITLE":7`, `"":""`, `"$set":{}`, `"createdAt":"never"`, `"a":`+strings.Repeat("[", 99)+strings.Repeat("]", 99)))
		fields = append(fields, fields[m.IntN(len(fields))])
	}
	m.Shuffle(len(fields), func(i, j int) { fields[i], fields[j] = fields[j], fields[i] })
	return "{" + strings.Join(fields, ",") + "}"
}

func (m *maker) array(name string, schema map[string]any, depth int) string {
	var entries []string
	most := 3
	if n, err := strconv.Atoi(fmt.Sprint(schema["maxItems"])); err == nil {
		most = min(most, n)
	}
	for range m.IntN(most + 1) {
		entries = append(entries, m.text(name, schema["items"].(map[string]any), depth+1))
	}
	if n, err := strconv.Atoi(fmt.Sprint(schema["maxItems"])); err == nil && m.chance(m.wicked) {
		m.spoilt = true
		entries = slices.Repeat([]string{m.text(name, schema["items"].(map[string]any), depth+1)}, n+1)
		if name == "tags" { // of which one counts once
			for i := range entries {
				entries[i] = strconv.Quote(fmt.Sprintf("tag %d", i))
			}
		}
	}
	return "[" + strings.Join(entries, ",") + "]"
}

// fitting writes a value that a schema allows. Its borders are among them.
func (m *maker) fitting(name string, schema map[string]any) string {
	number := func(key string, absent int64) int64 {
		text, ok := schema[key].(json.Number)
		if !ok {
			return absent
		}
		n, _ := text.Int64()
		return n
	}
	if values, ok := schema["enum"].([]any); ok {
		return strconv.Quote(fmt.Sprint(values[m.IntN(len(values))]))
	}
	switch kind := schema["type"]; {
	case kind == "boolean":
		return m.one("true", "false")
	case kind == "integer" || kind == "number":
		least, most := number("minimum", 0), number("maximum", 1_000_000)
		return strconv.FormatInt([]int64{least, most, least + m.Int64N(min(most-least, 50)+1)}[m.IntN(3)], 10)
	case name == "state":
		return m.one(`"placed"`, `"accepted,ready"`)
	case name == "payment":
		return m.one(`"waiting"`, `"partly refunded,none,paid"`)
	case name == "country":
		return m.one(`""`, `"AR"`, `"uy"`)
	case name == "phone":
		return m.one(`"+54 9 11 2233-4455"`, `"4444-5555"`)
	case schema["pattern"] != nil:
		return strconv.Quote(m.id())
	case schema["format"] == "date-time":
		return m.one(`"2099-01-01T00:00:00Z"`, `"2099-12-31T23:59:59.999-03:00"`)
	case name == "password" || name == "old" || name == "new": // what a schema does not say: nobody guesses it
		return strconv.Quote("nadie lo sabe " + strconv.FormatUint(m.Uint64(), 36))
	case name == "email":
		return fmt.Sprintf(`"ana.%d@example.com"`, m.IntN(30))
	case name == "name":
		return m.one(`"Lo de Ana"`, `"ñandú 🧉"`, `"x"`)
	case name == "timeZone":
		return m.one(`""`, `"America/Argentina/Buenos_Aires"`, `"UTC"`)
	case name == "currency":
		return m.one(`""`, `"ARS"`, `"uyu"`)
	case name == "whatsapp":
		return m.one(`""`, `"5491122334455"`, `"+54 9 (11) 2233-4455"`)
	case name == "user": // it is an e-mail address
		return m.one(`"ana@example.com"`, `"o'hara+x@example.com"`, `"ñ@exämple.com"`)
	case name == "thumbnails" || name == "thumbnail": // a path, or a URL
		return m.one(`"/img/a.png"`, `"https://example.com/%20x?y=1&z=%22"`)
	case name == "minPrice" || name == "maxPrice":
		return m.one(`"0"`, `"12.5"`, `"10000000000"`)
	case name == "query":
		return m.one(`"category:almacén"`, `"status:true"`)
	}
	most := number("maxLength", 20)
	word := "x" + strconv.FormatUint(m.Uint64(), 36)
	return strconv.Quote(m.one(word, "ñandú 🧉 "+word[:2], word[:1], strings.Repeat("é", int(most)), "<b>&amp;"+word[:4]))
}
