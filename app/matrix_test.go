package app

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/routes"
	trade "pulperia/shop"
)

// rightsOf is who may do what, as the design has it: the oracle of the matrix.
var rightsOf = map[models.Role][]trade.Right{
	models.RoleOwner: {"catalogue.write", "stock.write", "carts.read", "people.read", "people.write",
		"keys.write", "settings.write", "payments.write", "metrics.read", "data.export",
		"orders.read", "orders.write", "orders.refund", "orders.purchase", "sales.read"},
	models.RoleManager: {"catalogue.write", "stock.write", "carts.read", "people.read", "settings.write",
		"orders.read", "orders.write", "orders.refund", "orders.purchase", "sales.read"},
	models.RoleHelper: {"stock.write", "orders.read", "orders.write", "orders.purchase"},
}

// comer is somebody who comes to the shop.
type comer struct {
	name     string
	rights   []trade.Right
	somebody bool                               // he is let in, if only to be told that he may not
	person   bool                               // he is signed in
	local    bool                               // he is on the shop's machine, as far as anybody can tell
	foreign  bool                               // a page of another origin has his browser ask
	listed   bool                               // of one that may connect to the live doors
	headers  func(t *testing.T) (list []string) // what he brings, name, value, name, value
}

// comers are all kinds of them, in a shop that is closed.
func comers(t *testing.T, s *inside) []comer {
	t.Helper()
	brings := func(headers ...string) func(*testing.T) []string {
		return func(*testing.T) []string { return headers }
	}
	visit, _, err := s.trade.NewVisit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	visitor := "visit-" + s.store.Identity() + "=" + visit
	list := []comer{
		{name: "nobody", headers: brings()},
		{name: "nobody, on the machine", local: true, headers: brings()},
		{name: "a visitor", headers: brings("Cookie", visitor)},
		{name: "a made-up session", headers: brings("Cookie", "session-"+s.store.Identity()+"="+strings.Repeat("A", 26))},
		{name: "a made-up key", headers: brings("Authorization", "Bearer plp_"+nobody+"_"+strings.Repeat("A", 26))},
	}
	for _, role := range models.Roles() {
		person := s.staff(t, string(role)+"@staff.example", role)
		list = append(list,
			comer{name: string(role), rights: rightsOf[role], somebody: true, person: true, headers: person},
			comer{name: "a key, " + string(role), rights: rightsOf[role], somebody: true, headers: brings("Authorization", "Bearer "+s.newKey(t, role))})
	}
	owner := s.staff(t, "another@staff.example", models.RoleOwner)
	for origin, listed := range map[string]bool{"https://evil.example": false, "https://listed.example": true} {
		list = append(list, comer{name: "the owner's browser, at " + origin, foreign: true, listed: listed, headers: func(t *testing.T) []string {
			return append(owner(t), "Origin", origin, "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "cors")
		}})
	}
	_, gone := s.person(t, "gone@staff.example", models.RoleOwner)
	cookie := gone(t)
	people, err := s.trade.People(t.Context(), trade.Machine)
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(people, func(p trade.Person) bool { return p.Email == "gone@staff.example" })
	if _, err := s.trade.RemovePerson(t.Context(), trade.Machine, people[at].ID); err != nil {
		t.Fatal(err)
	}
	key := s.newKey(t, models.RoleOwner)
	id, _ := models.ParseID(strings.Split(key, "_")[1])
	if _, err := s.trade.RevokeKey(t.Context(), trade.Machine, id); err != nil {
		t.Fatal(err)
	}
	return append(list,
		comer{name: "who was an owner", headers: brings(cookie...)},
		comer{name: "a revoked key", headers: brings("Authorization", "Bearer "+key)})
}

// staff is person for whom nobody asks more of.
func (s *inside) staff(t *testing.T, email string, role models.Role) func(*testing.T) []string {
	t.Helper()
	_, cookie := s.person(t, email, role)
	return cookie
}

// person makes somebody. cookie returns what his browser brings: he signs in anew where he is
// signed in no longer.
func (s *inside) person(t *testing.T, email string, role models.Role) (person trade.Person, cookie func(*testing.T) []string) {
	t.Helper()
	const password = "una clave bien larga"
	person, _, err := s.trade.AddPerson(t.Context(), trade.Machine, trade.NewPerson{Email: email, Name: "Rosa " + string(role), Role: role, Password: password})
	if err != nil {
		t.Fatal(err)
	}
	var token string
	return person, func(t *testing.T) []string {
		t.Helper()
		if _, err := s.trade.ByCookie(t.Context(), token); err != nil {
			signed, err := s.trade.SignIn(t.Context(), email, password, trade.From{})
			if err != nil {
				t.Fatal(err)
			}
			token = signed.Token
		}
		return []string{"Cookie", "session-" + s.store.Identity() + "=" + token}
	}
}

// Every route answers everybody as its row of the table says, on both engines: nobody is told to
// come in, somebody without the right that he may not, and who has it neither. A page of another
// origin makes nobody of whoever it has ask.
func TestMatrix(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		s := closedInside(t, newStore(), "--requests-per-minute=0", "--max-connections=0", "--origin", "https://listed.example")
		all := comers(t, s)
		for _, route := range s.site.Routes() {
			var alike string // what everybody is answered who may ask
			for _, who := range all {
				got := askedBy(t, s, route, who)
				if wrong := got.wrong(route, who); wrong != "" {
					t.Errorf("%s (%s) by %s: %s: %d %s %.200s", route.Pattern, route.Right, who.name, wrong, got.status, got.header.Get("Location"), got.text)
				}
				if route.Right == "own" && !got.isForeign(who) {
					if is := fmt.Sprint(got.status); alike == "" {
						alike = is
					} else if is != alike {
						t.Errorf("%s by %s: %s, and others get %s: it tells what there is", route.Pattern, who.name, is, alike)
					}
				}
			}
		}
	})
}

