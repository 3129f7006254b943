package app

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"pulperia/dao/models"
	"pulperia/dose"
)

var (
	hostileTimes = dose.Flag("hostile", 20, 100, "how many hostile texts go through every way in and out; on MongoDB a fifth of them")
	hostileSeed  = flag.Uint64("hostile.seed", 0, "seed of the hostile texts; 0 takes a new one")
)

// Hostile texts go through every way into the shop. What comes out, by every way, is exactly the
// trimmed text, and each page is made of the elements and attributes that it has without them; or
// they are refused by name.
func TestHostileTexts(t *testing.T) {
	t.Parallel()
	seed := seedOf(t, *hostileSeed)
	n := hostileTimes.Get()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		store, texts := newStore(), hostileTexts(n, seed)
		h := &hostileShop{t: t, inside: byOwner(t, store, noLimits...), messages: []string{}, categories: map[string]string{}}
		h.prepare()
		for i, text := range texts {
			h.product(text)
			h.message(text, i)
			h.addresses(text)
			h.visitor(text)
			if t.Failed() {
				t.FailNow()
			}
		}
		h.talk()
		h.close()
		h.files(store, newStore, texts)
		t.Attr("texts", strconv.Itoa(n))
		t.Attr("stored", strconv.Itoa(h.stored))
		t.Attr("refused", strconv.Itoa(h.refused))
		n = max(n/5, 1)
	})
}

type hostileShop struct {
	t *testing.T
	*inside
	plain           map[string]*pageForm // pages without anything hostile
	listener        *listener
	messages        []string          // that were stored, in order
	categories      map[string]string // their first spelling, by what their spellings share
	stored, refused int
}

// prepare learns how the pages look when nothing hostile is there.
func (h *hostileShop) prepare() {
	h.plain = map[string]*pageForm{}
	h.must(h.t, "POST", "/api/products", rawProduct(yerba, "yerba", "yerba"))
	for _, text := range []string{"hola", "mirá https://example.com y http://example.com"} {
		h.must(h.t, "POST", "/api/messages", fmt.Sprintf(`{"user":"ana@example.com","message":%q}`, text))
	}
	for name, path := range map[string]string{
		"product": "/products/" + yerba, "category": "/products?category=yerba", "search": "/products?q=yerba", "chat": "/chat", "nothing": "/products?q=nada",
		"cart": "/cart", "none": "/products/x", "price": "/products?minPrice=x", "table": "/realtimeproducts",
	} {
		_, text := h.send(h.t, visitor(), "GET", path, "")
		h.plain[name] = parsePage(h.t, text)
	}
	h.listener = dialSocket(h.t, h.URL, "carla@example.com", "", "messages")
	h.listener.welcomed()
}

// raw writes a text as a JSON string, byte for byte: encoding/json would mend what is no UTF-8.
func raw(text string) string {
	var b strings.Builder
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' {
			fmt.Fprintf(&b, `\u%04x`, c)
		} else {
			b.WriteByte(c)
		}
	}
	return `"` + b.String() + `"`
}

func rawProduct(id, text, name string) string {
	return fmt.Sprintf(`{"_id":"%s","title":%s,"code":%[3]s,"category":%[3]s,"description":%[2]s,"price":1,"stock":1}`, id, raw(text), raw(name))
}

// wantFields fails unless an answer refuses just these fields.
func (h *hostileShop) wantFields(answer *http.Response, text string, want ...string) {
	h.t.Helper()
	var failure struct {
		Details []struct{ Field, Reason string }
	}
	err := json.Unmarshal([]byte(text), &failure)
	got := []string{}
	for _, one := range failure.Details {
		got = append(got, one.Field)
	}
	slices.Sort(got)
	slices.Sort(want)
	if answer.StatusCode != 400 || err != nil || !slices.Equal(got, want) {
		h.t.Errorf("%d, not a refusal of %q: %s", answer.StatusCode, want, text)
	}
	h.refused++
}

// product adds a product whose every text is the same, and looks at it by the API and on the pages.
func (h *hostileShop) product(text string) {
	h.t.Helper()
	id := fmt.Sprintf("%024x", rand.Uint64()|1)
	line, ok := lineOf(text, models.MaxLine)
	long, okLong := linesOf(text, models.MaxDescription)
	name, okName := nameOf(text)
	answer, body := h.send(h.t, visitor(), "POST", "/api/products", rawProduct(id, text, text))
	if !ok {
		refused := []string{"title", "code", "category"}
		if !okLong {
			refused = append(refused, "description")
		}
		h.wantFields(answer, body, refused...)
		return
	}
	if !okName {
		h.wantFields(answer, body, "code", "category")
		name = id
		_, body = h.send(h.t, visitor(), "POST", "/api/products", rawProduct(id, text, name))
	}
	h.stored++
	_, got := h.send(h.t, visitor(), "GET", "/api/products/"+id, "")
	for _, from := range []string{body, got} {
		var one struct{ Payload models.Product }
		if err := json.Unmarshal([]byte(from), &one); err != nil || one.Payload.Title != line || one.Payload.Code != name || one.Payload.Category != h.category(name) || one.Payload.Description != long {
			h.t.Errorf("%q became %s, %v", text, from, err)
		}
	}
	h.showsProduct(id, line, name, long)
}

// category is how a category is kept: as it was spelled first.
func (h *hostileShop) category(name string) string {
	alike := strings.Join(strings.Fields(models.Fold(name)), " ")
	if h.categories[alike] == "" {
		h.categories[alike] = name
	}
	return h.categories[alike]
}

