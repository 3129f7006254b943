package socket

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"slices"
	"time"

	"pulperia/dao"
	"pulperia/dao/retry"
)

// The times of what the processes tell one another.
const (
	lookEvery   = time.Second            // while anyone listens to the chat
	lookIdle    = 10 * time.Second       // while others are connected: who opens the chat is told soon
	lookPause   = 250 * time.Millisecond // between two looks, however much changes
	lookTimeout = 3 * time.Second        // for the store
	repeatEvery = 3 * time.Second        // the same is said again; dao.PresenceTTL forgives two that are lost
	typingFor   = 3 * time.Second        // a moment of typing is told: lookTimeout may pass before the others ask

	farewellTimeout = time.Second
)

// neighbours is what the hub knows of the other processes that serve the store. It belongs to the
// goroutine of exchange, and to Close when that looks no more: no lock is held while the store is
// asked.
type neighbours struct {
	node   string // what the others know this process by
	unsaid bool   // not everything has been said
	there  bool   // the store may have something of this process
	task   *retry.Task
	said   time.Time
	asked  time.Time           // the last time that there was an answer
	people map[string]struct{} // who is elsewhere
	told   map[string]int64    // serial of the last typing that was told, by node
}

func newNeighbours(log *slog.Logger) neighbours {
	task := retry.New(log, "share with other processes who is here; their people will seem to leave")
	return neighbours{node: rand.Text(), task: task, told: map[string]int64{}}
}

// knockIfFresh asks for a look soon if there is something to say. The caller holds the lock.
func (h *Hub) knockIfFresh() {
	if !h.people.fresh {
		return
	}
	select {
	case h.changed <- struct{}{}:
	default: // somebody has
	}
}

// exchange tells the other processes who is here, and learns who is there. Nothing else in the hub
// waits for it.
func (h *Hub) exchange(ctx context.Context) {
	every := time.NewTicker(lookEvery)
	defer every.Stop()
	for ctx.Err() == nil {
		retry.Sleep(ctx, max(lookPause, h.look(ctx)))
		select {
		case <-ctx.Done():
		case <-h.changed:
		case <-every.C:
		}
	}
}

// look says what has changed, and asks the others if it is time. It returns how long to wait at
// least before the next.
func (h *Hub) look(ctx context.Context) (pause time.Duration) {
	own, sayIt, askThem, ok := h.planLook(time.Now())
	if !ok {
		return 0
	}
	defer h.reading.Done()
	calls, cancel := context.WithTimeout(h.working, lookTimeout)
	defer cancel()
	defer context.AfterFunc(ctx, cancel)()
	var sayErr, askErr error
	if sayIt {
		sayErr = h.sayWho(calls, own)
	}
	if askThem {
		askErr = h.askWho(calls)
	}
	if calls.Err() == context.Canceled {
		return 0
	}
	return h.neighbours.task.Ended(ctx, errors.Join(sayErr, askErr))
}

// planLook says what is to be done now, if anything. Where it is ok, reading counts the look: Close
// waits for it.
func (h *Hub) planLook(now time.Time) (own dao.Visitors, sayIt, askThem, ok bool) {
	n := &h.neighbours
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return own, false, false, false
	}
	n.unsaid = n.unsaid || h.people.fresh
	h.people.fresh = false
	if n.unsaid || n.there && now.Sub(n.said) >= repeatEvery {
		own = h.people.visitors(now)
		sayIt = len(own.People) > 0 || n.there
	}
	askThem = len(h.joined[topicMessages]) > 0 || len(h.conns) > 0 && now.Sub(n.asked) >= lookIdle
	if ok = sayIt || askThem; ok {
		h.reading.Add(1)
	}
	return own, sayIt, askThem, ok
}

// sayWho tells the others who is connected here.
func (h *Hub) sayWho(ctx context.Context, own dao.Visitors) error {
	n := &h.neighbours
	slices.Sort(own.People) // the same people are the same list
	named := min(len(own.People), dao.MaxPresence)
	own.People, own.More = own.People[:named], len(own.People)-named
	n.unsaid, n.there = true, true // until the store has said otherwise
	now := time.Now()
	if err := h.Shop.Presence.Set(ctx, n.node, own); err != nil {
		return err
	}
	n.unsaid, n.there, n.said = false, named > 0, now
	return nil
}

// askWho learns who is on the other processes. When they have not been heard of for too long they
// count as gone.
func (h *Hub) askWho(ctx context.Context) error {
	n := &h.neighbours
	all, err := h.Shop.Presence.All(ctx)
	now := time.Now()
	switch {
	case err == nil:
		n.asked = now
		delete(all, n.node)
	case now.Sub(n.asked) < dao.PresenceTTL:
		return err
	}
	if err := h.hideAddresses(ctx, all); err != nil {
		return err
	}
	h.meet(all, now)
	return err
}

// hideAddresses makes handles of what a process of before, or one that is open to a course, calls
// people by.
func (h *Hub) hideAddresses(ctx context.Context, all map[string]dao.Visitors) (err error) {
	if h.Open {
		return nil
	}
	for _, v := range all {
		for i := range v.People {
			if v.People[i], err = h.Shop.Anonymous(ctx, v.People[i]); err != nil {
				return err
			}
		}
		for i := range v.Typing {
			if v.Typing[i].User, err = h.Shop.Anonymous(ctx, v.Typing[i].User); err != nil {
				return err
			}
		}
	}
	return nil
}

// meet takes in who is on the other processes, and who types there.
func (h *Hub) meet(all map[string]dao.Visitors, now time.Time) {
	n := &h.neighbours
	people, more := map[string]struct{}{}, 0
	told, typed := map[string]int64{}, []dao.Typing{}
	for node, v := range all {
		for _, user := range v.People {
			people[user] = struct{}{}
		}
		more += v.More
		last, isKnown := n.told[node]
		for _, t := range v.Typing {
			if isKnown && t.Serial > last { // what was typed before this process knew of the other is old
				typed = append(typed, t)
			}
			last = max(last, t.Serial)
		}
		told[node] = last
	}
	came, went := without(people, n.people), without(n.people, people)
	n.people, n.told = people, told

	var wake []*conn
	h.mu.Lock()
	h.people.more = more
	for _, user := range came {
		h.people.arrive(user)
	}
	for _, user := range went {
		h.people.depart(user, now)
	}
	for _, t := range typed {
		if !h.ring.hasSpoken(t.User, t.After) && h.people.typing.AllowN(now, 1) {
			wake = append(wake, h.tell(&event{body: typing{t.User}}, t.User, true)...)
		}
	}
	h.mu.Unlock()
	h.writers.add(wake...)
}

// without returns what is in one set and not in another.
func without(one, other map[string]struct{}) (list []string) {
	for user := range one {
		if _, both := other[user]; !both {
			list = append(list, user)
		}
	}
	return list
}

// farewell tells the others that nobody is here any more. No look may be under way.
func (h *Hub) farewell(ctx context.Context) {
	n := &h.neighbours
	if !n.there {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, farewellTimeout)
	defer cancel()
	if err := h.Shop.Presence.Set(ctx, n.node, dao.Visitors{}); err != nil {
		h.Log.Warn("the other processes do not know that this one ends", "error", err, "until", dao.PresenceTTL)
		return
	}
	n.there = false
}
