package pages_test

import (
	"net/http"
	"strings"
	"testing"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/routes/routestest"
	"pulperia/shop"
)

// somebody makes a person of the staff whose browser the visitor has.
func somebody(v *routestest.Visitor, name string, role models.Role) *routestest.Visitor {
	v.T.Helper()
	const email, password = "@staff.example", "una clave bien larga"
	at := strings.ToLower(string(role)) + email
	if _, _, err := v.Shop.Trade.AddPerson(v.T.Context(), shop.Machine, shop.NewPerson{Email: at, Name: name, Role: role, Password: password}); err != nil {
		v.T.Fatal(err)
	}
	signed, err := v.Shop.Trade.SignIn(v.T.Context(), at, password, shop.From{})
	if err != nil {
		v.T.Fatal(err)
	}
	one := v.Another()
	one.Cookies[v.Ours("session")] = signed.Token
	return one
}

// The first page of the chat begins a visit, by which a message is one's own. Two who write under
// one address are told apart, and neither his name nor his address make a message of another, or one
// of before, look like one's own.
func TestVisitsOfTheChat(t *testing.T) {
	ana := routestest.NewVisitor(t, routestest.Closed)
	const address = "ana.perez@example.com"
	if _, _, err := ana.Shop.Store.Messages.Append(t.Context(), models.Message{User: address, Message: "de antes"}); err != nil {
		t.Fatal(err)
	}
	first := ana.Get("/chat")
	cookie := first.Result().Cookies()[0]
	if cookie.Name != ana.Ours("visit") || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.MaxAge < 364*24*3600 {
		t.Errorf("%v", cookie)
	}
	if again := ana.Get("/chat"); len(again.Result().Cookies()) != 0 {
		t.Errorf("a visit begins anew: %v", again.Result().Cookies())
	}
	mine := ana.Follow("/chat", "user", address, "message", "hola")
	mine.Want(200, ".bubble--own bdi", "ana", "summary bdi", "ana")
	mark := mine.Text(".bubble--own .mark")
	if len(mine.All(".bubble--own")) != 1 || len(mark) != 2 || mine.Attribute(".chat", "data-called") != "ana@"+mark {
		t.Errorf("mark %q of %q, %d messages are one's own", mark, mine.Attribute(".chat", "data-called"), len(mine.All(".bubble--own")))
	}
	other := ana.Another()
	other.Get("/chat")
	page := other.Follow("/chat/user", "user", address)
	if n := len(page.All(".bubble--own")); n != 0 {
		t.Errorf("who knows an address is told of %d messages that they are of it", n)
	}
	if called := page.Attribute(".chat", "data-called"); called == "ana@"+mark || !strings.HasPrefix(called, "ana@") {
		t.Errorf("two visits are both %q", called)
	}
	if text := ana.Another().Get("/chat").Body.String(); strings.Contains(text, "perez") {
		t.Error("another sees the address")
	}
	if got := ana.Another("Origin", "https://evil.example").Get("/chat"); len(got.Result().Cookies()) != 0 {
		t.Errorf("a page of another origin begins a visit: %v", got.Result().Cookies())
	}
}

// The first thing in a cart begins a visit, too; what only looks does not.
func TestVisitsOfTheCart(t *testing.T) {
	v := routestest.NewVisitor(t, routestest.Closed)
	p, _, err := v.Shop.Trade.CreateProduct(t.Context(), models.Product{Title: "Yerba", Description: "d", Code: "Y", Category: "c", Price: 1000, Status: true, Stock: 5})
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range []string{"/", "/products/" + p.ID.String(), "/cart"} {
		if v.Get(page); v.Cookies[v.Ours("visit")] != "" {
			t.Errorf("%s begins a visit", page)
		}
	}
	if v.Follow("/cart/products/" + p.ID.String()); v.Cookies[v.Ours("visit")] == "" {
		t.Error("nothing has begun a visit")
	}
}

