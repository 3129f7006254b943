package filemanagers

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/dose"
)

// Every call of the disk (one in a few, beginning with any of them, but in the long form) fails once
// or for ever, with every error, in a life with writes, folds, a crash, a start on what it left, a
// clean stop and an edit by hand. An error is answered, reads go on, and when the disk is well again
// everything acknowledged is there.
func TestDiskFails(t *testing.T) {
	random := newRandom(t)
	isLong := *crashTimes > 1
	met, step := 0, dose.Of(7, 3)
	if isLong {
		step = 1
	}
	for _, f := range faults(isLong) {
		for f.nth += random.IntN(step); ; f.nth += step {
			inner := newMemDisk()
			d := &faultyDisk{disk: inner, fault: f}
			where := fmt.Sprintf("%s %d (%v, %v done, for ever: %v)", f.op, f.nth, f.err, f.does, f.forever)
			s := newShadow(t)
			survive(t, s, d, inner, where)
			fired := d.heal()
			allowed := s.outcomes()
			for _, left := range []*memDisk{inner.crash(random), inner} {
				wantWell(t, left, allowed, where)
			}
			if !fired {
				break
			}
			met++
		}
	}
	t.Attr("faults", strconv.Itoa(met))
	if met < 500/step {
		t.Errorf("only %d faults were met: the test says little", met)
	}
}

// survive lives on a disk until it fails, or to the end.
func survive(t *testing.T, s *shadow, d *faultyDisk, inner *memDisk, where string) {
	t.Helper()
	acts := scenario()
	for _, life := range [][]act{acts[:13], acts[13:], acts[len(acts)-1:]} {
		store, err := openSmall(d, 4)
		if err != nil {
			return // refused: nothing was acknowledged
		}
		sound := true
		for _, what := range life {
			if sound = s.do(store, what); !sound && (s.unknown != nil || store.Ready(t.Context()) != nil) {
				break
			}
			sound = true // an error was answered, and the store goes on
		}
		if !sound && s.unknown != nil && !errors.Is(store.Ready(t.Context()), dao.ErrUnavailable) {
			t.Fatalf("%s: a write is unknown, and the store is ready to write", where)
		}
		if d.op != "read at" { // else reads are what fails
			s.wantReads(store)
		}
		if !sound {
			store.Close() // may fail, too
			return
		}
		if len(life) == 13 {
			store.Engine.(*engine).committer.stop() // a crash of the program
			continue
		}
		if store.Close() != nil {
			return
		}
		edited(t, s, inner)
	}
}

// edited changes a title by hand, in the file and in the model.
func edited(t *testing.T, s *shadow, d *memDisk) {
	t.Helper()
	before, after, found := strings.Cut(string(d.names[productsFile].text), `"Yerba 2"`)
	if !found {
		return // it was edited before
	}
	text := []byte(before + `"Yerba del monte"` + after)
	d.names[productsFile].text, d.names[productsFile].safe = text, text
	name := func(p *models.Product) error { p.Title = "Yerba del monte"; return nil }
	if _, _, err := s.store.Products.Update(t.Context(), testID(2), name); err != nil {
		t.Fatal(err)
	}
}

// wantWell fails unless a disk that is well again opens with one of these contents, and goes on.
func wantWell(t *testing.T, d *memDisk, allowed []string, where string) {
	t.Helper()
	store, err := openDisk(d, 4)
	if err != nil {
		t.Fatalf("%s; then: %v", where, err)
	}
	if got := content(t, store); !slices.Contains(allowed, got) {
		t.Fatalf("%s: then there is\n%s, not\n%s", where, got, strings.Join(allowed, "or\n"))
	}
	wantWholeFeed(t, store)
	if _, _, err := store.Messages.Append(t.Context(), models.Message{User: "ana@example.com", Message: "sigo"}); err != nil {
		t.Fatalf("%s: then a write fails: %v", where, err)
	}
	if err := store.Close(); err != nil {
		t.Fatalf("%s: then the stop fails: %v", where, err)
	}
}
