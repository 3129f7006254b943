package pages

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"pulperia/dao"
	"pulperia/routes/frame"
	"pulperia/shop"
	"pulperia/views"
)

// errorSheet is a page about something that went wrong.
type errorSheet struct {
	views.Page
	Status    string
	Words     string // what happened and what to do
	RequestID string // only where we are to blame
}

// Fail answers with the page of an error, which is logged if whoever runs the shop should look into
// it.
func (p *Pages) Fail(w http.ResponseWriter, r *http.Request, err error) {
	if _, forbidden := errors.AsType[shop.Forbidden](err); forbidden || errors.Is(err, shop.ErrUnauthorized) {
		p.refused(w, r, err)
		return
	}
	problem := frame.Explain(p.log, w, err)
	problem.Headers(w)
	key := "error." + strconv.Itoa(problem.Status)
	switch {
	case errors.Is(err, shop.ErrNotEnded):
		key = "error.not_ended"
	case errors.Is(err, dao.ErrUnknown):
		key = "error.unknown"
	case isInOrders(err):
		key = "error.inOrders"
	case errors.Is(err, shop.ErrInhabited):
		key = "error.inhabited"
	}
	p.errorPage(w, r, problem.Status, key)
}

func isInOrders(err error) bool {
	_, is := errors.AsType[shop.InOrders](err)
	return is
}

// errorPage answers with the page of a status, in the person's language. It works without the
// store, and does not ask one that is away: whoever has waited for that once need not wait again.
// The key says which texts tell of it; a status that has none of its own is told as the one that it
// is a kind of. A page that blames nobody is kept like any other: a flood of refused requests must
// not cost a rendering each.
func (p *Pages) errorPage(w http.ResponseWriter, r *http.Request, status int, key string) {
	v := p.stranger(r)
	if status != http.StatusServiceUnavailable {
		if known, err := p.visit(r); err == nil {
			v = known
			v.undo = nil // the page is kept for others
		}
	}
	if !v.voice.Knows(key) {
		key = "error." + strconv.Itoa(status/100) + "00"
	}
	page := errorSheet{
		Page: p.page(v, v.voice.Say(key+".title", nil), ""), Status: strconv.Itoa(status), Words: v.voice.Say(key, nil),
	}
	if status >= 500 {
		page.RequestID = w.Header().Get("X-Request-Id")
	}
	if page.RequestID != "" || page.Position == "" || v.who.Staff() {
		p.answer(w, r, v, status, "error", page)
		return
	}
	key = strings.Join([]string{page.Position, key, string(v.voice.Language), strconv.FormatInt(page.CartCount, 10), page.Status}, "\n")
	html, err := p.kept.get(r.Context(), v.position, key, func(context.Context) ([]byte, error) {
		return v.look.Render(v.voice.Language, "error", page)
	})
	if err != nil {
		p.answer(w, r, v, status, "error", page)
		return
	}
	p.write(w, v, status, html)
}

// NotFound answers for every path that is none of the shop's.
func (p *Pages) NotFound(w http.ResponseWriter, r *http.Request) { p.Fail(w, r, dao.ErrNotFound) }
