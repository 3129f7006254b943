package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gobwas/ws"

	"pulperia/dao/models"
)

// publisher sends messages over sockets that listen to nothing.
type publisher struct {
	filler  string
	lines   []net.Conn
	slots   []chan struct{} // of each line: the messages that have no answer yet
	readers sync.WaitGroup
	sent    int64
	stored  atomic.Int64

	mu       sync.Mutex
	position string // of the last message that was stored
	failure  error
}

// maxWaiting is how many messages of one line may wait for the store: the server refuses the 33rd.
const maxWaiting = 24

func (b *bench) openPublisher(ctx context.Context, address string, lines int) (*publisher, error) {
	p := &publisher{filler: b.text(messageSize)}
	for i := range lines {
		line, err := dialLive(ctx, address, i, []string{}, "")
		if err != nil {
			p.close()
			return nil, err
		}
		slots := make(chan struct{}, maxWaiting)
		p.lines, p.slots = append(p.lines, line), append(p.slots, slots)
		p.readers.Go(func() { p.read(line, slots) })
	}
	return p, nil
}

func (p *publisher) read(line net.Conn, slots <-chan struct{}) {
	in := bufio.NewReaderSize(line, readerBuffer)
	for {
		opcode, payload, err := nextFrame(in)
		switch {
		case err != nil:
		case opcode == ws.OpPing:
			err = pong(line)
		case isOf(payload, "ack"):
			p.mu.Lock()
			p.position = valueIn(payload, "position")
			p.mu.Unlock()
			<-slots
			p.stored.Add(1)
		case isOf(payload, "error"), isOf(payload, "bye"):
			err = fmt.Errorf("not published: %s", payload)
		}
		if err != nil {
			p.fail(err)
			return
		}
	}
}

func (p *publisher) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.failure == nil {
		p.failure = err
	}
}

func (p *publisher) failed() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.failure
}

// publish sends a message; it waits when the store is behind, but not for its being stored.
func (p *publisher) publish(ctx context.Context) error {
	line := int(p.sent) % len(p.lines)
	for {
		select {
		case p.slots[line] <- struct{}{}:
			p.sent++
			return say(p.lines[line], map[string]any{
				"type": "message", "id": models.NewID(time.Now()), "message": stamped(p.filler)})
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
			if err := p.failed(); err != nil {
				return err
			}
		}
	}
}

// some publishes n messages at an even pace, or as fast as readers take them, and waits until every
// one has arrived.
func (p *publisher) some(ctx context.Context, s *swarm, n int, every time.Duration) error {
	begin, received := time.Now(), s.received.Load()
	for i := range n {
		time.Sleep(time.Until(begin.Add(every * time.Duration(i))))
		if err := s.until(ctx, "readers keep up", func() bool { return s.has(received, i-window) }); err != nil {
			return err
		}
		if err := p.publish(ctx); err != nil {
			return err
		}
	}
	return errors.Join(s.until(ctx, "everything has arrived", func() bool { return s.has(received, n) }), p.settle(ctx))
}

// settle waits until everything that was sent is stored, and the publisher knows it.
func (p *publisher) settle(ctx context.Context) error {
	err := until(ctx, "every message is stored", func() bool { return p.failed() != nil || p.stored.Load() == p.sent })
	return errors.Join(err, p.failed())
}

// has says whether a swarm that had received so many changes has received n messages more.
func (s *swarm) has(before int64, n int) bool {
	return s.received.Load() >= before+int64(n)*int64(len(s.lines))
}

func (p *publisher) at() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.position
}

func (p *publisher) close() {
	for _, line := range p.lines {
		line.Close()
	}
	p.readers.Wait()
}
