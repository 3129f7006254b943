package routes

import (
	"net/http"
	"time"

	"pulperia/shop"
)

// sessionCookies are what a browser keeps of who is signed in. They name the store that they are
// of, as those of visitors do.
type sessionCookies struct {
	shop    *shop.Shop
	clients clients
}

// The cookies, without the name of their store.
const (
	sessionCookie = "session"
	knownCookie   = "known" // of a browser in which somebody was signed in before
	visitCookie   = "visit" // of whoever has chatted or chosen something
)

// name is that of a cookie for a request. Over TLS no other host of the site, and nobody on the
// way, can set one that begins so.
func (s sessionCookies) name(r *http.Request, name string) string {
	if identity := s.shop.Identity(); identity != "" {
		name += "-" + identity
	}
	if s.clients.isSecure(r) {
		return "__Host-" + name
	}
	return name
}

// token returns the session's token that a request brings, or "".
func (s sessionCookies) token(r *http.Request) string { return cookie(r, s.name(r, sessionCookie)) }

// visit returns the token of the visit that a request belongs to, or "".
func (s sessionCookies) visit(r *http.Request) string { return cookie(r, s.name(r, visitCookie)) }

// beginVisit has the browser of who is nobody yet keep that this is one visit, and returns the
// request as one of that visit. Without a store that can be written nobody is turned away for that.
func (s sessionCookies) beginVisit(w http.ResponseWriter, r *http.Request) *http.Request {
	if who := whoFrom(r.Context()); who.SignedIn() || who.IsVisit() || s.clients.isForeign(r) {
		return r
	}
	token, who, err := s.shop.NewVisit(r.Context())
	if err != nil {
		return r
	}
	s.set(w, r, visitCookie, token, shop.VisitLasts)
	return r.WithContext(withWho(r.Context(), who))
}

// from returns where somebody tries to sign in from.
func (s sessionCookies) from(r *http.Request) shop.From {
	return shop.From{
		Network: network(s.clients.address(r)).String(),
		Browser: r.UserAgent(),
		Known:   cookie(r, s.name(r, knownCookie)),
		Session: s.token(r),
	}
}

// begin has the browser keep a session that has begun.
func (s sessionCookies) begin(w http.ResponseWriter, r *http.Request, signed shop.Signed) {
	s.set(w, r, sessionCookie, signed.Token, time.Until(signed.Expires.Std()))
	s.set(w, r, knownCookie, signed.Known, aYear)
}

// end has the browser forget its session. It stays one in which somebody was signed in before.
func (s sessionCookies) end(w http.ResponseWriter, r *http.Request) {
	s.set(w, r, sessionCookie, "", -time.Second)
}

func (s sessionCookies) set(w http.ResponseWriter, r *http.Request, name, value string, age time.Duration) {
	http.SetCookie(w, &http.Cookie{
		Name: s.name(r, name), Value: value, Path: "/", MaxAge: int(age / time.Second),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.clients.isSecure(r),
	})
}
