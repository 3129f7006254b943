package main

import (
	"bufio"
	"context"
	"errors"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gobwas/ws"
	"golang.org/x/sync/errgroup"
)

// swarm is many connections that read what comes, each in a goroutine of its own.
type swarm struct {
	heard    func(payload []byte) event
	lines    []net.Conn
	readers  sync.WaitGroup
	leaving  atomic.Bool
	welcomed atomic.Int64
	received atomic.Int64 // changes, over all
	size     atomic.Int64 // bytes of the payload of a change
	timing   atomic.Bool  // the age of each change is noted

	mu        sync.Mutex
	latencies []time.Duration
	failure   error // the first one
}

// event is what a payload says, as far as a reader cares.
type event int

const (
	otherEvent event = iota
	welcomeEvent
	changeEvent
	pingEvent // asked in the protocol on top of WebSocket
	byeEvent
)

// heardOfShop understands the live contract.
func heardOfShop(payload []byte) event {
	switch {
	case isOf(payload, "change"):
		return changeEvent
	case isOf(payload, "welcome"):
		return welcomeEvent
	case isOf(payload, "bye"):
		return byeEvent
	}
	return otherEvent
}

// arrivals says how connections come.
type arrivals struct {
	since   string        // position from which they recover; empty for none
	missing int           // changes that they recover; the time until the last one is noted
	over    time.Duration // in which they come, evenly; 0 for as fast as they can
}

const readerBuffer = 4 << 10

// openSwarm connects n readers of the chat and waits until all are welcome.
func openSwarm(ctx context.Context, address string, n int, how arrivals) (*swarm, error) {
	return gather(ctx, n, how, heardOfShop, func(ctx context.Context, i int) (net.Conn, error) {
		return dialLive(ctx, address, i, []string{"messages"}, how.since)
	})
}

// gather connects n readers and waits until all are welcome.
func gather(ctx context.Context, n int, how arrivals, heard func([]byte) event, dial func(context.Context, int) (net.Conn, error)) (*swarm, error) {
	s := &swarm{heard: heard, lines: make([]net.Conn, n)}
	err := s.connect(ctx, n, how, dial)
	if err == nil {
		err = s.until(ctx, "every socket is welcome", func() bool { return s.welcomed.Load() >= int64(n) })
	}
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// connect makes the connections, some at a time.
func (s *swarm) connect(ctx context.Context, n int, how arrivals, dial func(context.Context, int) (net.Conn, error)) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(64)
	began := time.Now()
	for i := range n {
		time.Sleep(time.Until(began.Add(how.over * time.Duration(i) / time.Duration(n))))
		if ctx.Err() != nil {
			break
		}
		group.Go(func() (err error) {
			came := time.Now()
			if s.lines[i], err = dial(ctx, i); err != nil {
				s.lines[i] = nil
				return err
			}
			s.readers.Go(func() { s.read(s.lines[i], came, how.missing) })
			return nil
		})
	}
	return group.Wait()
}

// read reads one connection to its end.
func (s *swarm) read(line net.Conn, came time.Time, missing int) {
	in := bufio.NewReaderSize(line, readerBuffer)
	changes := int64(0) // that were not added yet
	for {
		opcode, payload, err := nextFrame(in)
		what := otherEvent
		if err == nil && opcode == ws.OpPing {
			err = pong(line)
		} else if err == nil {
			what = s.heard(payload)
		}
		switch what {
		case changeEvent:
			changes++
			err = s.note(payload, came, &missing)
		case welcomeEvent:
			s.welcomed.Add(1)
		case pingEvent:
			err = answerPing(line)
		case byeEvent:
			err = errors.New("closed by the server: " + valueIn(payload, "reason"))
		}
		if changes > 0 && (err != nil || in.Buffered() == 0) {
			s.received.Add(changes)
			changes = 0
		}
		if err != nil {
			s.fail(err)
			return
		}
	}
}

// note notes what there is to know of a change.
func (s *swarm) note(payload []byte, came time.Time, missing *int) error {
	var took time.Duration
	switch {
	case *missing > 0:
		if *missing--; *missing > 0 {
			return nil
		}
		took = time.Since(came)
	case s.timing.Load():
		var err error
		if took, err = ageOf(payload); err != nil {
			return err
		}
	default:
		if s.size.Load() == 0 {
			s.size.Store(int64(len(payload)))
		}
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.latencies = append(s.latencies, took)
	return nil
}

// fail keeps why a connection has ended, if it was not we who ended it.
func (s *swarm) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failure == nil && !s.leaving.Load() {
		s.failure = err
	}
}

// until waits, but not for a swarm that has lost a connection.
func (s *swarm) until(ctx context.Context, what string, done func() bool) error {
	err := until(ctx, what, func() bool { return s.failed() != nil || done() })
	return errors.Join(err, s.failed())
}

func (s *swarm) failed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failure
}

// taken returns the latencies that were noted, and forgets them.
func (s *swarm) taken() sample {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.latencies
	s.latencies = nil
	slices.Sort(all)
	return sample{latencies: all}
}

// close drops all connections.
func (s *swarm) close() error {
	s.leaving.Store(true)
	for _, line := range s.lines {
		if line != nil {
			line.Close()
		}
	}
	s.readers.Wait()
	return s.failed()
}
