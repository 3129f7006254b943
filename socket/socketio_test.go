package socket

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"pulperia/dao/models"
	"pulperia/shop"
)

const said = `42["message",{"user":"ana@example.com","message":"hola"}]`

// last returns the last of some texts, which must be there.
func last(t testing.TB, texts []string) string {
	t.Helper()
	if len(texts) == 0 {
		t.Fatal("nothing has come")
	}
	return texts[len(texts)-1]
}

// Who connects is told both lists by the first names there are; who is known by a name that he sends
// gets them by those that go with it.
func TestFamilies(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		s.post("antes")
		c := s.connected()
		c.say(`42["nuevoUsuario",{"user":"ana@example.com"}]`)
		settle()
		if got := textsOf(t, last(t, c.named("mensajes"))); !cmp.Equal(got, []string{"antes"}) {
			t.Errorf("%q", got)
		}
		s.post("después")
		settle()
		for _, packet := range c.heard() {
			if strings.Contains(packet, "messageLogs") {
				t.Errorf("who says mensaje is told by another name: %.60s", packet)
			}
		}
	})
}

// What is learnt of a page holds for who comes from it again, and for nobody elsewhere.
func TestFamilyOfPage(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		names := func(headers ...string) (names string) {
			c, _ := s.frames(headers...)
			c.say("40")
			settle()
			for _, packet := range c.heard()[1:] {
				name, _, _ := strings.Cut(packet, ",")
				names += name
			}
			return names
		}
		c, viewer := s.connected("Referer", "http://shop.example/chat.html"), s.connected("Referer", "http://shop.example/chat.html")
		c.say(`42["mensaje",{"user":"ana","message":"hola"}]`)
		settle()
		if got := names("Referer", "http://shop.example/chat.html"); got != `42["mensajes"42["products"` {
			t.Errorf("from the same page: %s", got)
		}
		if got := textsOf(t, last(t, viewer.named("mensajes"))); !cmp.Equal(got, []string{"hola"}) {
			t.Errorf("who was there already is told %q", got)
		}
		for _, other := range [][]string{nil, {"Referer", "http://shop.example/"}} {
			if got := names(other...); got != `42["messageLogs"42["products"` {
				t.Errorf("from %v: %s", other, got)
			}
		}
	})
}

// An answer comes when what was said is stored, and everybody is told of it once, in the feed's
// order: each message by itself, and the list, which never tells of more than was told before.
func TestSaidIsStored(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		ana, beto := s.connected(), s.connected()
		const n = 30
		for i := range n {
			ana.say(fmt.Sprintf(`42%d["chatMessage",{"email":"ana@example.com","text":"%d"}]`, i, i))
			time.Sleep(20 * time.Millisecond)
		}
		settle()
		settle()
		page, err := s.hub.Shop.Messages.Page(context.Background(), models.ID{}, 100)
		if err != nil || len(page) != n {
			t.Fatalf("%d %v", len(page), err)
		}
		acks, told := 0, []string{}
		for _, packet := range ana.heard() {
			if strings.HasPrefix(packet, fmt.Sprintf(`43%d[{"status":"success","payload":{"_id":"%s"`, acks, page[acks%n].ID)) {
				acks++
			}
		}
		lists := 0
		for _, packet := range beto.heard() {
			switch {
			case strings.HasPrefix(packet, `42["message",`):
				var m struct{ Text string }
				json.Unmarshal([]byte(strings.TrimSuffix(packet[len(`42["message",`):], "]")), &m)
				told = append(told, m.Text)
			case strings.HasPrefix(packet, `42["messageLogs",`):
				lists++
				if list := textsOf(t, packet[len(`42["messageLogs",`):]); !slices.Equal(list, told) {
					t.Errorf("a list of %d when %d were told", len(list), len(told))
				}
			}
		}
		if acks != n || len(told) != n || lists < 2 || lists > 5 {
			t.Errorf("%d answers, %d told, %d lists", acks, len(told), lists)
		}
	})
}

