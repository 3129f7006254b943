package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"pulperia/dao/models"
)

// audience is what viewers of one server brought.
type audience struct {
	perSecond float64       // deliveries, when as much is posted as is taken
	cpu       time.Duration // for a delivery
	even      sample        // from post to delivery, at a constant rate
}

// viewers measures messages to many who look on.
func (c *contest) viewers(ctx context.Context) ([]rival, error) {
	n, err := crowd(c.sockets / 10)
	if err != nil {
		return nil, err
	}
	ours, err := c.audience(ctx, c.shop, n, gatherOfShop)
	if err != nil {
		return nil, err
	}
	course, err := c.audience(ctx, c.shop, n, gatherOfCourse)
	if err != nil {
		return nil, fmt.Errorf("Socket.IO: %w", err)
	}
	peer, err := c.audience(ctx, c.peer, n, gatherOfPeer)
	if err != nil {
		return nil, fmt.Errorf("peer: %w", err)
	}
	fanned, err := c.bareAudience(ctx, n)
	if err != nil {
		return nil, err
	}
	flow := func(a audience) amount {
		return amount{a.perSecond, number("%.0f deliveries a second", a.perSecond) + fmt.Sprintf(", %.2f µs of CPU each; at %.0f messages a second p50 %s, p99 %s",
			micro(a.cpu), evenRate, milli(a.even.quantile(0.5)), milli(a.even.quantile(0.99))), a.cpu}
	}
	return []rival{
		{what: number("a message to %d viewers", n), ours: flow(ours), peer: flow(peer),
			bare: amount{fanned.perSecond, number("%.0f frames a second", fanned.perSecond) + fmt.Sprintf(", %.2f µs of CPU each", micro(fanned.cpu)), fanned.cpu},
			why:  "a message that comes alone costs a system call for each viewer, and the limit writes ten frames with one: see the fan-out above"},
		{what: number("a message to %d viewers by Socket.IO", n), ours: flow(course), peer: flow(peer),
			why: fmt.Sprintf("each is told the last hundred messages, too, up to four times a second, as the course's pages want it; a delivery takes %.1f times the CPU of one by WebSocket", float64(course.cpu)/float64(max(1, ours.cpu)))},
	}, nil
}

// evenRate is how many messages a second are posted when latencies are measured.
const evenRate = 5.0

// gathering connects viewers to a server.
type gathering func(ctx context.Context, address string, n int) (*swarm, error)

func gatherOfShop(ctx context.Context, address string, n int) (*swarm, error) {
	return openSwarm(ctx, address, n, arrivals{})
}

// gatherOfCourse connects them to the shop as clients of the course are, who speak as those of the peer.
func gatherOfCourse(ctx context.Context, address string, n int) (*swarm, error) {
	return gatherOfPeer(ctx, address, n)
}

func gatherOfPeer(ctx context.Context, address string, n int) (*swarm, error) {
	return gather(ctx, n, arrivals{}, heardOfPeer, func(ctx context.Context, i int) (net.Conn, error) { return dialPeer(ctx, address, i) })
}

// viewerMemory returns what each of n viewers takes of a server that has done nothing else.
func (c *contest) viewerMemory(ctx context.Context, server *process, n int, gather gathering) (size int64, err error) {
	before, err := c.settled(ctx, server)
	if err != nil {
		return 0, err
	}
	s, err := gather(ctx, server.address, n)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	after, err := c.settled(ctx, server)
	return max(0, after-before) / int64(n), err
}

// audience measures viewers of one server.
func (c *contest) audience(ctx context.Context, server *process, n int, gather gathering) (a audience, err error) {
	s, err := gather(ctx, server.address, n)
	if err != nil {
		return a, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if a.even, err = c.evenly(ctx, server, s); err != nil {
		return a, err
	}
	posting, stop := context.WithCancel(ctx)
	var group errgroup.Group
	for range publishers {
		group.Go(func() error { return c.flood(posting, server, s) })
	}
	one, err := c.flowOf(server, s)
	stop()
	a.perSecond, a.cpu = one.perSecond, one.cpu
	return a, errors.Join(err, group.Wait())
}

// evenly posts messages at a constant rate.
func (c *contest) evenly(ctx context.Context, server *process, s *swarm) (sample, error) {
	line, err := dial(server.address)
	if err != nil {
		return sample{}, err
	}
	defer line.close()
	s.timing.Store(true)
	defer s.timing.Store(false)
	count, begin, before := max(1, int(evenRate*c.watch.Seconds()/3)), time.Now(), s.received.Load()
	for i := range count {
		time.Sleep(time.Until(begin.Add(time.Duration(float64(i) / evenRate * float64(time.Second)))))
		if _, err := line.do(posted(c.filler())); err != nil {
			return sample{}, err
		}
	}
	err = s.until(ctx, "everything has arrived", func() bool { return s.has(before, count) })
	return s.taken(), err
}

func (c *contest) filler() string { return strings.Repeat("hola, ¿tienen yerba? ", messageSize/20) }

// posted is the request that says something with the time in it.
func posted(filler string) []byte {
	text := stamped(filler)
	return request("POST", "/api/messages", string(models.JSON(map[string]string{"user": "ana@example.com", "message": strings.ToValidUTF8(text, "")})))
}

// flood posts one message after the other, as fast as viewers take them, until the context is done.
func (c *contest) flood(ctx context.Context, server *process, s *swarm) error {
	line, err := dial(server.address)
	if err != nil {
		return err
	}
	defer line.close()
	filler := c.filler()
	for ctx.Err() == nil {
		before := s.received.Load()
		if _, err := line.do(posted(filler)); err != nil {
			return err
		}
		for s.received.Load() < before+int64(len(s.lines)) && ctx.Err() == nil && s.failed() == nil {
			time.Sleep(200 * time.Microsecond)
		}
	}
	return nil
}

// bareAudience is the loop that writes prepared frames to as many.
func (c *contest) bareAudience(ctx context.Context, n int) (flow, error) {
	const frame = 300 // bytes, about those of a message
	bare, err := openSelf(ctx, fanFlag, fmt.Sprintf("%dx%d", n, frame))
	if err != nil {
		return flow{}, err
	}
	defer bare.stop()
	return c.bareFlow(ctx, bare, n)
}
