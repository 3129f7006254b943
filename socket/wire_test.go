package socket

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pulperia/dao"
	"pulperia/dao/models"
)

// A refused message is answered with its id and the reason, nothing is stored, and the line stays
// open.
func TestRefusals(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		id := models.NewID(time.Now()).String()
		c := s.hello(ana, "", "messages")
		nobody := s.hello("", "", "products")
		nobody.say(message(models.NewID(time.Now()), "hola"))
		nobody.say(`{"type":"typing"}`)
		c.heard()
		for _, tt := range []struct{ text, id, names string }{
			{`{"type":"message","id":"` + id + `","message":"  "}`, id, "message is required"},
			{`{"type":"message","id":"` + id + `","message":"` + strings.Repeat("ñ", 2001) + `"}`, id, "2000"},
			{`{"type":"message","id":"` + id + `"}`, id, "message"},
			{`{"type":"message","id":"` + id + `","message":7}`, id, `"message"`},
			{`{"type":"message","id":"665F","message":"x"}`, "665F", "24 hex"},
			{`{"type":"message","id":"000000000000000000000000","message":"x"}`, "000000000000000000000000", "zeros"},
			{`{"type":"message","message":"x"}`, "", "id"},
			{`{"type":"hello","topics":[]}`, "", "hello"},
			{`{"type":"shout"}`, "", "shout"},
			{`{"type":"message","id":"` + id + `","message":"x","message":"y"}`, id, "message is given twice"},
			{`{"type":7}`, "", `"type"`},
			{`{}`, "", "type"},
			{`[]`, "", "JSON"},
			{`null`, "", "type"},
			{`{"type":"typing"} x`, "", "JSON"},
			{`x`, "", "JSON"},
			{``, "", "JSON"},
		} {
			c.say(tt.text)
			settle()
			got := c.heard("error", "ack")
			if len(got) != 1 || got[0].Error != "invalid" || got[0].ID != tt.id || !strings.Contains(got[0].Message, tt.names) {
				t.Errorf("%.80s: %+v", tt.text, got)
			}
		}
		if got := nobody.heard("error"); len(got) != 2 {
			t.Errorf("without a user: %+v", got)
		}
		if s.head()[9:] != "0" || c.code() != 0 || nobody.code() != 0 {
			t.Errorf("head %s, codes %d %d", s.head(), c.code(), nobody.code())
		}
	})
}

// hello comes first, and once; what is wrong in it is named, and it may be said again.
func TestHello(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		c := s.connect()
		many := strings.Repeat(`"products",`, 67)
		for text, names := range map[string]string{
			`{"type":"typing"}`:                                                "first",
			message(models.NewID(time.Now()), "x"):                             "first",
			`{"type":"hello","topics":["messages"]}`:                           "user",
			`{"type":"hello","user":"Ana <ana@example.com>","topics":[]}`:      "user",
			`{"type":"hello","since":"12","topics":[]}`:                        "since",
			`{"type":"hello","since":7,"topics":[]}`:                           "since",
			`{"type":"hello","topics":"products"}`:                             "topics",
			`{"type":"hello","topics":["carts"]}`:                              "carts",
			`{"type":"hello","topics":["cart:"]}`:                              "cart:",
			`{"type":"hello","topics":["cart:665F1C2AB0E84D3F9A7C1E54"]}`:      "cart:",
			`{"type":"hello","topics":["cart:*"]}`:                             "cart:",
			`{"type":"hello","topics":[` + strings.TrimRight(many, ",") + `]}`: "66",
		} {
			c.say(text)
			settle()
			if got := c.heard(); len(got) != 1 || got[0].Error != "invalid" || !strings.Contains(got[0].Message, names) {
				t.Errorf("%.80s: %+v", text, got)
			}
		}
		c.say(`{"type":"hello","user":" ana@example.com ","since":null,"topics":["messages","messages"]}`)
		settle()
		if got := c.heard("welcome"); len(got) != 1 || !cmp.Equal(got[0].People, []string{ana}) {
			t.Errorf("%+v", got)
		}
	})
}

// Every event has the contract's form, field by field.
func TestForms(t *testing.T) {
	at := dao.Position{Epoch: "9f2c61ab", Offset: 7}
	id, _ := models.ParseID("665f1c2ab0e84d3f9a7c1e54")
	for want, body := range map[string]any{
		`{"type":"welcome","position":"9f2c61ab.7","recovered":true,"people":[],"count":3}`:                                                 welcome{"", at, true, false, nil, 3},
		`{"type":"welcome","store":"0123456789abcdef","position":"9f2c61ab.7","recovered":false,"people":["a"],"count":1}`:                  welcome{"0123456789abcdef", at, false, false, []string{"a"}, 1},
		`{"type":"change","position":"9f2c61ab.7","kind":"cart","op":"put","id":"665f1c2ab0e84d3f9a7c1e54","rev":2,"doc":{"a":"<\u2028>"}}`: change{"9f2c61ab", dao.Change{Offset: 7, Kind: "cart", Op: "put", ID: id, Rev: 2, Doc: json.RawMessage(`{"a":"<\u2028>"}`)}},
		`{"type":"change","position":"9f2c61ab.7","kind":"product","op":"delete","id":"665f1c2ab0e84d3f9a7c1e54","rev":2}`:                  change{"9f2c61ab", dao.Change{Offset: 7, Kind: "product", Op: "delete", ID: id, Rev: 2}},
		`{"type":"position","position":"9f2c61ab.7"}`:                                                                                       position(at),
		`{"type":"ack","id":"665f1c2ab0e84d3f9a7c1e54","position":"9f2c61ab.7"}`:                                                            ack{id, at},
		`{"type":"error","id":"x","error":"invalid","message":"m","retryAfter":2}`:                                                          refusal{ID: "x", Code: "invalid", Message: "m", RetryAfter: 2},
		`{"type":"presence","joined":["a"],"left":[],"count":1}`:                                                                            presence{[]string{"a"}, nil, 1},
		`{"type":"typing","user":"a<b@example.com"}`:                                                                                        typing{"a<b@example.com"},
		`{"type":"store","available":false}`:                                                                                                available(false),
		`{"type":"bye","reason":"slow"}`:                                                                                                    bye{reasonSlow},
	} {
		if _, got := encode(body); string(got) != want || !json.Valid(got) {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
}

// Whatever a client says is understood or refused with a reason that is JSON; what is understood
// keeps to the rules.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		helloText, `{"type":"message","id":"665f1c2ab0e84d3f9a7c1e54","message":"x"}`, `{"type":"typing"}`, `[1]`, `{"type":"message","id":"\ud800"}`,
		`{"type":"hello","user":"ana@example.com","since":"9f2c61ab.18234","topics":["messages","cart:665f1c2ab0e84d3f9a7c1e54"]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, said []byte) {
		request, refused := decode(said)
		if refused != nil {
			if _, answer := encode(*refused); !json.Valid(answer) || len(answer) > 4<<10 {
				t.Errorf("%s", answer)
			}
			return
		}
		switch request := request.(type) {
		case hello:
			if len(request.Topics) > maxTopics || len(request.User) > 4*254 {
				t.Errorf("%+v", request)
			}
		case say:
			if request.ID.IsZero() {
				t.Error("a message without an id")
			}
		case typed:
		default:
			t.Errorf("%T", request)
		}
	})
}
