package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao/dbmanagers/mongotest"
	"pulperia/dao/models"
)

// A cartDoor is a way to have so many of a product in a cart that holds one of it. It returns what
// it was answered in words that all doors share: "done", "gone", or how many can be had.
type cartDoor func(t *testing.T, s *inside, cart models.Cart, product models.ID, want int64) string

// cartDoors are all of them.
var cartDoors = map[string]cartDoor{
	"API, add":          addByAPI("product"),
	"API, add, plural":  addByAPI("products"),
	"API, set":          setByAPI,
	"API, replace":      replaceByAPI,
	"API, create":       createByAPI,
	"page, add":         byForm("/cart", "", -1),
	"page, set":         byForm("/cart", "/quantity", 0),
	"page of one, add":  byForm("/carts/{cart}", "", -1),
	"page of one, set":  byForm("/carts/{cart}", "/quantity", 0),
	"page, new visitor": byForm("/cart", "", 0),
}

// answerOfAPI reads an answer of the API.
func answerOfAPI(t *testing.T, answer *http.Response, text string) string {
	t.Helper()
	var said struct {
		Error   string
		Details []struct {
			Field     string
			Available *int64
		}
	}
	if err := json.Unmarshal([]byte(text), &said); err != nil {
		t.Fatal(err)
	}
	switch {
	case answer.StatusCode < 300:
		return "done"
	case answer.StatusCode == http.StatusNotFound && said.Error == "not_found" && len(said.Details) == 1:
		return "gone"
	case answer.StatusCode == http.StatusBadRequest && said.Error == "invalid" && len(said.Details) == 1 &&
		strings.HasSuffix(said.Details[0].Field, "quantity") && said.Details[0].Available != nil:
		return fmt.Sprint("only ", *said.Details[0].Available)
	}
	return answer.Status + " " + text
}

func addByAPI(word string) cartDoor {
	return func(t *testing.T, s *inside, cart models.Cart, product models.ID, want int64) string {
		body := fmt.Sprintf(`{"quantity":%d}`, want-1)
		answer, text := s.send(t, http.DefaultClient, "POST", fmt.Sprintf("/api/carts/%s/%s/%s", cart.ID, word, product), body)
		return answerOfAPI(t, answer, text)
	}
}

func setByAPI(t *testing.T, s *inside, cart models.Cart, product models.ID, want int64) string {
	answer, text := s.send(t, http.DefaultClient, "PUT", fmt.Sprintf("/api/carts/%s/products/%s", cart.ID, product), fmt.Sprintf(`{"quantity":%d}`, want))
	return answerOfAPI(t, answer, text)
}

func replaceByAPI(t *testing.T, s *inside, cart models.Cart, product models.ID, want int64) string {
	cart = cart.Clone()
	cart.Set(models.Choice{Product: product}, want)
	answer, text := s.send(t, http.DefaultClient, "PUT", "/api/carts/"+cart.ID.String(), string(models.JSON(map[string]any{"products": cart.Products})))
	return answerOfAPI(t, answer, text)
}

func createByAPI(t *testing.T, s *inside, _ models.Cart, product models.ID, want int64) string {
	cart := models.Cart{Products: []models.Item{{Product: product, Quantity: want}}}
	answer, text := s.send(t, http.DefaultClient, "POST", "/api/carts", string(models.JSON(map[string]any{"products": cart.Products})))
	return answerOfAPI(t, answer, text)
}

var enough = regexp.MustCompile(`There is enough for (\d+), with what is in the cart already`)

// byForm posts a form of a cart's page, of a quantity that is more by some than what is wanted.
func byForm(base, act string, more int64) cartDoor {
	return func(t *testing.T, s *inside, cart models.Cart, product models.ID, want int64) string {
		path := strings.ReplaceAll(base, "{cart}", cart.ID.String()) + "/products/" + product.String() + act
		cookie := "cart=" + cart.ID.String()
		if act == "" && more == 0 {
			cookie = ""
		}
		visitor := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		answer, text := s.send(t, visitor, "POST", path, url.Values{"quantity": {fmt.Sprint(want + more)}}.Encode(),
			"Content-Type", "application/x-www-form-urlencoded", "Cookie", cookie, "Accept-Language", "en")
		found := enough.FindStringSubmatch(text)
		switch {
		case answer.StatusCode == http.StatusSeeOther:
			return "done"
		case answer.StatusCode == http.StatusNotFound && strings.Contains(text, "no longer in the catalogue"):
			return "gone"
		case answer.StatusCode == http.StatusBadRequest && found != nil:
			return "only " + found[1]
		case answer.StatusCode == http.StatusBadRequest && strings.Contains(text, "can no longer be bought."):
			return "only 0"
		}
		return answer.Status + " " + text
	}
}

