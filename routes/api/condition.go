package api

import (
	"math"
	"net/http"
	"slices"
	"strings"

	"pulperia/dao/models"
	"pulperia/routes/frame"
)

// condition is what a client says that it has seen of the value which it means to change: a tag in
// If-Match, or rev in the body. Without either, the value is changed whatever it is.
type condition struct {
	tags []string // of If-Match; nil when it is not there
	rev  *int64   // nil when it is not there
}

func readCondition(r *http.Request, body object) condition {
	c := condition{tags: frame.Listed(r.Header["If-Match"])}
	if body.has("rev") {
		c.rev = new(int64)
		body.whole("rev", math.MaxInt64, c.rev)
	}
	return c
}

// check refuses a change of a value that is no longer what the client has seen. Only a strong tag
// tells that (RFC 9110, section 13.1.1).
func (c condition) check(current any, rev int64) error {
	if c.tags == nil && c.rev == nil {
		return nil
	}
	payload := models.JSON(current)
	if c.tags != nil && !slices.Contains(c.tags, "*") && !slices.Contains(c.tags, frame.ETag(frame.Success(nil, payload))) {
		return errChanged(http.StatusPreconditionFailed, "If-Match", strings.Join(c.tags, ", "), payload, rev)
	}
	if c.rev != nil && *c.rev != rev {
		return errChanged(http.StatusConflict, "rev", "", payload, rev)
	}
	return nil
}

func (c condition) ofCart(was, _ models.Cart) error { return c.check(was, was.Rev) }

func (c condition) ofProduct(was, _ models.Product) error { return c.check(was, was.Rev) }

func errChanged(status int, field, got string, payload []byte, rev int64) frame.Problem {
	p := frame.Problem{Status: status, Code: "changed", Payload: payload,
		Message: "It has changed since you read it, and nothing was stored. See payload for what it is now, and send again what you still mean."}
	p.Details.Add(field, models.Changed, rev, shown([]byte(got)))
	return p
}
