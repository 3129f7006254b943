// Package walk takes the real program through a life that is drawn from a seed, and keeps a model
// beside it: it is the specification of where features meet.
//
// An act (acts*.go) is one thing that happens to a shop: a write by the API, a form or a socket; a
// stop, a kill, a second process; an edit of its files by hand; an import, a move to another store,
// the other engine and back; another program in its database. Each says to the model (model.go)
// what the shop must hold from then on.
//
// A look (looks*.go) is one question to one door: the API's lists, single values and totals, the
// pages, fresh and as a browser keeps them, two readers that stay on the line and one that comes
// back with an old position (reader.go), export, check, the documents of others. After each act
// every door is asked all questions, and must answer what the model holds. Who asks by the door
// that the act went through is not made to wait; a change that comes by other hands is waited for
// where the documents of the shop say so, with a bound. Now and then the shop is left alone, and
// must be idle then (budget.go).
//
// The same seed makes the same acts. A walk that fails says its seed and its acts, and how to walk
// them again:
//
//	go test ./faults/walk -run '^TestWalk$/^files$' -walk.seed 7 -walk.replay '0:createProduct 3:kill'
package walk

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Options are how one walk goes.
type Options struct {
	Program  string
	Seed     uint64
	Time     time.Duration
	Replay   []string      // acts as a failure prints them; else they are drawn
	Without  []string      // acts that are left out: those whose fault is known hide the others
	Patience time.Duration // how long that may take which should take a moment or two: the machine may be busy
	Shrink   bool          // a failure is tried again with fewer acts
	Engine   string        // where it begins: "files" or "mongodb"
	Stays    bool          // on that engine
	Delay    time.Duration // of the line to the database, there and back
	Refused  bool          // its store refuses writes now and then
	Guest    bool          // it begins on the year-old database of a mongoose application
}

// walk is one life.
type walk struct {
	testing.TB
	Options
	random *rand.Rand // of the act under way
	act    int        // its number
	taken  []string   // the acts so far

	store   string // a folder, or the URL of a database, without the line
	shop    *shop  // nil while it is closed
	second  *shop  // another process on the same database, or nil
	acted   *shop  // that which did the last act; nil when it came by other hands
	model   *model
	was     *model // what a backup holds
	backup  string // a folder
	gone    []string
	readers []*reader
	guests  map[string]*guest
	kept    map[string][]bson.Raw // a backup of a database
	looks   int
	idles   int
}

// Walk takes one walk.
func Walk(t testing.TB, o Options) {
	w := &walk{TB: t, Options: o, model: newModel(), guests: map[string]*guest{}}
	t.Attr("seed", strconv.FormatUint(o.Seed, 10))
	defer w.tell()
	if w.store = w.newStore(o.Engine); o.Guest {
		w.moveIn()
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	w.readers = []*reader{{name: "who has a WebSocket", line: byWebSocket}, {name: "who has events", line: byEvents},
		{name: "who comes back", line: byWebSocket}}
	for _, r := range w.readers {
		go r.follow(ctx)
	}
	w.open()
	if o.Guest {
		w.acted = nil
	}
	w.ask()
	w.wander(time.Now().Add(o.Time))
	w.idle()
	w.close(syscall.SIGTERM)
	w.askFiles()
}

// wander takes one act after another.
func (w *walk) wander(until time.Time) {
	const least = 4
	if len(w.Replay) > 0 {
		for _, step := range w.Replay {
			number, name, _ := strings.Cut(step, ":")
			n, err := strconv.Atoi(number)
			if err != nil || actNamed(name) == nil {
				w.Fatalf("%q is no act: it must be a number, a colon and one of %s", step, actNames())
			}
			w.take(n, actNamed(name))
		}
		return
	}
	for n := 0; n < least || time.Now().Before(until); n++ {
		w.take(n, w.draw(n))
	}
}

// draw chooses the act with a number among those that fit.
func (w *walk) draw(n int) *act {
	var fit []*act
	total := 0
	for i := range acts {
		if one := &acts[i]; one.fits(w) && !slices.Contains(w.Without, one.name) {
			fit = append(fit, one)
			total += one.weight
		}
	}
	at := w.stream(n, 0).IntN(total)
	for _, one := range fit {
		if at -= one.weight; at < 0 {
			return one
		}
	}
	panic("the weights do not add up")
}

// stream returns a source of chance that belongs to an act alone, so that it stays the same when
// others are left out.
func (w *walk) stream(n int, of uint64) *rand.Rand {
	return rand.New(rand.NewPCG(w.Seed, uint64(n)*4+of))
}

// take takes one act and asks what became of it.
func (w *walk) take(n int, one *act) {
	if len(w.Replay) > 0 && !one.fits(w) {
		return // what it needed was left out
	}
	w.taken = append(w.taken, fmt.Sprintf("%d:%s", n, one.name))
	w.act, w.random = n, w.stream(n, 1)
	w.acted = w.shop
	w.Logf("%d %s", n, one.name)
	w.pin()
	one.do(w)
	if w.shop == nil {
		w.open()
	}
	w.ask()
	if one.restless || w.stream(n, 3).IntN(6) == 0 {
		w.idle()
	}
}

// pin notes which past the shop tells of: from now on it is to stay.
func (w *walk) pin() {
	w.Helper()
	a, err := w.shop.send("GET", "/api/products?limit=1", "")
	if err != nil {
		w.Fatal(err)
	}
	w.model.epoch = epochOf(a)
}

// tell says what happened, and how to repeat what failed.
func (w *walk) tell() {
	w.Attr("acts", strconv.Itoa(len(w.taken)))
	w.Attr("questions", strconv.Itoa(w.looks))
	w.Attr("idle_windows", strconv.Itoa(w.idles))
	if !w.Failed() {
		return
	}
	taken := w.taken
	if w.Shrink {
		taken = w.shrink()
	}
	w.Logf("to walk it again: go test ./faults/walk -run '%s' -walk.seed %d -walk.replay '%s'", w.pattern(), w.Seed, strings.Join(taken, " "))
	for _, s := range w.shops() {
		w.Logf("the end of the log of process %d:\n%s", s.Pid(), s.Log.Tail())
		if s.line != nil {
			w.Logf("its commands: %v", s.line.Commands())
		}
	}
}

// shops are those that are open.
func (w *walk) shops() (all []*shop) {
	for _, s := range []*shop{w.shop, w.second} {
		if s != nil {
			all = append(all, s)
		}
	}
	return all
}

// open opens the shop, which has to go well.
func (w *walk) open() {
	w.Helper()
	s, err := w.start(w.store)
	if err != nil {
		w.Fatal(err)
	}
	w.shop, w.acted = s, s
	w.turnReaders()
}

// close ends the shop.
func (w *walk) close(signal syscall.Signal) {
	w.Helper()
	if w.second != nil {
		w.end(w.second, syscall.SIGTERM)
		w.second = nil
	}
	s := w.shop
	w.shop = nil
	w.turnReaders()
	w.end(s, signal)
}

// turnReaders has the readers look at the shops that are open.
func (w *walk) turnReaders() {
	all := w.shops()
	for i, r := range w.readers {
		at := ""
		if len(all) > 0 {
			at = all[i%len(all)].URL
		}
		r.turn(at, r.asleep)
	}
}
