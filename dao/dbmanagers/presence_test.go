package dbmanagers

import (
	"errors"
	"net"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/connstring"

	"pulperia/dao"
	"pulperia/dao/dbmanagers/mongotest"
)

// presences are two processes on one database, with clocks that the test sets.
func presences(t *testing.T, url string) (a, b *presence, pass func(time.Duration)) {
	t.Helper()
	at := time.Now()
	process := func(ahead time.Duration) *presence {
		client, err := mongo.Connect(options.Client().ApplyURI(url))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { client.Disconnect(t.Context()) })
		parsed, err := connstring.Parse(url)
		if err != nil {
			t.Fatal(err)
		}
		return &presence{
			docs: driven{client, client.Database(parsed.Database)}.quick("presence"), timeout: 10 * time.Second,
			clock: func() time.Time { return at.Add(ahead) },
		}
	}
	return process(0), process(-time.Hour), func(d time.Duration) { at = at.Add(d) }
}

func says(t *testing.T, p *presence, node string, people ...string) {
	t.Helper()
	if err := p.Set(t.Context(), node, dao.Visitors{People: people}); err != nil {
		t.Fatal(err)
	}
}

// sees wants a process to see just these, each with its first person.
func sees(t *testing.T, what string, p *presence, want map[string]string) {
	t.Helper()
	all, err := p.All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for node, v := range all {
		got[node] = append(v.People, "nobody")[0]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// Whoever says nothing more is left out and deleted, by whoever notices; clocks that differ by an
// hour do not matter. Who was only away comes back with all that he says, though he says nothing
// new.
func TestPresenceStandsStill(t *testing.T) {
	a, b, pass := presences(t, mongotest.URI(t))
	says(t, a, "a", "ana")
	says(t, b, "b", "beto")
	both := map[string]string{"a": "ana", "b": "beto"}
	sees(t, "at first", a, both)
	sees(t, "at first", b, both)
	for range 3 {
		pass(dao.PresenceTTL / 3)
		says(t, b, "b", "beto")
		sees(t, "silent for some seconds", b, both)
	}
	pass(time.Second)
	sees(t, "silent for long", b, map[string]string{"b": "beto"})
	if n, err := a.docs.count(t.Context(), bson.M{}); err != nil || n != 1 {
		t.Errorf("%d documents are left, %v", n, err)
	}
	says(t, a, "a", "ana")
	sees(t, "after it came back", b, both)
	sees(t, "after it was long since it looked", a, both)
}

// The names are most of it, and travel only when they are others.
func TestPresenceNamesTravelOnce(t *testing.T) {
	a, b, _ := presences(t, mongotest.URI(t))
	says(t, a, "a", "ana")
	sees(t, "at first", b, map[string]string{"a": "ana"})
	if _, err := a.docs.write(t.Context(), true, write{updateOne, bson.M{"_id": "a"}, bson.M{"$set": bson.M{"people": bson.A{"somebody else"}}}}); err != nil {
		t.Fatal(err)
	}
	says(t, a, "a", "ana")
	sees(t, "names that are known", b, map[string]string{"a": "ana"})
	late := &presence{docs: b.docs, timeout: b.timeout}
	sees(t, "what was not written again", late, map[string]string{"a": "somebody else"})
	says(t, a, "a", "beto")
	sees(t, "other names", b, map[string]string{"a": "beto"})
}

// What others put into the collection takes nobody's presence down.
func TestPresenceAmongJunk(t *testing.T) {
	a, b, pass := presences(t, mongotest.URI(t))
	junk := []any{
		bson.M{"_id": bson.NewObjectID(), "people": bson.A{"x"}}, bson.M{"_id": "number", "people": 5, "seq": int64(1)},
		bson.M{"_id": "text", "seq": "many"}, bson.M{"_id": "null", "seq": nil, "people": nil, "typing": nil},
	}
	mongotest.Insert(t, a.docs.(driverTable).coll, junk...)
	for range 2 {
		says(t, a, "a", "ana")
		all, err := b.All(t.Context())
		if err != nil || len(all["a"].People) != 1 {
			t.Errorf("%v %v", all, err)
		}
		pass(dao.PresenceTTL + time.Second)
	}
}

// A database that does not answer is unavailable, within the time that one operation may take.
func TestPresenceUnreachable(t *testing.T) {
	nobody, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and never answers
	if err != nil {
		t.Fatal(err)
	}
	defer nobody.Close()
	a, _, _ := presences(t, "mongodb://"+nobody.Addr().String()+"/x")
	a.timeout = 100 * time.Millisecond
	_, allErr := a.All(t.Context())
	for what, err := range map[string]error{
		"set":             a.Set(t.Context(), "a", dao.Visitors{People: []string{"ana"}}),
		"set with nobody": a.Set(t.Context(), "a", dao.Visitors{}),
		"all":             allErr,
	} {
		if !errors.Is(err, dao.ErrUnavailable) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
