package pages

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"pulperia/dao"
)

func render(text string) func(context.Context) ([]byte, error) {
	return func(context.Context) ([]byte, error) { return []byte(text), nil }
}

// Pages of an older position are never given for a newer one, and do not push the newer ones out.
func TestPageCacheFollowsThePosition(t *testing.T) {
	c := newPageCache()
	old, now, other := dao.Position{Epoch: "a", Offset: 1}, dao.Position{Epoch: "a", Offset: 2}, dao.Position{Epoch: "b", Offset: 1}
	for _, tt := range []struct {
		at        dao.Position
		key, made string
		want      string
		kept      int
	}{
		{old, "1 home", "old", "old", 1},
		{old, "1 home", "never", "old", 1},
		{now, "2 home", "new", "new", 1},
		{old, "1 home", "late", "late", 1},
		{now, "2 home", "never", "new", 1},
		{now, "2 cart", "cart", "cart", 2},
		{other, "b home", "restored", "restored", 1},
	} {
		html, err := c.get(t.Context(), tt.at, tt.key, render(tt.made))
		if err != nil || string(html) != tt.want || len(c.pages) != tt.kept {
			t.Errorf("%v %s: %q %v, %d kept", tt.at, tt.key, html, err, len(c.pages))
		}
	}
}

// The memory that pages take is bounded, and a failure is not kept.
func TestPageCacheIsBounded(t *testing.T) {
	c := newPageCache()
	big := string(bytes.Repeat([]byte("a"), pageCacheSize/10))
	for i := range 25 {
		if _, err := c.get(t.Context(), dao.Position{}, fmt.Sprint(i), render(big)); err != nil {
			t.Fatal(err)
		}
		if c.size > pageCacheSize || c.size != len(c.pages)*len(big) {
			t.Fatalf("%d bytes in %d pages", c.size, len(c.pages))
		}
	}
	broken := errors.New("broken")
	_, err := c.get(t.Context(), dao.Position{}, "x", func(context.Context) ([]byte, error) { return nil, broken })
	html, again := c.get(t.Context(), dao.Position{}, "x", render("well"))
	if !errors.Is(err, broken) || again != nil || string(html) != "well" {
		t.Errorf("%v, then %q %v", err, html, again)
	}
}

// Whoever asks while a page is being made waits for it, also when the first who asked has gone.
func TestPageCacheRendersOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newPageCache()
		var made atomic.Int32
		begun, goOn := make(chan struct{}), make(chan struct{})
		ctx, leave := context.WithCancel(t.Context())
		slow := func(ctx context.Context) ([]byte, error) {
			made.Add(1)
			close(begun)
			<-goOn
			return []byte("page"), ctx.Err()
		}
		var group sync.WaitGroup
		ask := func(ctx context.Context) {
			if html, err := c.get(ctx, dao.Position{}, "k", slow); err != nil || string(html) != "page" {
				t.Errorf("%q %v", html, err)
			}
		}
		group.Go(func() { ask(ctx) })
		<-begun
		for range 8 {
			group.Go(func() { ask(t.Context()) })
		}
		synctest.Wait() // until all eight wait
		leave()
		close(goOn)
		group.Wait()
		if made.Load() != 1 {
			t.Errorf("made %d times", made.Load())
		}
	})
}

// Who asks for a page while it is being made gets one that is made later, together with all who
// asked meanwhile.
func TestFreshPageIsMadeAfterItIsAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, goOn := newPageCache(), make(chan struct{})
		slow := func(context.Context) ([]byte, error) {
			n := c.begun.Load()
			<-goOn
			return fmt.Append(nil, n), nil
		}
		var group sync.WaitGroup
		ask := func(want string) {
			group.Go(func() {
				if html, err := c.fresh(t.Context(), "k", slow); err != nil || string(html) != want {
					t.Errorf("%q %v, want %s", html, err, want)
				}
			})
			synctest.Wait()
		}
		ask("1")
		for range 8 {
			ask("2")
		}
		goOn <- struct{}{}
		synctest.Wait() // until the eight wait for the next
		close(goOn)
		group.Wait()
	})
}
