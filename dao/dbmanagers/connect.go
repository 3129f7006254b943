package dbmanagers

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/description"
)

const (
	// patience bounds connecting as a whole: whoever starts the shop hears within ten seconds what
	// is wrong.
	patience = 9 * time.Second

	// maxConnections is what one process opens to one server unless the URL says otherwise. Two
	// cores do not keep more busy, and the smallest clusters of Atlas allow 500 for all.
	maxConnections = 64

	// maxIdle is less than the four minutes after which balancers and firewalls forget a silent
	// connection.
	maxIdle = 3 * time.Minute

	// heartbeat finds out that a server is back, or another one the primary.
	heartbeat = 2 * time.Second
)

// connect opens the database that a URL leads to, and asks its primary something, so that all that
// can be wrong with URL, network, password, rights and version is known now: in one line, with the
// remedy.
func connect(ctx context.Context, url string, o Options) (*mongo.Client, *mongo.Database, *watcher, error) {
	o = o.withDefaults()
	t, err := parseURL(url, o.Password)
	if err != nil {
		return nil, nil, nil, err
	}
	within, cancel := context.WithTimeout(ctx, min(2*o.Timeout, patience))
	defer cancel()
	seen := new(watcher)
	client, err := t.dial(within, t.settings(o, seen))
	if err == nil {
		var db *mongo.Database
		if db, err = t.enter(within, client, seen); err == nil {
			return client, db, seen, nil
		}
		go hangUp(client) // nobody waits for a line that may be dead
	}
	if ctx.Err() != nil {
		return nil, nil, nil, fmt.Errorf("open store %s: stopped while the database was awaited: %w", Redact(url), context.Cause(ctx))
	}
	return nil, nil, nil, t.explain(err, seen)
}

// watcher is what the driver has seen of the servers.
type watcher struct {
	topology atomic.Pointer[event.TopologyDescription]
	left     atomic.Int64 // when the last server that takes writes was lost, in nanoseconds since 1970; 0 while there is one
	failures sync.Map     // by address, why the last check of a server failed that was not broken off
}

// failed keeps why a check failed. One that the driver breaks off, since another has failed, says
// nothing.
func (w *watcher) failed(e *event.ServerHeartbeatFailedEvent) {
	if address, _, _ := strings.Cut(e.ConnectionID, "["); !errors.Is(e.Failure, context.Canceled) {
		w.failures.Store(address, e.Failure)
	}
}

// why returns why a server cannot be reached, by what the driver says of the last check.
func (w *watcher) why(address string, last error) error {
	if failure, known := w.failures.Load(address); known && errors.Is(last, context.Canceled) {
		return failure.(error)
	}
	return last
}

func (w *watcher) changed(e *event.TopologyDescriptionChangedEvent) {
	w.topology.Store(&e.NewDescription)
	if slices.ContainsFunc(e.NewDescription.Servers, takesWrites) {
		w.left.Store(0)
	} else {
		w.left.CompareAndSwap(0, time.Now().UnixNano())
	}
}

func takesWrites(server event.ServerDescription) bool {
	return server.Kind == description.ServerKindStandalone.String() || server.Kind == description.ServerKindRSPrimary.String() ||
		server.Kind == description.ServerKindMongos.String() || server.Kind == description.ServerKindLoadBalancer.String()
}

// away returns for how long there has been no server that takes writes.
func (w *watcher) away() time.Duration {
	if left := w.left.Load(); left > 0 {
		return time.Since(time.Unix(0, left))
	}
	return 0
}

// servers returns what is known of each.
func (w *watcher) servers() []event.ServerDescription {
	if topology := w.topology.Load(); topology != nil {
		return topology.Servers
	}
	return nil
}

// settings returns those of the driver. What the store's promises rest on is the same whatever the
// URL says: acknowledged by a majority with the journal, read from the primary. The rest is a
// default that the URL may change.
func (t target) settings(o Options, seen *watcher) func() *options.ClientOptions {
	return func() *options.ClientOptions {
		s := options.Client().ApplyURI(t.uri) // asks DNS
		journal := true
		s.SetWriteConcern(&writeconcern.WriteConcern{W: writeconcern.WCMajority, Journal: &journal})
		s.SetReadConcern(readconcern.Majority()).SetReadPreference(readpref.Primary()).SetRetryReads(true)
		s.SetServerMonitor(&event.ServerMonitor{TopologyDescriptionChanged: seen.changed, ServerHeartbeatFailed: seen.failed})
		if s.AppName == nil {
			s.SetAppName("pulperia")
		}
		if s.MaxPoolSize == nil {
			s.SetMaxPoolSize(maxConnections)
		}
		if s.MaxConnIdleTime == nil {
			s.SetMaxConnIdleTime(maxIdle)
		}
		if s.HeartbeatInterval == nil {
			s.SetHeartbeatInterval(heartbeat)
		}
		s.SetServerSelectionTimeout(atMost(s.ServerSelectionTimeout, o.Timeout))
		s.SetConnectTimeout(atMost(s.ConnectTimeout, o.Timeout))
		// RetryWrites stays on unless the URL turns it off. The driver retries where the server's
		// hello shows that it can: on replica sets and mongos, never on a standalone. Servers that
		// only pose as a replica set (those of Azure and Amazon) give out URLs with
		// retryWrites=false, and nothing else tells.
		return s
	}
}

// atMost returns a time-out of the URL, where 0 means none, within a limit.
func atMost(timeout *time.Duration, limit time.Duration) time.Duration {
	if timeout == nil || *timeout == 0 {
		return limit
	}
	return min(*timeout, limit)
}

// dial makes a client. The driver asks DNS for the hosts of a cluster, and does not know about
// contexts while it does.
func (t target) dial(ctx context.Context, settings func() *options.ClientOptions) (*mongo.Client, error) {
	type dialed struct {
		client *mongo.Client
		err    error
	}
	done := make(chan dialed, 1)
	go func() {
		client, err := mongo.Connect(settings())
		done <- dialed{client, err}
	}()
	select {
	case d := <-done:
		return d.client, d.err
	case <-ctx.Done():
		go func() {
			if d := <-done; d.client != nil {
				hangUp(d.client)
			}
		}()
		return nil, &net.DNSError{Err: "no answer", Name: t.host, IsTimeout: true}
	}
}

func hangUp(client *mongo.Client) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	client.Disconnect(ctx)
}

// enter finds the primary and reads from the database as the shop will: with read concern majority,
// or without where the server has none.
func (t target) enter(ctx context.Context, client *mongo.Client, seen *watcher) (*mongo.Database, error) {
	if err := client.Ping(ctx, readpref.Primary()); err != nil {
		return nil, err
	}
	// A direct connection takes whatever server is there for the primary.
	if servers := seen.servers(); len(servers) == 1 && onlyReads[servers[0].Kind] {
		return nil, errNotPrimary
	}
	db := client.Database(t.database)
	err := look(ctx, db)
	if code(err) == 0 || unauthorized(err) || mongo.IsTimeout(err) {
		return db, err
	}
	db = client.Database(t.database, options.Database().SetReadConcern(readconcern.Local()))
	return db, look(ctx, db)
}

// look reads from a collection that we use anyway: whether there is a document does not matter.
func look(ctx context.Context, db *mongo.Database) error {
	err := db.Collection("meta").FindOne(ctx, bson.D{}).Err()
	if errors.Is(err, mongo.ErrNoDocuments) {
		return nil
	}
	return err
}
