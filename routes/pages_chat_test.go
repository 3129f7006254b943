package routes

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pulperia/shop"
)

// A message is sent by the form, remembered with its sender, and shown to others by what stands
// before the @.
func TestChatPage(t *testing.T) {
	ana := newVisitor(t)
	form := ana.get("/chat")
	id := form.attribute("input[name=_id]", "value")
	send := []string{"user", "ana.perez@example.com", "message", "¿Tienen yerba?\r\nMirá https://example.com/a?b=1&c=2.", "_id", id}
	for range 2 { // sent twice, stored once
		got := ana.follow("/chat", send...)
		got.want(200, ".bubble--own .bubble__who bdi", "ana", "summary bdi", "ana")
		if day := got.text(".chat__day"); day != "Hoy" && day != "Ayer" { // midnight may pass
			t.Errorf("sent on %q", day)
		}
		if n := len(got.all(".bubble")); n != 1 {
			t.Fatalf("%d messages", n)
		}
	}
	got := ana.get("/chat")
	link := got.all(".bubble__text a")[0]
	for name, want := range map[string]string{"href": "https://example.com/a?b=1&c=2", "rel": "noopener nofollow ugc"} {
		if value, _ := attributeOf(link, name); value != want {
			t.Errorf("%s is %q, want %q", name, value, want)
		}
	}
	if text := textOf(got.all(".bubble__text")[0]); text != "¿Tienen yerba?\nMirá https://example.com/a?b=1&c=2." {
		t.Errorf("text %q", text)
	}
	if user := got.attribute("input#user", "value"); user != "ana.perez@example.com" {
		t.Errorf("remembered %q", user)
	}
	beto := ana.another()
	seen := beto.get("/chat")
	if strings.Contains(seen.Body.String(), "ana.perez@") {
		t.Error("another visitor sees the address")
	}
	if n := len(seen.all(".bubble--own")); n != 0 {
		t.Errorf("%d messages of another are one's own", n)
	}
	// Back in the browser, another text under the id of the form that was sent: another message.
	send[3] = "Otra cosa"
	if n := len(ana.follow("/chat", send...).all(".bubble")); n != 2 {
		t.Errorf("%d messages", n)
	}
}

// What is refused comes back beside its field with what was typed, and is not stored.
func TestChatRefuses(t *testing.T) {
	v := newVisitor(t)
	for _, tt := range []struct{ user, message, field, want string }{
		{"ana@", "Hola", "user", "Tiene que ser un correo, como ana@example.com."},
		{"<ana>", "Hola", "user", "No puede llevar < > \" ni @."},
		{"", "Hola", "user", "Falta completar este campo."},
		{"Ana <ana@example.com>", "Hola", "user", "Tiene que ser un correo, como ana@example.com."},
		{"ana@example.com", " ", "message", "Falta completar este campo."},
		{"ana@example.com", strings.Repeat("ñ", 2001), "message", "Puede tener 2.000 caracteres como mucho."},
	} {
		got := v.post("/chat", "user", tt.user, "message", tt.message)
		got.want(400, "#"+tt.field+"-problem", tt.want, ".notice--bad", "No lo mandamos: revisá lo que está marcado.")
		if got.attribute("input#user", "value") != tt.user || textOf(got.all("textarea#message")[0]) != tt.message {
			t.Errorf("%q %.20q: typed text is lost", tt.user, tt.message)
		}
	}
	if n := len(v.get("/chat").all(".bubble")); n != 0 {
		t.Errorf("%d messages", n)
	}
}

// Who writes too fast is told so, in time to wait, and keeps what was written.
func TestChatTooFast(t *testing.T) {
	v := newVisitor(t, func(o *setup) { o.MessagesPerMinute = 3 })
	v.follow("/chat", "user", "ana@example.com", "message", "uno")
	got := v.post("/chat", "user", "ana@example.com", "message", "dos")
	wait := got.Header().Get("Retry-After")
	got.want(429, ".notice--bad", "Vas muy rápido. Esperá "+wait+" segundos y mandalo de nuevo: tu mensaje sigue acá.")
	if text := textOf(got.all("textarea#message")[0]); text != "dos" {
		t.Errorf("the text is %q", text)
	}
}

// The history is paged backwards without a gap and without anything twice.
func TestChatHistory(t *testing.T) {
	v := newVisitor(t)
	const all = 2*chatSize + 7
	for i := range all {
		v.shop.must("POST", "/api/messages", fmt.Sprintf(`{"user":"ana@example.com","message":"m%d"}`, i))
	}
	var seen []string
	target := "/chat"
	for target != "" {
		got := v.get(target)
		got.want(200)
		seen = append(got.texts(".bubble__text"), seen...)
		target = ""
		for _, link := range got.all(".chat__more a") {
			if href, _ := attributeOf(link, "href"); strings.Contains(href, "before=") {
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
	for _, before := range []string{unknownID, "x"} {
		v.get("/chat?before=" + before).want(404)
	}
}

func TestSplitLinks(t *testing.T) {
	link := func(text string) textPart { return textPart{text, true} }
	plain := func(text string) textPart { return textPart{text, false} }
	for text, want := range map[string][]textPart{
		"":                        nil,
		"hola":                    {plain("hola")},
		"http://a.uy":             {link("http://a.uy")},
		"ver https://a.uy/x.":     {plain("ver "), link("https://a.uy/x"), plain(".")},
		"(https://a.uy/x)":        {plain("("), link("https://a.uy/x"), plain(")")},
		"https://a.uy/x_(y) ok":   {link("https://a.uy/x_(y)"), plain(" ok")},
		"https://a.uy,http://b":   {link("https://a.uy,http://b")},
		"http://":                 {plain("http://")},
		"http:// y https://":      {plain("http:// y https://")},
		"javascript:alert(1)":     {plain("javascript:alert(1)")},
		"https://a.uy\"onclick=x": {link("https://a.uy"), plain("\"onclick=x")},
		"https://a.uy<b>":         {link("https://a.uy"), plain("<b>")},
		"https://%zz a":           {plain("https://%zz a")},
		"a\nhttps://b.uy\nc":      {plain("a\n"), link("https://b.uy"), plain("\nc")},
	} {
		got := splitLinks(text)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}

// The parts of a text, one after the other, are the text, and only web addresses are links.
func FuzzSplitLinks(f *testing.F) {
	f.Add("hola https://example.com/(a)b). http://\nhttps://[::1]/x")
	f.Fuzz(func(t *testing.T, text string) {
		var whole strings.Builder
		for _, part := range splitLinks(text) {
			whole.WriteString(part.Text)
			if part.Link && !strings.HasPrefix(part.Text, "http://") && !strings.HasPrefix(part.Text, "https://") {
				t.Errorf("%q is a link", part.Text)
			}
		}
		if whole.String() != text {
			t.Errorf("%q became %q", text, whole.String())
		}
	})
}

// Messages are divided by the day of the shop's clock.
func TestChatDays(t *testing.T) {
	p, _ := barePages(t)
	v := p.stranger(request(t, "GET", "/chat"))
	old := shop.Shown{User: "ana@example.com", Message: "hola", CreatedAt: 1_000_000_000_000}
	later := old
	later.CreatedAt += 24 * 60 * 60 * 1000
	days := p.days(v, []shop.Shown{old, old, later})
	if len(days) != 2 || len(days[0].Messages) != 2 || days[0].Label == days[1].Label {
		t.Errorf("%+v", days)
	}
}
