// Package frame is what every request passes through, and what the rooms behind it have in common.
//
// # The model
//
// [Frame] goes around the whole: request id, log, figures and recovery from a panic outside, then
// the limits, the guard against forms of other sites, compression, and the routes. [Doorman] makes
// of cookies, keys and addresses who comes; [Table] puts routes on the mux, each with what it asks
// of him, so that no room looks for that itself and none can forget it. What a room cannot do it
// returns as an error, and [ProblemOf] turns it into a status, a code and a sentence, by one
// table.
package frame

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"path"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/klauspost/compress/gzhttp"
	"github.com/klauspost/compress/gzip"
	"github.com/prometheus/client_golang/prometheus"

	"pulperia/shop"
)

// MaxBody is the most bytes that a body may have, where a route takes no larger one.
const MaxBody = 1 << 20

// Frame is what every request passes through before and after its route.
type Frame struct {
	log      *slog.Logger
	clients  Clients
	pace     *shop.Limiter[netip.Prefix] // of requests, by network
	metrics  httpMetrics
	doorman  *Doorman
	refusals Refusals
	run      string        // begins the id of every request of this run
	requests atomic.Uint64 // numbers them
	warned   sync.Once     // of a proxy that is not trusted
}

// New returns the frame of a shop, with figures of its own in a registry.
func New(doorman *Doorman, refusals Refusals, pace *shop.Limiter[netip.Prefix], figures *prometheus.Registry) *Frame {
	return &Frame{
		log:      refusals.Log,
		clients:  doorman.Clients,
		pace:     pace,
		metrics:  newHTTPMetrics(figures),
		doorman:  doorman,
		refusals: refusals,
		run:      strings.ToLower(rand.Text()[:8]),
	}
}

// Around returns the frame with the routes of a table in its middle.
func (f *Frame) Around(t *Table) (http.Handler, error) {
	compress, err := gzhttp.NewWrapper(
		gzhttp.EnableZstd(false),
		gzhttp.CompressionLevel(gzip.BestSpeed),
		gzhttp.ContentTypeFilter(isText),
	)
	if err != nil {
		return nil, err
	}
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(f.refuseForeign))
	return tidyPath(f.record(f.limit(t.most, f.admit(guard.Handler(compress(f.refuseDots(t.Mux))))))), nil
}

func isText(contentType string) bool {
	return strings.HasPrefix(contentType, "text/") || strings.Contains(contentType, "json") ||
		strings.Contains(contentType, "javascript") || strings.Contains(contentType, "xml")
}

// tidyPath makes one path of those that mean the same: pages do not care about case, and no route
// about a slash at the end. The answer is given there and then, without a redirect.
func tidyPath(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tidy := r.URL.Path
		if !strings.HasPrefix(tidy, "/public/") && !strings.HasPrefix(tidy, "/demo/") && !hasDots(tidy) {
			tidy = path.Clean(cmp.Or(tidy, "/"))
			if !isAPI(tidy) {
				tidy = strings.ToLower(tidy)
			}
		}
		if tidy != r.URL.Path {
			url, request := *r.URL, *r
			url.Path, url.RawPath = tidy, ""
			request.URL = &url
			r = &request
		}
		next.ServeHTTP(w, r)
	})
}

// hasDots says whether a path leads up or nowhere by a segment of dots. Browsers resolve these
// before they ask, so here they stand in the place of an id, where resolving them would make
// another call of it: emptying a cart of taking one product out.
func hasDots(path string) bool {
	for segment := range strings.SplitSeq(path, "/") {
		if segment == "." || segment == ".." {
			return true
		}
	}
	return false
}