// On every engine every door answers who wants more than can be bought alike, and lets nothing of it
// in; what can be bought gets in by each, and what is not there is removed by each.
func TestDoorsOfCarts(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		s := openInside(t, newStore(), "--requests-per-minute", "0")
		for name, door := range cartDoors {
			for want, change := range map[string]string{
				"done": `{"stock":5}`, "only 3": `{"stock":3}`, "only 0": `{"status":false}`, "only 0 ": `{"stock":0}`, "gone": "",
			} {
				product, other := models.NewID(time.Now()), models.NewID(time.Now())
				for _, id := range []models.ID{product, other} {
					s.must(t, "POST", "/api/products", fmt.Sprintf(`{"_id":"%[1]s","title":"T","description":"d","code":"%[1]s","price":1,"stock":9,"category":"c"}`, id))
				}
				cart := models.Cart{ID: models.NewID(time.Now()), Products: []models.Item{{Product: other, Quantity: 2}, {Product: product, Quantity: 1}}}
				s.must(t, "POST", "/api/carts", string(models.JSON(map[string]any{"_id": cart.ID, "products": cart.Products})))
				if change == "" {
					s.must(t, "DELETE", "/api/products/"+product.String(), "")
				} else {
					s.must(t, "PUT", "/api/products/"+product.String(), change)
				}
				if got := door(t, s, cart, product, 5); got != strings.TrimSpace(want) {
					t.Errorf("%s, of a product with %s: %.300s", name, change, got)
				}
				now, err := s.store.Carts.Get(t.Context(), cart.ID)
				if err != nil || want != "done" && !now.Same(cart) {
					t.Errorf("%s, of a product with %s: the cart is %+v (%v)", name, change, now, err)
				}
			}
		}
	})
}

// On every engine what is not in a cart is removed from it by every door, be it in the catalogue or
// not, and the cart stays as it is.
func TestDoorsRemoveWhatIsNotThere(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		s := openInside(t, newStore())
		cart := models.Cart{ID: models.NewID(time.Now()), Products: []models.Item{}}
		s.must(t, "POST", "/api/carts", fmt.Sprintf(`{"_id":"%s"}`, cart.ID))
		visitor := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		for _, door := range []struct {
			method, path string
			status       int
		}{
			{"DELETE", "/api/carts/{cart}/products/{unknown}", 200}, {"DELETE", "/api/carts/{cart}/product/{unknown}", 200}, {"DELETE", "/api/carts/{cart}", 200},
			{"POST", "/cart/products/{unknown}/remove", 303}, {"POST", "/carts/{cart}/products/{unknown}/remove", 303},
			{"POST", "/cart/empty", 303}, {"POST", "/carts/{cart}/empty", 303},
		} {
			path := strings.NewReplacer("{cart}", cart.ID.String(), "{unknown}", models.NewID(time.Now()).String()).Replace(door.path)
			answer, text := s.send(t, visitor, door.method, path, "", "Cookie", "cart="+cart.ID.String())
			if answer.StatusCode != door.status {
				t.Errorf("%s %s: %s %.300s", door.method, path, answer.Status, text)
			}
			if now, err := s.store.Carts.Get(t.Context(), cart.ID); err != nil || now.Rev != 1 {
				t.Errorf("%s %s: the cart is %+v (%v)", door.method, path, now, err)
			}
		}
	})
}

// The id of zeros is that of no cart, and no door makes one under another id for it.
func TestDoorsKnowNoCartOfZeros(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		s := openInside(t, newStore())
		s.must(t, "POST", "/api/products", `{"_id":"`+yerba+`","title":"Y","description":"d","code":"Y","price":10,"stock":3,"category":"c"}`)
		for _, path := range []string{"/api/carts/", "/carts/"} {
			path += models.ID{}.String() + "/products/" + yerba
			if answer, text := s.send(t, http.DefaultClient, "POST", path, ""); answer.StatusCode != http.StatusNotFound {
				t.Errorf("POST %s: %s %.300s", path, answer.Status, text)
			}
		}
		if carts, total, err := s.store.Carts.List(t.Context(), 1, 10); err != nil || total != 0 {
			t.Errorf("there are %+v (%v)", carts, err)
		}
	})
}

