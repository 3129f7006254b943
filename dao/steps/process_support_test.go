package steps

import (
	"context"
	"sync"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

// far is how long it is to the log and back.
const far = 50 * time.Millisecond

// sharedLog is a log that several processes write.
type sharedLog struct {
	mu      sync.Mutex
	steps   []*Step
	head    int64
	inserts int
	odd     func(b *Batch) (arrives bool, err error) // of an insert that goes wrong; nil for none
}

// process is one of them: it knows the log up to some place.
type process struct {
	shared *sharedLog

	mu    sync.Mutex
	known int // steps
	at    int64
	state memory
	most  int // steps in a batch
}

// fetched says what a step has fetched. What was not is missing.
type fetched map[models.ID]bool

func newProcess(s *sharedLog) *process {
	return &process{shared: s, state: memory{values: map[name]models.Value{}}, most: 1_000}
}

func (p *process) Fetch(ctx context.Context, have fetched, wants []Want) (fetched, error) {
	time.Sleep(far)
	more := fetched{}
	for id := range have {
		more[id] = true
	}
	for _, w := range wants {
		more[w.ID] = true
	}
	return more, ctx.Err()
}

// look brings the state up to the log.
func (p *process) look() {
	time.Sleep(far)
	p.shared.mu.Lock()
	defer p.shared.mu.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.shared.steps[p.known:] {
		for _, c := range s.Changes {
			p.state.values[name{c.Schema, c.ID}] = c.After
		}
	}
	p.known, p.at = len(p.shared.steps), p.shared.head
}

func (p *process) Begin(context.Context) (*Batch, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return NewBatch(p.base(nil), Options{Head: p.at, Clock: new(dao.Clock), Size: func(*Step, int) int { return 100 }}), nil
}

func (p *process) Base(_ *Batch, have fetched) Base {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.base(have)
}

func (p *process) base(have fetched) Base { return fetchedBase{p, have} }

// fetchedBase is the state as far as it was fetched.
type fetchedBase struct {
	*process
	have fetched
}

func (b fetchedBase) Value(s *dao.Schema, id models.ID) (models.Value, int64) {
	if !b.have[id] {
		Fail(Missing{[]Want{{Schema: s, ID: id}}})
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.state.Value(s, id)
}

func (b fetchedBase) Owners(s *dao.Schema, unique int, text string) []models.ID {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.state.Owners(s, unique, text)
}

func (p *process) Append(_ context.Context, b *Batch) (int, error) {
	time.Sleep(far / 2)
	s := p.shared
	s.mu.Lock()
	s.inserts++
	var err error
	arrives := s.head == b.Steps()[0].First-1
	if s.odd != nil {
		var may bool
		may, err = s.odd(b)
		arrives = arrives && may
	}
	if arrives {
		s.steps, s.head = append(s.steps, b.Steps()...), b.Head()
	}
	s.mu.Unlock()
	time.Sleep(far / 2)
	p.look()
	if err != nil || !arrives {
		return 0, err
	}
	return len(b.Steps()), nil
}

func (p *process) Full(b *Batch) bool { return len(b.Steps()) >= p.most }

func (p *process) Position(offset int64) dao.Position { return dao.Position{Offset: offset} }
