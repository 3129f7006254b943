package filemanagers

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"pulperia/dao"
)

// A store of a pulperia that knew of no identity gets one when it is opened for writing, and keeps it; who only reads it finds none.
func TestStoreWithoutIdentity(t *testing.T) {
	dir, s := filled(t)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	d := directory(dir)
	m, err := readMeta(d)
	if err != nil {
		t.Fatal(err)
	}
	m.Format, m.Identity = 2, ""
	if err := m.write(d); err != nil {
		t.Fatal(err)
	}
	s, err = OpenReadOnly(t.Context(), dir, Options{})
	if err != nil || s.Identity() != "" {
		t.Fatalf("%q, %v", s.Identity(), err)
	}
	s.Close()
	var log bytes.Buffer
	identities := map[string]bool{}
	for range 2 {
		s, err = Open(t.Context(), dir, Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		identities[s.Identity()] = true
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if len(identities) != 1 || identities[""] || strings.Count(log.String(), "\n") != 1 || !strings.Contains(log.String(), "brought forward") {
		t.Errorf("its identities are %v, and the log says %q", identities, log.String())
	}
}

// An edit by hand begins another epoch of the same store; a fold leaves it the same, too.
func TestIdentityOutlivesEpochs(t *testing.T) {
	dir, s := filled(t)
	identity, head := s.Identity(), dao.Position{}
	for _, title := range [][2]string{{`"Yerba 2"`, `"Yerba suave"`}, {`"Yerba suave"`, `"Yerba"`}} {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		edit(t, dir, productsFile, title[0], title[1])
		var err error
		if s, err = openDir(t, dir); err != nil {
			t.Fatal(err)
		}
		before := head
		if head, err = s.Feed.Head(t.Context()); err != nil || head.Epoch == before.Epoch {
			t.Fatalf("the epoch is still %s (%v)", head.Epoch, err)
		}
		if s.Identity() != identity {
			t.Errorf("identity %s, was %s", s.Identity(), identity)
		}
		if err := s.Engine.(*engine).compactor.compact(false); err != nil {
			t.Fatal(err)
		}
	}
	s.Close()
	r, err := OpenReadOnly(t.Context(), dir, Options{})
	if err != nil || r.Identity() != identity {
		t.Errorf("who reads finds %q (%v), not %s", r.Identity(), err, identity)
	}
	r.Close()
}
