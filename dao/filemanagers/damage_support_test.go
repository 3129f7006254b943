package filemanagers

import (
	"errors"
	"testing"

	"pulperia/dao"
)

// liveImage returns the disk of a store that lives through the scenario, as it is while the store
// is open (or after it was closed), and what the store held after each change of the feed.
func liveImage(t *testing.T, closed bool) (*memDisk, map[int64]string) {
	t.Helper()
	return liveOn(t, openDisk, scenario(), closed)
}

func liveOn(t *testing.T, open func(disk, int) (dao.Store, error), acts []act, closed bool) (*memDisk, map[int64]string) {
	t.Helper()
	d := newMemDisk()
	s, err := open(d, 1_000)
	if err != nil {
		t.Fatal(err)
	}
	held := map[int64]string{0: content(t, s)}
	for _, act := range acts {
		if err := act(t, s); err != nil && !errors.Is(err, dao.ErrNotFound) && !errors.Is(err, dao.ErrConflict) {
			t.Fatal(err)
		}
		held[s.Feed.(*feed).head()] = content(t, s)
	}
	if closed {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return d.image(), held
}

// keptStore is a store at rest, and everything that is known of it.
type keptStore struct {
	disk   *memDisk
	closed bool
	folded bool // nothing stands only in the journal
	epoch  string
	head   int64
	whole  string           // what it holds
	held   map[int64]string // what it held after each change
	last   int64            // how many changes may be dropped: those of the last batch, and of the one before if the line break between them is gone
}

// keptStores returns small stores, stopped cleanly and not, with several journal files; all bytes
// of those with one, only when asked for.
func keptStores(t *testing.T) (all []keptStore) {
	t.Helper()
	opens := []func(disk, int) (dao.Store, error){openSmall}
	if *flipAll {
		opens = append(opens, openDisk)
	}
	for _, open := range opens {
		for _, closed := range []bool{false, true} {
			d, held := liveOn(t, open, scenario(), closed)
			all = append(all, known(t, keptStore{disk: d, closed: closed, held: held, last: 2}))
		}
	}
	return all
}

// known fills in what opening a copy tells.
func known(t *testing.T, kept keptStore) keptStore {
	t.Helper()
	sound, err := openDisk(kept.disk.image(), 1_000)
	if err != nil {
		t.Fatal(err)
	}
	defer sound.Engine.(*engine).committer.stop()
	kept.epoch, kept.head, kept.whole = sound.Feed.(*feed).epoch, sound.Feed.(*feed).head(), content(t, sound)
	kept.folded = sound.Engine.(*engine).compactor.meta.Offset == kept.head
	return kept
}
