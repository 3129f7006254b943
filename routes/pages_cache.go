package routes

import (
	"context"
	"sync"

	"golang.org/x/sync/singleflight"

	"pulperia/dao"
)

// pageCacheSize bounds the rendered pages that are kept, in bytes.
const pageCacheSize = 8 << 20

// pageCache keeps rendered pages of one position of the feed: the newest that was asked for. When something changes all of
// them go, so that none can be stale; when they get too many all of them go too, because a page is cheap to make again.
type pageCache struct {
	mu       sync.RWMutex
	position dao.Position
	pages    map[string][]byte
	size     int
	flight   singleflight.Group
}

func newPageCache() *pageCache { return &pageCache{pages: map[string][]byte{}} }

// get returns the page that the key stands for (the position is part of the key), and has it rendered at most once by
// all who ask for it at the same time. Whoever asked first may go away: the page is made for the others.
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
