package pages

import (
	"context"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/singleflight"

	"pulperia/dao"
)

// pageCacheSize bounds the rendered pages that are kept, in bytes.
const pageCacheSize = 8 << 20

// pageCache keeps rendered pages of one position of the feed: the newest that was asked for. When
// something changes all of them go, so that none can be stale; when they get too many all of them
// go too, because a page is cheap to make again. Where other programs write no page is kept: the
// position does not tell what they did.
type pageCache struct {
	mu       sync.RWMutex
	position dao.Position
	pages    map[string][]byte
	size     int
	flight   singleflight.Group
	begun    atomic.Int64 // how many fresh pages
}

func newPageCache() *pageCache { return &pageCache{pages: map[string][]byte{}} }

// get returns the page that the key stands for (the position is part of the key), and has it
// rendered at most once by all who ask for it at the same time. Whoever asked first may go away:
// the page is made for the others.
func (c *pageCache) get(ctx context.Context, at dao.Position, key string, render func(context.Context) ([]byte, error)) ([]byte, error) {
	c.mu.RLock()
	html, kept := c.pages[key]
	c.mu.RUnlock()
	if kept {
		return html, nil
	}
	made, err, _ := c.flight.Do(key, func() (any, error) {
		html, err := render(context.WithoutCancel(ctx))
		if err == nil {
			c.keep(at, key, html)
		}
		return html, err
	})
	if err != nil {
		return nil, err
	}
	return made.([]byte), nil
}

// fresh returns a page that is made no earlier than it is asked for, once for all who wait for it.
func (c *pageCache) fresh(ctx context.Context, key string, render func(context.Context) ([]byte, error)) ([]byte, error) {
	type page struct {
		html []byte
		n    int64
	}
	for before := c.begun.Load(); ; {
		made, err, _ := c.flight.Do(key, func() (any, error) {
			n := c.begun.Add(1)
			html, err := render(context.WithoutCancel(ctx))
			return page{html, n}, err
		})
		if made := made.(page); made.n > before {
			return made.html, err
		}
	}
}

func (c *pageCache) keep(at dao.Position, key string, html []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	moved := at.Epoch != c.position.Epoch || at.Offset > c.position.Offset
	if !moved && at != c.position || len(html) > pageCacheSize {
		return // made at a position that is past already
	}
	if moved || c.size+len(html) > pageCacheSize {
		c.position, c.pages, c.size = at, map[string][]byte{}, 0
	}
	c.pages[key] = html
	c.size += len(html)
}
