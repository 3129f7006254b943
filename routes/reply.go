package routes

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cespare/xxhash/v2"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/shop"
)

// problem is an error as an answer tells it. It is an error too, for what routes refuse on their
// own account.
type problem struct {
	status     int
	code       string // the contract's word for it, such as "not_found"
	message    string // for a person, in English
	details    models.Invalid
	payload    []byte        // what there is, as JSON; nil where that is not told
	retryAfter time.Duration // told in Retry-After when over 0
	allow      string        // the methods that there are, for 405
}

// Error returns the message.
func (p problem) Error() string { return p.message }

// retryStore is when to come back to a store that could not be reached: long enough for a restart.
const retryStore = 5 * time.Second

// problemOf turns an error into what an answer tells of it. What is not in the table is "internal",
// and nothing of it is told.
func problemOf(err error) problem {
	if p, ok := errors.AsType[problem](err); ok {
		return p
	}
	if invalid, ok := errors.AsType[models.Invalid](err); ok {
		return problem{status: http.StatusBadRequest, code: "invalid", message: summary(invalid), details: invalid}
	}
	if missing, ok := errors.AsType[shop.Missing](err); ok {
		return problem{status: http.StatusNotFound, code: "not_found", details: missing.Problems,
			message: "There is no " + missing.Kind + " " + missing.ID.String() + "."}
	}
	if tooFast, ok := errors.AsType[shop.TooFast](err); ok {
		return problem{status: http.StatusTooManyRequests, code: "too_many_requests", retryAfter: tooFast.RetryAfter,
			message: "These are too many " + tooFast.What + " in a short time. Wait a moment and try again."}
	}
	if forbidden, ok := errors.AsType[shop.Forbidden](err); ok {
		return errForbidden(forbidden)
	}
	if stale, ok := errors.AsType[shop.Stale](err); ok {
		return errRecounted(stale.Product)
	}
	if conflict, ok := errors.AsType[dao.Conflict](err); ok {
		return errTaken(conflict)
	}
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return errTooLarge(tooLarge.Limit)
	}
	for _, row := range []struct {
		is error
		problem
	}{
		{shop.ErrUnauthorized, problem{status: 401, code: "unauthorized",
			message: "This needs somebody who is signed in, or a key in Authorization, and there is none, or one that is good no longer."}},
		{shop.ErrInhabited, problem{status: 403, code: "forbidden",
			message: "The shop was opened to everybody on this machine (--open), and has people or keys by now. " +
				"Start it again without --open, or with --open-anyway."}},
		{shop.ErrRoomClosed, problem{status: 409, code: "not_allowed", message: "The chat is closed: nobody reads it or writes in it."}},
		{shop.ErrLastOwner, problem{status: 409, code: "conflict",
			message: "Nothing was changed: this is the last owner. Make somebody else an owner first."}},
		{dao.ErrUnknown, problem{status: 503, code: "unavailable", retryAfter: retryStore,
			message: "It is not known whether this was stored. Look before you send it again."}},
		{dao.ErrUnavailable, problem{status: 503, code: "unavailable", retryAfter: retryStore,
			message: "The store cannot do this now, and nothing was changed. Try again in a moment."}},
		{dao.ErrNotFound, problem{status: 404, code: "not_found", message: "There is nothing with this id."}},
		{dao.ErrConflict, problem{status: 409, code: "conflict", message: "The code or the id is already taken."}},
		{context.DeadlineExceeded, problem{status: 503, code: "unavailable", retryAfter: retryStore,
			message: "This took too long, and nothing was changed. Try again in a moment."}},
		{context.Canceled, problem{status: 503, code: "unavailable", retryAfter: retryStore,
			message: "The request ended before it was done, and nothing was changed."}},
	} {
		if errors.Is(err, row.is) {
			return row.problem
		}
	}
	return problem{status: 500, code: "internal", message: "Something went wrong here."}
}

func summary(invalid models.Invalid) string {
	const shown = 5
	names := make([]string, 0, shown+1)
	for _, p := range invalid {
		if len(names) == shown {
			names = append(names, "…")
			break
		}
		names = append(names, p.Field)
	}
	return "Not accepted as sent: " + strings.Join(names, ", ") + ". See details for what is asked for."
}

