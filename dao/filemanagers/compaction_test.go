package filemanagers

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"pulperia/dao"
	"pulperia/dao/models"
)

// Writes, folds and readers go on at once; the feed keeps at least what it must, over folds and
// restarts, and lets go of more.
func TestFeedIsKeptAndPruned(t *testing.T) {
	const keep, writes = 50, 2_000
	d := newMemDisk()
	o := Options{disk: d, Keep: keep, Fold: 20_000, Log: slog.New(slog.DiscardHandler)}.withDefaults("")
	s, err := open(o, func() error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	s.Engine.(*engine).committer.segmentSize = 10_000
	var wait sync.WaitGroup
	for w := range 4 {
		wait.Go(func() {
			for i := range writes / 4 {
				m := models.Message{User: "ana@example.com", Message: fmt.Sprintf("%d.%d %s", w, i, strings.Repeat("x", 100))}
				if _, _, err := s.Messages.Append(t.Context(), m); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	wantMessagesInFeedOrder(t, s, writes)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if folds := s.Engine.(*engine).compactor.folds.Load(); folds < 2 { // the last is that of the stop
		t.Error("it was never folded")
	}
	if s, err = open(o, func() error { return nil }); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	wantMessagesInFeedOrder(t, s, writes)
	head, _ := s.Feed.Head(t.Context())
	back := dao.Position{Epoch: head.Epoch, Offset: head.Offset - keep}
	if changes, err := s.Feed.Since(t.Context(), back, 1_000); err != nil || len(changes) != keep {
		t.Errorf("the last %d changes: %d (%v)", keep, len(changes), err)
	}
	if _, err := s.Feed.Since(t.Context(), dao.Position{Epoch: head.Epoch}, 1); !errors.Is(err, dao.ErrGone) {
		t.Errorf("the first change is still there (%v): nothing was pruned", err)
	}
}

// A shop that is killed again and again before its journal has grown enough for a compaction is
// folded all the same.
func TestFoldsOverKills(t *testing.T) {
	d := newMemDisk()
	o := Options{disk: d, Fold: 20_000, Log: slog.New(slog.DiscardHandler)}.withDefaults("")
	folds := int64(0)
	for range 10 {
		s, err := open(o, func() error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		for range 10 { // half a compaction
			if _, _, err := s.Messages.Append(t.Context(), models.Message{User: "ana@example.com", Message: strings.Repeat("x", 1_000)}); err != nil {
				t.Fatal(err)
			}
		}
		e := s.Engine.(*engine)
		e.committer.stop()
		e.compactor.running.Wait()
		folds += e.compactor.folds.Load()
		o.disk = o.disk.(*memDisk).image()
	}
	if folds < 4 || folds > 6 {
		t.Errorf("%d folds of ten halves", folds)
	}
}

// wantMessagesInFeedOrder pages through all messages, of which older ones are in the file and newer
// ones in the journal.
func wantMessagesInFeedOrder(t *testing.T, s dao.Store, want int) {
	t.Helper()
	wantWholeFeed(t, s)
	var newest []models.Message
	var before models.ID
	for {
		page, err := s.Messages.Page(t.Context(), before, 70)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		newest, before = append(page, newest...), page[0].ID
	}
	seen := map[string]bool{}
	next := map[byte]int{}
	for _, m := range newest {
		var w byte
		var i int
		fmt.Sscanf(m.Message, "%c.%d", &w, &i)
		if i != next[w] || seen[m.Message] {
			t.Fatalf("message %q stands where number %d of its writer should", m.Message, next[w])
		}
		next[w]++
		seen[m.Message] = true
	}
	if len(newest) != want {
		t.Fatalf("there are %d messages, not %d", len(newest), want)
	}
}

// A compaction leaves the files alone that nothing has changed: a chat in a large catalogue costs
// no rewriting of it.
func TestFoldWritesWhatChanged(t *testing.T) {
	d := newMemDisk()
	s, err := openDisk(d, 10)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, act := range scenario() {
		if err := act(t, s); err != nil {
			t.Fatal(err)
		}
	}
	fold := func() {
		t.Helper()
		if err := s.Engine.(*engine).compactor.compact(false); err != nil {
			t.Fatal(err)
		}
	}
	fold()
	products, carts := d.names[productsFile], d.names[cartsFile]
	if _, _, err := s.Messages.Append(t.Context(), models.Message{User: "ana@example.com", Message: "hola"}); err != nil {
		t.Fatal(err)
	}
	fold()
	if d.names[productsFile] != products || d.names[cartsFile] != carts {
		t.Error("a message made a fold write the products or the carts anew")
	}
	if _, _, err := s.Products.Update(t.Context(), testID(2), bump); err != nil {
		t.Fatal(err)
	}
	fold()
	if d.names[productsFile] == products || d.names[cartsFile] != carts {
		t.Error("a changed product made a fold write the wrong files")
	}
}

// What somebody writes into a file while the shop is open is not taken in, but it is kept: once, however
// often it is written anew, and also where the first try fails. What is ours needs no copy.
func TestEditOfAnOpenStoreIsKept(t *testing.T) {
	d := &faultyDisk{disk: newMemDisk(), fault: fault{op: "rename", nth: 1, err: syscall.EIO}, well: true}
	var log bytes.Buffer
	s, err := open(Options{disk: d, Keep: 10, Fold: 1 << 40, Log: slog.New(slog.NewTextHandler(&log, nil))}.withDefaults(""), func() error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	products := 0
	add := func() {
		t.Helper()
		products++
		if _, _, err := s.Products.Create(t.Context(), testProduct(products)); err != nil {
			t.Fatal(err)
		}
	}
	compact := s.Engine.(*engine).compactor.compact
	write := func(text []byte) {
		t.Helper()
		if err := replace(d.disk, productsFile, text); err != nil {
			t.Fatal(err)
		}
	}
	add()
	if err := compact(false); err != nil {
		t.Fatal(err)
	}
	ours, err := readAll(d, productsFile)
	if err != nil {
		t.Fatal(err)
	}
	write(ours)
	add()
	if err := compact(false); err != nil {
		t.Fatal(err)
	}
	mine := []byte(`[{"mine": true}]`)
	write(mine)
	add()
	d.well = false
	if err := compact(false); err == nil {
		t.Fatal("the disk does not fail")
	}
	d.heal()
	_ = compact(false)
	names, _ := d.List()
	kept := slices.DeleteFunc(names, func(name string) bool { return !strings.HasPrefix(name, "products.edited-") })
	if len(kept) != 1 {
		t.Fatalf("of the edit were kept %q", kept)
	}
	if text, err := readAll(d, kept[0]); err != nil || !bytes.Equal(text, mine) {
		t.Errorf("%s holds %q (%v)", kept[0], text, err)
	}
	if said := strings.Count(log.String(), kept[0]); said != 1 {
		t.Errorf("the log names it %d times: %s", said, log.String())
	}
}

// A compaction that cannot write what it wants to be the store, store.json included, is made up for
// by the next.
func TestFoldAfterOneThatFailed(t *testing.T) {
	for _, op := range []string{"create", "write", "sync", "truncate"} {
		for nth := 1; ; nth++ {
			d := &faultyDisk{disk: newMemDisk(), fault: fault{op: op, nth: nth, err: syscall.EMFILE}, well: true}
			s, err := openDisk(d, 10)
			if err != nil {
				t.Fatal(err)
			}
			for _, act := range scenario() {
				if err := act(t, s); err != nil {
					t.Fatal(err)
				}
			}
			d.well = false
			failed := s.Engine.(*engine).compactor.compact(false)
			met := d.heal()
			if met != (failed != nil) {
				t.Errorf("%s %d fails (%v), and the fold: %v", op, nth, met, failed)
			}
			if err := s.Close(); err != nil {
				t.Errorf("after %s %d failed: %v", op, nth, err)
			}
			if !met {
				break
			}
		}
	}
}

// A compaction lets go of what the feed no longer tells of deleted values, while writes ask for it.
func TestGravesAreClearedBesideWrites(t *testing.T) {
	const keep = 2
	d := newMemDisk()
	s, err := openDisk(d, keep)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.Engine.(*engine).committer.segmentSize = 2_000
	var wait sync.WaitGroup
	for n := range 4 {
		wait.Go(func() {
			for range 100 {
				if _, _, err := s.Products.Create(t.Context(), testProduct(n)); err != nil {
					t.Error(err)
				}
				if _, _, err := s.Products.Delete(t.Context(), testID(n)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 50 {
		if err := s.Engine.(*engine).compactor.compact(false); err != nil {
			t.Error(err)
		}
	}
	wait.Wait()
	if err := s.Engine.(*engine).compactor.compact(false); err != nil {
		t.Error(err)
	}
	if n, oldest := len(s.Engine.(*engine).tombstones), s.Feed.(*feed).oldest(); oldest == 1 || n > 4 {
		t.Errorf("the feed begins with change %d, and %d deleted values are remembered", oldest, n)
	}
}

// The journal grows to twice the files, to no less than is set and to no more than a start can take.
func TestCompactionIsDue(t *testing.T) {
	f := compactor{every: 16 << 20}
	for size, want := range map[int64]int64{0: 16 << 20, 8 << 20: 16 << 20, 20 << 20: 40 << 20, 1 << 30: longestJournal} {
		if f.size.Store(size); f.due() != want {
			t.Errorf("files of %d bytes: %d, not %d", size, f.due(), want)
		}
	}
}