// What is refused is named, to who asks for an answer by that, too, and nothing is stored.
func TestSocketIORefusals(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		c := s.connected()
		for text, want := range map[string]string{
			`["message",{"user":"ana","message":" "}]`:     `"error":"invalid"…"field":"message"`,
			`["message",{"message":"x"}]`:                  `"error":"invalid"…"field":"user"`,
			`["message",{"user":"a","message":7}]`:         `"error":"invalid"…"field":"message"`,
			`["authenticated",""]`:                         `"error":"invalid"…"field":"user"`,
			`["dance"]`:                                    `"error":"invalid","message":"Not accepted: there is no event \"dance\" here.`,
			`["addProduct",7]`:                             `"error":"invalid"…"field":"product"`,
			`["deleteProduct","x"]`:                        `"error":"invalid"…"field":"id"`,
			`["deleteProduct","665f1c2ab0e84d3f9a7c1e54"]`: `"error":"not_found"`,
		} {
			c.say("427" + text)
			settle()
			got := c.heard()
			begins, within, _ := strings.Cut(want, "…")
			var event, ack string
			for _, packet := range got {
				if arg, is := strings.CutPrefix(packet, `42["error",`); is {
					event = strings.TrimSuffix(arg, "]")
				}
				if arg, is := strings.CutPrefix(packet, `437[`); is {
					ack = strings.TrimSuffix(arg, "]")
				}
			}
			if event != ack || !strings.HasPrefix(event, `{"status":"error",`+begins) || !strings.Contains(event, within) {
				t.Errorf("%s: %q", text, got)
			}
		}
		if s.head()[9:] != "0" || c.code() != 0 {
			t.Errorf("head %s, code %d", s.head(), c.code())
		}
		c.say(`451-7["message",{"user":"ana","message":{"_placeholder":true,"num":0}}]`)
		c.socket.Write(context.Background(), 2, []byte{1, 2, 3})
		c.say(`40/admin,`, `42/admin,["message","x"]`, `41/admin,`, said)
		settle()
		got := c.heard()
		if !strings.HasPrefix(got[0], `42["error",{"status":"error","error":"invalid"`) && !strings.Contains(got[0], "bytes") {
			t.Errorf("%q", got)
		}
		if !slices.Contains(got, `44/admin,{"message":"Invalid namespace"}`) || !strings.Contains(strings.Join(got, ""), "hola") {
			t.Errorf("%q", got)
		}
	})
}

// Only who has the right adds and removes products, whoever else is told of them; and nobody sees
// an address without his right.
func TestSocketIORights(t *testing.T) {
	inBubble(t, Options{Who: whoByHeader, ReadProduct: anyProduct}, func(s *testShop) {
		c, other := s.connected("Visit", "aaaaaaaa"), s.connected("Visit", "bbbbbbbb")
		c.say(`421["addProduct",{"title":"x"}]`, `422["deleteProduct","665f1c2ab0e84d3f9a7c1e54"]`)
		settle()
		if got := strings.Join(c.heard(), " "); strings.Count(got, `"error":"unauthorized"`) != 4 {
			t.Errorf("%s", got)
		}
		c.say(`42["authenticated",{"email":"ana.perez@example.com"}]`, `42["message",{"email":"ana.perez@example.com","message":"hola"}]`)
		time.Sleep(2 * time.Second)
		settle()
		got := strings.Join(other.heard(), " ")
		if strings.Contains(got, "perez") || strings.Contains(got, "example.com") {
			t.Errorf("an address is out: %s", got)
		}
		if !strings.Contains(got, `"user":"ana","email":"ana","username":"ana","name":"ana"`) || !strings.Contains(got, `42["newUserConnected","ana"]`) {
			t.Errorf("%s", got)
		}
		if late := last(t, s.anew("Visit", "cccccccc").named("messageLogs")); !strings.Contains(late, `"user":"ana"`) || strings.Contains(late, "perez") {
			t.Errorf("%s", late)
		}
	})
	inBubble(t, Options{ReadProduct: anyProduct}, func(s *testShop) {
		c, other := s.connected(), s.connected()
		c.say(`421["createProduct",{"title":"x"}]`)
		settle()
		got := strings.Join(c.heard(), " ")
		_, id, _ := strings.Cut(got, `431[{"status":"success","payload":{"_id":"`)
		if len(id) < 24 {
			t.Fatalf("%s", got)
		}
		c.say(`422["deleteProduct",{"_id":"` + id[:24] + `"}]`)
		settle()
		settle()
		told := strings.Join(other.heard(), " ")
		if !strings.Contains(told, `42["newProduct",{"id":"`+id[:24]) || !strings.Contains(told, `42["productDeleted","`+id[:24]+`"]`) || !strings.HasSuffix(told, `42["products",[]]`) {
			t.Errorf("%s", told)
		}
	})
}

