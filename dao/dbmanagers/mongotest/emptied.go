package mongotest

import (
	"context"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// spare are the databases that tests have left empty.
var spare struct {
	sync.Mutex
	client *mongo.Client
	names  []string
}

// Emptied is [URI] for tests that need many databases and no new ones: another test of this process
// may have had it before, and has left collections and indexes without a document. Making those takes
// ten times as long as taking documents out. [Main] drops them.
func Emptied(t testing.TB) string {
	t.Helper()
	base := base(t)
	name, err := takeSpare(base)
	if err != nil {
		t.Fatalf("connect to the tests' server: %v", err)
	}
	t.Cleanup(func() {
		if err := leaveSpare(name); err != nil {
			t.Errorf("empty the test's database: %v", err)
		}
	})
	return withDatabase(base, name)
}

func takeSpare(base string) (name string, err error) {
	spare.Lock()
	defer spare.Unlock()
	if spare.client == nil {
		if spare.client, err = mongo.Connect(options.Client().ApplyURI(base)); err != nil {
			return "", err
		}
	}
	if last := len(spare.names) - 1; last >= 0 {
		name, spare.names = spare.names[last], spare.names[:last]
		return name, nil
	}
	return newName(), nil
}

// leaveSpare takes all documents out of a database, and keeps it for the next test.
func leaveSpare(name string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	db := spare.client.Database(name)
	collections, err := db.ListCollectionNames(ctx, bson.D{})
	if err != nil {
		return err
	}
	for _, one := range collections {
		if _, err := db.Collection(one).DeleteMany(ctx, bson.D{}); err != nil {
			return err
		}
	}
	spare.Lock()
	defer spare.Unlock()
	spare.names = append(spare.names, name)
	return nil
}

// dropSpare drops the databases that were left empty.
func dropSpare() {
	spare.Lock()
	defer spare.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for _, name := range spare.names {
		Drop(ctx, spare.client.Database(name))
	}
	if spare.client != nil {
		spare.client.Disconnect(ctx)
	}
}
