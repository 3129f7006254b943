package app

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"pulperia/dao/models"
	"pulperia/faults/harness"
	trade "pulperia/shop"
)

// Each test here is a report about another shop: what went wrong there must not go wrong here. They
// are named after the kind of report, and say which ones there were.

// asks is one who asks a shop, and never follows where it leads.
var asks = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

const formType = "application/x-www-form-urlencoded"

// cartOf makes a cart with a product in it, and returns its id.
func (s *inside) cartOf(t *testing.T) string {
	t.Helper()
	code := fmt.Sprint("code ", time.Now().UnixNano())
	product, _, err := s.trade.CreateProduct(t.Context(), models.Product{Title: "Yerba", Code: code, Category: "c", Description: "d", Price: 1000, Stock: 9, Status: true})
	if err != nil {
		t.Fatal(err)
	}
	body := fmt.Sprintf(`{"products":[{"product":%q,"quantity":2}]}`, product.ID)
	answer, text := s.send(t, asks, "POST", "/api/carts", body)
	_, id, found := strings.Cut(text, `"_id":"`)
	if answer.StatusCode != http.StatusCreated || !found {
		t.Fatal(answer.Status, text)
	}
	return id[:24]
}

// reported runs a report on a closed shop of each engine.
func reported(t *testing.T, report func(t *testing.T, s *inside)) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		report(t, closedInside(t, newStore(), "--requests-per-minute=0", "--messages-per-minute=0"))
	})
}

// EverShop CVE-2025-12919 (an order by its uuid), Sylius CVE-2026-31821 (a cart by its token), Vvveb
// CVE-2026-46408 and Shopizer#1110 (a cart by the URL): only who has the whole id has the cart. None
// that is near it opens, what does not open is answered as what there is not, no parameter, header or
// body puts another cart in the place of one's own, and nobody is given a list.
func TestReportCartByURL(t *testing.T) {
	reported(t, func(t *testing.T, s *inside) {
		theirs, mine := s.cartOf(t), s.cartOf(t)
		_, unknown := s.send(t, asks, "GET", "/api/carts/"+nobody, "")
		for i := range theirs {
			near := []byte(theirs)
			near[i] = "1032547698badcfe"[strings.IndexByte("0123456789abcdef", near[i])]
			answer, text := s.send(t, asks, "GET", "/api/carts/"+string(near), "")
			if answer.StatusCode != http.StatusNotFound || text != strings.ReplaceAll(unknown, nobody, string(near)) {
				t.Errorf("near it: %s %s", answer.Status, text)
			}
		}
		cookie := []string{"Cookie", "cart-" + s.store.Identity() + "=" + mine + "; cart=" + mine}
		for _, path := range []string{"/cart?cart=", "/cart?cid=", "/cart?id=", "/cart?_id=", "/cart?token=", "/api/carts/" + mine + "?_id=", "/api/carts/" + mine + "?cid=", "/carts/" + mine + "?cid="} {
			if _, text := s.send(t, asks, "GET", path+theirs, "", append(cookie, "X-Cart", theirs, "Cart", theirs)...); strings.Contains(strings.ReplaceAll(text, path+theirs, ""), theirs) {
				t.Errorf("%s shows theirs", path)
			}
		}
		s.send(t, asks, "PUT", "/api/carts/"+mine, fmt.Sprintf(`{"_id":%q,"cart":%q,"products":[]}`, theirs, theirs))
		s.send(t, asks, "POST", "/cart/empty", "cart="+theirs+"&cid="+theirs+"&_id="+theirs, cookie...)
		s.send(t, asks, "POST", "/carts/"+mine+"/empty?cid="+theirs, "cid="+theirs)
		if _, text := s.send(t, asks, "GET", "/api/carts/"+theirs, ""); !strings.Contains(text, `"quantity":2`) {
			t.Errorf("theirs was changed: %s", text)
		}
		for _, path := range []string{"/api/carts", "/api/carts/", "/api/carts?limit=1", "/api/carts?_id=" + theirs, "/api/carts?q=" + theirs} {
			if answer, text := s.send(t, asks, "GET", path, ""); answer.StatusCode != http.StatusUnauthorized || strings.Contains(text, `"products"`) {
				t.Errorf("%s: %s %s", path, answer.Status, text)
			}
		}
		if got := byWebSocket(t, s, "carts", nil) + byWebSocket(t, s, "cart:", nil) + byWebSocket(t, s, "cart:*", nil); got != "refusedrefusedrefused" {
			t.Errorf("all of them, live: %s", got)
		}
	})
}

