package frame

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
	"pulperia/pictures"
	"pulperia/shop"
)

// Problem is an error as an answer tells it. It is an error too, for what routes refuse on their
// own account.
type Problem struct {
	Status     int
	Code       string // the contract's word for it, such as "not_found"
	Message    string // for a person, in English
	Details    models.Invalid
	Lines      []failureDetail // beside the details: what is no longer so of lines of a cart
	Payload    []byte          // what there is, as JSON; nil where that is not told
	RetryAfter time.Duration   // told in Retry-After when over 0
	allow      string          // the methods that there are, for 405
}

// Error returns the message.
func (p Problem) Error() string { return p.Message }

// retryStore is when to come back to a store that could not be reached: long enough for a restart.
const retryStore = 5 * time.Second

// ProblemOf turns an error into what an answer tells of it. What is not in the table is "internal",
// and nothing of it is told.
func ProblemOf(err error) Problem {
	if p, ok := errors.AsType[Problem](err); ok {
		return p
	}
	if invalid, ok := errors.AsType[models.Invalid](err); ok {
		return Problem{Status: http.StatusBadRequest, Code: "invalid", Message: summary(invalid), Details: invalid}
	}
	if missing, ok := errors.AsType[shop.Missing](err); ok {
		return Problem{Status: http.StatusNotFound, Code: "not_found", Details: missing.Problems,
			Message: errMissing(missing)}
	}
	if tooFast, ok := errors.AsType[shop.TooFast](err); ok {
		return Problem{Status: http.StatusTooManyRequests, Code: "too_many_requests", RetryAfter: tooFast.RetryAfter,
			Message: "These are too many " + tooFast.What + " in a short time. Wait a moment and try again."}
	}
	if forbidden, ok := errors.AsType[shop.Forbidden](err); ok {
		return errForbidden(forbidden)
	}
	if stale, ok := errors.AsType[shop.Stale](err); ok {
		return errRecounted(stale)
	}
	if problem, ok := orderProblem(err); ok {
		return problem
	}
	if conflict, ok := errors.AsType[dao.Conflict](err); ok {
		return errTaken(conflict)
	}
	if picture, ok := errors.AsType[pictures.Refused](err); ok {
		return errNoPicture(picture)
	}
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return errTooLarge(tooLarge.Limit)
	}
	for _, row := range []struct {
		is error
		Problem
	}{
		{shop.ErrUnauthorized, Problem{Status: 401, Code: "unauthorized",
			Message: "This needs somebody who is signed in, or a key in Authorization, and there is none, or one that is good no longer."}},
		{shop.ErrInhabited, Problem{Status: 403, Code: "forbidden",
			Message: "The shop was opened to everybody on this machine (--open), and has people or keys by now. " +
				"Start it again without --open, or with --open-anyway."}},
		{shop.ErrRoomClosed, Problem{Status: 409, Code: "not_allowed", Message: "The chat is closed: nobody reads it or writes in it."}},
		{shop.ErrLastOwner, Problem{Status: 409, Code: "conflict",
			Message: "Nothing was changed: this is the last owner. Make somebody else an owner first."}},
		{shop.ErrNothingToBuy, Problem{Status: 409, Code: "not_allowed", Message: "Nothing was changed: none of it can be bought any more."}},
		{shop.ErrNotEnded, Problem{Status: 503, Code: "unavailable", RetryAfter: retryStore,
			Message: "This browser is signed out, but that its session has ended could not be stored. Sign in later and end all sessions."}},
		{dao.ErrUnknown, Problem{Status: 503, Code: "unavailable", RetryAfter: retryStore,
			Message: "It is not known whether this was stored. Look before you send it again."}},
		{dao.ErrUnavailable, Problem{Status: 503, Code: "unavailable", RetryAfter: retryStore,
			Message: "The store cannot do this now, and nothing was changed. Try again in a moment."}},
		{dao.ErrNotFound, Problem{Status: 404, Code: "not_found", Message: "There is nothing with this id."}},
		{dao.ErrConflict, Problem{Status: 409, Code: "conflict", Message: "The code or the id is already taken."}},
		{context.DeadlineExceeded, Problem{Status: 503, Code: "unavailable", RetryAfter: retryStore,
			Message: "This took too long, and nothing was changed. Try again in a moment."}},
		{context.Canceled, Problem{Status: 503, Code: "unavailable", RetryAfter: retryStore,
			Message: "The request ended before it was done, and nothing was changed."}},
	} {
		if errors.Is(err, row.is) {
			return row.Problem
		}
	}
	return Problem{Status: 500, Code: "internal", Message: "Something went wrong here."}
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

// Explain is problemOf for the last moment before an answer. What whoever runs the shop should look
// into is logged, once, with the request's id; the visitor is told the id and no more.
func Explain(log *slog.Logger, w http.ResponseWriter, err error) Problem {
	p := ProblemOf(err)
	if p.Status < 500 || errors.Is(err, context.Canceled) {
		return p
	}
	id := w.Header().Get("X-Request-Id")
	level := slog.LevelWarn
	if p.Code == "internal" {
		level = slog.LevelError
		p.Message += " Tell whoever runs the shop this request id: " + id
	}
	log.Log(context.Background(), level, "request failed", "request", id, "error", err)
	return p
}