// A chatDoor is a way to say something under an id. It returns what it was answered in words that
// all doors share.
type chatDoor func(t *testing.T, s *inside, id models.ID, user, text string) string

var chatDoors = map[string]chatDoor{"API": sayByAPI, "page": sayByForm, "socket": sayBySocket}

func sayByAPI(t *testing.T, s *inside, id models.ID, user, text string) string {
	answer, body := s.send(t, http.DefaultClient, "POST", "/api/messages", string(models.JSON(map[string]any{"_id": id, "user": user, "message": text})))
	switch answer.StatusCode {
	case http.StatusOK, http.StatusCreated:
		return "said"
	case http.StatusBadRequest:
		return "refused"
	case http.StatusTooManyRequests:
		return "too fast, wait " + answer.Header.Get("Retry-After")
	}
	return answer.Status + " " + body
}

func sayByForm(t *testing.T, s *inside, id models.ID, user, text string) string {
	visitor := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, body := s.send(t, visitor, "POST", "/chat", url.Values{"_id": {id.String()}, "user": {user}, "message": {text}}.Encode(),
		"Content-Type", "application/x-www-form-urlencoded")
	switch answer.StatusCode {
	case http.StatusSeeOther:
		return "said"
	case http.StatusBadRequest:
		return "refused"
	case http.StatusTooManyRequests:
		return "too fast, wait " + answer.Header.Get("Retry-After")
	}
	return answer.Status + " " + body
}

func sayBySocket(t *testing.T, s *inside, id models.ID, user, text string) string {
	conn, _, err := websocket.Dial(t.Context(), s.URL+"/ws", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	for _, said := range []any{
		map[string]any{"type": "hello", "user": user, "topics": []string{"messages"}},
		map[string]any{"type": "message", "id": id, "message": text},
	} {
		if err := conn.Write(t.Context(), websocket.MessageText, models.JSON(said)); err != nil {
			t.Fatal(err)
		}
	}
	for {
		_, text, err := conn.Read(t.Context())
		var f struct {
			Type, ID, Error string
			RetryAfter      int `json:"retryAfter"`
		}
		if err == nil {
			err = json.Unmarshal(text, &f)
		}
		switch {
		case err != nil:
			t.Fatal(err)
		case f.Type == "ack" && f.ID == id.String():
			return "said"
		case f.Type == "error" && f.Error == "invalid":
			return "refused"
		case f.Type == "error" && f.Error == "too_many_requests":
			return fmt.Sprint("too fast, wait ", f.RetryAfter)
		case f.Type == "error":
			return string(text)
		}
	}
}

// On every engine every door hears the same and refuses the same, and one who was too fast at one of
// them is too fast at all.
func TestDoorsOfTheChat(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		s := openInside(t, newStore(), "--messages-per-minute", "1")
		for name, say := range chatDoors {
			user := strings.ToLower(name) + "@example.com"
			for _, one := range []struct {
				text, want string
			}{
				{strings.Repeat("ñ", models.MaxMessage+1), "refused"}, {" \n ", "refused"}, {"\u0007", "refused"}, {" hola ", "said"},
			} {
				if got := say(t, s, models.NewID(time.Now()), user, one.text); got != one.want {
					t.Errorf("%s: %.20q is answered %s", name, one.text, got)
				}
			}
			for other, say := range chatDoors {
				if got := say(t, s, models.NewID(time.Now()), strings.ToUpper(user[:1])+user[1:], "otra vez"); !strings.HasPrefix(got, "too fast, wait ") {
					t.Errorf("%s after %s: %s", other, name, got)
				}
			}
		}
		all, err := s.store.Messages.Page(t.Context(), models.ID{}, 100)
		if err != nil || len(all) != len(chatDoors) {
			t.Errorf("%d messages (%v): %+v", len(all), err, all)
		}
	})
}

