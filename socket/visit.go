package socket

import (
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"pulperia/dao/models"
	"pulperia/shop"
)

// visit is a request that wants to become a connection.
type visit struct {
	hub  *Hub
	door door
	w    http.ResponseWriter
	r    *http.Request
	id   string
}

// requestIDs numbers requests. Their ids begin otherwise than those of the rest of the shop.
type requestIDs struct {
	run  string
	last *atomic.Uint64
}

func newRequestIDs() requestIDs {
	return requestIDs{"s" + strings.ToLower(rand.Text()[:8]), new(atomic.Uint64)}
}

func (i requestIDs) next() string { return i.run + "-" + strconv.FormatUint(i.last.Add(1), 10) }

// begins sets what every answer has.
func (h *Hub) begins(w http.ResponseWriter, r *http.Request, d door) *visit {
	v := &visit{h, d, w, r, h.ids.next()}
	w.Header().Set("X-Request-Id", v.id)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	return v
}

// visit is begins for a door that is only read from. It has answered if it is not ok: by another
// method than GET nobody comes in.
func (h *Hub) visit(w http.ResponseWriter, r *http.Request, d door) (v *visit, ok bool) {
	v = h.begins(w, r, d)
	if ok = r.Method == http.MethodGet; !ok {
		w.Header().Set("Allow", http.MethodGet)
		v.refuse(refusedHandshake, http.StatusMethodNotAllowed, "Only GET is possible here.", 0)
	}
	return v, ok
}

// admit checks the rules that do not depend on the door, and takes a place for who comes. It has
// answered if it is not ok.
func (v *visit) admit() (p place, ok bool) {
	if !v.hub.origins.allow(v.r) {
		v.refuse(refusedOrigin, http.StatusForbidden, "Pages of this site may not connect here.", 0)
		return p, false
	}
	if retryAfter, ok := v.hub.AllowRequest(v.r); !ok {
		v.tooOften(retryAfter)
		return p, false
	}
	who, err := v.hub.Who(v.r)
	switch {
	case errors.Is(err, shop.ErrInhabited):
		v.refuse(refusedRight, http.StatusForbidden, "The shop was opened to everybody (--open), and has people or keys by now. Start it again without --open, or with --open-anyway.", 0)
		return p, false
	case err != nil:
		v.away()
		return p, false
	}
	p = place{who, v.hub.Client(v.r)}
	switch why, ok := v.hub.admit(p); {
	case ok:
		return p, true
	case why == refusedConnections:
		v.refuse(why, http.StatusTooManyRequests, "You, or your address, have as many connections as one may have. Close some of them.", 30*time.Second)
	default:
		v.refuse(why, http.StatusServiceUnavailable, "The shop is closing. Come back in a moment.", retryStore)
	}
	return p, false
}

// tooOften answers who asks too often.
func (v *visit) tooOften(retryAfter time.Duration) {
	v.refuse(refusedRequests, http.StatusTooManyRequests, "These are too many requests in a short time. Wait a moment and try again.", retryAfter)
}

// away answers that the store does not say what is asked of it.
func (v *visit) away() {
	v.refuse(refusedStore, http.StatusServiceUnavailable, "The store does not answer. Come back in a moment.", retryStore)
}

// failure is the form of an answer that refuses, as the rest of the shop has it.
type failure struct {
	Status  string     `json:"status"`
	Error   string     `json:"error"`
	Message string     `json:"message"`
	Details []struct{} `json:"details"`
}

// refuse answers that no connection is made.
func (v *visit) refuse(why refused, status int, message string, retryAfter time.Duration) {
	code := map[int]string{
		http.StatusBadRequest: "invalid", http.StatusUpgradeRequired: "invalid", http.StatusForbidden: "forbidden",
		http.StatusUnauthorized:     "unauthorized",
		http.StatusConflict:         "not_allowed",
		http.StatusMethodNotAllowed: "method_not_allowed", http.StatusRequestEntityTooLarge: "too_large",
		http.StatusTooManyRequests: "too_many_requests", http.StatusServiceUnavailable: "unavailable",
	}[status]
	if retryAfter > 0 {
		v.w.Header().Set("Retry-After", strconv.Itoa(seconds(retryAfter)))
	}
	v.w.Header().Set("Content-Type", "application/json; charset=utf-8")
	v.w.WriteHeader(status)
	v.w.Write(models.JSON(failure{"error", code, message, []struct{}{}})) // who cannot read it any more has gone
	v.log(why, nil)
}

// log notes that no connection was made. A flood of these must not fill the disk of a shop that
// logs at its usual level.
func (v *visit) log(why refused, err error) {
	v.hub.metrics.refused[why].Inc()
	v.hub.Log.LogAttrs(v.r.Context(), slog.LevelInfo, "connection refused",
		slog.String("request", v.id),
		slog.String("door", v.door.String()),
		slog.String("reason", string(why)),
		slog.String("origin", shorten(v.r.Header.Get("Origin"))),
		slog.String("remote", v.hub.Client(v.r).Addr().String()),
		slog.Any("error", err),
	)
}

// shorten keeps what somebody else wrote from filling a line of the log.
func shorten(text string) string { return text[:min(len(text), 100)] }