// Shopware CVE-2026-31887 (filters smuggled into a public query): whatever is added to one, nothing of
// people, keys, carts or secrets is answered, and no product more.
func TestReportFiltersSmuggled(t *testing.T) {
	reported(t, func(t *testing.T, s *inside) {
		s.staff(t, "ana@staff.example", models.RoleOwner)(t)
		s.newKey(t, models.RoleOwner)
		cart := s.cartOf(t)
		_, plain := s.send(t, asks, "GET", "/api/products?limit=5", "")
		for _, more := range []string{
			"filter[role]=owner", "filter=passwordHash", "associations[people]=1", "include=people,carts", "populate=people", "populate=true",
			"fields=passwordHash,secretHash", "select=+passwordHash", "collection=people", "kind=person", "from=people", "aggregate=people",
			"_id[$ne]=1", "$or[0][_id][$gt]=", "where[stock][$gt]=0", "pulperia.store=x", "join=carts", "expand=cart." + cart, "query=" + url.QueryEscape(`{"$where":"1"}`),
			"query=" + url.QueryEscape(`{"passwordHash":{"$gt":""}}`), "query=role:owner", "sort=passwordHash", "category[$ne]=x", "q[$regex]=.*",
		} {
			for _, path := range []string{"/api/products?limit=5&", "/api/messages?", "/api/settings?", "/products?", "/api/session?"} {
				answer, text := s.send(t, asks, "GET", path+strings.ReplaceAll(more, " ", "%20"), "")
				for _, told := range []string{"ana@staff", "argon2", "Hash", `"role"`, cart} {
					if strings.Contains(strings.ReplaceAll(text, url.QueryEscape(more), ""), told) && answer.StatusCode == http.StatusOK && !strings.HasPrefix(path, "/products") {
						t.Errorf("%s%s tells %s: %.300s", path, more, told, text)
					}
				}
				if answer.StatusCode >= 500 || strings.HasPrefix(path, "/api/products") && answer.StatusCode == http.StatusOK && text != plain && strings.Count(text, `"_id"`) > strings.Count(plain, `"_id"`) {
					t.Errorf("%s%s: %s %.300s", path, more, answer.Status, text)
				}
			}
		}
	})
}

// Spree CVE-2026-22588 (others' things by their ids): who is signed in reaches nobody else's sessions,
// and an id of another kind is none.
func TestReportForeignIDs(t *testing.T) {
	reported(t, func(t *testing.T, s *inside) {
		ana, hers := s.person(t, "ana@staff.example", models.RoleOwner)
		_, evas := s.person(t, "eva@staff.example", models.RoleHelper)
		cookie, ofEva := hers(t), evas(t)
		in, err := s.trade.ByCookie(t.Context(), cookie[1][strings.LastIndex(cookie[1], "=")+1:])
		if err != nil {
			t.Fatal(err)
		}
		cart := s.cartOf(t)
		for _, one := range []struct{ method, path, body string }{
			{"POST", "/me/sessions/" + in.Session.String() + "/end", "x=1"}, {"POST", "/me/sessions/" + ana.ID.String() + "/end", "x=1"},
			{"GET", "/api/products/" + cart, ""}, {"GET", "/api/carts/" + ana.ID.String(), ""}, {"GET", "/carts/" + in.Session.String(), ""},
			{"PUT", "/api/carts/" + ana.ID.String(), `{"products":[]}`}, {"POST", "/carts/" + ana.ID.String() + "/empty", "x=1"},
			{"PUT", "/api/products/" + cart + "/stock", `{"set":1,"was":2}`},
		} {
			answer, text := s.send(t, asks, one.method, one.path, one.body, ofEva...)
			if answer.StatusCode != http.StatusNotFound {
				t.Errorf("%s %s: %s %.200s", one.method, one.path, answer.Status, text)
			}
		}
		if answer, text := s.send(t, asks, "GET", "/api/session", "", cookie...); answer.StatusCode != http.StatusOK {
			t.Errorf("hers has ended: %s", text)
		}
	})
}

