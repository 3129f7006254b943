package socket

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"pulperia/dao"
	"pulperia/dao/models"
)

const ana = "ana@example.com"

// Everything after since comes in order, exactly once, before anything newer; then what happens.
func TestNothingIsMissed(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		s.post("before")
		page := s.head()
		_, first := s.post("between page and socket")
		s.post("also")
		c := s.hello(ana, page, "messages")
		s.post("live")
		settle()
		got := c.heard()
		if len(got) < 4 || got[0].Type != "welcome" || !got[0].Recovered || got[0].Count != 1 {
			t.Fatalf("%+v", got)
		}
		changes := only(got, "change")
		if diff := cmp.Diff([]string{"between page and socket", "also", "live"}, texts(changes)); diff != "" {
			t.Error(diff)
		}
		if changes[0].Position != first || changes[0].Kind != "message" || changes[0].Op != "put" || changes[0].Rev != 1 {
			t.Errorf("%+v", changes[0])
		}
	})
}

func only(frames []frame, kind string) (list []frame) {
	for _, f := range frames {
		if f.Type == kind {
			list = append(list, f)
		}
	}
	return list
}

// A page may be newer than the hub, which has not read the feed that far: what the page shows does
// not come again.
func TestPageNewerThanHub(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		settle()
		s.stopRun()
		s.post("on the page")
		page := s.head()
		c := s.hello(ana, page, "messages")
		if got := c.heard("welcome"); len(got) != 1 || !got[0].Recovered || got[0].Position != page {
			t.Fatalf("%+v", got)
		}
		s.post("live")
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		go s.hub.advance(ctx)
		settle()
		if diff := cmp.Diff([]string{"live"}, texts(c.heard("change"))); diff != "" {
			t.Error(diff)
		}
		late := s.hello(ana, page[:9]+"999", "messages")
		if got := late.heard("welcome"); len(got) != 1 || got[0].Recovered {
			t.Errorf("ahead of the feed: %+v", got)
		}
	})
}

// Who comes back gets exactly what was missed, from wherever it still is; who was away for too long
// is told so.
func TestComingBack(t *testing.T) {
	for _, tt := range []struct {
		name   string
		missed int
		kind   recovery
	}{
		{"nothing", 0, recoveryNone},
		{"as much as the ring holds", 16, recoveryRing},
		{"more than the ring holds", 17, recoveryFeed},
		{"much more", 60, recoveryFeed},
		{"more than the feed keeps", 2400, recoveryGone},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := openShopKeeping(t, t.TempDir(), 100, Options{ring: 16})
				at := s.posts(3)
				if tt.kind == recoveryGone {
					for range tt.missed / 600 {
						s.load()
						settle() // the store folds, and forgets
					}
				} else {
					s.posts(tt.missed)
				}
				settle()
				before := s.recovered(tt.kind)
				c := s.hello(ana, at, "messages")
				if n := s.recovered(tt.kind) - before; n != 1 {
					t.Errorf("%v recoveries by %s", n, tt.kind)
				}
				s.post("live")
				settle()
				all := c.heard()
				if hi := only(all, "welcome"); len(hi) != 1 || hi[0].Recovered != (tt.kind != recoveryGone) {
					t.Fatalf("%+v", hi)
				}
				want := []string{}
				if tt.kind != recoveryGone {
					for i := range tt.missed {
						want = append(want, fmt.Sprint(i))
					}
				}
				if diff := cmp.Diff(append(want, "live"), texts(only(all, "change"))); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

// A history of many times what goes into a queue at once comes whole and in order, while others go
// on writing.
func TestLongHistory(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		at := s.head()
		s.load()
		settle()
		c := s.hello(ana, at, "messages")
		s.post("live")
		settle()
		settle()
		got := c.heard("change")
		if len(got) != 601 || texts(got)[600] != "live" {
			t.Fatalf("%d changes", len(got))
		}
		for i, f := range got {
			want := "" // of one step
			if i >= 599 {
				want = fmt.Sprintf("%s.%d", at[:8], i+1)
			}
			if f.Position != want {
				t.Fatalf("change %d at %q, not at %q", i, f.Position, want)
			}
		}
	})
}

// burst stores 600 messages as long as may be, each as a step of its own, as fast as it can.
func (s *testShop) burst() {
	s.t.Helper()
	var all sync.WaitGroup
	for range 60 {
		all.Go(func() {
			for range 10 {
				s.post(strings.Repeat("ñ", models.MaxMessage))
			}
		})
	}
	all.Wait()
}

// load stores 600 messages as long as may be, 2.4 MB, in one step.
func (s *testShop) load() {
	s.t.Helper()
	var batch dao.Batch
	for range 600 {
		batch.Messages = append(batch.Messages, models.Message{User: ana, Message: strings.Repeat("ñ", models.MaxMessage)})
	}
	if _, err := s.store.Load(context.Background(), batch); err != nil {
		s.t.Fatal(err)
	}
}

// Typing leaves no trace: who was away for it only gets nothing.
func TestOnlyTypingMissed(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		at := s.posts(1)
		settle()
		beto := s.hello("beto@example.com", at, "messages")
		beto.say(`{"type":"typing"}`)
		settle()
		c := s.hello(ana, at, "messages")
		if got := c.heard("welcome", "change", "typing", "position"); len(got) != 1 || got[0].Type != "welcome" || got[0].Position != at {
			t.Errorf("%+v", got)
		}
	})
}
