package mongotest

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/connstring"
)

// newName makes the name of a database: short, as indexes' full names have a limit in old servers.
func newName() string {
	var b [6]byte
	rand.Read(b[:])
	return fmt.Sprintf("t%x", b)
}

// withDatabase puts the database into the URL's path. Who logs in goes on logging in where the URL
// said: at the database that it named, or else at admin.
func withDatabase(uri, database string) string {
	scheme, rest, _ := strings.Cut(uri, "://")
	rest, query, _ := strings.Cut(rest, "?")
	hosts, old, _ := strings.Cut(rest, "/")
	if strings.Contains(hosts, "@") && !strings.Contains(strings.ToLower("&"+query), "&authsource=") {
		if old == "" {
			old = "admin"
		}
		query = strings.TrimPrefix(query+"&authSource="+old, "&")
	}
	if query != "" {
		query = "?" + query
	}
	return scheme + "://" + hosts + "/" + database + query
}

// drop removes the URL's database.
func drop(uri string) error {
	parsed, err := connstring.Parse(uri)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	client, err := mongo.Connect(options.Client().ApplyURI(uri))
	if err != nil {
		return err
	}
	defer client.Disconnect(ctx)
	return Drop(ctx, client.Database(parsed.Database))
}

// Drop drops a database, also while somebody writes: FerretDB refuses it when it meets that, and so
// when it meets the last operation of a program that was killed.
func Drop(ctx context.Context, db *mongo.Database) (err error) {
	for range 5 {
		if err = db.Drop(ctx); err == nil {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	return err
}
