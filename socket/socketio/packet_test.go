package socketio

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func args(list ...string) (raw []json.RawMessage) {
	raw = []json.RawMessage{}
	for _, one := range list {
		raw = append(raw, json.RawMessage(one))
	}
	return raw
}

// Packets are read as the protocol's document writes them.
func TestParseSaid(t *testing.T) {
	for text, want := range map[string]Said{
		`0`:                               {Type: Connect, Namespace: "/"},
		`0{"token":"123"}`:                {Type: Connect, Namespace: "/"},
		`0/admin,`:                        {Type: Connect, Namespace: "/admin"},
		`0/random`:                        {Type: Connect, Namespace: "/random"},
		`0/admin,{"sid":"x"}`:             {Type: Connect, Namespace: "/admin"},
		`1`:                               {Type: Disconnect, Namespace: "/"},
		`1/admin,`:                        {Type: Disconnect, Namespace: "/admin"},
		`2["foo"]`:                        {Type: Event, Namespace: "/", Name: "foo", Args: args()},
		`2/admin,["bar"]`:                 {Type: Event, Namespace: "/admin", Name: "bar", Args: args()},
		`212["foo"]`:                      {Type: Event, Namespace: "/", ID: 12, WantsAck: true, Name: "foo", Args: args()},
		`20["foo",null]`:                  {Type: Event, Namespace: "/", WantsAck: true, Name: "foo", Args: args("null")},
		`3/admin,13["bar"]`:               {Type: Ack, Namespace: "/admin", ID: 13, Args: args(`"bar"`)},
		`312[]`:                           {Type: Ack, Namespace: "/", ID: 12, Args: args()},
		`2["message",1,"2",{"3":[true]}]`: {Type: Event, Namespace: "/", Name: "message", Args: args(`1`, `"2"`, `{"3":[true]}`)},
		`51-["baz",{"_placeholder":true,"num":0}]`: {Type: BinaryEvent, Namespace: "/", Attachments: 1, Name: "baz",
			Args: args(`{"_placeholder":true,"num":0}`)},
		`52-/admin,7["baz",1]`: {Type: BinaryEvent, Namespace: "/admin", Attachments: 2, ID: 7, WantsAck: true, Name: "baz", Args: args(`1`)},
		`61-15["bar",{"_placeholder":true,"num":0}]`: {Type: BinaryAck, Namespace: "/", Attachments: 1, ID: 15,
			Args: args(`"bar"`, `{"_placeholder":true,"num":0}`)},
	} {
		got, err := ParseSaid([]byte(text))
		if diff := cmp.Diff(want, got); diff != "" || err != nil && want.Type != ConnectError {
			t.Errorf("%s: %v %s", text, err, diff)
		}
	}
}

// What is none is refused: a connection that sends it cannot be understood.
func TestParseSaidRefuses(t *testing.T) {
	for _, text := range []string{
		``, `abc`, `7`, `2`, `2{}`, `2[]`, `2[1]`, `2[null]`, `2["foo"`, `2abc["foo",1]`, `2["foo"]x`, `21`,
		`2["connect"]`, `2["disconnect"]`, `2["newListener"]`, `0[]`, `0"x"`, `0null`, `1{}`, `1"x"`,
		`3`, `3{}`, `312`, `5["foo"]`, `5x-["foo"]`, `511-["foo"]`, `5-["foo"]`, `5-1-["foo"]`,
		`2` + strings.Repeat("9", 16) + `["foo"]`, `4{"message":"x"}`,
	} {
		if got, err := ParseSaid([]byte(text)); err == nil {
			t.Errorf("%s passes as %+v", text, got)
		}
	}
}

// What the server says is written as the protocol's document has it.
func TestSaid(t *testing.T) {
	for got, want := range map[string]string{
		string(Welcome("x")):                           `40{"sid":"x"}`,
		string(Unwelcome("/random")):                   `44/random,{"message":"Invalid namespace"}`,
		string(EventOf("chat message", []byte(`"a"`))): `42["chat message","a"]`,
		string(AckOf(456, []byte(`{}`))):               `43456[{}]`,
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// Whatever comes is read or refused; what is read as an event has a name, and arguments that are
// JSON.
func FuzzParseSaid(f *testing.F) {
	for _, seed := range []string{`0`, `0/admin,{"sid":"x"}`, `212["foo",{"a":1}]`, `52-/admin,7["baz",1]`, `abc`, `3/admin,13["bar"]`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		said, err := ParseSaid(text)
		if err != nil {
			return
		}
		for _, arg := range said.Args {
			if !json.Valid(arg) {
				t.Errorf("%q: %q is no JSON", text, arg)
			}
		}
		if said.Attachments < 0 || said.Attachments > maxAttachments || said.ID < 0 || !strings.HasPrefix(said.Namespace, "/") {
			t.Errorf("%q: %+v", text, said)
		}
		ReadWords(said.Args)
		ReadUser(said.Args)
		ReadID(said.Args)
		ReadObject(said.Args)
	})
}