// reply is what somebody is answered.
type reply struct {
	status int
	header http.Header
	text   string
	method string
	path   string
}

func askedBy(t *testing.T, s *inside, route routes.Route, who comer) reply {
	t.Helper()
	method, path, found := strings.Cut(route.Pattern, " ")
	if !found {
		method, path = "GET", "/nowhere"
	}
	path = strings.NewReplacer("{$}", "", "{pid}", nobody, "{cid}", nobody, "{oid}", nobody, "{secret}", nobody, "{rid}", nobody, "{id}", nobody, "{token}", nobody).Replace(path)
	headers := who.headers(t)
	if !who.local {
		headers = append(headers, "X-Forwarded-For", "203.0.113.9")
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, text := s.send(t, client, method, path, "", headers...)
	return reply{answer.StatusCode, answer.Header, text, method, path}
}

func (r reply) isRead() bool { return r.method == "GET" }

// isForeign says whether it was refused for the page that asked, before anybody looked who did.
func (r reply) isForeign(who comer) bool { return who.foreign && !r.isRead() }

// wrong says what is wrong with an answer, or nothing.
func (r reply) wrong(route routes.Route, who comer) string {
	// Nobody here says that he accepts a page, which an order's address would give him.
	program := strings.HasPrefix(r.path, "/api/") || strings.HasPrefix(r.path, "/o/") || r.path == "/metrics"
	leads := r.status == http.StatusSeeOther && strings.HasPrefix(r.header.Get("Location"), "/signin?")
	may := slices.Contains(who.rights, route.Right)
	switch route.Right {
	case "public", "static", "own":
		may = true
	case "session":
		may = who.person
	case "metrics.read":
		may = may || who.local
	}
	switch {
	case r.isForeign(who):
		return r.wants(http.StatusForbidden, "forbidden", program)
	case may && r.status == http.StatusUnauthorized && (route.Right == "own" || route.Pattern == "POST /signin"):
		return "" // anybody may, and this is no secret and no password
	case may && (r.status == http.StatusUnauthorized || r.status == http.StatusForbidden || leads || r.status >= 500):
		return "he may"
	case may:
		return ""
	case who.somebody:
		return r.wants(http.StatusForbidden, "forbidden", program)
	case r.isRead() && !program:
		if !leads {
			return "a page leads to where one signs in"
		}
		return ""
	}
	return r.wants(http.StatusUnauthorized, "unauthorized", program)
}

// wants wants a refusal: JSON to a program, a page to a person.
func (r reply) wants(status int, code string, program bool) string {
	var said struct{ Error string }
	json.Unmarshal([]byte(r.text), &said)
	html := strings.HasPrefix(r.header.Get("Content-Type"), "text/html")
	if r.status != status || program && said.Error != code || !program && !html {
		return fmt.Sprintf("want %d %s", status, code)
	}
	return ""
}

// A shop that is open to everybody gives the rights of the course, and no other.
func TestOpenMatrix(t *testing.T) {
	t.Parallel()
	s := openInside(t, t.TempDir(), "--requests-per-minute=0")
	everybody := comer{
		name: "everybody", rights: []trade.Right{"catalogue.write", "stock.write", "carts.read", "orders.purchase"}, somebody: true, local: true,
		headers: func(*testing.T) []string { return nil },
	}
	for _, route := range s.site.Routes() {
		if got := askedBy(t, s, route, everybody); got.wrong(route, everybody) != "" {
			t.Errorf("%s (%s): %s: %d %.200s", route.Pattern, route.Right, got.wrong(route, everybody), got.status, got.text)
		}
	}
}

// followed are the kinds that everybody may follow: all of one, or the one value whose id he knows.
var followed = []dao.Kind{dao.KindProduct, dao.KindCart, dao.KindMessage, dao.KindSettings}

// The live doors let everybody follow what is public, who has the right orders, nobody anything else, and no page of an origin
// that is not listed anything; on both engines, and by both doors.
func TestLiveMatrix(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		s := closedInside(t, newStore(), "--requests-per-minute=0", "--max-connections=0", "--origin", "https://listed.example")
		for _, who := range comers(t, s) {
			for _, kind := range dao.Kinds() {
				topic := kind.Plural
				if kind.Topic != nil {
					topic = string(kind.Kind) + ":" + nobody
				}
				want, follows := "welcome", slices.Contains(followed, kind.Kind)
				if kind.Kind == dao.KindOrder { // the one topic of all of a kind that asks for a right
					follows = slices.Contains(who.rights, trade.OrdersRead)
				}
				switch {
				case !follows:
					want = "refused"
				case who.foreign && !who.listed:
					want = "403"
				}
				for door, open := range map[string]func(*testing.T, *inside, string, []string) string{"websocket": byWebSocket, "events": byEvents} {
					got := open(t, s, topic, who.headers(t))
					if !follows && (got == "403" || got == "401") { // whichever is seen first
						got = "refused"
					}
					if got != want {
						t.Errorf("%s by %s, %s: %s, want %s", topic, door, who.name, got, want)
					}
				}
			}
		}
	})
}