// The staff write under their own names, with a badge, whatever a form says; nobody else takes one,
// be it with other letters, and what was typed stays.
func TestStaffInTheChat(t *testing.T) {
	v := routestest.NewVisitor(t, routestest.Closed)
	ines := somebody(v, "Inés", models.RoleHelper)
	page := ines.Get("/chat")
	page.Want(200, ".write__who bdi", "Inés", ".write__who .staff", "La tienda")
	if called := page.Attribute(".chat", "data-called"); !strings.HasPrefix(called, "Inés@") || !strings.HasSuffix(called, "@staff") {
		t.Errorf("called %q", called)
	}
	ines.Follow("/chat", "user", "otra", "message", "¡Hola!").Want(200, ".bubble--own bdi", "Inés", ".bubble--own .staff", "La tienda")
	v.Get("/chat").Want(200, ".bubble bdi", "Inés", ".bubble .staff", "La tienda")
	for _, user := range []string{"Inés", "INES", "ines@example.com", "1nés"} {
		got := v.Post("/chat", "user", user, "message", "soy yo")
		got.Want(400, "#user-problem", "Ya lo tiene otro. Elegí uno distinto.", "textarea#message", "soy yo")
		v.Post("/chat/user", "user", user).Want(400, "#user-problem", "Ya lo tiene otro. Elegí uno distinto.")
	}
	got := v.Post("/chat", "user", "Luz La tienda", "message", "soy yo")
	got.Want(400, "#user-problem", "Ya lo tiene otro. Elegí uno distinto.")
	if n := len(got.All(".staff")); n != 1 {
		t.Errorf("%d badges: a text imitates one", n)
	}
}

// A name that somebody of the staff has got since is asked for anew, beside why.
func TestNameTakenSince(t *testing.T) {
	v := routestest.NewVisitor(t, routestest.Closed)
	v.Get("/chat")
	v.Follow("/chat/user", "user", "Rosa").Want(200, "summary bdi", "Rosa")
	somebody(v, "Rosa", models.RoleHelper)
	got := v.Get("/chat")
	got.Want(200, "#user-problem", "Ya lo tiene otro. Elegí uno distinto.")
	if user := got.Attribute(".chat", "data-user"); user != "" {
		t.Errorf("the page is live as %q", user)
	}
}

// While the room is closed there is no page of it; what somebody sends from a page of before is
// refused, and stays where it was typed.
func TestRoomClosedPage(t *testing.T) {
	v := routestest.NewVisitor(t, routestest.Closed)
	open := v.Get("/chat")
	if _, hidden := routestest.AttributeOf(open.All("[data-closed]")[0], "hidden"); !hidden {
		t.Error("an open room is called closed")
	}
	if _, _, err := dao.Settings.In(v.Shop.Store.Values).Create(t.Context(), models.Settings{Head: models.Head{ID: models.TheOne}, RoomClosed: true}); err != nil {
		t.Fatal(err)
	}
	v.Get("/chat", "If-None-Match", open.Header().Get("ETag")).Want(404, "h1", "La charla está cerrada")
	got := v.Post("/chat", "user", "Bea", "message", "¿Hay pan?")
	got.Want(409, "textarea#message", "¿Hay pan?", "[data-closed]", "La charla está cerrada por ahora.")
	if _, hidden := routestest.AttributeOf(got.All("[data-closed]")[0], "hidden"); hidden {
		t.Error("nobody sees why it was refused")
	}
	said := v.Shop.Do("POST", "/api/messages", `{"user":"Bea","message":"hola"}`)
	if said.Code != 409 || said.Failure().Error != "not_allowed" {
		t.Errorf("%d %s", said.Code, said.Body)
	}
}

// A tag of what few may see is no proof of what everybody sees, and nothing on the way keeps it.
func TestMessagesByReader(t *testing.T) {
	v := routestest.NewVisitor(t, routestest.Closed)
	owner := somebody(v, "Inés", models.RoleOwner)
	if got := v.Shop.Do("POST", "/api/messages", `{"user":"ana.perez@example.com","message":"hola"}`); got.Code != 201 || strings.Contains(got.Body.String(), "perez") {
		t.Fatalf("%d %s", got.Code, got.Body)
	}
	few, all := owner.Get("/api/messages"), v.Get("/api/messages")
	if text := few.Body.String(); !strings.Contains(text, `"email":"ana.perez@example.com"`) || few.Header().Get("Cache-Control") != "private, no-cache" {
		t.Errorf("%v %s", few.Header(), text)
	}
	if text := all.Body.String(); !strings.Contains(text, `"user":"ana","mark":"`) || strings.Contains(text, "perez") || strings.Contains(text, "network:") {
		t.Errorf("%s", text)
	}
	for _, path := range []string{"/api/messages", "/chat"} {
		tag := owner.Get(path).Header().Get("ETag")
		if got := v.Get(path, "If-None-Match", tag); got.Code != 200 {
			t.Errorf("%s: %d to who has the tag of an owner", path, got.Code)
		}
	}
}
