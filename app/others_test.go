package app

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// What another program deletes in the database is gone from every answer of every process at the
// next read, pages that somebody has seen included; who is connected is told of a delete, and
// nothing else changes for him. So it is when no shop was open meanwhile: who comes back with his
// old position is told then. What it changes is on every page as soon as it is in the API.
func TestOthersDelete(t *testing.T) {
	t.Parallel()
	store := database(t)
	products := databaseOf(t, store).Collection("products")
	one := openShop(t, store)
	one.stocked(t)
	body := fmt.Sprintf(`{"_id":%q,"user":"beto@example.com","message":"que se borra"}`, messageID)
	if status, _, err := one.do(http.DefaultClient, "POST", "/api/messages", body); err != nil || status != http.StatusCreated {
		t.Fatal(status, err)
	}
	two := openShop(t, store)
	shops := []*shop{one, two}
	b, since := newBrowser(t), one.position(t)
	lines := []*listener{
		dialSocket(t, one.URL, "", since, "products", "cart:"+cartID),
		dialEvents(t, two.URL, "", since, "products", "cart:"+cartID),
	}
	for _, s := range shops {
		for _, path := range []string{"/", "/products?category=almac%C3%A9n", "/realtimeproducts", "/carts/" + cartID, "/products/" + yerba} {
			b.wants(s, path, []string{"Yerba"}, nil)
		}
		b.wants(s, "/cart", []string{"Yerba"}, nil, "Cookie", "cart="+cartID)
	}

	if _, err := products.DeleteOne(t.Context(), idOf(t, yerba)); err != nil {
		t.Fatal(err)
	}
	for _, s := range shops {
		b.wantGone(s, yerba, "Yerba", 2)
	}
	chat := dialSocket(t, two.URL, "ana@example.com", since, "messages")
	b.wants(two, "/chat", []string{"que se borra"}, nil)
	if _, err := databaseOf(t, store).Collection("messages").DeleteOne(t.Context(), idOf(t, messageID)); err != nil {
		t.Fatal(err)
	}
	b.wants(two, "/chat", nil, []string{"que se borra"})
	chat.hears("delete", messageID)

	three := openShop(t, store) // a process more, and nobody loses his place
	late := dialSocket(t, three.URL, "", since, "products")
	if !late.welcomed().Recovered {
		t.Error("who comes to a new process has lost his place")
	}
	for _, l := range append(lines, late) {
		if f := l.hears("delete", yerba); f.Rev != 2 {
			t.Errorf("told of a delete at revision %d, want 2", f.Rev)
		}
	}

	for i, s := range shops {
		b.look(s, "/products/"+mate)
		title := fmt.Sprint("Bombilla ", i)
		if _, err := products.UpdateOne(t.Context(), idOf(t, mate), bson.M{"$set": bson.M{"title": title}}); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{"/", "/products/" + mate, "/realtimeproducts", "/carts/" + cartID} {
			b.wants(s, path, []string{title}, []string{">Mate<"})
		}
		for _, l := range lines {
			l.until(title, func(f frame) bool { return f.ID == mate && f.Doc.Title == title })
		}
	}

	for _, s := range []*shop{one, two, three} {
		s.ends(t)
	}
	seen := lines[0].seen
	if _, err := products.DeleteOne(t.Context(), idOf(t, termo)); err != nil {
		t.Fatal(err)
	}
	one = openShop(t, store)
	back := dialSocket(t, one.URL, "", seen, "products")
	if !back.welcomed().Recovered {
		t.Error("who comes back after a restart has lost his place")
	}
	back.hears("delete", termo)
	b.wantGone(one, termo, "Termo", 1)
	one.ends(t)
	wantSound(t, store, "Termo")
}

// wantSound fails when check finds damage, or export hands out what is deleted.
func wantSound(t *testing.T, store string, gone ...string) {
	t.Helper()
	said, code := execute(t, "check", "--store", store)
	if code != 0 {
		t.Errorf("check: %s", said)
	}
	text := exported(t, store)
	for _, word := range gone {
		if strings.Contains(text, word) {
			t.Errorf("the export has %q", word)
		}
	}
}

// A document that another program puts back from an old copy is what every answer shows, and is
// told of as a change after all that was told; the feed goes on for everybody, on every process,
// also after a restart.
func TestOthersPutBackAnOldCopy(t *testing.T) {
	t.Parallel()
	store := database(t)
	products := databaseOf(t, store).Collection("products")
	one := openShop(t, store)
	one.stocked(t)
	two := openShop(t, store)
	var copied bson.M
	for { // until it is whole
		if err := products.FindOne(t.Context(), idOf(t, mate)).Decode(&copied); err != nil {
			t.Fatal(err)
		}
		if ours, _ := copied["pulperia"].(bson.D); ours != nil && bsonHas(ours, "feed") {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	b, since := newBrowser(t), one.position(t)
	line := dialSocket(t, two.URL, "", since, "products")
	for price := range 5 {
		if status, _, err := one.do(http.DefaultClient, "PUT", "/api/products/"+mate, fmt.Sprintf(`{"title":"Mate a %d"}`, price)); err != nil || status != http.StatusOK {
			t.Fatal(status, err)
		}
	}
	line.until("the last title", func(f frame) bool { return f.Doc.Title == "Mate a 4" })
	b.wants(two, "/products/"+mate, []string{"Mate a 4"}, nil)
	if _, err := products.ReplaceOne(t.Context(), idOf(t, mate), copied); err != nil {
		t.Fatal(err)
	}
	for _, s := range []*shop{one, two} {
		b.wants(s, "/products/"+mate, []string{">Mate<"}, []string{"Mate a 4"})
	}
	if f := line.hears("put", mate); f.Rev != 7 || f.Doc.Title != "Mate" {
		t.Errorf("told: %+v, want revision 7 with the title of the copy", f)
	}
	if status, _, err := one.do(http.DefaultClient, "PUT", "/api/products/"+mate, `{"title":"Mate de nuevo"}`); err != nil || status != http.StatusOK {
		t.Fatal(status, err)
	}
	if f := line.hears("put", mate); f.Rev != 8 {
		t.Errorf("told: %+v, want revision 8", f)
	}
	one.ends(t)
	two.ends(t)
	one = openShop(t, store)
	if back := dialSocket(t, one.URL, "", since, "products"); !back.welcomed().Recovered {
		t.Error("who comes back after a restart has lost his place")
	}
	one.ends(t)
	wantSound(t, store)
}

func bsonHas(doc bson.D, name string) bool {
	for _, field := range doc {
		if field.Key == name && field.Value != nil {
			return true
		}
	}
	return false
}
