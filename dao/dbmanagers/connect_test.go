package dbmanagers

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/description"

	"pulperia/dao"
	"pulperia/dao/dbmanagers/mongotest"
)

// short makes failures come soon: it is the time-out of one operation, and connecting may take
// twice that.
const short = 2 * time.Second

// dialed connects until the test ends.
func dialed(t *testing.T, url string, o Options) *mongo.Database {
	t.Helper()
	client, db, _, err := connect(t.Context(), url, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Disconnect(context.Background()) })
	return db
}

// wantRefusal fails unless connecting is refused, within twice the time-out, in one line with all
// the words and without the password.
func wantRefusal(t *testing.T, url, password string, words ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second) // far more than connect may take, so that it is not this that ends it
	defer cancel()
	client, _, _, err := connect(ctx, url, Options{Timeout: short, Password: password})
	if err == nil {
		client.Disconnect(context.Background())
		t.Fatal("connected")
	}
	if !errors.Is(err, dao.ErrUnavailable) {
		t.Errorf("%v is not dao.ErrUnavailable", err)
	}
	text := err.Error()
	for _, word := range append(words, "open store "+Redact(url)+": ") {
		if !strings.Contains(text, word) {
			t.Errorf("%q does not say %q", text, word)
		}
	}
	if strings.Contains(text, "\n") || strings.Contains(text, "secreto") {
		t.Errorf("more than one line, or the password: %q", text)
	}
}

// A check that the driver has broken off does not hide why the one before failed.
func TestBrokenOffChecksSayNothing(t *testing.T) {
	seen, hangsUp := new(watcher), errors.New("remote error: tls: certificate required")
	seen.failed(&event.ServerHeartbeatFailedEvent{ConnectionID: "db:27017[-1]", Failure: hangsUp})
	brokenOff := fmt.Errorf("read: %w", context.Canceled)
	seen.failed(&event.ServerHeartbeatFailedEvent{ConnectionID: "db:27017[-2]", Failure: brokenOff})
	if why := seen.why("db:27017", brokenOff); why != hangsUp {
		t.Errorf("it says %v", why)
	}
	if why := seen.why("db:27017", io.EOF); why != io.EOF {
		t.Errorf("instead of what is newer it says %v", why)
	}
}

// What keeps the shop from its database is told apart, with a remedy of its own. Network and TLS
// are real here.
func TestRefusedByTheNetwork(t *testing.T) {
	silent := listen(t, func(net.Conn) {})
	hangsUp := listen(t, func(conn net.Conn) { conn.Close() })
	other := listen(t, func(conn net.Conn) { fmt.Fprint(conn, "SSH-2.0-OpenSSH_9.2\r\n") })
	closed := mongotest.Address(t)
	secure, strict := listenTLS(t, tls.NoClientCert), listenTLS(t, tls.RequireAnyClientCert)
	for _, test := range []struct {
		name, url string
		words     []string
	}{
		{"closed port", "mongodb://ana:secreto@" + closed + "/", []string{"nothing listens at " + closed, "start the server"}},
		{"no answer", "mongodb://ana:secreto@" + silent + "/", []string{"no answer from " + silent, "firewall"}},
		{"hangs up", "mongodb://ana:secreto@" + hangsUp + "/", []string{"closes the connection", "tls=true"}},
		{"garbage", "mongodb://ana:secreto@" + other + "/", []string{"does not answer like a MongoDB server", "host and port"}},
		{"TLS where there is none", "mongodb://ana:secreto@" + other + "/?tls=true", []string{"does not answer with TLS", "take tls=true out"}},
		{"unknown authority", "mongodb://ana:secreto@" + secure + "/?tls=true", []string{"certificate", "tlsCAFile"}},
		{"wants a certificate", "mongodb://ana:secreto@" + strict + "/?tls=true&tlsInsecure=true", []string{"ends the TLS handshake", "tlsCertificateKeyFile"}},
		{"unknown host", "mongodb://ana:secreto@no-such-host.invalid/", []string{"DNS", "no-such-host.invalid"}},
		{"unknown cluster", "mongodb+srv://ana:secreto@no-such-cluster.invalid/", []string{"DNS", "no-such-cluster.invalid"}},
		{"missing file", "mongodb://ana:secreto@" + closed + "/?tlsCAFile=/no/such.pem", []string{"/no/such.pem", "correct its path"}},
		{"options that contradict", "mongodb://ana:secreto@" + closed + "/?tls=true&ssl=false", []string{"the URL cannot be used", "correct it"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			wantRefusal(t, test.url, "", test.words...)
		})
	}
}

