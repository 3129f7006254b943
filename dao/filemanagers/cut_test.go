package filemanagers

import (
	"strconv"
	"strings"
	"testing"
)

// A file of a store that ends anywhere (at some bytes, or at each when all are asked for) is
// refused; or, in a journal, it is what a crash may leave, and the store is as it was after some
// change; or, after a clean stop, it is an edit that breaks no rule.
func TestFilesCutAtEveryByte(t *testing.T) {
	cuts, edits := 0, 0
	for _, kept := range keptStores(t) {
		for name, inode := range kept.disk.names {
			for size := range everyByte(inode.text, 61, 7) { // fewer than TestJournalCutAtEveryByte of the journal
				cut := kept.disk.image()
				cut.names[name].text = cut.names[name].text[:size]
				if wantCutSeen(t, cut, flip{name, size, kept}) {
					edits++
				}
				cuts++
			}
		}
	}
	t.Attr("cuts", strconv.Itoa(cuts))
	t.Attr("taken_as_edits", strconv.Itoa(edits))
	if edits > cuts/50 {
		t.Errorf("%d of %d cuts were taken as edits", edits, cuts)
	}
}

func wantCutSeen(t *testing.T, d *memDisk, f flip) (edit bool) {
	t.Helper()
	before := d.texts()
	s, err := openDisk(d, 1_000)
	if err != nil {
		wantRefused(t, err, d, before)
		return false
	}
	defer s.Engine.(*engine).committer.stop()
	got, at := content(t, s), s.Feed.(*feed)
	switch {
	case strings.HasPrefix(f.name, "journal-") && at.epoch == f.epoch && f.held[at.head()] == got:
	case f.closed && at.epoch != f.epoch && !strings.HasPrefix(f.name, "journal-"):
		edit = true
	default:
		t.Fatalf("%s was cut to %d bytes, and the store opened as if nothing had been: head %d, not %d; it holds\n%s", f.name, f.at, at.head(), f.head, got)
	}
	wantWholeFeed(t, s)
	return edit
}