// explain is problemOf for the last moment before an answer. What whoever runs the shop should look
// into is logged, once, with the request's id; the visitor is told the id and no more.
func explain(log *slog.Logger, w http.ResponseWriter, err error) problem {
	p := problemOf(err)
	if p.status < 500 || errors.Is(err, context.Canceled) {
		return p
	}
	id := w.Header().Get("X-Request-Id")
	level := slog.LevelWarn
	if p.code == "internal" {
		level = slog.LevelError
		p.message += " Tell whoever runs the shop this request id: " + id
	}
	log.Log(context.Background(), level, "request failed", "request", id, "error", err)
	return p
}

// headers sets the headers that belong to a problem.
func (p problem) headers(w http.ResponseWriter) {
	if p.retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(p.retryAfter.Seconds()))))
	}
	if p.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	if p.status == http.StatusPreconditionFailed {
		w.Header().Set("Etag", etag(success(nil, p.payload)))
	}
	if p.allow != "" {
		w.Header().Set("Allow", p.allow)
	}
}

// failure is the JSON form of a problem.
type failure struct {
	Status  string          `json:"status"`
	Error   string          `json:"error"`
	Message string          `json:"message"`
	Details []failureDetail `json:"details"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

type failureDetail struct {
	Field     string      `json:"field"`
	Reason    string      `json:"reason"`
	Available json.Number `json:"available,omitempty"` // how many can be bought, of more than that
}

func detailOf(p models.Problem) failureDetail {
	detail := failureDetail{Field: p.Field, Reason: p.Reason()}
	if p.Rule == models.Scarce || p.Rule == models.OffSale {
		detail.Available = json.Number(p.Limit)
	}
	return detail
}

// write answers with the JSON form of a problem.
func (p problem) write(w http.ResponseWriter) {
	answer := failure{Status: "error", Error: p.code, Message: p.message, Details: []failureDetail{}, Payload: p.payload}
	for _, detail := range p.details {
		answer.Details = append(answer.Details, detailOf(detail))
	}
	p.headers(w)
	writeJSON(w, p.status, models.JSON(answer))
}

func writeJSON(w http.ResponseWriter, status int, body []byte) {
	header := w.Header()
	header.Set("Content-Type", "application/json; charset=utf-8")
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	w.Write(body) // who cannot read it any more has gone
}

// begin and end are what stands around the payload of an answer that went well.
const begin, end = `{"status":"success","payload":`, `}`

// success appends the JSON form of an answer that went well.
func success(answer, payload []byte) []byte {
	return append(append(append(answer, begin...), payload...), end...)
}

// The refusals that come from no store.

var errNoPath = problem{status: 404, code: "not_found", message: "There is nothing at this path."}

func errTooLarge(limit int64) problem {
	return problem{status: 413, code: "too_large",
		message: "The body is too large: at most " + strconv.FormatInt(limit, 10) + " bytes are read."}
}

func errTaken(conflict dao.Conflict) problem {
	p := problem{status: 409, code: "conflict", message: "Nothing was stored: " + conflict.Error() + "."}
	p.details.Add(conflict.Field, models.Taken, nil, strconv.Quote(conflict.Value))
	return p
}

func errRecounted(product models.Product) problem {
	p := problem{status: http.StatusConflict, code: "changed", payload: models.JSON(product),
		message: "There are not as many as you think, and nothing was stored. See payload for what there is, and send again what you still mean."}
	p.details.Add("stock", models.Recounted, product.Stock, "")
	return p
}

func errForbidden(forbidden shop.Forbidden) problem {
	p := problem{status: http.StatusForbidden, code: "forbidden",
		message: "This needs the right " + string(forbidden.Right) + ", which you do not have."}
	if forbidden.Right == self {
		p.message = "This is for people who are signed in, about themselves."
	}
	return p
}

// etag returns a strong tag of a body. It only has to differ when the body does, so a quick hash
// serves.
func etag(body []byte) string {
	text := hex.AppendEncode(append(make([]byte, 0, 18), '"'), binary.BigEndian.AppendUint64(nil, xxhash.Sum64(body)))
	return string(append(text, '"'))
}

// weakTag is the tag of a body that may be sent compressed: then other bytes mean the same.
func weakTag(body []byte) string { return "W/" + etag(body) }

// notModified says whether the client of a request to read has what the tag stands for (RFC 9110,
// section 13.1.2).
func notModified(r *http.Request, tag string) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	return slices.ContainsFunc(listed(r.Header["If-None-Match"]), func(known string) bool {
		return known == "*" || strings.TrimPrefix(known, "W/") == strings.TrimPrefix(tag, "W/")
	})
}