func (h *hostileShop) showsProduct(id, line, name, long string) {
	h.t.Helper()
	_, text := h.send(h.t, visitor(), "GET", "/products/"+id, "")
	page := parsePage(h.t, text)
	if err := page.same(h.plain["product"]); err != nil {
		h.t.Errorf("product %q: %v", line, err)
	}
	for field, want := range map[string]string{"title": line, "category": h.category(name), "code": name} {
		if got := page.texts("data-show", field); !slices.Equal(got, []string{want}) {
			h.t.Errorf("%s %q shows as %q", field, want, got)
		}
	}
	if got := page.source(); got != shownText(long) {
		h.t.Errorf("description %q shows as that of %q", long, got)
	}
	_, text = h.send(h.t, visitor(), "GET", "/products?category="+url.QueryEscape(h.category(name)), "")
	page = parsePage(h.t, text)
	if beyond := page.beyond(h.plain["category"]); beyond != nil || !slices.Contains(page.texts("class", "card__title"), line) {
		h.t.Errorf("category %q: beyond a plain page %q; titles %q", line, beyond, page.texts("class", "card__title"))
	}
}

// message says a text by one of three ways, and its sender is a text by another.
func (h *hostileShop) message(text string, i int) {
	h.t.Helper()
	kept, ok := linesOf(text, models.MaxMessage)
	form := url.Values{"user": {"ana@example.com"}, "message": {text}}
	switch {
	case i%3 == 0 && ok:
		h.listener.say(fmt.Sprintf(`{"type":"message","id":"%024x","message":%s}`, rand.Uint64()|1, raw(text)))
		h.listener.until("change", func(f frame) bool { return f.Type == "change" && f.what() == kept })
	case i%3 == 1:
		answer, page := h.send(h.t, visitor(), "POST", "/chat", form.Encode())
		kept = strings.ReplaceAll(kept, "\r\n", "\n") // as a form's lines end
		if want := map[bool]int{true: 303, false: 400}[ok]; answer.StatusCode != want {
			h.t.Errorf("%q by the form: %s", text, answer.Status)
		}
		if beyond := parsePage(h.t, page).beyond(h.plain["chat"]); !ok && slices.ContainsFunc(beyond, isDangerous) {
			h.t.Errorf("%q refused: %q", text, beyond)
		}
	default:
		answer, body := h.send(h.t, visitor(), "POST", "/api/messages", `{"user":"ana@example.com","message":`+raw(text)+`}`)
		if !ok {
			h.wantFields(answer, body, "message")
		}
	}
	if ok {
		h.messages = append(h.messages, kept)
		h.stored++
	}
	var said struct{ Payload models.Message }
	switch answer, body := h.send(h.t, visitor(), "POST", "/api/messages", `{"user":`+raw(text)+`,"message":"x"}`); {
	case models.CheckUser(models.NormalName(text)) != nil || !utf8.ValidString(text):
		h.wantFields(answer, body, "user")
	case answer.StatusCode != http.StatusCreated || json.Unmarshal([]byte(body), &said) != nil || said.Payload.User != models.NormalName(text): // it is a name like any other
		h.t.Errorf("%q as a name: %s %s", text, answer.Status, body)
	default:
		h.messages = append(h.messages, "x")
		h.stored++
	}
}

// isDangerous says whether an element does more than show.
func isDangerous(element string) bool {
	name, rest, _ := strings.Cut(element, " ")
	return slices.Contains([]string{"script", "style", "iframe", "base", "meta", "object", "embed", "math", "template", "link"}, name) ||
		strings.Contains(rest, " on") || strings.HasPrefix(rest, "on") || strings.Contains(rest, "javascript") || strings.HasPrefix(element, "<!--")
}

// talk compares what was said with what the API and the chat's page show of it.
func (h *hostileShop) talk() {
	h.t.Helper()
	got, before := []string{}, ""
	for {
		var page struct{ Payload []models.Message }
		if err := json.Unmarshal([]byte(h.must(h.t, "GET", "/api/messages?limit=50"+before, "")), &page); err != nil {
			h.t.Fatal(err)
		}
		if len(page.Payload) == 0 {
			break
		}
		shown := []string{}
		for _, m := range page.Payload {
			shown = append(shown, m.Message)
		}
		got = append(shown, got...)
		_, text := h.send(h.t, visitor(), "GET", "/chat?"+strings.TrimPrefix(before, "&"), "")
		h.showsTalk(parsePage(h.t, text), shown)
		before = "&before=" + page.Payload[0].ID.String()
	}
	if diff := cmp.Diff(h.messages, got[2:]); diff != "" {
		h.t.Errorf("the talk (-said +stored): %s", diff)
	}
}

func (h *hostileShop) showsTalk(page *pageForm, said []string) {
	h.t.Helper()
	if beyond := page.beyond(h.plain["chat"]); slices.ContainsFunc(beyond, isDangerous) {
		h.t.Errorf("beyond a plain chat %q", beyond)
	}
	said = slices.Clone(said)
	for i, text := range said {
		said[i] = shownText(text)
	}
	shown := page.texts("class", "bubble__text")
	if n := min(len(said), len(shown)); n == 0 || !slices.Equal(said[len(said)-n:], shown[len(shown)-n:]) {
		h.t.Errorf("the chat shows %q for %q", shown, said)
	}
}
