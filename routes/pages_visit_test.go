package routes

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"pulperia/dao"
)

// The language is the one that was chosen, else the one that the browser asks for; answers say
// which.
func TestLanguage(t *testing.T) {
	v := newVisitor(t)
	for accept, want := range map[string]string{"": "es", "en-GB,en;q=0.9": "en", "es-UY": "es", "ja": "es"} {
		got := v.another("Accept-Language", accept).get("/")
		if lang := got.attribute("html", "lang"); lang != want || got.Header().Get("Content-Language") != want {
			t.Errorf("%q: %s, %s", accept, lang, got.Header().Get("Content-Language"))
		}
		if vary := strings.Join(got.Header().Values("Vary"), ", "); !strings.Contains(vary, "Accept-Language") || !strings.Contains(vary, "Cookie") {
			t.Errorf("Vary: %s", vary)
		}
	}
	here := "/products?category=yerbas&page=2"
	got := v.get(here)
	if to := got.attribute(".language input[name=to]", "value"); to != here {
		t.Errorf("it would lead back to %q", to)
	}
	english := v.follow("/language", "lang", got.attribute(".language button", "value"), "to", here)
	english.want(200, ".language .nav__text", "Español")
	if english.attribute("html", "lang") != "en" {
		t.Error("the choice is not remembered")
	}
	v.another("Accept-Language", "en").get("/nothing").want(404, "h1", "There is nothing here")
	v.post("/language", "lang", "fr", "to", "/").want(400)
}

// The way back after a choice of language never leads to another site.
func TestLocalPath(t *testing.T) {
	for to, want := range map[string]string{
		"/":                      "/",
		"/products?q=a%2Fb&x=1":  "/products?q=a%2Fb&x=1",
		"/chat#m-1":              "/chat#m-1",
		"":                       "/",
		"products":               "/",
		"//evil.example":         "/",
		"/\\evil.example":        "/",
		"\\\\evil.example":       "/",
		"https://evil.example/":  "/",
		"javascript:alert(1)":    "/",
		"/\t/evil.example":       "/",
		"///evil.example":        "/",
		"/%zz":                   "/",
		"/a\r\nSet-Cookie: x=1":  "/",
		"http:/evil.example":     "/",
		"//user@evil.example/":   "/",
		" //evil.example":        "/",
		"/products//evil?q=//ok": "/products//evil?q=//ok",
	} {
		if got := localPath(to); got != want {
			t.Errorf("%q leads to %q, want %q", to, got, want)
		}
	}
}

// Errors of a page are pages in the person's language, with the shop around them.
func TestErrorPages(t *testing.T) {
	v := newVisitor(t)
	v.get("/nothing/at/all").want(404, "h1", "Acá no hay nada", ".empty .quiet", "404")
	v.get("/language").want(405, "h1", "Así no se abre")
	v.send("POST", "/chat", "user=a", "Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "cross-site").want(403, "h1", "Esto no se puede desde acá")
	v.send("POST", "/chat", strings.Repeat("a", maxBody+1), "Content-Type", "application/x-www-form-urlencoded").want(413, "h1", "Es demasiado grande")
	v.send("POST", "/chat", "user=%zz", "Content-Type", "application/x-www-form-urlencoded").want(400, "h1", "No entendimos el pedido")
	if got := v.get("/nothing"); slices.Contains(got.texts("code"), "") {
		t.Error("a page that is not there asks to report it")
	}
}

// brokenFeed is a store that cannot be reached.
type brokenFeed struct{ dao.Feed }

func (brokenFeed) Head(context.Context) (dao.Position, error) {
	return dao.Position{}, fmt.Errorf("dial 10.0.0.7: %w", dao.ErrUnavailable)
}

// Without the store there is still a page that says so, when to come back, and nothing about the
// server.
func TestPageWithoutStore(t *testing.T) {
	p, _ := barePages(t)
	p.shop.Feed = brokenFeed{p.shop.Feed}
	w := httptest.NewRecorder()
	p.home(w, request(t, "GET", "/"))
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || w.Header().Get("X-Position") != "" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if body := w.Body.String(); !strings.Contains(body, "<h1>Volvemos enseguida</h1>") || strings.Contains(body, "10.0.0.7") {
		t.Error(body)
	}
}

// Whether something was stored is not always known, and then the page says just that.
func TestPageOfUnknownOutcome(t *testing.T) {
	p, _ := barePages(t)
	w := httptest.NewRecorder()
	p.fail(w, request(t, "POST", "/chat"), fmt.Errorf("append: %w", dao.ErrUnknown))
	if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "<h1>No sabemos si se guardó</h1>") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
