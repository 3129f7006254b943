package daotest_test

import (
	"context"
	"maps"
	"slices"
	"sync"

	"pulperia/dao"
	"pulperia/dao/models"
)

// othersOnly knows only who spoke last.
type othersOnly struct {
	dao.Presence
	mu   sync.Mutex
	last string
}

func (p *othersOnly) Set(ctx context.Context, node string, v dao.Visitors) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last = node
	return p.Presence.Set(ctx, node, v)
}

func (p *othersOnly) All(ctx context.Context) (map[string]dao.Visitors, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	all, err := p.Presence.All(ctx)
	maps.DeleteFunc(all, func(node string, _ dao.Visitors) bool { return node != p.last })
	return all, err
}

type addsUp struct {
	dao.Presence
	people []string
}

func (p *addsUp) Set(ctx context.Context, node string, v dao.Visitors) error {
	p.people = append(p.people, v.People...)
	v.People = p.people
	return p.Presence.Set(ctx, node, v)
}

// namesOnly takes a Set with the same names for the same.
type namesOnly struct {
	dao.Presence
	last []string
}

func (p *namesOnly) Set(ctx context.Context, node string, v dao.Visitors) error {
	if slices.Equal(v.People, p.last) {
		return nil
	}
	p.last = slices.Clone(v.People)
	return p.Presence.Set(ctx, node, v)
}

type staysEmpty struct{ dao.Presence }

func (p staysEmpty) Set(ctx context.Context, node string, v dao.Visitors) error {
	if len(v.People) == 0 {
		v.People = []string{""}
	}
	return p.Presence.Set(ctx, node, v)
}

type announces struct {
	dao.Presence
	messages dao.Messages
}

func (p announces) Set(ctx context.Context, node string, v dao.Visitors) error {
	if _, _, err := p.messages.Append(ctx, models.Message{User: "ana@example.com", Message: "I am here"}); err != nil {
		return err
	}
	return p.Presence.Set(ctx, node, v)
}

// immortal forgets nobody, and hands out what it keeps.
type immortal struct{ all map[string]dao.Visitors }

func (p *immortal) Set(_ context.Context, node string, v dao.Visitors) error {
	p.all[node] = v
	return nil
}

func (p *immortal) All(context.Context) (map[string]dao.Visitors, error) {
	return maps.Clone(p.all), nil
}