// Headers sets the headers that belong to a problem.
func (p Problem) Headers(w http.ResponseWriter) {
	if p.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(p.RetryAfter.Seconds()))))
	}
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	if p.Status == http.StatusPreconditionFailed {
		w.Header().Set("Etag", ETag(Success(nil, p.Payload)))
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

	// Of a line of a cart.
	Product string        `json:"product,omitempty"`
	Variant string        `json:"variant,omitempty"`
	Price   *models.Money `json:"price,omitempty"` // of one, now

	// Of a part of a sum that has changed: amounts, or the codes of currencies.
	Was any `json:"was,omitempty"`
	Now any `json:"now,omitempty"`
}

func detailOf(p models.Problem) failureDetail {
	detail := failureDetail{Field: p.Field, Reason: p.Reason()}
	if p.Rule == models.Scarce || p.Rule == models.OffSale {
		detail.Available = json.Number(p.Limit)
	}
	return detail
}

// Write answers with the JSON form of a problem.
func (p Problem) Write(w http.ResponseWriter) {
	answer := failure{Status: "error", Error: p.Code, Message: p.Message, Details: []failureDetail{}, Payload: p.Payload}
	for _, detail := range p.Details {
		answer.Details = append(answer.Details, detailOf(detail))
	}
	answer.Details = append(answer.Details, p.Lines...)
	p.Headers(w)
	WriteJSON(w, p.Status, models.JSON(answer))
}

// WriteJSON answers with a body that is JSON.
func WriteJSON(w http.ResponseWriter, status int, body []byte) {
	header := w.Header()
	header["Content-Type"] = contentJSON
	header["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(status)
	w.Write(body) // who cannot read it any more has gone
}

// Begin and end are what stands around the payload of an answer that went well.
const Begin, End = `{"status":"success","payload":`, `}`

// Success appends the JSON form of an answer that went well.
func Success(answer, payload []byte) []byte {
	return append(append(append(answer, Begin...), payload...), End...)
}

// The refusals that come from no store.

var errNoPath = Problem{Status: 404, Code: "not_found", Message: "There is nothing at this path."}

func errTooLarge(limit int64) Problem {
	return Problem{Status: 413, Code: "too_large",
		Message: "The body is too large: at most " + strconv.FormatInt(limit, 10) + " bytes are read."}
}

func errTaken(conflict dao.Conflict) Problem {
	p := Problem{Status: 409, Code: "conflict", Message: "Nothing was stored: " + conflict.Error() + "."}
	p.Details.Add(conflict.Field, models.Taken, nil, strconv.Quote(conflict.Value))
	return p
}

// errNoPicture says why an upload is not taken: what it is, how large it is, or that it is damaged.
func errNoPicture(refused pictures.Refused) Problem {
	p := Problem{Status: http.StatusBadRequest, Code: "invalid", Message: "Nothing was stored: " + refused.Text + "."}
	switch refused.Why {
	case pictures.Unknown:
		p.Status, p.Code = http.StatusUnsupportedMediaType, "unsupported_media_type"
	case pictures.Large, pictures.Progressive:
		p.Status, p.Code = http.StatusRequestEntityTooLarge, "too_large"
	case pictures.Broken:
		p.Details = models.Invalid{{Field: "file", Rule: models.NoPicture, Detail: refused.Text}}
	}
	return p
}

func errRecounted(stale shop.Stale) Problem {
	p := Problem{Status: http.StatusConflict, Code: "changed", Payload: models.JSON(stale.Product),
		Message: "There are not as many as you think, and nothing was stored. See payload for what there is, and send again what you still mean."}
	p.Details.Add("stock", stale.Why, stale.Limit, "")
	return p
}

func errForbidden(forbidden shop.Forbidden) Problem {
	p := Problem{Status: http.StatusForbidden, Code: "forbidden",
		Message: "This needs the right " + string(forbidden.Right) + ", which you do not have."}
	if forbidden.Right == Self {
		p.Message = "This is for people who are signed in, about themselves."
	}
	return p
}

// ETag returns a strong tag of a body. It only has to differ when the body does, so a quick hash
// serves.
func ETag(body []byte) string {
	text := hex.AppendEncode(append(make([]byte, 0, 18), '"'), binary.BigEndian.AppendUint64(nil, xxhash.Sum64(body)))
	return string(append(text, '"'))
}

// WeakTag is the tag of a body that may be sent compressed: then other bytes mean the same.
func WeakTag(body []byte) string { return "W/" + ETag(body) }

// NotModified says whether the client of a request to read has what the tag stands for (RFC 9110,
// section 13.1.2).
func NotModified(r *http.Request, tag string) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	return slices.ContainsFunc(Listed(r.Header["If-None-Match"]), func(known string) bool {
		return known == "*" || strings.TrimPrefix(known, "W/") == strings.TrimPrefix(tag, "W/")
	})
}

// Listed returns the entries of a header that is a list, over all of its lines; nil when it is not
// there.
func Listed(lines []string) (entries []string) {
	for _, line := range lines {
		for entry := range strings.SplitSeq(line, ",") {
			entries = append(entries, strings.TrimSpace(entry))
		}
	}
	return entries
}
