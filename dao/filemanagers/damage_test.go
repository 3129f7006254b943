package filemanagers

import (
	"errors"
	"flag"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"pulperia/dao/models"
	"pulperia/dose"
)

func journalOf(d *memDisk) string {
	names := slices.Sorted(maps.Keys(d.names))
	return names[slices.IndexFunc(names, func(name string) bool { return strings.HasPrefix(name, "journal-") })]
}

// texts returns the content of every file.
func (d *memDisk) texts() map[string]string {
	texts := map[string]string{}
	for name, inode := range d.names {
		texts[name] = string(inode.text)
	}
	return texts
}

// A journal that ends anywhere gives the state after some change at which a step was complete, or
// is refused because the folded files vouch for more.
func TestJournalCutAtEveryByte(t *testing.T) {
	d, held := liveImage(t, false)
	name := journalOf(d)
	whole := d.names[name].text
	accepted := 0
	for size := range everyByte(whole, 31, 5) {
		cut := d.image()
		cut.names[name].text = cut.names[name].text[:size]
		before := cut.texts()
		s, err := openDisk(cut, 1_000)
		if err != nil {
			wantRefused(t, err, cut, before)
			continue
		}
		accepted++
		defer s.Engine.(*engine).committer.stop()
		if want, ok := held[s.Feed.(*feed).head()]; !ok || content(t, s) != want {
			t.Fatalf("cut to %d bytes, the head is %d: there is\n%s, not\n%s", size, s.Feed.(*feed).head(), content(t, s), want)
		}
		wantWholeFeed(t, s)
	}
	if accepted == 0 {
		t.Fatal("every cut was refused: a crash could not be survived")
	}
}

// wantRefused fails unless the error names what is damaged, and nothing was changed.
func wantRefused(t *testing.T, err error, d *memDisk, before map[string]string) {
	t.Helper()
	damage, ok := errors.AsType[*Damage](err)
	if !ok || damage.File == "" || damage.Wrong == "" || damage.Remedy == "" {
		t.Fatalf("refused with %v, which does not say what is damaged and what to do", err)
	}
	if !maps.Equal(d.texts(), before) {
		t.Fatalf("refused (%v), but the files were changed", err)
	}
}

// A flipped bit is refused, or cut off with the last batch of the journal; in a folded file after a
// clean stop it is an edit: refused if it breaks a rule, else taken in with a new epoch.
func TestEveryByteFlipped(t *testing.T) {
	flips := 0
	for _, kept := range keptStores(t) {
		for name, inode := range kept.disk.names {
			for i := range everyByte(inode.text, 31, 9) {
				for _, is := range spoilt(inode.text[i], i) {
					flipped := kept.disk.image()
					flipped.names[name].text[i] = is
					wantFlipSeen(t, flipped, flip{name, i, kept})
					flips++
				}
			}
		}
	}
	t.Attr("bytes_spoilt", strconv.Itoa(flips))
}

var flipAll = flag.Bool("flipall", false, "stores are cut and spoilt at each byte, in ten ways, not at some in one")

// everyByte gives out where the bytes of a text stand: one of so many in a small and in the usual
// dose, or all when they are asked for.
func everyByte(text []byte, small, usual int) iter.Seq[int] {
	step := dose.Of(small, usual)
	if *flipAll {
		step = 1
	}
	return func(yield func(int) bool) {
		for i := rand.IntN(step); i < len(text) && yield(i); i += step { // what fails says at which byte
		}
	}
}

// spoilt returns what a byte is turned into.
func spoilt(was byte, i int) (all []byte) {
	if !*flipAll {
		return []byte{was ^ 1<<(i%6)} // what becomes of it is often still text
	}
	for bit := range 8 {
		all = append(all, was^1<<bit)
	}
	for _, is := range []byte{0x00, 0xff} {
		if is != was {
			all = append(all, is)
		}
	}
	return all
}

type flip struct {
	name string
	at   int
	keptStore
}

func wantFlipSeen(t *testing.T, d *memDisk, f flip) {
	t.Helper()
	before := d.texts()
	s, err := openDisk(d, 1_000)
	if err != nil {
		wantRefused(t, err, d, before)
		return
	}
	defer s.Engine.(*engine).committer.stop()
	got, at := content(t, s), s.Feed.(*feed)
	switch {
	case strings.HasPrefix(f.name, "journal-") && at.epoch == f.epoch && at.head() <= f.head && f.held[at.head()] == got && !f.closed:
		if f.head-at.head() > f.last {
			t.Fatalf("%s, byte %d: %d changes were dropped, more than the last batch holds", f.name, f.at, f.head-at.head())
		}
	case f.closed && at.epoch != f.epoch && !strings.HasPrefix(f.name, "journal-"): // an edit
	case got == f.whole && f.name == lockFile:
	default:
		t.Fatalf("%s, byte %d was spoilt, and the store opened as if nothing had been: head %d, not %d; it holds\n%s", f.name, f.at, at.head(), f.head, got)
	}
	wantWholeFeed(t, s)
}

