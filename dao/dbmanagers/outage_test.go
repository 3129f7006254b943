package dbmanagers

import (
	"errors"
	"fmt"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"pulperia/dao"
	"pulperia/dao/dbmanagers/mongotest"
	"pulperia/dao/models"
)

// Clients write through a line that is cut, slow, deaf (nothing reaches the server) and mute (the
// write happens, its answer is lost), and others beside them over a good one. Every answer is true;
// afterwards all goes on by itself: what was acknowledged is there once, those who follow have
// missed nothing, and the store is ready.
func TestOutageOfLine(t *testing.T) {
	p := newPlace(t)
	w := mongotest.NewLine(t, p.url, 0)
	good := p.open(Options{Timeout: 10 * time.Second}) // the first, as to make a store may take more than a second
	bad := p.openAt(w.URI, Options{Timeout: time.Second})
	troubles := map[string]func(){
		"cut": w.Cut, "slow": func() { w.Delay(100 * time.Millisecond) }, "deaf": w.Deafen, "mute": w.Mute, "slower": func() { w.Delay(1500 * time.Millisecond) },
	}
	p.outage([]process{bad, good}, func(begin func(string)) {
		names := []string{"mute", "cut", "deaf", "slow", "slower"}
		for range *faultTimes {
			p.random.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
			for _, name := range names {
				begin(name)
				troubles[name]()
				time.Sleep(time.Duration(500+p.random.IntN(1500)) * time.Millisecond) // how long it lasts
				w.Mend()
				time.Sleep(time.Duration(p.random.IntN(1000)) * time.Millisecond)
			}
		}
	})
}

// The same with a server that stops for a while (SIGSTOP), and one that is killed under load.
func TestOutageOfServer(t *testing.T) {
	server := mongotest.Start(t)
	p := placeAt(t, server.URI())
	p.ok("close", p.open(Options{}).Close()) // to make a store may take more than a second
	one, two := p.open(Options{Timeout: time.Second}), p.open(Options{Timeout: time.Second})
	p.outage([]process{one, two}, func(begin func(string)) {
		for range *faultTimes {
			begin("stopped")
			server.Pause()
			time.Sleep(time.Duration(1000+p.random.IntN(2000)) * time.Millisecond)
			server.Resume()
			time.Sleep(time.Duration(500+p.random.IntN(500)) * time.Millisecond)
			begin("killed")
			server.Kill()
			server.Restart()
			time.Sleep(time.Duration(500+p.random.IntN(500)) * time.Millisecond)
		}
	})
}

// outage makes trouble while clients write and followers listen, and looks at what is left.
func (p *place) outage(processes []process, trouble func(begin func(string))) {
	p.Helper()
	var followers []*follower
	start := processes[0].feed.last()
	for _, one := range processes {
		followers = append(followers, one.follow(start))
	}
	attempts := p.disturbed(processes, func() { trouble(func(name string) { p.T.Logf("%v: %s", time.Now().Format("05.000"), name) }) })
	for i, one := range processes {
		p.await("the store is ready", func() bool { return one.Ready(p.ctx) == nil })
		again := aMessage("again")
		again.ID = models.NewID(time.Now())
		p.await(fmt.Sprint("process ", i, " writes again"), func() bool { _, _, err := one.Messages.Append(p.ctx, again); return err == nil })
	}
	fresh := p.open(Options{})
	feed := fresh.sound()
	p.weigh(attempts, feed)
	for i, f := range followers {
		p.same("follower", f.reach(fresh.feed.last()), feed)
		if f.gone > 0 {
			p.Errorf("follower %d was told %d times that its position is gone", i, f.gone)
		}
	}
}

// While the server is away the store says so: it is not ready, a write that did not leave was not
// done, and it says so within its deadline. Closing it does not hang, and leaves nothing running.
func TestOutageAnswers(t *testing.T) {
	p := newPlace(t)
	running := len(goroutines())
	w := mongotest.NewLine(t, p.url, 0)
	p.ok("close", p.open(Options{}).Close()) // to make a store may take more than a second
	s := p.openAt(w.URI, Options{Timeout: time.Second})
	p.ok("ready", s.Ready(p.ctx))
	w.Cut()
	p.await("it is not ready", func() bool { return errors.Is(s.Ready(p.ctx), dao.ErrUnavailable) })
	_, _, err := s.Products.Create(p.ctx, aProduct("a"))
	p.fails("create", err, dao.ErrUnavailable)
	_, _, err = s.Messages.Append(p.ctx, aMessage("hola"))
	p.fails("append", err, dao.ErrUnavailable)
	if errors.Is(err, dao.ErrUnknown) {
		t.Errorf("append without a server: %v", err)
	}
	_, err = s.Load(p.ctx, dao.Batch{})
	p.ok("load of nothing", err)
	_, err = s.Load(p.ctx, aBatch(number(1), 3))
	p.fails("load", err, dao.ErrUnavailable)
	_, err = s.Messages.Page(p.ctx, number(0), 1)
	p.fails("page", err, dao.ErrUnavailable)
	// After the first time-out nobody waits for it any more: it is answered without asking.
	p.await("calls are not let in", func() bool { _, err := s.enter(p.ctx); return errors.Is(err, dao.ErrUnavailable) })
	w.Mend()
	p.await("it is ready again", func() bool { return s.Ready(p.ctx) == nil })
	_, err = s.Load(p.ctx, aBatch(number(1), 3))
	p.ok("load again", err)
	w.Deafen()
	t.Logf("close on a deaf line: %v", s.Close())
	p.await("nothing of it runs any more", func() bool { return len(goroutines()) <= running })
}

// goroutines returns the stacks of those that belong to an engine or to the driver.
func goroutines() (list []string) {
	var b strings.Builder
	pprof.Lookup("goroutine").WriteTo(&b, 2)
	for stack := range strings.SplitSeq(b.String(), "\n\n") {
		if strings.Contains(stack, "dbmanagers.(*engine)") || strings.Contains(stack, "mongo-driver") {
			list = append(list, stack)
		}
	}
	return list
}

// What the database refuses for good, full as it is, is refused, too: who was told that nothing was
// written does not find it there when there is room again.
func TestRefusedWritesLeaveNothing(t *testing.T) {
	p := newPlace(t)
	w := mongotest.NewLine(t, p.url, 0)
	s := p.openAt(w.URI, Options{})
	before := s.feed.last()
	w.Fill()
	for range 3 {
		_, _, err := s.Carts.Create(p.ctx, models.Cart{})
		p.fails("create a cart", err, dao.ErrUnavailable)
		if errors.Is(err, dao.ErrUnknown) {
			t.Errorf("nobody knows what became of it: %v", err)
		}
	}
	w.Mend()
	cart, receipt, err := s.Carts.Create(p.ctx, models.Cart{})
	p.ok("create a cart", err)
	if receipt.Position.Offset != before.Offset+1 {
		t.Errorf("cart %s is change %d, after %d", cart.ID, receipt.Position.Offset, before.Offset)
	}
}
