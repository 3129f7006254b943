package filemanagers

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pulperia/dao"
)

// A folder of the program that knew no steps of several values opens, whether it was stopped in order
// or killed: nothing of it is lost, its feed goes on, and it says once that it was brought forward.
// scripts/old-folders has made them.
func TestFoldersOfBefore(t *testing.T) {
	for _, name := range []string{"stopped", "killed"} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "format3", name))); err != nil {
				t.Fatal(err)
			}
			beside, err := OpenReadOnly(t.Context(), dir, Options{Log: slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Fatal(err)
			}
			want := content(t, beside)
			if n := strings.Count(want, "\n"); n < 20 || !strings.Contains(want, "¿Tienen yerba?") {
				t.Errorf("%d values are in it:\n%s", n, want)
			}
			head, _ := beside.Feed.Head(t.Context())
			beside.Close()
			for i := range 2 {
				s, log := openLogged(t, dir)
				if got := content(t, s); got != want {
					t.Errorf("start %d: it holds\n%s\nand not\n%s", i, got, want)
				}
				if said := strings.Count(log.String(), "brought forward"); said != 1-i {
					t.Errorf("start %d says so %d times", i, said)
				}
				changes, err := s.Feed.Since(t.Context(), dao.Position{Epoch: head.Epoch}, 1)
				if err != nil || len(changes) < 10 || changes[0].End != int64(len(changes)) {
					t.Errorf("the first step, of a load, has %d changes (%v)", len(changes), err)
				}
				want = goOn(t, s)
			}
			if m, err := readMeta(directory(dir)); err != nil || m.Format != 4 {
				t.Errorf("store.json is %+v (%v)", m, err)
			}
		})
	}
}

func openLogged(t *testing.T, dir string) (dao.Store, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	s, err := Open(t.Context(), dir, Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	return s, &log
}

// goOn makes a step of two values, and returns what the store holds when it is closed.
func goOn(t *testing.T, s dao.Store) string {
	t.Helper()
	head, _ := s.Feed.Head(t.Context())
	_, err := s.Update(dao.WithBy(t.Context(), "ana"), func(tx dao.Tx) error {
		for range 2 {
			if err := tx.Put(dao.Message.Schema, dao.Message.Example(1)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	changes, err := s.Feed.Since(t.Context(), head, 10)
	if err != nil || len(changes) != 2 || changes[1].By != "ana" || changes[0].End != head.Offset+2 {
		t.Errorf("the feed goes on with %+v (%v)", changes, err)
	}
	wantWholeFeed(t, s)
	after := content(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return after
}
