//go:build unix

package mongotest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// What is bad about a line is so under the connections that there are: behind a mute one a write is
// done and its answer lost, behind all others it is not done. Mended, a line is as good as before.
func TestLine(t *testing.T) {
	uri := URI(t)
	insert(t, uri, "before")
	line := NewLine(t, uri, 0)
	there := connect(t, line.URI).Collection("a")
	write := func(id string) error {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := there.InsertOne(ctx, bson.D{{Key: "_id", Value: id}})
		return err
	}
	soon := func(id string) bool {
		for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
			if stored(t, uri)[id] {
				return true
			}
		}
		return false
	}
	for _, bad := range []struct {
		name  string
		begin func()
		done  bool
	}{{"mute", line.Mute, true}, {"deaf", line.Deafen, false}, {"cut", line.Cut, false}, {"full", line.Fill, false}} {
		if err := mended(write, bad.name); err != nil {
			t.Fatalf("before it is %s: %v", bad.name, err)
		}
		bad.begin()
		err := write(bad.name)
		if bad.done && !soon(bad.name) || !bad.done && stored(t, uri)[bad.name] {
			t.Errorf("%s: the write is not where it should be (%v)", bad.name, err)
		}
		if server, ok := errors.AsType[mongo.ServerError](err); err == nil || (ok && server.HasErrorCode(8000)) != (bad.name == "full") {
			t.Errorf("%s: the write was answered with %v", bad.name, err)
		}
		line.Mend()
	}
	if err := mended(write, "all"); err != nil {
		t.Errorf("mended: %v", err)
	}
	if n := line.Commands()["insert"]; n < 7 || line.Count() < n {
		t.Errorf("it counts %d inserts of %v", n, line.Commands())
	}
}

// What is answered to commands is counted in bytes, and what drivers ask by themselves is not.
func TestLineWeighs(t *testing.T) {
	line := NewLine(t, URI(t), 0)
	there := connect(t, line.URI).Collection("a")
	const size = 10_000
	if _, err := there.InsertOne(t.Context(), bson.D{{Key: "_id", Value: "long"}, {Key: "text", Value: strings.Repeat("x", size)}}); err != nil {
		t.Fatal(err)
	}
	before := line.Answered()
	if err := there.FindOne(t.Context(), bson.D{{Key: "_id", Value: "long"}}).Err(); err != nil {
		t.Fatal(err)
	}
	if n := line.Answered() - before; before == 0 || before > 500 || n < size || n > size+500 {
		t.Errorf("%d bytes answer an insert, and %d a find of %d", before, n, size)
	}
}

// mended writes until it is answered: the line may have been hung up.
func mended(write func(id string) error, before string) (err error) {
	for try := range 20 {
		if err = write(before + " is not yet, " + string(rune('a'+try))); err == nil {
			return nil
		}
	}
	return err
}