// A list of products that has no room for all says so behind itself, where pages that know of one
// argument do not look; one that is whole does not.
func TestListSaysThatItIsCut(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		add := func(n int) {
			for i := range n {
				p := models.Product{Title: "p", Description: strings.Repeat("x", 10_000), Code: fmt.Sprint(n, " ", i), Price: 10, Stock: 1, Category: "c"}
				if _, _, err := s.hub.Shop.CreateProduct(context.Background(), p); err != nil {
					t.Fatal(err)
				}
			}
		}
		c := s.connected()
		add(3)
		for _, cut := range []bool{false, true} {
			settle()
			var args []json.RawMessage
			packet := last(t, slices.DeleteFunc(c.heard(), func(packet string) bool {
				return !strings.HasPrefix(packet, `42["products",`)
			}))
			if err := json.Unmarshal([]byte(packet[2:]), &args); err != nil {
				t.Fatal(err)
			}
			var list []json.RawMessage
			json.Unmarshal(args[1], &list)
			if want := fmt.Sprintf(`{"partial":true,"shown":%d,"all":"/api/products"}`, len(list)); cut != (len(args) == 3) || cut && string(args[2]) != want {
				t.Errorf("a list of %d, and behind it %q", len(list), args[2:])
			}
			if !cut {
				add(40)
			}
		}
	})
}

func anyProduct([]byte) (models.Product, error) {
	return models.Product{Title: "Yerba", Description: "d", Code: "y", Price: 10, Stock: 1, Category: "c"}, nil
}

// anew is frames for a client that takes part and has heard nothing yet.
func (s *testShop) anew(headers ...string) *engineClient {
	c, _ := s.frames(headers...)
	c.say("40")
	settle()
	return c
}

// Who is here is told to the others, as a text or as an object, as they say it themselves; he counts
// as here, and leaves with his line.
func TestSocketIOPeople(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		page := s.hello(beto, "", "messages")
		text, object := s.connected(), s.connected()
		object.say(`42["authenticated",{"user":"carla@example.com"}]`)
		time.Sleep(2 * time.Second)
		text.heard()
		object.heard()
		page.heard()
		text.say(`42["authenticated","ana@example.com"]`)
		page.hears("ana", 2*time.Second, []string{ana}, nil, 3)
		if got := text.named("newUserConnected"); len(got) != 0 {
			t.Errorf("she is told of herself: %q", got)
		}
		if got := object.named("newUserConnected"); len(got) != 1 || got[0] != `{"user":"ana@example.com","email":"ana@example.com","username":"ana@example.com","name":"ana@example.com"}` {
			t.Errorf("%q", got)
		}
		text.say(`42["authenticated","anita@example.com"]`)
		page.hears("anita", 6*time.Second, []string{"anita@example.com"}, []string{ana}, 3)
		text.socket.CloseNow()
		page.hears("nobody", 6*time.Second, nil, []string{"anita@example.com"}, 2)
	})
}

// A reader of Socket.IO that takes nothing is closed as slow, with no more waiting for it than the
// bound; lists do not pile up behind it. One that reads late has the newest list, and its place.
func TestSlowSocketIO(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		slow, answer := s.request(strings.Replace(handshake, "/ws", "/socket.io/?EIO=4&transport=websocket", 1) + "\r\n")
		if answer.StatusCode != 101 {
			t.Fatal(answer.Status)
		}
		slow.Write(text("40"))
		settle()
		polls, _ := s.polling()
		polls.post("40")
		other := s.connected()
		for i := range 100 {
			s.post(strings.Repeat("x", models.MaxMessage))
			if i%5 < 4 {
				continue
			}
			settle()
			for _, c := range s.hub.connected() {
				c.mu.Lock()
				if len(c.queue.parcels) > 1 && c.queue.size > maxQueue+maxFrame || c.queue.size > maxList+maxFrame {
					t.Errorf("%d bytes wait in %d parcels", c.queue.size, len(c.queue.parcels))
				}
				c.mu.Unlock()
			}
		}
		for end := time.Now().Add(2 * stallTimeout); count(s.hub.metrics.closed[reasonSlow]) < 2 && time.Now().Before(end); {
			time.Sleep(time.Second)
			other.say("3")
		}
		if n := count(s.hub.metrics.closed[reasonSlow]); n != 2 {
			t.Errorf("%v were slow", n)
		}
		told, lists := 0, ""
		for _, packet := range other.heard() {
			if strings.HasPrefix(packet, `42["message",`) {
				told++
			}
			if arg, is := strings.CutPrefix(packet, `42["messageLogs",`); is {
				lists = arg
				if len(packet) > maxList+100 {
					t.Errorf("a list of %d bytes", len(packet))
				}
			}
		}
		if told != 100 || len(textsOf(t, lists)) < 35 {
			t.Errorf("another was told %d messages, and then a list of %d", told, len(textsOf(t, lists)))
		}
	})
}