// On every engine an import takes carts in as they are, so that nothing is lost on the way; what
// cannot be bought here is not in their total, and no door lets it grow. What is no message is
// refused as everywhere, and what was said elsewhere goes by nobody's limit.
func TestDoorOfImports(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		store := newStore()
		lines := []string{`{"pulperia":"export","version":1}`,
			fmt.Sprintf(`{"product":{"_id":%q,"title":"A","description":"d","code":"A","price":10,"stock":3,"category":"c"}}`, yerba),
			fmt.Sprintf(`{"cart":{"_id":%q,"products":[{"product":%q,"quantity":100000}]}}`, cartID, yerba)}
		const messages = 40
		for i := range messages {
			lines = append(lines, fmt.Sprintf(`{"message":{"_id":"%s","user":"ana@example.com","message":"%d"}}`, models.NewID(time.Now()), i))
		}
		lines = append(lines, fmt.Sprintf(`{"message":{"_id":"%s","user":"ana@example.com","message":""}}`, models.NewID(time.Now())),
			fmt.Sprintf(`{"end":{"products":1,"carts":1,"messages":%d}}`, messages+1), "")
		said := imported(t, store, 1, importFile(t, "theirs.jsonl", strings.Join(lines, "\n")))
		wantSaid(t, said, "message is required", fmt.Sprintf("%d created, 0 updated, 0 the same, 1 refused", messages+2))
		s := openInside(t, store)
		id, _ := models.ParseID(cartID)
		cart, err := s.store.Carts.Get(t.Context(), id)
		if err != nil || cart.Count() != 100_000 {
			t.Fatalf("%+v %v", cart, err)
		}
		_, page := s.send(t, http.DefaultClient, "GET", "/cart", "", "Cookie", "cart="+cartID, "Accept-Language", "en")
		if !strings.Contains(page, "Only 3 left") || !strings.Contains(page, `<strong data-glow>$0.00</strong>`) {
			t.Errorf("the page counts what cannot be bought: %s", page)
		}
		if got := setByAPI(t, s, cart, cart.Products[0].Product, 100_001); got != "only 3" {
			t.Errorf("it grows: %s", got)
		}
		if got := setByAPI(t, s, cart, cart.Products[0].Product, 99_999); got != "done" {
			t.Errorf("it cannot become less: %s", got)
		}
	})
}

// What another program wrote badly into a cart can be sent back as it was read, and mended; it is
// in no total.
func TestCartOfAnotherProgram(t *testing.T) {
	t.Parallel()
	store := database(t)
	s := openInside(t, store)
	s.must(t, "POST", "/api/products", `{"_id":"`+yerba+`","title":"Y","description":"d","code":"Y","price":10,"stock":3,"category":"c"}`)
	s.must(t, "POST", "/api/products", `{"_id":"`+mate+`","title":"M","description":"d","code":"M","price":10,"stock":3,"category":"c"}`)
	mongotest.Insert(t, databaseOf(t, store).Collection("carts"), bson.M{"_id": idOf(t, cartID)["_id"], "products": bson.A{
		bson.M{"product": idOf(t, yerba)["_id"], "quantity": -3}, bson.M{"product": idOf(t, mate)["_id"], "quantity": 5_000_000},
	}})
	path := "/api/carts/" + cartID
	var own struct {
		Payload struct{ Products json.RawMessage } // and no rev, which is another one once the shop has claimed the cart
	}
	if err := json.Unmarshal([]byte(s.must(t, "GET", path, "")), &own); err != nil {
		t.Fatal(err)
	}
	read := fmt.Sprintf(`{"products":%s}`, own.Payload.Products)
	worse := strings.NewReplacer(":-3", ":-2", ":5000000", ":5000001").Replace(read)
	answer, text := s.send(t, http.DefaultClient, "PUT", path, worse)
	for _, want := range []string{`"field":"products[0].quantity","reason":"must be at least 1; got -2"`, `"field":"products[1].quantity","reason":"must be at most 1000000`} {
		if answer.StatusCode != http.StatusBadRequest || !strings.Contains(text, want) {
			t.Errorf("worse than it was: %s %s, want %s", answer.Status, text, want)
		}
	}
	if answer, text := s.send(t, http.DefaultClient, "PUT", path, read); answer.StatusCode != http.StatusOK {
		t.Errorf("as it is: %s %s", answer.Status, text)
	}
	_, page := s.send(t, http.DefaultClient, "GET", "/carts/"+cartID, "", "Accept-Language", "en")
	if !strings.Contains(page, `<strong data-glow>$0.00</strong>`) || !strings.Contains(page, "2 products can no longer be bought as they stand here") {
		t.Errorf("the page counts what cannot be bought: %s", page)
	}
	s.must(t, "PUT", path+"/products/"+mate, `{"quantity":3}`)
	s.must(t, "DELETE", path+"/products/"+yerba, "")
	if _, page := s.send(t, http.DefaultClient, "GET", "/carts/"+cartID, "", "Accept-Language", "en"); !strings.Contains(page, `<strong data-glow>$30.00</strong>`) {
		t.Errorf("it is not mended: %s", page)
	}
}
