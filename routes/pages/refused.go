package pages

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"pulperia/routes/frame"
	"pulperia/shop"
	"pulperia/views"
)

// refusedSheet tells who may not do what he has asked for, and keeps what he has typed: he can sign
// in beside it, or be given the right, and send it again.
type refusedSheet struct {
	views.Page
	Status, Words string
	SignIn        string // where to, for who is nobody
	Action        string // of the form that he has sent; "" where there is none to send again
	Fields        []typedField
}

type typedField struct{ Name, Value string }

// forgotten are the fields of forms that are typed anew each time.
var forgotten = []string{"password", "old", "new"}

// refused answers who may not do what he asks for. Nobody is led to where he can sign in and from
// there back to the page; a form is kept for him.
func (p *Pages) refused(w http.ResponseWriter, r *http.Request, err error) {
	nobody := errors.Is(err, shop.ErrUnauthorized)
	if nobody && frame.IsRead(r) {
		http.Redirect(w, r, signInTo(r.URL.RequestURI()), http.StatusSeeOther)
		return
	}
	v, failed := p.visit(r)
	if failed != nil { // it says as much as the page of a shop whose store is away can
		v = p.stranger(r)
	}
	v.secret = true // what he has typed
	status, key := http.StatusForbidden, "error.forbidden"
	page := refusedSheet{}
	if nobody {
		status, key = http.StatusUnauthorized, "error.401"
		page.SignIn = signInTo(p.pageOf(r))
	}
	page.Page = p.page(v, v.voice.Say(key+".title", nil), "")
	page.Status, page.Words = strconv.Itoa(status), v.voice.Say(key, nil)
	if form, unreadable := readForm(r); !frame.IsRead(r) && unreadable == nil {
		page.Action, page.Fields = r.URL.RequestURI(), typedFields(form)
	}
	p.answer(w, r, v, status, "refused", page)
}

// typedFields are those of a form in the order of their names.
func typedFields(form url.Values) (list []typedField) {
	for _, name := range slices.Sorted(maps.Keys(form)) {
		for _, value := range form[name] {
			if !slices.Contains(forgotten, name) {
				list = append(list, typedField{strings.ToValidUTF8(name, "\uFFFD"), strings.ToValidUTF8(value, "\uFFFD")})
			}
		}
	}
	return list
}

// pageOf is the page of the shop that a form was sent from, as far as that is known.
func (p *Pages) pageOf(r *http.Request) string {
	from, err := url.Parse(r.Referer())
	if err != nil || !strings.EqualFold(from.Host, p.clients.Host(r)) {
		return "/"
	}
	return localPath(from.RequestURI())
}

// signInTo is the address at which somebody signs in who is then led to a path of the shop.
func signInTo(next string) string { return "/signin?" + url.Values{"next": {next}}.Encode() }
