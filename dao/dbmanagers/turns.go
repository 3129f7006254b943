package dbmanagers

import (
	"context"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// turns share the head of the feed among processes. Whoever has won knows the head, and would win
// again and again. So who was beaten twice says so in a document, with his round trip, and who has
// won and sees that leaves the head for a little more than that, and looks before he inserts again.
type turns struct {
	docs table

	mu     sync.Mutex    // over all that follows: the line and each load ask and note on their own
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
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.losses++; t.losses < 2 || time.Since(t.said) < time.Second {
		return
	}
	t.said = time.Now()
	update := bson.D{
		{Key: "$set", Value: bson.D{{Key: "digest", Value: wantsHead}, {Key: "trip", Value: int64(t.last)}}},
		{Key: "$inc", Value: bson.D{{Key: "seq", Value: int64(1)}}},
		{Key: "$setOnInsert", Value: bson.D{{Key: "made", Value: bson.NewObjectID()}}},
	}
	if t.node == "" {
		t.node = "head " + bson.NewObjectID().Hex()
	}
	node := t.node
	go func() {
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		t.docs.write(ctx, true, write{upsertOne, bson.D{{Key: "_id", Value: node}}, update})
	}()
}

// took notes how long an insert took; won that it stands.
func (t *turns) took(d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = max(d, time.Millisecond)
}

func (t *turns) won() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.losses = 0
}

// contended says whether others want the head, too.
func (t *turns) contended() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.losses > 0 || time.Now().Before(t.until)
}

// wait leaves the head to others who want it, and says whether it did. Who writes asks once a second
// whether somebody does.
func (t *turns) wait(ctx context.Context) bool {
	if t.isDue() {
		t.ask(ctx)
	}
	t.mu.Lock()
	gap, trip := min(t.theirs*6/5, 500*time.Millisecond), t.theirs
	stays := time.Now().After(t.until) || t.losses > 0 || time.Since(t.left) < mostGap*gap
	t.mu.Unlock()
	if stays {
		return false
	}
	sleep(ctx, gap-trip*7/10) // the look that follows takes the rest
	t.mu.Lock()
	t.left = time.Now()
	t.mu.Unlock()
	return true
}

// isDue says whether to ask, to one caller.
func (t *turns) isDue() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	due := time.Since(t.asked) > time.Second && t.last > 0
	if due {
		t.asked = time.Now()
	}
	return due
}

// ask looks who wants the head. What has not changed since is of a process that does not any more.
func (t *turns) ask(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	seen, trips := map[string]int64{}, map[string]time.Duration{}
	err := t.docs.find(ctx, query{filter: bson.D{{Key: "digest", Value: wantsHead}}}, func(raw bson.Raw) error {
		node, _ := raw.Lookup("_id").StringValueOK()
		trip, _ := raw.Lookup("trip").AsInt64OK()
		seen[node], _ = raw.Lookup("seq").AsInt64OK()
		trips[node] = time.Duration(trip)
		return nil
	})
	if err != nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	var longest time.Duration // of those who want it: the others are in time with that, too
	for node, seq := range seen {
		if before, known := t.seen[node]; known && before != seq && node != t.node {
			longest = max(longest, trips[node])
			t.until, t.theirs = time.Now().Add(wanted), longest
		}
	}
	t.seen = seen
}
