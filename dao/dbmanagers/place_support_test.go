package dbmanagers

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/connstring"

	"pulperia/dao"
	"pulperia/dao/dbmanagers/mongotest"
	"pulperia/dao/models"
)

var (
	faultSeed  = flag.Uint64("faults.seed", uint64(time.Now().UnixNano()), "seed of the tests with faults")
	faultTimes = flag.Int("faults.times", 1, "how many times longer than usual the tests with faults are")
)

// patient is how long a test waits for what should come within a second, or with the next round of an
// idle shop, which is 40 s later: the machine may be busy.
const patient = 3 * time.Minute

// place is a database of a test's own, with the bare driver beside the engines on it.
type place struct {
	*testing.T
	ctx    context.Context
	url    string
	db     *mongo.Database
	random *rand.Rand
}

func newPlace(t *testing.T) *place {
	t.Helper()
	return placeAt(t, mongotest.URI(t))
}

func placeAt(t *testing.T, url string) *place {
	t.Helper()
	parsed, err := connstring.Parse(url)
	if err != nil {
		t.Fatal(err)
	}
	client, err := mongo.Connect(options.Client().ApplyURI(url))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Disconnect(context.Background()) })
	t.Attr("seed", strconv.FormatUint(*faultSeed, 10))
	t.Logf("repeat it with -faults.seed=%d", *faultSeed)
	return &place{t, context.Background(), url, client.Database(parsed.Database), rand.New(rand.NewPCG(*faultSeed, 0))}
}

// in returns the place for a subtest.
func (p *place) in(t *testing.T) *place {
	inner := *p
	inner.T = t
	return &inner
}

// process is an engine as one process has it open.
type process struct {
	dao.Store
	*engine
	*place
}

// open opens the place's database as one more process would.
func (p *place) open(o Options) process {
	p.Helper()
	return p.openAt(p.url, o)
}

// openAt opens it by another way than the bare driver goes: through a proxy.
func (p *place) openAt(url string, o Options) process {
	p.Helper()
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s, err := Open(p.ctx, url, o)
	if err != nil {
		p.Fatal(err)
	}
	p.Cleanup(func() { s.Close() })
	return process{s, s.Engine.(*engine), p}
}

// await returns when something is so.
func (p *place) await(what string, so func() bool) {
	p.Helper()
	for end := time.Now().Add(patient); !so(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			p.Fatalf("waited for %v in vain: %s", patient, what)
		}
	}
}

func (p *place) ok(what string, err error) {
	p.Helper()
	if err != nil {
		p.Fatalf("%s: %v", what, err)
	}
}

func (p *place) fails(what string, err, want error) {
	p.Helper()
	if !errors.Is(err, want) {
		p.Fatalf("%s: error %v, want %v", what, err, want)
	}
}

// document reads a document as it stands in the database; nil when it is not there.
func (p *place) document(coll string, key any) bson.Raw {
	p.Helper()
	raw, err := p.db.Collection(coll).FindOne(p.ctx, bson.M{"_id": key}).Raw()
	if errors.Is(err, mongo.ErrNoDocuments) {
		return nil
	}
	p.ok("read "+coll, err)
	return raw
}

// howMany counts documents.
func (p *place) howMany(coll string, filter bson.M) int64 {
	p.Helper()
	n, err := p.db.Collection(coll).CountDocuments(p.ctx, filter)
	p.ok("count "+coll, err)
	return n
}

// settled returns when every change is in its document, and every document of another program claimed.
func (p *place) settled() {
	p.Helper()
	missing := ""
	defer func() {
		if p.Failed() {
			p.Log("not brought forward: " + missing)
		}
	}()
	p.await("all is brought forward", func() bool {
		missing = cmp.Or(p.unclaimed(), p.behind(), p.unnoted())
		return missing == ""
	})
}

// unclaimed names a collection with documents of another program that nobody has claimed yet; "" for none.
func (p *place) unclaimed() string {
	p.Helper()
	for _, coll := range []string{"products", "carts", "messages"} {
		if p.howMany(coll, bson.M{stampField: nil}) > 0 {
			return "unclaimed documents in " + coll
		}
	}
	return ""
}

// unnoted tells of what neither meta nor the last step says that it is brought forward; "" for nothing.
func (p *place) unnoted() string {
	p.Helper()
	var meta storeMeta
	var head entry
	last := options.FindOne().SetSort(bson.M{"_id": -1})
	if p.db.Collection("feed").FindOne(p.ctx, bson.M{}, last).Decode(&head) != nil {
		return ""
	}
	p.ok("read meta", p.db.Collection("meta").FindOne(p.ctx, bson.M{"_id": "store"}).Decode(&meta))
	if applied := max(meta.Applied, head.Applied); applied < head.end() {
		return fmt.Sprintf("meta and head tell of %d, the feed ends with %d", applied, head.end())
	}
	return ""
}

// behind names a document that lacks what the feed tells of it; "" for none.
func (p *place) behind() string {
	p.Helper()
	last := map[valueKey]*change{}
	cursor, err := p.db.Collection("feed").Find(p.ctx, bson.M{}, options.Find().SetSort(bson.M{"_id": 1}))
	p.ok("read the feed", err)
	for cursor.Next(p.ctx) {
		for _, c := range parseEntry(cursor.Current).Changes {
			last[valueKey{c.Kind, c.id()}] = c
		}
	}
	p.ok("read the feed", cursor.Err())
	for key, c := range last {
		raw := p.document(dao.SchemaOf(key.kind).Plural, c.key())
		stamp, _ := ownField(raw, "feed").AsInt64OK()
		if c.Op.removes() != (raw == nil) || raw != nil && stamp < c.offset {
			return fmt.Sprintf("%s %s: change %d is not in %v", key.kind, key.id, c.offset, raw)
		}
	}
	return ""
}

func aProduct(code string) models.Product {
	return models.Product{Title: "Yerba " + code, Description: "Yerba mate", Code: code, Price: 12500, Status: true, Stock: 5, Category: "mate"}
}

func aMessage(text string) models.Message {
	return models.Message{User: "ana@example.com", Message: text}
}

func number(n int) (id models.ID) {
	id[0], id[10], id[11] = 0x66, byte(n>>8), byte(n)
	return id
}