// refuseDots keeps such paths from the mux, which would redirect to what they resolve to.
func (f *Frame) refuseDots(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if hasDots(r.URL.Path) {
			f.refusals.refuse(w, r, errNoPath)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func isAPI(path string) bool { return path == "/api" || strings.HasPrefix(path, "/api/") }

// record gives the request its id, and logs and counts it when it is done, whatever became of it.
func (f *Frame) record(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := &recorder{ResponseWriter: w}
		id := f.run + "-" + strconv.FormatUint(f.requests.Add(1), 10)
		secure(w.Header(), r, id)
		start := time.Now()
		f.metrics.inFlight.Inc()
		defer func() {
			f.metrics.inFlight.Dec()
			cause := recover()
			if cause != nil && cause != http.ErrAbortHandler && answer.status == 0 {
				f.refusals.panicked(answer, r, fmt.Errorf("panic: %v\n%s", cause, debug.Stack()))
				cause = nil
			}
			f.done(r, id, answer, time.Since(start))
			if cause != nil {
				panic(cause) // half an answer must not look like a whole one: the server logs it and hangs up
			}
		}()
		next.ServeHTTP(answer, r)
		answer.send()
	})
}

func (f *Frame) done(r *http.Request, id string, answer *recorder, duration time.Duration) {
	status := cmp.Or(answer.status, http.StatusOK)
	route := cmp.Or(r.Pattern, "refused")
	f.metrics.done(route, status, duration)
	if !f.log.Enabled(r.Context(), slog.LevelInfo) {
		return
	}
	record := slog.NewRecord(time.Now(), slog.LevelInfo, "request", 0) // LogAttrs would look for the line of code each time
	record.AddAttrs(
		slog.String("request", id),
		slog.String("method", r.Method),
		slog.String("path", withoutSecrets(r.URL.Path)),
		slog.String("route", route),
		slog.Int("status", status),
		slog.Int64("bytes", answer.bytes),
		slog.Duration("duration", duration),
		slog.String("remote", f.clients.Address(r).String()),
	)
	f.log.Handler().Handle(r.Context(), record)
}

// withoutSecrets is a path as the log names it: what opens something by being known is left out.
func withoutSecrets(path string) string {
	at := 0
	for segment := range strings.SplitSeq(path, "/") {
		if at += len(segment) + 1; slices.Contains(secretAfter, strings.ToLower(segment)) && at < len(path) {
			return path[:at] + "…"
		}
	}
	return path
}

// secretAfter are the segments of a path behind which a secret stands.
var secretAfter = []string{"carts", "o", "setup", "join"}

// admit refuses whom a shop for everybody does not answer.
func (f *Frame) admit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := f.doorman.Admit(r); err != nil {
			f.refusals.refuse(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// limit refuses whoever asks too often, and bodies that are too large.
func (f *Frame) limit(most func(*http.Request) int64, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f.clients.behindUnknownProxy(r) {
			f.warned.Do(func() {
				f.log.Warn("requests come through a proxy that is not trusted: limits take all its visitors for one; if it is yours, name it with --trusted-proxy",
					"proxy", peerOf(r).String())
			})
		}
		if isLimited(r.URL.Path) {
			if retryAfter, ok := f.pace.Allow(Network(f.clients.Address(r))); !ok {
				f.refusals.refuse(w, r, shop.TooFast{What: "requests", RetryAfter: retryAfter})
				return
			}
		}
		most := most(r)
		if r.ContentLength > most {
			f.refusals.refuse(w, r, errTooLarge(most))
			return
		}
		if r.Body != http.NoBody {
			r.Body = http.MaxBytesReader(w, r.Body, most)
		}
		next.ServeHTTP(w, r)
		if r.ContentLength != 0 { // what no route has read: net/http would hang up on who is still sending much, and does not see the answer
			io.Copy(io.Discard, r.Body)
		}
	})
}

// isLimited says whether a path counts as a request: what watches over the shop does not, nor what
// a page brings with it.
func isLimited(path string) bool {
	for _, free := range []string{"/public", "/images", "/demo", "/healthz", "/health", "/healthcheck", "/readyz", "/metrics"} {
		if rest, is := strings.CutPrefix(path, free); is && (rest == "" || rest[0] == '/') {
			return false
		}
	}
	return true
}

func (f *Frame) refuseForeign(w http.ResponseWriter, r *http.Request) {
	f.refusals.refuse(w, r, Problem{Status: http.StatusForbidden, Code: "forbidden",
		Message: "This was sent by a page of another site. Open the shop itself and try again there."})
}