// A list holds the last hundred messages, and the products up to their number; what is changed stays
// where it is, and what goes makes room for what had none.
func TestLists(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		s.posts(130)
		c := s.anew()
		got := textsOf(t, last(t, c.named("messageLogs")))
		if len(got) != 100 || got[0] != "30" || got[99] != "129" {
			t.Errorf("%d messages, from %q", len(got), got[0])
		}
		s.posts(3)
		settle()
		settle()
		if got = textsOf(t, last(t, c.named("messageLogs"))); len(got) != 100 || got[0] != "33" || got[99] != "2" {
			t.Errorf("%d messages, from %q to %q", len(got), got[0], got[99])
		}
		var products []models.Product
		for i := range 3 {
			p, _, err := s.hub.Shop.CreateProduct(context.Background(), models.Product{Title: fmt.Sprint("p", i), Description: "d", Code: fmt.Sprint(i), Price: 10, Stock: 1, Category: "c"})
			if err != nil {
				t.Fatal(err)
			}
			products = append(products, p)
		}
		s.hub.Shop.ChangeProduct(context.Background(), products[0].ID, func(p *models.Product) error { p.Price = 7000; return nil })
		s.hub.Shop.RemoveProduct(context.Background(), products[1].ID)
		settle()
		settle()
		late := s.anew()
		for _, list := range []string{last(t, c.named("products")), last(t, late.named("products"))} {
			var told []struct {
				ID, Title string
				Price     float64
			}
			if err := json.Unmarshal([]byte(list), &told); err != nil || len(told) != 2 || told[0].Title != "p0" || told[0].Price != 7 || told[1].Title != "p2" {
				t.Errorf("%+v %v", told, err)
			}
		}
	})
}

// As the hub keeps them, the lists are those that the store has, whatever is done to it meanwhile
// and whenever somebody comes.
func TestListsAreTheStores(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		var ids []models.ID
		for i := range 40 {
			p, _, err := s.hub.Shop.CreateProduct(context.Background(), models.Product{Title: fmt.Sprint("p", i), Description: "d", Code: fmt.Sprint(i), Price: 10, Stock: 1, Category: "c"})
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, p.ID)
		}
		c := s.anew()
		s.hub.mu.Lock()
		for _, l := range s.hub.speech.lists { // as if the catalogue were larger than a list
			if l.topic == topicGoods {
				l.most, l.events, l.whole = 10, slices.Clone(l.events[30:]), false
			}
		}
		s.hub.mu.Unlock()
		for i := range 40 {
			if i%3 > 0 {
				s.hub.Shop.RemoveProduct(context.Background(), ids[len(ids)-1-i])
			} else {
				s.hub.Shop.CreateProduct(context.Background(), models.Product{Title: fmt.Sprint("q", i), Description: "d", Code: fmt.Sprint("q", i), Price: 10, Stock: 1, Category: "c"})
			}
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(5 * time.Second)
		synctest.Wait()
		page, err := s.hub.Shop.Products.List(context.Background(), models.ProductQuery{Limit: 10, Backwards: true})
		if err != nil {
			t.Fatal(err)
		}
		var told []struct{ Title string }
		json.NewDecoder(strings.NewReader(last(t, c.named("products")))).Decode(&told) // the list, not what is said of it
		for i, p := range told {
			if want := page.Products[len(told)-1-i].Title; p.Title != want {
				t.Errorf("product %d is %s, want %s", i, p.Title, want)
			}
		}
		if len(told) < 5 {
			t.Errorf("%d products of %d", len(told), page.Total)
		}
	})
}

