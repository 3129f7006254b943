package socketio

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pulperia/dao/models"
)

// The table has each name once for what it is about, and every cell has one name for strangers, its
// first.
func TestNames(t *testing.T) {
	type key struct {
		name string
		does Does
	}
	seen, firsts := map[key]bool{}, map[Does][]string{}
	asked := map[string]Does{}
	for _, row := range names {
		if seen[key{row.name, row.does}] {
			t.Errorf("%s stands twice for %d", row.name, row.does)
		}
		seen[key{row.name, row.does}] = true
		if row.does < TellsMessages {
			if asked[row.name] != 0 {
				t.Errorf("%s asks for two things", row.name)
			}
			asked[row.name] = row.does
			continue
		}
		if row.family&Strangers != 0 || firsts[row.does] == nil {
			firsts[row.does] = append(firsts[row.does], row.name)
		}
	}
	want := map[Does][]string{
		TellsMessages: {"messageLogs"}, TellsMessage: {"message"}, TellsPerson: {"newUserConnected"},
		TellsProducts: {"products"}, TellsAdded: {"newProduct"}, TellsChanged: {"updateProduct"}, TellsRemoved: {"productDeleted"},
	}
	if diff := cmp.Diff(want, firsts); diff != "" {
		t.Error(diff)
	}
}

// What a client knows is learnt from what it sends, more with each name; what it sends of the chat
// says nothing of the products.
func TestHear(t *testing.T) {
	type told struct{ Messages, Message, Person, Products, Added []string }
	of := func(f Family) told {
		return told{f.Names(TellsMessages), f.Names(TellsMessage), f.Names(TellsPerson), f.Names(TellsProducts), f.Names(TellsAdded)}
	}
	first := told{[]string{"messageLogs"}, []string{"message"}, []string{"newUserConnected"}, []string{"products"}, []string{"newProduct"}}
	for _, tt := range []struct {
		sent []string
		want func(told) told
	}{
		{nil, func(x told) told { return x }},
		{[]string{"dance"}, func(x told) told { return x }},
		{[]string{"mensaje"}, func(x told) told {
			x.Messages, x.Message, x.Person = []string{"mensajes"}, []string{"mensaje"}, []string{"nuevoUsuario"}
			return x
		}},
		{[]string{"chat message"}, func(x told) told {
			x.Messages, x.Message, x.Person = nil, []string{"chat message"}, nil
			return x
		}},
		{[]string{"message", "newMessage"}, func(x told) told {
			x.Messages, x.Message, x.Person = []string{"messages"}, []string{"message", "newMessage"}, []string{"userConnected", "newUser"}
			return x
		}},
		{[]string{"authenticated", "mensaje"}, func(x told) told {
			x.Messages, x.Message, x.Person = []string{"mensajes"}, []string{"mensaje"}, []string{"nuevoUsuario"}
			return x
		}},
		{[]string{"agregarProducto"}, func(x told) told {
			x.Products, x.Added = []string{"productos"}, nil
			return x
		}},
	} {
		f := Strangers
		for _, name := range tt.sent {
			f = f.Hear(name)
		}
		if diff := cmp.Diff(tt.want(first), of(f)); diff != "" {
			t.Errorf("%q: %s", tt.sent, diff)
		}
	}
	if got := Strangers.Listen("productos").Names(TellsProducts); !cmp.Equal(got, []string{"productos"}) {
		t.Errorf("who says that it listens for productos gets %q", got)
	}
}

// What clients write is read in all of its spellings; what is wrong is named.
func TestRead(t *testing.T) {
	for text, want := range map[string]Words{
		`{"user":"ana","message":"hola"}`:                          {User: "ana", Text: "hola"},
		`{"email":"a@b.c","text":"hola"}`:                          {User: "a@b.c", Text: "hola"},
		`{"username":"ana","body":"hola"}`:                         {User: "ana", Text: "hola"},
		`{"user":"","name":"ana","message":null,"mensaje":"hola"}`: {User: "ana", Text: "hola"},
		`"hola"`: {Text: "hola"},
		`{"_id":"665f1c2ab0e84d3f9a7c1e54","user":"ana","message":"hola"}`: {ID: models.ID{0x66, 0x5f, 0x1c, 0x2a, 0xb0, 0xe8, 0x4d, 0x3f, 0x9a, 0x7c, 0x1e, 0x54}, User: "ana", Text: "hola"},
		`null`: {},
	} {
		if got, err := ReadWords(args(text)); got != want || err != nil {
			t.Errorf("%s: %+v %v", text, got, err)
		}
	}
	for text, field := range map[string]string{
		`7`: "message", `["x"]`: "message", `{"user":7,"message":"x"}`: "user", `{"user":"x","message":{}}`: "message",
		`{"_id":"x","user":"a","message":"b"}`: "_id", `{"user":"a","user":"b","message":"x"}`: "user", `{"user":"\ud800","message":"x"}`: "user",
	} {
		_, err := ReadWords(args(text))
		if wrong, is := err.(models.Invalid); !is || !wrong.Has(field) {
			t.Errorf("%s: %v", text, err)
		}
	}
	const id = "665f1c2ab0e84d3f9a7c1e54"
	for _, text := range []string{`"` + id + `"`, `{"id":"` + id + `"}`, `{"_id":"` + id + `"}`} {
		if got, err := ReadID(args(text)); got.String() != id || err != nil {
			t.Errorf("%s: %v %v", text, got, err)
		}
	}
	for _, text := range []string{`7`, `{}`, `{"id":7}`, `"x"`, `null`} {
		if got, err := ReadID(args(text)); err == nil {
			t.Errorf("%s: %v", text, got)
		}
	}
}

// A message has what all families look for; of an address that may not be seen nothing is in it.
func TestShow(t *testing.T) {
	got, err := ShowMessage([]byte(`{"_id":"665f1c2ab0e84d3f9a7c1e54","user":"ana","mark":"k7","staff":false,"message":"hola","createdAt":"2026-11-23T12:00:00.000Z"}`))
	var m map[string]string
	if json.Unmarshal(got, &m); err != nil || m["email"] != "ana" || m["username"] != "ana" || m["name"] != "ana" || m["text"] != "hola" || m["body"] != "hola" {
		t.Errorf("%s %v", got, err)
	}
	got, err = ShowProduct([]byte(`{"_id":"665f1c2ab0e84d3f9a7c1e54","title":"Yerba","thumbnails":["/a.png","/b.png"]}`))
	if want := `{"id":"665f1c2ab0e84d3f9a7c1e54","thumbnail":"/a.png","_id":"665f1c2ab0e84d3f9a7c1e54","title":"Yerba","thumbnails":["/a.png","/b.png"]}`; string(got) != want || err != nil {
		t.Errorf("%s %v", got, err)
	}
}
