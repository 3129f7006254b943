package dbmanagers

import (
	"testing"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

// The last revision of what is absent is asked for once, and again after each change of it: also one
// that came while the feed was asked, and after all was begun anew.
func TestLastRevisionsAreAskedOnce(t *testing.T) {
	tail, key := newTail(), valueKey{dao.KindSettings, number(1)}
	offset := int64(0)
	next := func(kind dao.Kind) *entry {
		offset++
		return &entry{First: offset, N: 1, Changes: []*change{{Kind: kind, ID: objectID(key.id), Op: opGone, offset: offset}}}
	}
	adopt := func(kind dao.Kind) {
		tail.mu.Lock()
		defer tail.mu.Unlock()
		tail.adopt(next(kind))
	}
	wants := func(when string, want bool) tailState {
		t.Helper()
		then := tail.state()
		if _, ask := tail.revs(key.kind, []models.ID{key.id}); (len(ask) == 1) != want {
			t.Errorf("%s the feed is asked: %t", when, !want)
		}
		return then
	}
	keep := func(then tailState) {
		tail.keepRevs(then, key.kind, []models.ID{key.id}, map[models.ID]int64{key.id: 7})
	}
	tail.set(storeMeta{}, []*entry{next(dao.KindSettings)}, time.Now())
	keep(wants("at first", true))
	wants("then", false)
	if known, _ := tail.revs(key.kind, []models.ID{key.id}); known[key.id] != 7 {
		t.Errorf("it had the revision %v", known)
	}
	adopt(dao.KindCounter)
	wants("after a change of a value of another kind with that id", false)
	adopt(dao.KindSettings)
	then := wants("after a change", true)
	adopt(dao.KindSettings)
	keep(then)
	wants("after one that came meanwhile", true)
	then = tail.state()
	keep(then)
	tail.set(storeMeta{}, []*entry{next(dao.KindCounter)}, time.Now())
	wants("when all was begun anew", true)
	keep(then)
	wants("by an answer from before that", true)
}
