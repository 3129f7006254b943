package filemanagers

import (
	"context"
	"slices"
	"sync"
	"time"

	"pulperia/dao"
)

var _ dao.Presence = (*presence)(nil)

// presence is in memory: one process has the folder open. It may have several hubs, though.
type presence struct {
	mu    sync.Mutex
	nodes map[string]sight
}

// sight is what a process said, and when.
type sight struct {
	at       time.Time
	visitors dao.Visitors
}

func newPresence() *presence { return &presence{nodes: map[string]sight{}} }

// Set notes what a process sees.
func (p *presence) Set(ctx context.Context, node string, v dao.Visitors) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(v.People) == 0 {
		delete(p.nodes, node)
		return nil
	}
	p.nodes[node] = sight{time.Now(), copyVisitors(v)}
	return nil
}

// All returns what was said within dao.PresenceTTL, and forgets the rest.
func (p *presence) All(ctx context.Context) (map[string]dao.Visitors, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	all := make(map[string]dao.Visitors, len(p.nodes))
	for node, s := range p.nodes {
		if time.Since(s.at) > dao.PresenceTTL {
			delete(p.nodes, node)
			continue
		}
		all[node] = copyVisitors(s.visitors)
	}
	return all, nil
}

func copyVisitors(v dao.Visitors) dao.Visitors {
	v.People, v.Typing = slices.Clone(v.People), slices.Clone(v.Typing)
	return v
}
