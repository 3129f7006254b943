package filemanagers

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

// A message is encoded before its step begins, and has the time of the step all the same: in the
// answer, in the feed and on the disk, also when the clock was set back meanwhile.
func TestMessageHasTheTimeOfItsStep(t *testing.T) {
	clock := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	s, err := Open(t.Context(), t.TempDir(), Options{now: func() time.Time { return clock }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var made []models.Message
	for _, id := range []models.ID{{}, {}, testID(1), testID(2)} {
		m, _, err := s.Messages.Append(t.Context(), models.Message{ID: id, User: "ana@example.com", Message: "hola"})
		if err != nil {
			t.Fatal(err)
		}
		if made = append(made, m); m.CreatedAt != made[0].CreatedAt {
			t.Errorf("message %d is of %v, and the step before it of %v", len(made), m.CreatedAt, made[0].CreatedAt)
		}
		clock = clock.Add(-time.Hour)
	}
	changes, err := s.Feed.Since(t.Context(), dao.Position{Epoch: s.Engine.(*engine).feed.epoch}, 10)
	if err != nil || len(changes) != len(made) {
		t.Fatalf("got %d changes (%v), want %d", len(changes), err, len(made))
	}
	for i, c := range changes {
		if m, err := models.DecodeMessage(c.Doc); err != nil || m != made[i] || c.At != m.CreatedAt {
			t.Errorf("the feed has at %v the message %+v (%v), and %+v was answered", c.At, m, err, made[i])
		}
	}
	page, err := s.Messages.Page(t.Context(), models.ID{}, 10)
	if err != nil || len(page) != len(made) || page[3] != made[3] {
		t.Errorf("the page is %+v (%v), want %+v", page, err, made)
	}
}

// Every stretch of a chat is read as it was said, wherever in the file it begins and ends, whether
// it stands there or in the journal, and after a restart.
func TestEveryStretch(t *testing.T) {
	dir := t.TempDir()
	s, err := openDir(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	say := func(n int) {
		for range n {
			text := strings.Repeat("ñ", 1+len(want)*7%40) + fmt.Sprint(len(want))
			if _, _, err := s.Messages.Append(t.Context(), models.Message{User: "ana@example.com", Message: text}); err != nil {
				t.Fatal(err)
			}
			want = append(want, text)
		}
	}
	wantAll := func() {
		t.Helper()
		e := s.Engine.(*engine)
		for from := range len(want) + 1 {
			for to := from; to <= len(want); to++ {
				var got []string
				err := e.reader(e.kind(dao.Message.Schema)).read(from, to, func(doc []byte) error {
					m, err := models.DecodeMessage(doc)
					got = append(got, m.Message)
					return err
				})
				if err != nil || !slices.Equal(got, want[from:to]) {
					t.Fatalf("from %d to %d: %q (%v)", from, to, got, err)
				}
			}
		}
	}
	for _, n := range []int{markEvery - 1, 1, 2*markEvery + 3} {
		say(n)
		wantAll()
		if err := s.Engine.(*engine).compactor.compact(false); err != nil {
			t.Fatal(err)
		}
		wantAll()
	}
	say(5)
	wantAll()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = openDir(t, dir); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	wantAll()
}