// Spree CVE-2026-22589 (no owner is the same as no owner): an empty credential is none, a message
// without an author is nobody's, an id of zeros is that of nothing.
func TestReportNilOwnerEqualsNil(t *testing.T) {
	reported(t, func(t *testing.T, s *inside) {
		old, _, err := s.store.Messages.Append(t.Context(), models.Message{User: "rosa", Message: "de antes"})
		if err != nil {
			t.Fatal(err)
		}
		zeros := strings.Repeat("0", 24)
		for _, headers := range [][]string{
			nil, {"Cookie", "session-" + s.store.Identity() + "="}, {"Cookie", "visit-" + s.store.Identity() + "="}, {"Cookie", "session-=; visit-="},
			{"Authorization", "Bearer"}, {"Authorization", "Bearer "}, {"Authorization", "Bearer plp_" + zeros + "_"}, {"Authorization", "Bearer plp__"},
			{"Authorization", "Bearer plp_" + zeros + "_" + strings.Repeat("A", 26)}, {"Cookie", "session-" + s.store.Identity() + "=" + zeros},
		} {
			same := fmt.Sprintf(`{"_id":%q,"user":"rosa","message":"de antes"}`, old.ID)
			if answer, text := s.send(t, asks, "POST", "/api/messages", same, headers...); answer.StatusCode != http.StatusConflict {
				t.Errorf("%q: the same message is answered %s %s", headers, answer.Status, text)
			}
			for _, path := range []string{"/api/people", "/api/keys", "/api/carts", "/api/session"} {
				if answer, text := s.send(t, asks, "GET", path, "", headers...); answer.StatusCode != http.StatusUnauthorized {
					t.Errorf("%q: %s: %s %s", headers, path, answer.Status, text)
				}
			}
			if _, text := s.send(t, asks, "GET", "/chat", "", headers...); strings.Contains(text, "bubble--own") {
				t.Errorf("%q: it is his own", headers)
			}
		}
		for _, path := range []string{"/api/carts/" + zeros, "/carts/" + zeros, "/api/products/" + zeros, "/products/" + zeros} {
			if answer, _ := s.send(t, asks, "GET", path, ""); answer.StatusCode != http.StatusNotFound {
				t.Errorf("%s: %s", path, answer.Status)
			}
		}
	})
}

// EverShop CVE-2026-28213 (the token by which a password is reset, in an answer): it is told once, to
// who may make it. No answer to anybody has it again, nor any other hash or secret.
func TestReportResetTokenInAnswer(t *testing.T) {
	reported(t, func(t *testing.T, s *inside) {
		eva, _ := s.person(t, "eva@staff.example", models.RoleHelper)
		owner := s.staff(t, "ana@staff.example", models.RoleOwner)
		link, err := s.trade.LinkPerson(t.Context(), trade.Machine, eva.ID)
		if err != nil {
			t.Fatal(err)
		}
		secret := link.Token[24:]
		for _, who := range []func(*testing.T) []string{owner, s.staff(t, "leo@staff.example", models.RoleHelper), func(*testing.T) []string { return nil }} {
			for _, answer := range s.everything(t, []string{eva.ID.String(), nobody, nobody}, who(t)) {
				for _, told := range []string{secret, "$argon2", "passwordHash", "tokenHash", "secretHash", "shopKey"} {
					if at := strings.Index(answer, told); at >= 0 && !strings.HasPrefix(answer, "GET /api/export") {
						t.Errorf("…%s…", answer[max(0, at-100):min(len(answer), at+60)])
					}
				}
			}
			for path, body := range map[string]string{
				"/api/session": `{"email":"eva@staff.example","password":"olvidada, mándame otra","reset":true}`,
				"/signin":      "email=eva%40staff.example&password=olvidada&reset=1", "/join": "email=eva%40staff.example&token=&password=una+clave+bien+larga",
			} {
				answer, text := s.send(t, asks, "POST", path, body, who(t)...)
				if strings.Contains(text+fmt.Sprint(answer.Header), secret) || answer.StatusCode < 400 {
					t.Errorf("%s: %s %s", path, answer.Status, text)
				}
			}
		}
		if _, text := s.send(t, asks, "POST", "/api/people/"+eva.ID.String()+"/link", "", s.staff(t, "max@staff.example", models.RoleManager)(t)...); strings.Contains(text, "token") {
			t.Errorf("who may not make one is told %s", text)
		}
		if strings.Contains(s.log.String(), secret) {
			t.Error("the log has it")
		}
	})
}

