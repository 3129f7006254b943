package frame

import (
	"net/http"
	"strings"
	"time"

	"pulperia/shop"
)

// SessionCookies are what a browser keeps of who is signed in. They name the store that they are
// of, as those of visitors do.
type SessionCookies struct {
	Shop    *shop.Shop
	Clients Clients
}

// The cookies, without the name of their store.
const (
	SessionCookie = "session"
	knownCookie   = "known" // of a browser in which somebody was signed in before
	visitCookie   = "visit" // of whoever has chatted or chosen something
)

// Year is how long a browser keeps what is to last.
const Year = 365 * 24 * time.Hour

// name is that of a cookie for a request. Over TLS no other host of the site, and nobody on the
// way, can set one that begins so.
func (s SessionCookies) name(r *http.Request, name string) string {
	if identity := s.Shop.Identity(); identity != "" {
		name += "-" + identity
	}
	if s.Clients.IsSecure(r) {
		return "__Host-" + name
	}
	return name
}

// token returns the session's token that a request brings, or "".
func (s SessionCookies) token(r *http.Request) string { return CookieOf(r, s.name(r, SessionCookie)) }

// visit returns the token of the visit that a request belongs to, or "".
func (s SessionCookies) visit(r *http.Request) string { return CookieOf(r, s.name(r, visitCookie)) }

// BeginVisit has the browser of who is nobody yet keep that this is one visit, and returns the
// request as one of that visit. Without a store that can be written nobody is turned away for that.
func (s SessionCookies) BeginVisit(w http.ResponseWriter, r *http.Request) *http.Request {
	if who := WhoFrom(r.Context()); who.SignedIn() || who.IsVisit() || s.Clients.isForeign(r) {
		return r
	}
	token, who, err := s.Shop.NewVisit(r.Context())
	if err != nil {
		return r
	}
	s.set(w, r, visitCookie, token, shop.VisitLasts)
	return r.WithContext(withWho(r.Context(), who))
}

// From returns where somebody tries to sign in from.
func (s SessionCookies) From(r *http.Request) shop.From {
	return shop.From{
		Network: Network(s.Clients.Address(r)).String(),
		Browser: r.UserAgent(),
		Known:   CookieOf(r, s.name(r, knownCookie)),
		Session: s.token(r),
	}
}

// Begin has the browser keep a session that has begun.
func (s SessionCookies) Begin(w http.ResponseWriter, r *http.Request, signed shop.Signed) {
	s.set(w, r, SessionCookie, signed.Token, time.Until(signed.Expires.Std()))
	s.set(w, r, knownCookie, signed.Known, Year)
}

// End has the browser forget its session, and what it keeps of pages: whoever sits down there next
// and goes back sees none of the staff. It stays one in which somebody was signed in before.
func (s SessionCookies) End(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Clear-Site-Data", `"cache"`)
	s.set(w, r, SessionCookie, "", -time.Second)
}

func (s SessionCookies) set(w http.ResponseWriter, r *http.Request, name, value string, age time.Duration) {
	http.SetCookie(w, &http.Cookie{
		Name: s.name(r, name), Value: value, Path: "/", MaxAge: int(age / time.Second),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.Clients.IsSecure(r),
	})
}

// CookieOf returns the value of a cookie of ours that a request brings, or "". Each request is asked
// for some; net/http makes a value of every one that there is each time.
func CookieOf(r *http.Request, name string) string {
	for _, line := range r.Header["Cookie"] {
		for part := range strings.SplitSeq(line, ";") {
			if value, is := strings.CutPrefix(strings.TrimSpace(part), name); is && strings.HasPrefix(value, "=") {
				return value[1:]
			}
		}
	}
	return ""
}
