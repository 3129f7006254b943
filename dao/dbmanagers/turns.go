package dbmanagers

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// turns share the head of the feed among processes. Whoever has won knows the head, and would win
// again and again. So who was beaten twice says so in a document, with his round trip, and who has
// won and sees that leaves the head for a little more than that, and looks before he inserts again.
// All of it is the line's own, and that of loads under the same lock, but for the document.
type turns struct {
	docs   table
	node   string        // this process's name
	losses int           // on end
	last   time.Duration // how long the last insert took
	left   time.Time     // when the head was left last
	said   time.Time     // when this process said last that it wants the head
	asked  time.Time     // when it looked last who does
	until  time.Time     // until when somebody wants the head
	theirs time.Duration // their round trip
	seen   map[string]int64
}

const (
	wantsHead = "wants the head" // the digest of those documents: see saying
	wanted    = 10 * time.Second // how long it counts that somebody wants the head
	mostGap   = 4                // the head is left at most one part in so many of the time
)

// beaten notes that another process was faster.
func (t *turns) beaten(ctx context.Context) {
	if t.losses++; t.losses < 2 || time.Since(t.said) < time.Second {
		return
	}
	t.said = time.Now()
	update := bson.D{
		{Key: "$set", Value: bson.D{{Key: "digest", Value: wantsHead}, {Key: "trip", Value: int64(t.last)}}},
		{Key: "$inc", Value: bson.D{{Key: "seq", Value: int64(1)}}},
		{Key: "$setOnInsert", Value: bson.D{{Key: "made", Value: bson.NewObjectID()}}},
	}
	node := t.name()
	go func() {
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		t.docs.write(ctx, true, write{upsertOne, bson.D{{Key: "_id", Value: node}}, update})
	}()
}

func (t *turns) name() string {
	if t.node == "" {
		t.node = "head " + bson.NewObjectID().Hex()
	}
	return t.node
}

// took notes how long an insert took; won that it stands.
func (t *turns) took(d time.Duration) { t.last = max(d, time.Millisecond) }

func (t *turns) won() { t.losses = 0 }

// contended says whether others want the head, too.
func (t *turns) contended() bool { return t.losses > 0 || time.Now().Before(t.until) }

// wait leaves the head to others who want it, and says whether it did. Who writes asks once a second
// whether somebody does.
func (t *turns) wait(ctx context.Context) bool {
	if time.Since(t.asked) > time.Second && t.last > 0 {
		t.asked = time.Now()
		t.ask(ctx)
	}
	if time.Now().After(t.until) || t.losses > 0 {
		return false
	}
	gap := min(t.theirs*6/5, 500*time.Millisecond)
	if time.Since(t.left) < mostGap*gap {
		return false
	}
	sleep(ctx, gap-t.theirs*7/10) // the look that follows takes the rest
	t.left = time.Now()
	return true
}

// ask looks who wants the head. What has not changed since is of a process that does not any more.
func (t *turns) ask(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	seen := map[string]int64{}
	err := t.docs.find(ctx, query{filter: bson.D{{Key: "digest", Value: wantsHead}}}, func(raw bson.Raw) error {
		node, _ := raw.Lookup("_id").StringValueOK()
		seq, _ := raw.Lookup("seq").AsInt64OK()
		trip, _ := raw.Lookup("trip").AsInt64OK()
		seen[node] = seq
		if before, known := t.seen[node]; known && before != seq && node != t.name() {
			t.until, t.theirs = time.Now().Add(wanted), time.Duration(trip)
		}
		return nil
	})
	if err == nil {
		t.seen = seen
	}
}
