package pages

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"pulperia/routes/frame"
)

// The cookies of a visitor. Their values are what the visitor could type as well: the shop believes
// none of them more than a form. All but the language name the store that they are of, for a browser
// sends the same cookies to whatever shop is behind an address, and to every port of it.
const (
	cartCookie     = "cart"
	userCookie     = "user"
	undoCookie     = "undo"
	languageCookie = "lang"
	storesMost     = 8 // whose cookies of one kind a browser is let keep
)

// ours is the name of a cookie of this store.
func (p *Pages) ours(name string) string {
	if identity := p.shop.Identity(); identity != "" {
		return name + "-" + identity
	}
	return name
}

// held returns what the visitor's browser keeps of this store. Cookies of a pulperia that named no
// store in them count where there is none that does.
func (p *Pages) held(r *http.Request, name string) string {
	if value := frame.CookieOf(r, p.ours(name)); value != "" {
		return value
	}
	return frame.CookieOf(r, name)
}

// keep has the visitor's browser keep something of this store for so long. What it kept without
// naming a store goes, so that no other store takes it; but for the cart, which only its own store
// has, and which a process that is not upgraded yet must find.
func (p *Pages) keep(w http.ResponseWriter, r *http.Request, name, value string, age time.Duration) {
	ours := p.ours(name)
	p.setCookie(w, r, ours, value, age)
	if ours != name && name != cartCookie && frame.CookieOf(r, name) != "" {
		p.setCookie(w, r, name, "", -time.Second)
	}
	others := r.Cookies() // those that were set first come first
	others = slices.DeleteFunc(others, func(c *http.Cookie) bool { return c.Name == ours || !strings.HasPrefix(c.Name, name+"-") })
	for _, c := range others[:max(0, len(others)-storesMost+1)] {
		p.setCookie(w, r, c.Name, "", -time.Second)
	}
}

// renew has what was kept without naming a store be kept as this store's, once it is known to be.
func (p *Pages) renew(w http.ResponseWriter, r *http.Request, v *visit) {
	if v.user != "" && !v.who.Staff() && frame.CookieOf(r, p.ours(userCookie)) == "" {
		p.keep(w, r, userCookie, url.QueryEscape(v.user), frame.Year)
	}
	if !v.cart.ID.IsZero() && frame.CookieOf(r, p.ours(cartCookie)) == "" {
		p.keep(w, r, cartCookie, v.cart.ID.String(), frame.Year)
	}
}

// setCookie has the visitor remember a value for so long. Scripts cannot read it and other sites
// cannot send it along.
func (p *Pages) setCookie(w http.ResponseWriter, r *http.Request, name, value string, age time.Duration) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: int(age / time.Second),
		HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: p.clients.IsSecure(r),
	})
}

// keptQuery is in the address to which a form leads that has a browser keep something, as long as
// nobody knows whether it keeps anything: it had sent no cookie.
const keptQuery = "kept"

// lead goes on to a page after a form that may have had the browser keep something.
func (p *Pages) lead(w http.ResponseWriter, r *http.Request, to string) {
	if len(w.Header()["Set-Cookie"]) > 0 && len(r.Cookies()) == 0 {
		to = marked(to, keptQuery)
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// marked adds a mark to the query of an address.
func marked(to, mark string) string {
	u, err := url.Parse(to)
	if err != nil {
		return to
	}
	query := u.Query()
	query.Set(mark, "")
	u.RawQuery = query.Encode()
	return u.String()
}

// afterKeeping answers the first page after such a form: with cookies it is the page itself. Without
// any, the page has to say so, for whoever has no scripts that do.
func afterKeeping(w http.ResponseWriter, r *http.Request) (forgetful, answered bool) {
	query := queryOf(r)
	if !query.Has(keptQuery) {
		return false, false
	}
	if len(r.Cookies()) == 0 {
		return true, false
	}
	query.Del(keptQuery)
	to := url.URL{Path: r.URL.Path, RawQuery: query.Encode()}
	http.Redirect(w, r, to.String(), http.StatusSeeOther)
	return false, true
}