// Vendure CVE-2026-25050 (who there is, by the time it takes): an address that nobody has, a wrong
// password and somebody without one cost the same passes over the password.
func TestReportTiming(t *testing.T) {
	reported(t, func(t *testing.T, s *inside) {
		s.person(t, "ana@staff.example", models.RoleOwner)
		if _, _, err := s.trade.AddPerson(t.Context(), trade.Machine, trade.NewPerson{Email: "eva@staff.example", Name: "Eva", Role: models.RoleHelper}); err != nil {
			t.Fatal(err)
		}
		cost := func(email string) float64 {
			const figure = "pulperia_password_passes_total"
			before, err := harness.Metrics(asks, s.URL, figure)
			if err != nil {
				t.Fatal(err)
			}
			s.send(t, asks, "POST", "/api/session", fmt.Sprintf(`{"email":%q,"password":"no es esta"}`, email))
			after, err := harness.Metrics(asks, s.URL, figure)
			if err != nil {
				t.Fatal(err)
			}
			return after[figure] - before[figure]
		}
		for _, email := range []string{"nadie@staff.example", "eva@staff.example", "x", "otro@example.com"} {
			if hers, theirs := cost("ana@staff.example"), cost(email); hers < 1 || theirs != hers {
				t.Errorf("%s costs %v passes, and a wrong password %v", email, theirs, hers)
			}
		}
	})
}

// Saleor CVE-2026-39851 (who there is, by what is said): signing in answers alike, to the letter,
// whatever was wrong.
func TestReportEnumerationByText(t *testing.T) {
	reported(t, func(t *testing.T, s *inside) {
		s.person(t, "ana@staff.example", models.RoleOwner)
		if _, _, err := s.trade.AddPerson(t.Context(), trade.Machine, trade.NewPerson{Email: "eva@staff.example", Name: "Eva", Role: models.RoleHelper}); err != nil {
			t.Fatal(err)
		}
		for path, form := range map[string]string{"/api/session": `{"email":%q,"password":"no es esta"}`, "/signin": "email=%s&password=no+es+esta"} {
			said := map[string]string{}
			for _, email := range []string{"ana@staff.example", "eva@staff.example", "nadie@staff.example"} {
				answer, text := s.send(t, asks, "POST", path, fmt.Sprintf(form, email))
				answer.Header.Del("X-Request-Id")
				answer.Header.Del("Date")
				answer.Header.Del("Content-Length") // the form has what was typed
				said[email] = strings.ReplaceAll(fmt.Sprint(answer.StatusCode, answer.Header, text), email, "…")
				if said[email] != said["ana@staff.example"] || answer.StatusCode != http.StatusUnauthorized {
					t.Errorf("%s: %s is told\n%s, and another\n%s", path, email, said[email], said["ana@staff.example"])
				}
			}
		}
	})
}

