package dbmanagers

import (
	"slices"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao/daotest"
)

// When meta is lost under an open shop it says again, as soon as there is one, what kinds the store
// has values of, whoever begins the feed anew.
func TestKindsAreNotedAnew(t *testing.T) {
	p := newPlace(t)
	shops, k := []process{p.open(quickSweep), p.open(quickSweep)}, daotest.Parcel.Schema
	_, err := shops[0].made(k, k.Example(1))
	p.ok("create", err)
	_, err = p.db.Collection("meta").DeleteMany(p.ctx, bson.M{})
	p.ok("drop meta", err)
	p.await("the kind is noted", func() bool {
		meta, _ := shops[0].readMeta(p.ctx)
		return slices.Contains(meta.Kinds, k.Plural)
	})
}

// A kind is noted when meta has it, and not where there is no meta.
func TestAKindIsNotedInMeta(t *testing.T) {
	p := newPlace(t)
	s := p.open(Options{sweepEvery: patient})
	_, err := p.db.Collection("meta").DeleteMany(p.ctx, bson.M{})
	p.ok("drop meta", err)
	parcels := s.engine.of(daotest.Parcel.Schema)
	if p.ok("note", parcels.noteKind(p.ctx)); parcels.noted.Load() {
		t.Error("it passes for noted where there is no meta")
	}
}
