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
