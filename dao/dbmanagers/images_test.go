package dbmanagers

import (
	"bytes"
	"slices"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao/dbmanagers/mongotest"
	"pulperia/dao/models"
)

// What one process puts another has at once, in documents of less than a megabyte.
func TestImagesOfSeveralProcesses(t *testing.T) {
	p := newPlace(t)
	one, other := p.open(Options{}), p.open(Options{})
	for n := range 3 {
		image := bytes.Repeat([]byte{byte(n), 1, 2}, 800_000)
		hash, err := one.Images.Put(p.ctx, image)
		p.ok("put", err)
		got, err := other.Images.Get(p.ctx, hash)
		p.ok("get", err)
		if !bytes.Equal(got, image) {
			t.Errorf("the other process has %d bytes, not %d", len(got), len(image))
		}
		one, other = other, one
	}
	cursor, err := p.db.Collection("images").Find(p.ctx, bson.M{})
	p.ok("find", err)
	documents := 0
	for ; cursor.Next(p.ctx); documents++ {
		if n := len(cursor.Current); n >= 1_000_000 {
			t.Errorf("%s has %d bytes", cursor.Current.Lookup("_id"), n)
		}
	}
	if documents != 12 {
		t.Errorf("there are %d documents", documents)
	}
}

// What a process has left that was killed over it is seen, and can be removed: any part of it.
func TestHalfAnImage(t *testing.T) {
	p := newPlace(t)
	s := p.open(Options{})
	image := bytes.Repeat([]byte{1, 2, 3}, 800_000)
	hash, err := s.Images.Put(p.ctx, image)
	p.ok("put", err)
	for _, part := range []string{"/0", "/2"} {
		_, err = p.db.Collection("images").DeleteOne(p.ctx, bson.M{"_id": string(hash) + part})
		p.ok("delete a part", err)
	}
	var seen []models.Hash
	p.ok("visit", s.Images.Each(p.ctx, func(hash models.Hash) error { seen = append(seen, hash); return nil }))
	n, err := s.Images.Remove(p.ctx, seen, models.TimeOf(now().Std().AddDate(1, 0, 0)))
	p.ok("remove", err)
	left, err := p.db.Collection("images").CountDocuments(p.ctx, bson.M{})
	if p.ok("count", err); !slices.Equal(seen, []models.Hash{hash}) || n != 1 || left > 0 {
		t.Errorf("seen %v, removed %d, left %d", seen, n, left)
	}
}

// Another program's collection of that name is left alone, by every process and after a restart: the
// shop has its own beside it. What another puts between ours later is not touched either.
func TestImagesBesideOthers(t *testing.T) {
	p := newPlace(t)
	theirs := bson.D{{Key: "_id", Value: "logo"}, {Key: "bytes", Value: bson.Binary{Data: []byte{1}}}}
	mongotest.Insert(p, p.db.Collection("images"), theirs)
	before := p.contents()["images"]
	hash := models.Hash("")
	for range 2 {
		for _, process := range []process{p.open(Options{}), p.open(Options{})} {
			var err error
			hash, err = process.Images.Put(p.ctx, []byte("ours"))
			p.ok("put", err)
			_, err = process.Images.Get(p.ctx, hash)
			p.ok("get", err)
		}
	}
	mongotest.Insert(p, p.db.Collection("pulperia_images"), theirs)
	s := p.open(Options{})
	var seen []models.Hash
	p.ok("visit", s.Images.Each(p.ctx, func(hash models.Hash) error { seen = append(seen, hash); return nil }))
	n, err := s.Images.Remove(p.ctx, seen, models.TimeOf(now().Std().AddDate(1, 0, 0)))
	if p.ok("remove", err); len(seen) != 1 || seen[0] != hash || n != 1 {
		t.Errorf("seen %v, removed %d", seen, n)
	}
	if after := p.contents(); !slices.Equal(after["images"], before) || !slices.Equal(after["pulperia_images"], before) {
		t.Errorf("of another program there was %v, and is %v and %v", before, after["images"], after["pulperia_images"])
	}
}