// Pages of other sites are kept out of every request; those that may connect are told so, and are
// nobody.
func TestSocketIOOrigins(t *testing.T) {
	inBubble(t, Options{Origins: []string{"https://partner.example"}}, func(s *testShop) {
		listed, _ := s.polling("Origin", "https://partner.example")
		if status, text := listed.post("40"); status != 200 {
			t.Errorf("who is listed: %d %s", status, text)
		}
		own, _ := s.polling()
		for _, headers := range [][]string{
			{"Origin", "https://evil.example"},
			{"Origin", "null"},
			{"Sec-Fetch-Site", "cross-site"},
		} {
			foreign := s.engineClient(headers...)
			foreign.session = own.session
			if status, text := foreign.post("40"); status != 403 {
				t.Errorf("%v posts: %d %s", headers, status, text)
			}
			if headers[0] != "Origin" {
				continue
			}
			if status, _ := foreign.poll(); status != 403 {
				t.Errorf("%v polls: %d", headers, status)
			}
			if foreign.dial("websocket") == nil {
				t.Errorf("%v has a line", headers)
			}
		}
		request, _ := http.NewRequest("OPTIONS", engine+"polling", nil)
		request.Header = http.Header{"Origin": {"https://partner.example"}, "Access-Control-Request-Headers": {"x-a"}}
		answer, err := own.http.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if h := answer.Header; answer.StatusCode != 204 || h.Get("Access-Control-Allow-Origin") != "https://partner.example" || h.Get("Access-Control-Allow-Headers") != "x-a" {
			t.Errorf("%d %v", answer.StatusCode, h)
		}
	})
}

// The limits of the other doors hold here: places, frames, sizes, and the time to say something.
func TestSocketIOLimits(t *testing.T) {
	inBubble(t, Options{MaxConnections: 2, FramesPerMinute: 30}, func(s *testShop) {
		c, _ := s.frames()
		p, _ := s.polling()
		late := s.engineClient()
		if status, text := late.ask("GET", "polling", ""); status != 429 || !strings.Contains(text, "too_many_requests") {
			t.Errorf("the third place: %d %s", status, text)
		}
		if late.dial("websocket") == nil {
			t.Error("there is a third line")
		}
		time.Sleep(11 * time.Second) // nobody has connected
		settle()
		if c.code() != 1008 {
			t.Errorf("who says nothing: %d", c.code())
		}
		time.Sleep(4 * time.Second)
		if status, _ := p.poll(); status != 400 {
			t.Errorf("who polls and says nothing: %d", status)
		}
		c, _ = s.frames()
		for range 20 {
			c.say("3")
		}
		settle()
		if c.code() != 4029 {
			t.Errorf("too many frames: %d", c.code())
		}
		p, _ = s.polling()
		if status, _ := p.post(strings.Repeat("3\x1e", 20) + "3"); status != 400 {
			t.Errorf("too many packets: %d", status)
		}
		time.Sleep(4 * time.Second)
		if p, _ = s.polling(); true {
			if status, _ := p.post("4" + strings.Repeat("x", maxFrame)); status != 413 {
				t.Errorf("too large: %d", status)
			}
		}
	})
}

// When the shop closes everybody is told so, and comes back to another with the lists; what was said
// before is in them.
func TestSocketIORestart(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		c := s.connected()
		p, _ := s.polling()
		p.post("40")
		for got := ""; !strings.Contains(got, `"products"`); {
			_, text := p.poll()
			got += text
		}
		c.say(said)
		for got := ""; !strings.Contains(got, `"messageLogs"`); {
			_, text := p.poll()
			got += text
		}
		waits := make(chan string, 1)
		go func() { _, text := p.poll(); waits <- text }()
		settle()
		s.hub.Close(context.Background())
		settle()
		if got := last(t, c.heard()); got != `42["bye",{"type":"bye","reason":"shutdown"}]` || c.code() != 1001 {
			t.Errorf("%s, %d", got, c.code())
		}
		if got := <-waits; got != `42["bye",{"type":"bye","reason":"shutdown"}]`+"\x1e1" {
			t.Errorf("who polls: %q", got)
		}
		other := s.over(shop.New(s.store, shop.Options{}))
		if got := textsOf(t, last(t, other.anew().named("messageLogs"))); !cmp.Equal(got, []string{"hola"}) {
			t.Errorf("%q", got)
		}
	})
}
