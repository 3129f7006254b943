package dbmanagers

import (
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
)

// A store of a pulperia that knew of no identity gets one when it is opened for writing, by
// whichever process is first; a process that still knows of none may take it away, and does not:
// it is put back as it was.
func TestStoreWithoutIdentity(t *testing.T) {
	p := newPlace(t)
	p.ok("close", p.open(quickSweep).Close())
	take := func() {
		_, err := p.db.Collection("meta").UpdateOne(p.ctx, bson.M{"_id": storeID}, bson.M{"$unset": bson.M{"identity": ""}})
		p.ok("take the identity away", err)
	}
	take()
	reader, err := OpenReadOnly(p.ctx, p.url, Options{})
	p.ok("open to read", err)
	if reader.Identity() != "" {
		t.Errorf("who only reads gave it %q", reader.Identity())
	}
	p.ok("close", reader.Close())
	var processes [4]process
	var opening sync.WaitGroup
	for i := range processes {
		opening.Go(func() { processes[i] = p.open(quickSweep) })
	}
	opening.Wait()
	identity := processes[0].Identity()
	agree := func() (agree bool) {
		meta, err := processes[0].readMeta(p.ctx)
		agree = err == nil && meta.Identity == identity && identity != ""
		for _, one := range processes {
			agree = agree && one.Identity() == identity
		}
		return agree
	}
	p.await("one identity in all processes", agree)
	take()
	p.await("the identity to be there again", agree)
}

// Another epoch is one of the same store: when the feed is dropped or put back from an old copy.
func TestIdentityOutlivesTheFeed(t *testing.T) {
	p := newPlace(t)
	processes := []process{p.open(quickSweep), p.open(quickSweep)}
	identity := processes[0].Identity()
	var before dao.Position
	for range 3 {
		_, receipt, err := processes[0].Messages.Append(p.ctx, aMessage("hola"))
		p.ok("append", err)
		before = receipt.Position
	}
	p.settled()
	p.ok("drop the feed", p.db.Collection("feed").Drop(p.ctx))
	p.renewed(before, processes...)
	for _, one := range append(processes, p.open(quickSweep)) {
		if one.Identity() != identity {
			t.Errorf("identity %s, was %s", one.Identity(), identity)
		}
	}
}
