package pages_test

import (
	"slices"
	"strings"
	"testing"

	"pulperia/routes/frame"
	"pulperia/routes/routestest"
)

// The language is the one that was chosen, else the one that the browser asks for; answers say
// which.
func TestLanguage(t *testing.T) {
	v := routestest.NewVisitor(t)
	for accept, want := range map[string]string{"": "es", "en-GB,en;q=0.9": "en", "es-UY": "es", "ja": "es"} {
		got := v.Another("Accept-Language", accept).Get("/")
		if lang := got.Attribute("html", "lang"); lang != want || got.Header().Get("Content-Language") != want {
			t.Errorf("%q: %s, %s", accept, lang, got.Header().Get("Content-Language"))
		}
		if vary := strings.Join(got.Header().Values("Vary"), ", "); !strings.Contains(vary, "Accept-Language") || !strings.Contains(vary, "Cookie") {
			t.Errorf("Vary: %s", vary)
		}
	}
	here := "/products?category=yerbas&page=2"
	got := v.Get(here)
	if to := got.Attribute(".language input[name=to]", "value"); to != here {
		t.Errorf("it would lead back to %q", to)
	}
	english := v.Follow("/language", "lang", got.Attribute(".language button", "value"), "to", here)
	english.Want(200, ".language .nav__text", "Español")
	if english.Attribute("html", "lang") != "en" {
		t.Error("the choice is not remembered")
	}
	v.Another("Accept-Language", "en").Get("/nothing").Want(404, "h1", "There is nothing here")
	v.Post("/language", "lang", "fr", "to", "/").Want(400)
}

// Errors of a page are pages in the person's language, with the shop around them.
func TestErrorPages(t *testing.T) {
	v := routestest.NewVisitor(t)
	v.Get("/nothing/at/all").Want(404, "h1", "Acá no hay nada", ".empty .quiet", "404")
	v.Get("/language").Want(405, "h1", "Así no se abre")
	v.Send("POST", "/chat", "user=a", "Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "cross-site").Want(403, "h1", "Esto no se puede desde acá")
	v.Send("POST", "/chat", strings.Repeat("a", frame.MaxBody+1), "Content-Type", "application/x-www-form-urlencoded").Want(413, "h1", "Es demasiado grande")
	v.Send("POST", "/chat", "user=%zz", "Content-Type", "application/x-www-form-urlencoded").Want(400, "h1", "No entendimos el pedido")
	if got := v.Get("/nothing"); slices.Contains(got.Texts("code"), "") {
		t.Error("a page that is not there asks to report it")
	}
}
