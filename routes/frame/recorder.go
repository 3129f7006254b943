package frame

import (
	"log/slog"
	"net/http"
	"slices"
	"strings"
)

// recorder notes what is answered.
type recorder struct {
	http.ResponseWriter
	status int // 0 until it is sent
	bytes  int64
}

// WriteHeader notes the status of the answer.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= 200 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write counts the bytes as they are sent.
func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(b)
	r.bytes += int64(n)
	return n, err
}

// send has an answer of known length leave now, and not only when it is logged and counted. One
// whose length is not known (what is compressed) would go in chunks, and its end would wait all the
// same.
func (r *recorder) send() {
	if flusher, ok := r.ResponseWriter.(http.Flusher); ok && r.status != 0 && r.Header()["Content-Length"] != nil {
		flusher.Flush()
	}
}

// Unwrap lets http.ResponseController reach what the connection can do.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// policy lets a page load only what the shop itself serves, and pictures from wherever merchants
// keep them.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' http: https:; font-src 'self'; " +
	"connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// secure sets the headers that every answer has, and those of what a browser shows. The referrer
// policy keeps a cart's address, which opens the cart, from the sites that pictures come from.
func secure(header http.Header, r *http.Request, id string) {
	header["X-Request-Id"] = []string{id}
	header["X-Content-Type-Options"] = nosniff
	if !isAPI(r.URL.Path) {
		header["Referrer-Policy"] = sameOrigin
		header["Content-Security-Policy"] = policies
	}
}

// What many answers have in common is made once. The names of fields are in their canonical form
// here and wherever every answer passes: Header.Set would look for that each time.
var (
	nosniff     = []string{"nosniff"}
	sameOrigin  = []string{"same-origin"}
	policies    = []string{policy}
	contentJSON = []string{"application/json; charset=utf-8"}
)

// programPaths are those that only programs ask for, besides the API's.
var programPaths = []string{"/openapi.json", "/healthz", "/health", "/healthcheck", "/readyz", "/metrics"}

// Refusals answers for what no route answers, in the form of the place: JSON to a program, a page
// to a person.
type Refusals struct {
	Log  *slog.Logger
	Page func(http.ResponseWriter, *http.Request, error)
}

// isProgram says whether a program asks: by the path, or, of an order, which has one address for
// both, by what it accepts.
func isProgram(r *http.Request) bool {
	return isAPI(r.URL.Path) || slices.Contains(programPaths, r.URL.Path) || strings.HasPrefix(r.URL.Path, "/o/") && !WantsPage(r)
}

func (f Refusals) refuse(w http.ResponseWriter, r *http.Request, err error) {
	if isProgram(r) {
		Explain(f.Log, w, err).Write(w)
		return
	}
	f.Page(w, r, err)
}

// panicked answers after a panic. What the route had prepared no longer counts.
func (f Refusals) panicked(w http.ResponseWriter, r *http.Request, err error) {
	for _, name := range []string{"Cache-Control", "Content-Encoding", "Content-Length", "Etag", "X-Position"} {
		w.Header().Del(name)
	}
	f.refuse(w, r, err)
}

// Unrouted answers a path or a method that no route has: the catch-all patterns have no method, all
// others do.
func (t *Table) Unrouted(w http.ResponseWriter, r *http.Request) {
	var allow []string
	for _, method := range []string{"GET", "HEAD", "POST", "PUT", "DELETE"} {
		_, pattern := t.Mux.Handler(&http.Request{Method: method, URL: r.URL, Host: r.Host})
		if strings.Contains(pattern, " ") {
			allow = append(allow, method)
		}
	}
	if len(allow) == 0 {
		t.refusals.refuse(w, r, errNoPath)
		return
	}
	t.refusals.refuse(w, r, Problem{Status: 405, Code: "method_not_allowed", allow: strings.Join(allow, ", "),
		Message: r.Method + " is not possible here, only " + strings.Join(allow, ", ") + "."})
}