// listenTLS accepts TLS with a certificate that nobody vouches for.
func listenTLS(t *testing.T, wants tls.ClientAuthType) string {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.TLS = &tls.Config{ClientAuth: wants}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// DNS that does not answer is given up in time, although the driver would wait for it.
func TestSilentDNS(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	answer := make(chan struct{})
	defer close(answer)
	target, err := parseURL("mongodb+srv://ana:secreto@tienda.example/", "")
	if err != nil {
		t.Fatal(err)
	}
	_, err = target.dial(ctx, func() *options.ClientOptions { <-answer; return options.Client() })
	if text := target.explain(err, &watcher{}).Error(); !strings.Contains(text, "DNS gives no answer about tienda.example") {
		t.Error(text)
	}
}

// Servers that answer, but not what the shop needs.
func TestRefusedByTheServer(t *testing.T) {
	replica := func(more ...bson.E) bson.D { return append(bson.D{{Key: "setName", Value: "rs0"}}, more...) }
	for _, test := range []struct {
		name     string
		hello    bson.D
		answer   func(string) bson.D
		user, at string // around the address
		words    []string
	}{
		{"too old", bson.D{{Key: "maxWireVersion", Value: 6}}, nil, "", "/", []string{"too old", "wire version is 6", "4.4"}},
		{"wrong password", nil, refuse("saslStart", 18), "ana:secreto@", "/", []string{"does not let user ana in", "error 18"}},
		{"wrong password, as Atlas says it", nil, refuse("saslStart", 8000), "ana:secreto@", "/", []string{"does not let user ana in", "error 8000"}},
		{"user in another database", nil, refuse("saslStart", 18), "ana:secreto@", "/shop", []string{"authSource=admin", "database shop"}},
		{"no right to read", nil, refuse("find", 13), "ana:secreto@", "/shop?authMechanism=PLAIN", []string{"user ana may not use database shop", "readWrite"}},
		{"no right, as Atlas says it", nil, refuseSaying("find", 8000, "user is not allowed to do action [find] on [shop.meta]"), "ana:secreto@", "/shop?authMechanism=PLAIN",
			[]string{"may not use database shop", "readWrite"}},
		{"something else that Atlas says", nil, refuse("find", 8000), "", "/shop", []string{"Atlas refuses", "error 8000", "no, says the server"}},
		{"login that cannot go on", nil, refuse("-", 0), "ana:secreto@", "/", []string{"the login failed on this side", "authMechanism"}},
		{"no user", nil, refuse("find", 13), "", "/", []string{"who asks", "PULPERIA_STORE_PASSWORD"}},
		{"another error", nil, refuse("ping", 999), "", "/", []string{"error 999", "no, says the server"}},
		{"wrong set", replica(bson.E{Key: "isWritablePrimary", Value: true}), nil, "", "/?replicaSet=rs1", []string{"replica set rs1", "replicaSet="}},
		{"no primary", replica(bson.E{Key: "isWritablePrimary", Value: false}, bson.E{Key: "ismaster", Value: false}, bson.E{Key: "secondary", Value: true}),
			nil, "", "/?replicaSet=rs0", []string{"no primary", "election"}},
		{"straight to a secondary", replica(bson.E{Key: "isWritablePrimary", Value: false}, bson.E{Key: "ismaster", Value: false}, bson.E{Key: "secondary", Value: true}),
			nil, "", "/?directConnection=true", []string{"secondary", "directConnection"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := newFakeServer(t)
			server.answer = test.answer
			server.hello = append(test.hello, bson.E{Key: "hosts", Value: bson.A{server.address}}, bson.E{Key: "me", Value: server.address})
			if test.user != "" {
				server.hello = append(server.hello, bson.E{Key: "saslSupportedMechs", Value: bson.A{"SCRAM-SHA-256"}})
			}
			wantRefusal(t, "mongodb://"+test.user+server.address+test.at, "", test.words...)
		})
	}
}

// A real server lets one into the database of the path, and tells a user that it does not know to
// go away.
func TestRealServer(t *testing.T) {
	url := mongotest.URI(t)
	p, _ := split(url)
	if db := dialed(t, url, Options{}); db.Name() != p.path {
		t.Errorf("in database %s of %s", db.Name(), Redact(url))
	}
	if !p.hasUser && !p.hasQuery {
		wantRefusal(t, p.scheme+"://nadie:secreto@"+p.hosts+"/"+p.path, "", "does not let user nadie in", "error 18", "authSource=admin")
	}
}

// Who stops the start hears of the stop, not of a server.
func TestConnectCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	asked := make(chan struct{})
	silent := listen(t, func(net.Conn) { cancel(); close(asked) })
	_, _, _, err := connect(ctx, "mongodb://"+silent+"/?maxConnecting=1", Options{})
	<-asked
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// A user who may not write is explained as well as one who may not read.
func TestRefusedLater(t *testing.T) {
	refused := fmt.Errorf("make indexes: %w", mongo.CommandError{Code: 13, Message: "not authorized on shop to execute command { createIndexes: … }"})
	err := explainLater("mongodb+srv://ana:<password>@tienda.abcde.mongodb.net/shop", Options{Password: "secreto"}, refused)
	want := "open store mongodb+srv://ana:<password>@tienda.abcde.mongodb.net/shop: user ana may not use database shop as the shop must (error 13): " +
		"give it the role readWrite there, under Database Access in Atlas"
	if err.Error() != want || !errors.Is(err, dao.ErrUnavailable) {
		t.Error(err)
	}
	const quota = "you are over your space quota, using 513 MB of 512 MB. Writes are blocked on your cluster"
	for url, remedy := range map[string]string{
		"mongodb+srv://tienda.abcde.mongodb.net/shop": "choose a larger cluster", "mongodb://127.0.0.1/shop": "make room on the server's disk",
	} {
		err = explainLater(url, Options{}, fmt.Errorf("make indexes: %w: may the user?", mongo.CommandError{Code: 8000, Name: "AtlasError", Message: quota}))
		if text := err.Error(); !strings.Contains(text, "the database is full (error 8000: (AtlasError) "+quota+"): ") || !strings.Contains(text, remedy) {
			t.Error(err)
		}
	}
	other := errors.New("the database was written by a newer pulperia")
	if err := explainLater("mongodb://ana:secreto@h/", Options{}, other); !errors.Is(err, other) || strings.Contains(err.Error(), "secreto") {
		t.Error(err)
	}
}

// A server counts as away from when the last one that takes writes was lost, until one is there
// again.
func TestAway(t *testing.T) {
	var w watcher
	seen := func(kinds ...description.ServerKind) time.Duration {
		var servers []event.ServerDescription
		for _, kind := range kinds {
			servers = append(servers, event.ServerDescription{Kind: kind.String()})
		}
		w.changed(&event.TopologyDescriptionChangedEvent{NewDescription: event.TopologyDescription{Servers: servers}})
		time.Sleep(time.Millisecond)
		return w.away()
	}
	const unknown = description.ServerKind(0)
	if seen(unknown, description.ServerKindRSSecondary) == 0 {
		t.Error("a secondary is taken for a primary")
	}
	if before := w.away(); seen(unknown) <= before {
		t.Error("the time away begins anew")
	}
	for _, kind := range []description.ServerKind{
		description.ServerKindStandalone, description.ServerKindRSPrimary, description.ServerKindMongos, description.ServerKindLoadBalancer,
	} {
		if seen(unknown, kind) != 0 {
			t.Errorf("%s is away", kind)
		}
	}
}