// Whoever reads a store beside the one that writes it (a backup) finds it as it was at some moment,
// whatever is being folded.
func TestReadBesideWriter(t *testing.T) {
	d, want := newMemDisk(), map[string]bool{}
	s, err := openDisk(d, 2)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	want[content(t, s)] = true
	for i, act := range scenario() {
		if err := act(t, s); err != nil {
			t.Fatal(err)
		}
		want[content(t, s)] = true
		_, c, err := loadBeside(t.Context(), d, false)
		if err != nil {
			t.Fatalf("after act %d: %v", i, err)
		}
		beside := newEngine(c, Options{disk: d}).store()
		if got := content(t, beside); got != content(t, s) {
			t.Fatalf("after act %d: read beside the writer:\n%s", i, got)
		}
	}
	var reads int
	done := make(chan error, 1)
	go func() {
		for range 200 {
			if err := s.Engine.(*engine).compactor.compact(false); err != nil {
				done <- err
				return
			}
			if _, _, err := s.Products.Update(t.Context(), testID(2), bump); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for {
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			if reads == 0 {
				t.Fatal("nothing was read meanwhile")
			}
			return
		default:
		}
		if _, _, err := loadBeside(t.Context(), d, false); err != nil {
			t.Fatalf("read beside folds: %v", err)
		}
		reads++
	}
}

// Steps of a compaction that leave store.json as it is come between those of a reader, too: a file
// is renamed when it was just read under its old name, and journal files go that were just listed.
func TestReadBetweenStepsOfFold(t *testing.T) {
	for step, test := range map[string]struct {
		nth  int    // which step of its kind the compaction does not get to
		file string // before it is read, the compaction goes on
		goOn func(*compactor) error
	}{
		"rename": {2, productsFile + newSuffix, func(f *compactor) error { return rename(f.disk, []string{productsFile}) }}, // the first is store.json's
		"remove": {1, "journal-", (*compactor).prune},
	} {
		inner := newMemDisk()
		d := &faultyDisk{disk: inner, fault: fault{op: step, nth: test.nth, err: syscall.EIO, forever: true}, well: true}
		s, err := openSmall(d, 4)
		if err != nil {
			t.Fatal(err)
		}
		for _, act := range scenario() {
			if err := act(t, s); err != nil {
				t.Fatal(err)
			}
		}
		for range 40 { // more than one journal file holds
			if _, _, err := s.Products.Update(t.Context(), testID(2), bump); err != nil {
				t.Fatal(err)
			}
		}
		f := s.Engine.(*engine).compactor
		d.well = false
		if err := f.compact(false); err == nil {
			t.Fatalf("%s: the fold does not stop there", step)
		}
		d.heal()
		beside := &interrupted{disk: inner, file: test.file, what: func() error { return test.goOn(f) }}
		_, c, err := loadBeside(t.Context(), beside, false)
		if err != nil || beside.file != "" {
			t.Fatalf("%s: %v; before %s was read, something happened: %v", step, err, test.file, beside.file == "")
		}
		if got, want := content(t, newEngine(c, Options{disk: inner}).store()), content(t, s); got != want {
			t.Errorf("%s: read\n%s, not\n%s", step, got, want)
		}
	}
}

// interrupted is a disk on which something happens once, before a file is read whose name begins
// so.
type interrupted struct {
	disk
	what func() error

	mu   sync.Mutex
	file string
}

func (d *interrupted) Read(name string) (file, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.file != "" && strings.HasPrefix(name, d.file) {
		d.file = ""
		if err := d.what(); err != nil {
			return nil, err
		}
	}
	return d.disk.Read(name)
}

func bump(p *models.Product) error { p.Stock++; return nil }

// A store whose journal file is of another store, or that lacks one in the middle, is refused.
func TestJournalFilesBelongTogether(t *testing.T) {
	d, _ := liveImage(t, false)
	other, _ := liveImage(t, false)
	for name, spoil := range map[string]func(*memDisk){
		"of another store":   func(d *memDisk) { d.names[journalOf(d)] = other.names[journalOf(other)] },
		"missing":            func(d *memDisk) { delete(d.names, journalOf(d)) },
		"named otherwise":    func(d *memDisk) { d.names["journal-x.jsonl"] = d.names[journalOf(d)]; delete(d.names, journalOf(d)) },
		"without store.json": func(d *memDisk) { delete(d.names, metaFile) },
	} {
		t.Run(name, func(t *testing.T) {
			d := d.image()
			spoil(d)
			before := d.texts()
			s, err := openDisk(d, 1_000)
			if err == nil {
				t.Fatalf("opened, with\n%s", content(t, s))
			}
			wantRefused(t, err, d, before)
		})
	}
}