// Vendure CVE-2026-40887 (operators where a text is meant): an object, a list or a parameter with
// brackets is never part of a question to the store.
func TestReportOperators(t *testing.T) {
	reported(t, func(t *testing.T, s *inside) {
		s.person(t, "ana@staff.example", models.RoleOwner)
		s.newKey(t, models.RoleOwner)
		cart := s.cartOf(t)
		for _, one := range []string{`{"$gt":""}`, `{"$ne":null}`, `["ana@staff.example"]`, `{"$regex":".*"}`, `{"$where":"1"}`, `true`, `null`} {
			for _, ask := range [][2]string{
				{"/api/session", `{"email":` + one + `,"password":` + one + `}`}, {"/api/session", `{"email":"ana@staff.example","password":` + one + `}`},
				{"/api/messages", `{"user":` + one + `,"message":"hola"}`}, {"/api/carts", `{"_id":` + one + `}`}, {"/api/carts", `{"products":` + one + `}`},
			} {
				answer, text := s.send(t, asks, "POST", ask[0], ask[1])
				fine := ask[0] == "/api/carts" && one == "null"
				if answer.StatusCode != http.StatusBadRequest && !fine || answer.Header.Get("Set-Cookie") != "" {
					t.Errorf("%s %s: %s %s", ask[0], ask[1], answer.Status, text)
				}
			}
		}
		for _, form := range []string{"email[$gt]=&password[$gt]=", "email[$ne]=x&password[$ne]=x", "email=ana%40staff.example&password[$exists]=true", `email={"$gt":""}&password={"$gt":""}`} {
			if answer, text := s.send(t, asks, "POST", "/signin", form, "Content-Type", formType); answer.StatusCode != http.StatusUnauthorized || strings.Contains(fmt.Sprint(answer.Header["Set-Cookie"]), "session-") {
				t.Errorf("%s: %s %v %.200s", form, answer.Status, answer.Header["Set-Cookie"], text)
			}
		}
		for _, id := range []string{"[$gt]", "%7B%22$gt%22:%22%22%7D", "$", "%24ne", "*", ".*", "null"} {
			for _, path := range []string{"/api/carts/", "/carts/", "/api/products/", "/products/"} {
				if answer, text := s.send(t, asks, "GET", path+id, ""); answer.StatusCode != http.StatusBadRequest && answer.StatusCode != http.StatusNotFound || strings.Contains(text, cart) {
					t.Errorf("%s%s: %s %.200s", path, id, answer.Status, text)
				}
			}
		}
		for _, key := range []string{`plp_{"$gt":""}_{"$gt":""}`, "plp_*_*", "plp_[$ne]_[$ne]", `{"$gt":""}`} {
			if answer, text := s.send(t, asks, "GET", "/api/keys", "", "Authorization", "Bearer "+key); answer.StatusCode != http.StatusUnauthorized {
				t.Errorf("%s: %s %s", key, answer.Status, text)
			}
		}
	})
}

// PrestaShop CVE-2026-44212 (a visitor's text runs in the back office): what strangers have sent is
// text on the pages of the staff, and the pages run no script that does not come from the shop.
func TestReportVisitorsTextInBackOffice(t *testing.T) {
	reported(t, func(t *testing.T, s *inside) {
		const harm = `"><img src=x onerror=alert(1)><script>alert(1)</script>`
		owner := s.staff(t, "ana@staff.example", models.RoleOwner)
		for _, one := range [][2]string{
			{"/api/messages", `{"user":"rosa","message":"x\"><img src=x onerror=alert(1)><script>alert(1)</script>"}`},
			{"/chat", "user=" + url.QueryEscape(harm) + "&message=" + url.QueryEscape(harm)}, {"/chat", "user=rosa&message=" + url.QueryEscape(harm)},
			{"/signin", "email=" + url.QueryEscape(harm) + "&password=x&next=" + url.QueryEscape(harm)},
		} {
			s.send(t, asks, "POST", one[0], one[1], "User-Agent", harm, "Referer", "http://x/"+harm, "X-Forwarded-For", harm)
		}
		if _, err := s.trade.SignIn(t.Context(), "ana@staff.example", "una clave bien larga", trade.From{Browser: harm}); err != nil { // by who has stolen it
			t.Fatal(err)
		}
		seen := 0
		for _, route := range s.site.Routes() {
			method, path, _ := strings.Cut(route.Pattern, " ")
			if method != "GET" || strings.Contains(path, "/api/") || strings.HasPrefix(path, "/public") {
				continue
			}
			path = strings.NewReplacer("{$}", "", "{pid}", nobody, "{cid}", nobody).Replace(path)
			answer, text := s.send(t, asks, "GET", path+"?next="+url.QueryEscape(harm), "", owner(t)...)
			if !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html") || path == "/docs" {
				continue
			}
			if strings.Contains(text, "<img src=x") || strings.Contains(text, "<script>alert") {
				t.Errorf("%s has it as it was sent", path)
			}
			if strings.Contains(text, "onerror=alert") {
				seen++
			}
			policy := answer.Header.Get("Content-Security-Policy")
			if !strings.Contains(policy, "default-src") && !strings.Contains(policy, "script-src") || strings.Contains(policy, "unsafe-inline") && !strings.Contains(policy, "style") {
				t.Errorf("%s: policy %q", path, policy)
			}
		}
		if seen < 2 { // the chat, and the browsers in which she is signed in
			t.Errorf("%d pages show it", seen)
		}
	})
}

