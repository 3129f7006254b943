package dbmanagers

import (
	"errors"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// What the promises rest on is not for the URL to change; the rest is.
func TestSettings(t *testing.T) {
	settings := func(query string) *options.ClientOptions {
		target, err := parseURL("mongodb://h/?"+query, "")
		if err != nil {
			t.Fatal(err)
		}
		s := target.settings(Options{Timeout: 5 * time.Second}, &watcher{})()
		if err := s.Validate(); err != nil {
			t.Fatal(err)
		}
		return s
	}
	for _, query := range []string{"", "w=1&journal=false&readPreference=secondary&readConcernLevel=local&retryReads=false&serverSelectionTimeoutMS=60000&connectTimeoutMS=0"} {
		s := settings(query)
		if s.WriteConcern.W != "majority" || s.WriteConcern.Journal == nil || !*s.WriteConcern.Journal {
			t.Errorf("%s: write concern %+v", query, s.WriteConcern)
		}
		if s.ReadConcern.Level != "majority" || s.ReadPreference.String() != "primary" || !*s.RetryReads {
			t.Errorf("%s: read concern %v, preference %v, retries %v", query, s.ReadConcern, s.ReadPreference, *s.RetryReads)
		}
		if *s.ServerSelectionTimeout != 5*time.Second || *s.ConnectTimeout != 5*time.Second {
			t.Errorf("%s: waits %v and %v", query, *s.ServerSelectionTimeout, *s.ConnectTimeout)
		}
		if s.Monitor != nil || s.LoggerOptions != nil {
			t.Errorf("%s: somebody listens to the driver", query)
		}
	}
	if s := settings(""); *s.AppName != "pulperia" || *s.MaxPoolSize != maxConnections || *s.MaxConnIdleTime != maxIdle || s.RetryWrites != nil {
		t.Errorf("defaults: %v %v %v %v", *s.AppName, *s.MaxPoolSize, *s.MaxConnIdleTime, s.RetryWrites)
	}
	s := settings("appName=tienda&maxPoolSize=7&maxIdleTimeMS=1000&heartbeatFrequencyMS=30000&connectTimeoutMS=2000&serverSelectionTimeoutMS=1000&retryWrites=false")
	if *s.AppName != "tienda" || *s.MaxPoolSize != 7 || *s.MaxConnIdleTime != time.Second || *s.HeartbeatInterval != 30*time.Second ||
		*s.ConnectTimeout != 2*time.Second || *s.ServerSelectionTimeout != time.Second || *s.RetryWrites {
		t.Errorf("the URL does not win: %+v", s)
	}
}

// On the line, too: acknowledged by a majority with the journal, read from it; writes have a number
// to be retried by where the server can retry, and none on a standalone server, which would refuse
// it.
func TestOnTheWire(t *testing.T) {
	for name, retries := range map[string]bool{"standalone": false, "replica set": true, "mongos": true} {
		t.Run(name, func(t *testing.T) {
			server := newFakeServer(t)
			switch name {
			case "replica set":
				server.hello = bson.D{{Key: "setName", Value: "rs0"}, {Key: "hosts", Value: bson.A{server.address}}, {Key: "me", Value: server.address}}
			case "mongos":
				server.hello = bson.D{{Key: "msg", Value: "isdbgrid"}}
			}
			db := dialed(t, "mongodb://"+server.address+"/shop?w=1&readPreference=secondary&readConcernLevel=local", Options{})
			if _, err := db.Collection("messages").InsertOne(t.Context(), bson.D{{Key: "_id", Value: 1}}); err != nil {
				t.Fatal(err)
			}
			find, insert := server.last(t, "find"), server.last(t, "insert")
			if got := find.Lookup("readConcern", "level").StringValue(); got != "majority" {
				t.Errorf("reads with concern %q", got)
			}
			if concern := insert.Lookup("writeConcern"); concern.Document().Lookup("w").StringValue() != "majority" || !concern.Document().Lookup("j").Boolean() {
				t.Errorf("writes with concern %v", concern)
			}
			if insert.Lookup("$db").StringValue() != "shop" {
				t.Errorf("writes into %v", insert.Lookup("$db"))
			}
			if _, err := insert.LookupErr("txnNumber"); (err == nil) != retries {
				t.Errorf("%v", insert)
			}
		})
	}
}

// A server without read concern majority is read without it.
func TestNoMajority(t *testing.T) {
	server := newFakeServer(t)
	server.answer = func(command string) bson.D {
		server.mu.Lock()
		defer server.mu.Unlock()
		if level, err := server.asked["find"].LookupErr("readConcern", "level"); command == "find" && err == nil && level.StringValue() == "majority" {
			return refuse("find", 148)("find") // ReadConcernMajorityNotEnabled
		}
		return nil
	}
	db := dialed(t, "mongodb://"+server.address, Options{})
	if err := db.Collection("products").FindOne(t.Context(), bson.D{}).Err(); !errors.Is(err, mongo.ErrNoDocuments) {
		t.Error(err)
	}
	if db.Name() != "ecommerce" {
		t.Errorf("reads from %s", db.Name())
	}
}
