package pages_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pulperia/routes/pages"
	"pulperia/routes/routestest"
)

// A message is sent by the form, remembered with its sender, and shown to others by what stands
// before the @.
func TestChatPage(t *testing.T) {
	ana := routestest.NewVisitor(t)
	form := ana.Get("/chat")
	id := form.Attribute("input[name=_id]", "value")
	send := []string{"user", "ana.perez@example.com", "message", "¿Tienen yerba?\r\nMirá https://example.com/a?b=1&c=2.", "_id", id}
	for range 2 { // sent twice, stored once
		got := ana.Follow("/chat", send...)
		got.Want(200, ".bubble--own .bubble__who bdi", "ana", "summary bdi", "ana")
		if day := got.Text(".chat__day"); day != "Hoy" && day != "Ayer" { // midnight may pass
			t.Errorf("sent on %q", day)
		}
		if n := len(got.All(".bubble")); n != 1 {
			t.Fatalf("%d messages", n)
		}
	}
	got := ana.Get("/chat")
	link := got.All(".bubble__text a")[0]
	for name, want := range map[string]string{"href": "https://example.com/a?b=1&c=2", "rel": "noopener nofollow ugc"} {
		if value, _ := routestest.AttributeOf(link, name); value != want {
			t.Errorf("%s is %q, want %q", name, value, want)
		}
	}
	if text := routestest.TextOf(got.All(".bubble__text")[0]); text != "¿Tienen yerba?\nMirá https://example.com/a?b=1&c=2." {
		t.Errorf("text %q", text)
	}
	if user := got.Attribute("input#user", "value"); user != "ana.perez@example.com" {
		t.Errorf("remembered %q", user)
	}
	beto := ana.Another()
	seen := beto.Get("/chat")
	if strings.Contains(seen.Body.String(), "ana.perez@") {
		t.Error("another visitor sees the address")
	}
	if n := len(seen.All(".bubble--own")); n != 0 {
		t.Errorf("%d messages of another are one's own", n)
	}
	// Back in the browser, another text under the id of the form that was sent: another message.
	send[3] = "Otra cosa"
	if n := len(ana.Follow("/chat", send...).All(".bubble")); n != 2 {
		t.Errorf("%d messages", n)
	}
}

// What is refused comes back beside its field with what was typed, and is not stored.
func TestChatRefuses(t *testing.T) {
	v := routestest.NewVisitor(t)
	for _, tt := range []struct{ user, message, field, want string }{
		{"ana@", "Hola", "user", "Tiene que ser un correo, como ana@example.com."},
		{"<ana>", "Hola", "user", "No puede llevar < > \" ni @."},
		{"", "Hola", "user", "Falta completar este campo."},
		{"Ana <ana@example.com>", "Hola", "user", "Tiene que ser un correo, como ana@example.com."},
		{"ana@example.com", " ", "message", "Falta completar este campo."},
		{"ana@example.com", strings.Repeat("ñ", 2001), "message", "Puede tener 2.000 caracteres como mucho."},
	} {
		got := v.Post("/chat", "user", tt.user, "message", tt.message)
		got.Want(400, "#"+tt.field+"-problem", tt.want, ".notice--bad", "No lo mandamos: revisá lo que está marcado.")
		if got.Attribute("input#user", "value") != tt.user || routestest.TextOf(got.All("textarea#message")[0]) != tt.message {
			t.Errorf("%q %.20q: typed text is lost", tt.user, tt.message)
		}
	}
	if n := len(v.Get("/chat").All(".bubble")); n != 0 {
		t.Errorf("%d messages", n)
	}
}

// Who writes too fast is told so, in time to wait, and keeps what was written.
func TestChatTooFast(t *testing.T) {
	v := routestest.NewVisitor(t, func(o *routestest.Setup) { o.MessagesPerMinute = 3 })
	v.Follow("/chat", "user", "ana@example.com", "message", "uno")
	got := v.Post("/chat", "user", "ana@example.com", "message", "dos")
	wait := got.Header().Get("Retry-After")
	got.Want(429, ".notice--bad", "Vas muy rápido. Esperá "+wait+" segundos y mandalo de nuevo: tu mensaje sigue acá.")
	if text := routestest.TextOf(got.All("textarea#message")[0]); text != "dos" {
		t.Errorf("the text is %q", text)
	}
}

// The history is paged backwards without a gap and without anything twice.
func TestChatHistory(t *testing.T) {
	v := routestest.NewVisitor(t)
	const all = 2*pages.ChatSize + 7
	for i := range all {
		v.Shop.Must("POST", "/api/messages", fmt.Sprintf(`{"user":"ana@example.com","message":"m%d"}`, i))
	}
	var seen []string
	target := "/chat"
	for target != "" {
		got := v.Get(target)
		got.Want(200)
		seen = append(got.Texts(".bubble__text"), seen...)
		target = ""
		for _, link := range got.All(".chat__more a") {
			if href, _ := routestest.AttributeOf(link, "href"); strings.Contains(href, "before=") {
				target = href
			}
		}
	}
	want := make([]string, all)
	for i := range want {
		want[i] = fmt.Sprint("m", i)
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Error(diff)
	}
	for _, before := range []string{routestest.UnknownID, "x"} {
		v.Get("/chat?before=" + before).Want(404)
	}
}