// PocketBase CVE-2026-44166 (an account made with another's e-mail): nobody makes himself one, an
// address is one person's however it is written, and a link is for whom it was made.
func TestReportAccountWithAnothersEMail(t *testing.T) {
	reported(t, func(t *testing.T, s *inside) {
		ana, _ := s.person(t, "ana@staff.example", models.RoleOwner)
		owner := s.staff(t, "leo@staff.example", models.RoleOwner)
		_, link, err := s.trade.AddPerson(t.Context(), trade.Machine, trade.NewPerson{Email: "eva@staff.example", Name: "Eva", Role: models.RoleHelper})
		if err != nil {
			t.Fatal(err)
		}
		taken := `{"email":"ana@staff.example","name":"Otra","role":"owner"}`
		if answer, text := s.send(t, asks, "POST", "/api/people", taken); answer.StatusCode != http.StatusUnauthorized {
			t.Errorf("nobody: %s %s", answer.Status, text)
		}
		for _, email := range []string{"ana@staff.example", "ANA@Staff.Example", " ana@staff.example ", "ana@staff.example\u00a0"} {
			body := string(models.JSON(map[string]string{"email": email, "name": "Otra", "role": "helper", "password": "otra clave bien larga"}))
			if answer, text := s.send(t, asks, "POST", "/api/people", body, owner(t)...); answer.StatusCode != http.StatusConflict && answer.StatusCode != http.StatusBadRequest {
				t.Errorf("%q: %s %s", email, answer.Status, text)
			}
		}
		form := url.Values{"token": {link.Token}, "email": {"ana@staff.example"}, "_id": {ana.ID.String()}, "id": {ana.ID.String()}, "role": {"owner"}, "password": {"la clave de eva, larga"}}
		answer, _ := s.send(t, asks, "POST", "/join", form.Encode())
		if answer.StatusCode != http.StatusSeeOther {
			t.Fatal(answer.Status)
		}
		signed, err := s.trade.SignIn(t.Context(), "eva@staff.example", "la clave de eva, larga", trade.From{})
		if err != nil || signed.Who.Role != models.RoleHelper {
			t.Errorf("who was invited is %+v, %v", signed.Who, err)
		}
		if _, err := s.trade.SignIn(t.Context(), "ana@staff.example", "la clave de eva, larga", trade.From{}); err == nil {
			t.Error("it opens another's account")
		}
	})
}

// Sylius CVE-2026-31820 (arguments of a live component): what a live line is told about who speaks,
// beside a name, counts for nothing.
func TestReportLiveArguments(t *testing.T) {
	reported(t, func(t *testing.T, s *inside) {
		ana, _ := s.person(t, "ana@staff.example", models.RoleOwner)
		forged := dialSocket(t, s.URL, "rosa", "", "messages")
		forged.welcomed()
		forged.say(fmt.Sprintf(`{"type":"message","id":%q,"user":"Rosa owner","by":"person:%s","staff":true,"mark":"","role":"owner","message":"soy de la casa"}`, messageID, ana.ID))
		forged.until("ack", func(f frame) bool { return f.Type == "ack" || f.Type == "error" })
		if _, text := s.send(t, asks, "GET", "/api/messages", ""); strings.Contains(text, `"staff":true`) || strings.Contains(text, "person:") || strings.Contains(text, `"user":"Rosa owner"`) {
			t.Errorf("it is shown as %s", text)
		}
		for _, topic := range []string{"people", "keys", "sessions", "secrets", "links", "person:" + ana.ID.String(), "carts", "feed", "*", "products.people"} {
			if got := byWebSocket(t, s, topic, nil); got != "refused" {
				t.Errorf("%s: %s", topic, got)
			}
		}
	})
}

