package socket

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pulperia/dao"
	"pulperia/shop"
)

// oddFeed answers otherwise than a feed of a healthy store, and counts how often it is asked.
type oddFeed struct {
	dao.Feed
	head  func(context.Context) (dao.Position, error)
	since func(context.Context, dao.Position) ([]dao.Change, error)
	wait  func(context.Context) error
	calls atomic.Int64
}

func (f *oddFeed) Head(ctx context.Context) (dao.Position, error) {
	f.calls.Add(1)
	return f.head(ctx)
}

func (f *oddFeed) Since(ctx context.Context, after dao.Position, _ int) ([]dao.Change, error) {
	f.calls.Add(1)
	return f.since(ctx, after)
}

func (f *oddFeed) Wait(ctx context.Context, _ dao.Position) error {
	f.calls.Add(1)
	return f.wait(ctx)
}

func newOddFeed() *oddFeed {
	return &oddFeed{
		head: func(context.Context) (dao.Position, error) { return dao.Position{Epoch: "9f2c61ab", Offset: 700}, nil },
		since: func(_ context.Context, after dao.Position) ([]dao.Change, error) {
			return nil, fmt.Errorf("since %v: %w", after, dao.ErrGone)
		},
		wait: func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
	}
}

// onOddFeed has a hub follow a feed for ten minutes, and returns how often it was asked and what
// the log says.
func onOddFeed(t *testing.T, f *oddFeed, do func(*testShop)) (calls int64, said []string) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		s := openShop(t, t.TempDir(), Options{})
		s.leave()
		store := s.store
		store.Feed = f
		s.start(Options{Shop: shop.New(store, shop.Options{}), Log: slog.New(slog.NewTextHandler(&out, nil))})
		do(s)
		time.Sleep(10 * time.Minute)
		s.leave()
		synctest.Wait() // the last word of a connection comes after it
		said = strings.Split(strings.TrimSpace(out.String()), "\n")
	})
	return f.calls.Load(), said
}

// After an edit by hand, a migration or a feed that was dropped the feed is empty at an offset over
// 0. The hub stands there, and who comes is welcomed.
func TestFeedThatIsEmptyAtAnOffset(t *testing.T) {
	calls, said := onOddFeed(t, newOddFeed(), func(s *testShop) {
		settle()
		if hi := s.hello(ana, "", "messages").heard("welcome"); len(hi) != 1 || hi[0].Position != "9f2c61ab.700" {
			t.Errorf("%+v", hi)
		}
	})
	if calls > 20 || len(said) != 1 { // that of a connection that has ended
		t.Errorf("the feed was asked %d times, and the log says %q", calls, said)
	}
}

// However a feed refuses, it is asked about every two seconds, and the log has a line for it and
// not one a try.
func TestFeedThatRefusesIsAskedSlowly(t *testing.T) {
	broken := fmt.Errorf("%w: broken", dao.ErrUnavailable)
	for name, spoil := range map[string]func(*oddFeed){
		"no head": func(f *oddFeed) {
			f.head = func(context.Context) (dao.Position, error) { return dao.Position{}, broken }
		},
		"no changes": func(f *oddFeed) {
			f.since = func(context.Context, dao.Position) ([]dao.Change, error) { return nil, broken }
		},
		"no waiting":           func(f *oddFeed) { f.wait = func(context.Context) error { return broken } },
		"gone again and again": func(f *oddFeed) { f.wait = func(context.Context) error { return nil } },
		"news without changes": func(f *oddFeed) {
			f.wait = func(context.Context) error { return nil }
			f.since = func(context.Context, dao.Position) ([]dao.Change, error) { return nil, nil }
		},
		"an error of another kind": func(f *oddFeed) { f.wait = func(context.Context) error { return errors.New("what is this?") } },
	} {
		t.Run(name, func(t *testing.T) {
			f := newOddFeed()
			spoil(f)
			calls, said := onOddFeed(t, f, func(*testShop) {})
			tries := 10 * time.Minute / (2 * time.Second)
			if calls > 20*int64(tries) { // where it is gone, it is asked for less and less of it
				t.Errorf("it was asked %d times", calls)
			}
			if flaps := name == "gone again and again"; !flaps && len(said) != 1 || flaps && len(said) > 20 {
				t.Errorf("the log has %d lines: %q", len(said), said[0])
			}
		})
	}
}