// byWebSocket follows a topic, and says what the first frame is.
func byWebSocket(t *testing.T, s *inside, topic string, headers []string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	header := http.Header{}
	for i := 0; i < len(headers); i += 2 {
		header.Set(headers[i], headers[i+1])
	}
	line, answer, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(s.URL, "http")+"/ws", &websocket.DialOptions{HTTPHeader: header})
	if err != nil {
		if answer == nil {
			t.Fatal(err)
		}
		return fmt.Sprint(answer.StatusCode)
	}
	defer line.CloseNow()
	hello := fmt.Sprintf(`{"type":"hello","user":"beto@example.com","topics":[%q]}`, topic)
	if err := line.Write(ctx, websocket.MessageText, []byte(hello)); err != nil {
		t.Fatal(err)
	}
	_, text, err := line.Read(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var said struct{ Type, Error string }
	if err := json.Unmarshal(text, &said); err != nil {
		t.Fatal(err)
	}
	if said.Type == "error" {
		return "refused"
	}
	return said.Type
}

// byEvents is byWebSocket by Server-Sent Events.
func byEvents(t *testing.T, s *inside, topic string, headers []string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "GET", s.URL+"/events?user=beto@example.com&topics="+topic, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	switch answer.StatusCode {
	case http.StatusOK:
	case http.StatusBadRequest:
		return "refused"
	default:
		return fmt.Sprint(answer.StatusCode)
	}
	var said strings.Builder
	buffer := make([]byte, 512)
	for !strings.Contains(said.String(), "data: ") {
		n, err := answer.Body.Read(buffer)
		if said.Write(buffer[:n]); err != nil {
			t.Fatal(err)
		}
	}
	_, kind, _ := strings.Cut(said.String(), "event: ")
	kind, _, _ = strings.Cut(kind, "\n")
	return kind
}
