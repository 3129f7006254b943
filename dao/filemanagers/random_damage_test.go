package filemanagers

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pulperia/dao"
	"pulperia/dose"
)

var damageSeeds = dose.Flag("damageseeds", 30, 100, "how often a larger store is damaged at random")

// A larger store is damaged at random: blocks are zeroed, doubled, swapped, files swapped, removed,
// cut, put back older. It is refused; or all that was dropped is the end of the journal from the
// damage on; or it is an edit that breaks no rule; or what made it a store is gone.
func TestRandomDamage(t *testing.T) {
	random := newRandom(t)
	stores := []damagedStore{largerStore(t, random, openSmall, false), largerStore(t, random, openSmall, true), largerStore(t, random, openDisk, false)}
	outcomes := map[string]int{}
	for n := range damageSeeds.Get() {
		kept := stores[n%len(stores)]
		d := kept.disk.image()
		what := damage{random, d.names, kept.older.names}.some()
		if maps.Equal(d.texts(), kept.disk.texts()) {
			continue
		}
		outcomes[wantDamageSeen(t, d, kept.keptStore, what)]++
	}
	for outcome, n := range outcomes {
		t.Attr(outcome, strconv.Itoa(n))
	}
	t.Attr("served_wrong", "0")
	if outcomes["refused"] < damageSeeds.Get()/3 {
		t.Errorf("%v: the test says little", outcomes)
	}
}

// damagedStore is a larger store, and the files as they were in the middle of its life.
type damagedStore struct {
	keptStore
	older *memDisk
}

func largerStore(t *testing.T, random *rand.Rand, open func(disk, int) (dao.Store, error), closed bool) (s damagedStore) {
	t.Helper()
	acts := make([]act, 400)
	for i := range acts {
		acts[i] = randomAct(random)
	}
	acts[200] = func(_ *testing.T, store dao.Store) error {
		s.older = store.Engine.(*engine).compactor.disk.(*memDisk).image()
		return nil
	}
	d, held := liveOn(t, open, acts, closed)
	s.keptStore = known(t, keptStore{disk: d, closed: closed, held: held})
	return s
}

// wantDamageSeen returns what became of a damaged store, and fails if it serves what it never held.
func wantDamageSeen(t *testing.T, d *memDisk, kept keptStore, what string) string {
	t.Helper()
	damaged := d.image()
	before := d.texts()
	s, err := openDisk(d, 1_000)
	if err != nil {
		wantRefused(t, err, d, before)
		return "refused"
	}
	defer s.Engine.(*engine).committer.stop()
	got, at := content(t, s), s.Feed.(*feed)
	wantWholeFeed(t, s)
	switch {
	case at.epoch != kept.epoch && kept.folded:
		return "taken_as_edit"
	case at.epoch != kept.epoch && isJustFiles(damaged):
		return "taken_as_new"
	case at.epoch == kept.epoch && got == kept.whole && at.head() == kept.head:
		return "harmless"
	case at.epoch == kept.epoch && got == kept.held[at.head()] && !kept.closed:
		wantOnlyEndDropped(t, damaged, kept, at.head(), what)
		return "dropped"
	}
	t.Fatalf("%s: the store opened with head %d, not %d; it holds\n%s", what, at.head(), kept.head, got)
	return ""
}

// isJustFiles says whether nothing tells a folder from one with files that somebody wrote.
func isJustFiles(d *memDisk) bool {
	for name := range d.names {
		if name == metaFile || strings.HasPrefix(name, "journal-") {
			return false
		}
	}
	return true
}

// wantOnlyEndDropped fails unless all that is missing stood behind the first byte that is damaged,
// or in the batch of that byte.
func wantOnlyEndDropped(t *testing.T, d *memDisk, kept keptStore, head int64, what string) {
	t.Helper()
	for name, inode := range kept.disk.names {
		if !strings.HasPrefix(name, "journal-") {
			continue
		}
		var is []byte
		if d.names[name] != nil {
			is = d.names[name].text
		}
		first := 0
		for first < min(len(is), len(inode.text)) && is[first] == inode.text[first] {
			first++
		}
		for one := range bytes.Lines(inode.text[:first]) {
			var l line
			if unseal(one, &l) == nil && l.Batch[1] > head && bytes.Contains(inode.text[:first], fmt.Appendf(nil, `"offset":%d,`, l.Batch[1]+1)) {
				t.Fatalf("%s: change %d was dropped, though its batch is whole", what, l.Offset)
			}
		}
	}
}

// damage spoils the files of a store.
type damage struct {
	random       *rand.Rand
	names, older map[string]*memInode
}

// some does one of the many ways, or two.
func (d damage) some() string {
	what := d.one()
	if d.random.IntN(4) == 0 {
		what += ", " + d.one()
	}
	return what
}

func (d damage) one() string {
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(d.names)), func(name string) bool { return len(d.names[name].text) == 0 })
	name := names[d.random.IntN(len(names))]
	other := names[d.random.IntN(len(names))]
	text := d.names[name].text
	size := min(len(text), 1<<d.random.IntN(13))
	from, to := d.random.IntN(len(text)-size+1), d.random.IntN(len(text)-size+1)
	block := slices.Clone(text[from : from+size])
	switch d.random.IntN(10) {
	case 0:
		clear(text[from : from+size])
		return fmt.Sprintf("%d bytes of %s zeroed from %d on", size, name, from)
	case 1:
		copy(text[to:], block)
		return fmt.Sprintf("%d bytes of %s copied from %d to %d", size, name, from, to)
	case 2:
		copy(text[from:], text[to:to+size])
		copy(text[to:], block)
		return fmt.Sprintf("%d bytes of %s swapped between %d and %d", size, name, from, to)
	case 3:
		d.names[name].text = slices.Insert(text, to, block...)
		return fmt.Sprintf("%d bytes of %s put in again at %d", size, name, to)
	case 4:
		d.names[name].text = slices.Delete(text, from, from+size)
		return fmt.Sprintf("%d bytes of %s cut out from %d on", size, name, from)
	case 5:
		d.names[name].text = text[:from]
		return fmt.Sprintf("%s cut to %d bytes", name, from)
	case 6:
		d.names[name], d.names[other] = d.names[other], d.names[name]
		return fmt.Sprintf("%s and %s swapped", name, other)
	case 7:
		delete(d.names, name)
		return name + " removed"
	case 8:
		copy(text[from:], d.names[other].text[:min(size, len(d.names[other].text))])
		return fmt.Sprintf("%d bytes of %s from the beginning of %s", size, name, other)
	}
	if old := d.older[name]; old != nil {
		d.names[name].text = slices.Clone(old.text)
	}
	return name + " put back as it was in the middle of the life"
}
