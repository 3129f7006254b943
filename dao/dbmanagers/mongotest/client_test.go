//go:build unix

package mongotest

import (
	"context"
	"slices"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/connstring"
)

// connect opens the URL's database until the test ends.
func connect(t *testing.T, uri string) *mongo.Database {
	t.Helper()
	parsed, err := connstring.Parse(uri)
	if err != nil {
		t.Fatal(err)
	}
	client, err := mongo.Connect(options.Client().ApplyURI(uri))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Disconnect(context.Background()) })
	return client.Database(parsed.Database)
}

func insert(t *testing.T, uri, id string) {
	t.Helper()
	Insert(t, connect(t, uri).Collection("a"), bson.D{{Key: "_id", Value: id}})
}

// stored are the ids that there are.
func stored(t *testing.T, uri string) map[string]bool {
	t.Helper()
	cursor, err := connect(t, uri).Collection("a").Find(t.Context(), bson.D{})
	if err != nil {
		t.Fatal(err)
	}
	var docs []struct {
		ID string `bson:"_id"`
	}
	if err := cursor.All(t.Context(), &docs); err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, d := range docs {
		ids[d.ID] = true
	}
	return ids
}

func hasDatabase(t *testing.T, uri string) bool {
	t.Helper()
	db := connect(t, uri)
	names, err := db.Client().ListDatabaseNames(t.Context(), bson.D{})
	if err != nil {
		t.Fatal(err)
	}
	return slices.Contains(names, db.Name())
}

// ping asks once and waits no longer than that.
func ping(t *testing.T, db *mongo.Database, wait time.Duration) error {
	ctx, cancel := context.WithTimeout(t.Context(), wait)
	defer cancel()
	return db.RunCommand(ctx, bson.D{{Key: "ping", Value: 1}}).Err()
}