// Bagisto (`/%69nstall`): in a shop that has an owner no spelling of /setup makes another one, with no
// token, a spent one or one that was made up.
func TestReportSpellingsOfSetup(t *testing.T) {
	reported(t, func(t *testing.T, s *inside) {
		link, err := s.trade.NewOwnerLink(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.trade.SetUpOwner(t.Context(), link.Token, trade.NewPerson{Email: "ana@staff.example", Name: "Ana", Password: ownersPassword}, trade.From{}); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{"/setup", "/%73etup", "/SETUP", "/Setup/", "/setup/", "//setup", "/./setup", "/x/../setup", "/setup%2f", "/setup;x=1", "/setup%00", "/%2573etup",
			"/setup//", "/%73%65%74%75%70", "/setup?step=2", "/index.php/setup", "/public/../setup", "/api/setup", "/api/../setup", "/\u017fetup", "/install", "/%69nstall"} {
			for _, token := range []string{"", link.Token, strings.Repeat("A", len(link.Token)), "null", "0"} {
				mark := "?"
				if strings.Contains(path, "?") {
					mark = "&"
				}
				form := url.Values{"token": {token}, "name": {"Eva"}, "email": {"eva@staff.example"}, "password": {ownersPassword}}.Encode()
				for method, body := range map[string]string{"GET": "", "POST": form, "PUT": form} {
					answer, text := s.send(t, asks, method, path+mark+"token="+token, body)
					if answer.StatusCode < 400 && answer.Header.Get("Location") == "" || strings.Contains(text, `name="password"`) || strings.Contains(fmt.Sprint(answer.Header["Set-Cookie"]), "session-") {
						t.Errorf("%s %s with %q: %s", method, path, token, answer.Status)
					}
				}
			}
		}
		s.wantAlone(t, "ana@staff.example")
	})
}

// CI4MS CVE-2026-39393 (the set-up opens when the database is away): while the store does not answer
// nothing is set up, with no token and with an old one, and no page offers to.
func TestReportSetupWhileStoreIsAway(t *testing.T) {
	reported(t, func(t *testing.T, s *inside) {
		link, err := s.trade.NewOwnerLink(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := s.store.Close(); err != nil {
			t.Fatal(err)
		}
		for _, token := range []string{"", link.Token, "x"} {
			form := url.Values{"token": {token}, "name": {"Eva"}, "email": {"eva@staff.example"}, "password": {ownersPassword}}.Encode()
			for method, body := range map[string]string{"GET": "", "POST": form} {
				for _, path := range []string{"/setup", "/join", "/%73etup"} {
					if method == "GET" && token == link.Token { // it is good, and may show the form
						continue
					}
					answer, text := s.send(t, asks, method, path+"?token="+token, body)
					if answer.StatusCode < 400 || strings.Contains(text, `name="password"`) || answer.Header.Get("Set-Cookie") != "" {
						t.Errorf("%s %s with %q: %s", method, path, token, answer.Status)
					}
				}
			}
			for _, path := range []string{"/api/people", "/api/keys", "/admin", "/metrics"} {
				if answer, text := s.send(t, asks, "GET", path, "", "X-Forwarded-For", "203.0.113.9"); answer.StatusCode == http.StatusOK {
					t.Errorf("%s: %s", path, text)
				}
			}
		}
	})
}

// wantAlone wants one person on the staff.
func (s *inside) wantAlone(t *testing.T, email string) {
	t.Helper()
	people, err := s.trade.People(t.Context(), trade.Machine)
	if err != nil || len(people) != 1 || slices.IndexFunc(people, func(p trade.Person) bool { return p.Email == email }) != 0 {
		t.Errorf("the staff is %+v, %v", people, err)
	}
}
