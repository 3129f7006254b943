package dbmanagers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
)

var _ dao.Presence = (*presence)(nil)

// presence is a collection with one document for each process. The process counts seq up whenever
// it says something, also when it says the same again; whoever reads notes by its own clock when it
// saw seq change, leaves out what has stood still for dao.PresenceTTL, and deletes it. So neither
// the clocks of the machines matter nor does the server need to expire documents.
//
// The names are most of a document and change least: they are written and read only when their
// digest is another one.
type presence struct {
	docs    table
	timeout time.Duration    // of one operation
	clock   func() time.Time // time.Now where nil; tests put another in its place
	said    sync.Map         // digests of the names that Set has written, by node

	mu    sync.Mutex
	sight map[string]sight // what All has seen, by node
}

// saying is the document of a process.
type saying struct {
	Node   string        `bson:"_id"`
	Made   bson.ObjectID `bson:"made"` // another one when it was deleted and made again: seq starts anew then
	Seq    int64         `bson:"seq"`
	Digest string        `bson:"digest"`
	People []string      `bson:"people"`
	More   int           `bson:"more"`
	Typing []typist      `bson:"typing"`
}

type typist struct {
	User   string `bson:"user"`
	Serial int64  `bson:"serial"`
	After  string `bson:"after"`
}

// sight is a document as it was last seen, and since when it has been so.
type sight struct {
	saying
	since time.Time
}

// Set writes the document of a process.
func (p *presence) Set(ctx context.Context, node string, v dao.Visitors) error {
	err := p.set(ctx, node, v)
	return presenceError(ctx, "say who is here", err)
}

func (p *presence) set(ctx context.Context, node string, v dao.Visitors) error {
	if len(v.People) == 0 {
		p.said.Delete(node)
		return p.remove(ctx, bson.M{"_id": node})
	}
	typing := make([]typist, len(v.Typing))
	for i, t := range v.Typing {
		typing[i] = typist{t.User, t.Serial, t.After.String()}
	}
	digest := digestOf(v)
	set := bson.M{"typing": typing}
	update := bson.M{"$set": set, "$inc": bson.M{"seq": int64(1)}}
	if said, _ := p.said.Load(node); said == digest {
		n, err := p.update(ctx, bson.M{"_id": node, "digest": digest}, update, updateOne)
		if err != nil || n == 1 {
			return err
		} // otherwise somebody took it away, as from a process that had stood still
	}
	set["people"], set["more"], set["digest"] = v.People, v.More, digest
	update["$setOnInsert"] = bson.M{"made": bson.NewObjectID()}
	_, err := p.update(ctx, bson.M{"_id": node}, update, upsertOne)
	if err == nil {
		p.said.Store(node, digest)
	}
	return err
}

// All reads the documents of all processes, and deletes those of processes that are gone.
func (p *presence) All(ctx context.Context) (map[string]dao.Visitors, error) {
	before := p.now()
	found, err := p.find(ctx, bson.M{}, bson.D{{Key: "people", Value: 0}, {Key: "more", Value: 0}})
	if err != nil {
		return nil, presenceError(ctx, "ask who is here", err)
	}
	if found, err = p.withNames(ctx, found); err != nil {
		return nil, presenceError(ctx, "ask who is here", err)
	}
	alive, dead := p.judge(found, before)
	for _, d := range dead {
		if p.remove(ctx, bson.M{"_id": d.Node, "made": d.Made, "seq": d.Seq}) != nil {
			break // another time
		}
	}
	return alive, nil
}

// withNames fills in the names, those that are known already from memory.
func (p *presence) withNames(ctx context.Context, found map[string]saying) (map[string]saying, error) {
	var unknown []string
	p.mu.Lock()
	for node, s := range found {
		known, ok := p.sight[node]
		if !ok || known.Digest != s.Digest {
			unknown = append(unknown, node)
			continue
		}
		s.People, s.More = known.People, known.More
		found[node] = s
	}
	p.mu.Unlock()
	if len(unknown) == 0 {
		return found, nil
	}
	named, err := p.find(ctx, bson.M{"_id": bson.M{"$in": unknown}}, nil)
	if err != nil {
		return nil, err
	}
	for _, node := range unknown {
		delete(found, node) // it may have gone in between
	}
	maps.Copy(found, named)
	return found, nil
}

// judge notes what was found by a reading that began at a time, and tells who is alive from who has
// stood still.
func (p *presence) judge(found map[string]saying, began time.Time) (alive map[string]dao.Visitors, dead []saying) {
	alive = make(map[string]dao.Visitors, len(found))
	now := p.now()
	p.mu.Lock()
	defer p.mu.Unlock()
	last := p.sight
	p.sight = make(map[string]sight, len(found))
	for node, s := range found {
		since := now
		if known, ok := last[node]; ok && known.Made == s.Made && known.Seq == s.Seq {
			since = known.since
		}
		p.sight[node] = sight{s, since}
		if began.Sub(since) > dao.PresenceTTL {
			dead = append(dead, s)
			continue
		}
		alive[node] = s.visitors()
	}
	return alive, dead
}

// visitors returns what the document says, in memory of its own.
func (s saying) visitors() dao.Visitors {
	v := dao.Visitors{People: slices.Clone(s.People), More: s.More}
	for _, t := range s.Typing {
		if after, err := dao.ParsePosition(t.After); err == nil {
			v.Typing = append(v.Typing, dao.Typing{User: t.User, Serial: t.Serial, After: after})
		}
	}
	return v
}

// find returns documents by node. What is not in our form is left out.
func (p *presence) find(ctx context.Context, filter any, fields bson.D) (map[string]saying, error) {
	ctx, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	found := map[string]saying{}
	return found, p.docs.find(ctx, query{filter: filter, fields: fields}, func(raw bson.Raw) error {
		var s saying
		if bson.Unmarshal(raw, &s) == nil && s.Digest != wantsHead {
			found[s.Node] = s
		}
		return nil
	})
}

func (p *presence) update(ctx context.Context, filter, update any, kind writeKind) (matched int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	err = untilMade(ctx, func() error {
		matched, err = p.docs.write(ctx, true, write{kind, filter, update})
		return err
	})
	return matched, err
}

func (p *presence) remove(ctx context.Context, filter any) error {
	ctx, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	_, err := p.docs.write(ctx, true, write{deleteOne, filter, nil})
	return err
}

func (p *presence) now() time.Time {
	if p.clock != nil {
		return p.clock()
	}
	return time.Now()
}

// digestOf tells lists of names apart.
func digestOf(v dao.Visitors) string {
	sum := sha256.Sum256([]byte(fmt.Sprint(v.More, "\n", strings.Join(v.People, "\n"))))
	return hex.EncodeToString(sum[:16])
}

// presenceError is an error in the words of the contract.
func presenceError(ctx context.Context, what string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(ctx.Err(), context.Canceled):
		return ctx.Err()
	}
	return fmt.Errorf("%s: %w: %w", what, dao.ErrUnavailable, err)
}
