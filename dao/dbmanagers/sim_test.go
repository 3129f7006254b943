package dbmanagers

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"log/slog"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/dose"
)

var (
	simSeeds = dose.Flag("sim.seeds", 60, 300, "seeds of the simulation")
	simSeed  = flag.Uint64("sim.seed", 0, "the one seed to simulate")
)

// The simulation: several engines, as so many processes, on one model of a server, each command
// taking its time and sometimes losing its way; processes die, others come; the feed is pruned; other
// programs write. Virtual time: ten minutes of it cost nothing. What is wrong in the end is told by
// the feed, which is replayed on a model of the store (simcheck_test.go).

// simulated is what one seed does.
type simulated struct {
	seed               uint64
	mutant             string
	faulty, foreign    bool
	crash, prune       bool
	lives              bool // values come and go all the time
	hectic             bool // other programs do ten times as much
	processes, clients int
	intents            int
}

// scenarioOf draws one from a seed.
func scenarioOf(seed uint64) simulated {
	r := rand.New(rand.NewPCG(seed, 1))
	s := simulated{
		seed: seed, faulty: r.IntN(4) > 0, foreign: r.IntN(3) == 0, crash: r.IntN(2) == 0, prune: r.IntN(2) == 0, lives: r.IntN(3) == 0,
		processes: 1 + r.IntN(3), clients: 1 + r.IntN(4), intents: 6 + r.IntN(12),
	}
	s.hectic = s.foreign && r.IntN(2) == 0
	return s
}

// world is a simulation on its way.
type world struct {
	simulated
	t      *testing.T
	random *rand.Rand
	server *modelServer

	mu      sync.Mutex
	entries []*entry // every one that was inserted, in the order of time
	intents []*intent
	reads   []*reading
	incs    map[models.ID]int64 // what other programs added to stocks
	touched map[valueKey]bool   // what other programs changed otherwise
	onWay   int                 // pages that were brought forward: they need not begin where they would
	wrong   []string
	living  []*simProcess
}

func (w *world) n(n int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.random.IntN(n)
}

func (w *world) pause(most time.Duration) { time.Sleep(time.Duration(w.n(int(most)))) }

func (w *world) fail(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.wrong) < 4 {
		w.wrong = append(w.wrong, fmt.Sprintf(format, args...))
	}
}

// simProcess is one engine.
type simProcess struct {
	*engine
	client *modelClient
}

const (
	simMemory  = 24 * time.Second
	simTimeout = time.Second
)

func (w *world) options() Options {
	return Options{
		Timeout: simTimeout, memory: simMemory, kept: 8, mutant: w.mutant, Log: slog.New(slog.DiscardHandler),
		sweepEvery: time.Duration(1+w.n(3)) * time.Second, Keep: map[bool]int{true: 1}[w.prune], at: w.at,
	}
}

func (w *world) at(step string) {
	if step == "list on the way" {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.onWay++
	}
}

// start brings a process up; with faults that may take several attempts.
func (w *world) start() *simProcess {
	for {
		client := &modelClient{modelServer: w.server}
		ctx, cancel := context.WithTimeout(context.Background(), 20*simTimeout)
		e, err := openModel(ctx, client, w.options())
		cancel()
		if err == nil {
			p := &simProcess{engine: e, client: client}
			w.mu.Lock()
			w.living = append(w.living, p)
			w.mu.Unlock()
			return p
		}
	}
}

// simulate runs one seed, and returns what is wrong.
func simulate(t *testing.T, s simulated) []string {
	w := &world{simulated: s, t: t, random: rand.New(rand.NewPCG(s.seed, 2)), incs: map[models.ID]int64{}, touched: map[valueKey]bool{}}
	synctest.Test(t, func(t *testing.T) { w.run() })
	return w.wrong
}

func (w *world) run() {
	w.server = newModelServer(w.seed)
	w.server.apart = w.seed%2 == 0
	w.server.watch = func(table string, doc bson.Raw) {
		if table == "feed" {
			w.entries = append(w.entries, parseEntry(doc))
		}
	}
	first := w.start() // on a good line, so that there is a store
	processes := []*simProcess{first}
	w.trouble()
	for len(processes) < w.processes {
		processes = append(processes, w.start())
	}
	var clients, others sync.WaitGroup
	ended := make(chan struct{})
	for i := range w.clients * w.processes {
		clients.Go(func() { w.client(processes, i%w.processes) })
	}
	if w.foreign {
		others.Go(func() { w.others(ended) })
	}
	if w.crash {
		others.Go(func() {
			for range 2 {
				w.pause(8 * time.Second)
				w.killOne(processes)
			}
		})
	}
	clients.Wait()
	close(ended)
	others.Wait()
	w.end()
}

// trouble has commands take their time, and sometimes lose their way.
func (w *world) trouble() {
	f := faults{roundTrip: time.Duration(1+w.n(40)) * time.Millisecond}
	if w.faulty {
		p := 1 + w.n(3)
		f.lost, f.unanswered, f.late, f.torn = p, p, p, p
		f.longest, f.gap = simMemory/4, 20*time.Millisecond
	}
	w.server.mu.Lock()
	defer w.server.mu.Unlock()
	w.server.faults = f
}

func (w *world) killOne(processes []*simProcess) {
	p := processes[w.n(len(processes))]
	w.mu.Lock()
	was := *p
	w.mu.Unlock()
	was.client.down.Store(true)
	was.stop()
	next := w.start()
	w.mu.Lock()
	defer w.mu.Unlock()
	p.engine, p.client = next.engine, next.client
}

// end lets all arrive that is late, has all be brought forward and looks at it.
func (w *world) end() {
	time.Sleep(simMemory)
	w.server.mu.Lock()
	w.server.faults = faults{roundTrip: time.Millisecond}
	w.server.mu.Unlock()
	time.Sleep(2 * simMemory)
	last := w.start()
	time.Sleep(2 * simMemory)
	w.check(last)
	for _, p := range w.living {
		if !p.client.down.Load() {
			p.Close()
		} else {
			p.stop()
		}
	}
	time.Sleep(simMemory)
}

// client makes intents, one after the other, and looks around.
func (w *world) client(processes []*simProcess, of int) {
	for range w.simulated.intents {
		w.pause(map[bool]time.Duration{true: 3 * time.Second, false: 200 * time.Millisecond}[w.n(5) == 0])
		w.mu.Lock()
		e := processes[of].engine
		w.mu.Unlock()
		if w.n(4) == 0 {
			w.read(e)
			continue
		}
		w.intend(e)
	}
}

// others is another program, which knows nothing of the feed.
func (w *world) others(ended chan struct{}) {
	table := modelHandle{&modelClient{modelServer: w.server}, "products"}
	for {
		select {
		case <-ended:
			return
		case <-time.After(time.Duration(w.n(int(map[bool]time.Duration{true: 300 * time.Millisecond, false: 3 * time.Second}[w.hectic])))):
		}
		id := productID(w.n(products_))
		filter := bson.D{{Key: "_id", Value: objectID(id)}}
		switch w.n(6) {
		case 0:
			if id == productID(0) { // that one only ever has its stock changed
				continue
			}
			w.touch(id)
			table.writeNow(write{deleteOne, filter, nil})
		case 1:
			w.touch(id)
			if id != productID(0) {
				table.writeNow(write{updateOne, filter, set("title", fmt.Sprint("theirs ", w.n(100)))})
			}
		case 2:
			w.touch(id)
			table.writeNow(write{insertOne, nil, foreignProduct(id, fmt.Sprint("foreign ", w.n(100)))})
		default:
			if table.writeNow(write{updateOne, filter, bson.D{{Key: "$inc", Value: bson.D{{Key: "stock", Value: int32(1)}}}}}) {
				w.mu.Lock()
				w.incs[id]++
				w.mu.Unlock()
			}
		}
	}
}

func (w *world) touch(id models.ID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.touched[valueKey{dao.KindProduct, id}] = true
}

// writeNow is a write that arrives at once.
func (h modelHandle) writeNow(one write) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	n, _ := h.writeOne(h.at(h.of), one.kind, asRaw(filterOr(one.filter)), asRaw(one.update))
	return n == 1
}

// TestSimulation runs seeds until one is wrong: one that is given, or so many from it on.
func TestSimulation(t *testing.T) {
	seeds := uint64(simSeeds.Get())
	if underRace {
		seeds = min(seeds, 20)
	}
	first := uint64(time.Now().UnixNano())
	if *simSeed != 0 {
		if first = *simSeed; !simSeeds.Given() {
			seeds = 1
		}
	}
	t.Attr("seeds", fmt.Sprint(seeds))
	for seed := first; seed < first+seeds; seed++ {
		if wrong := simulate(t, scenarioOf(seed)); len(wrong) > 0 {
			t.Fatalf("seed %d (repeat it with -sim.seed=%d), %+v:\n%s", seed, seed, scenarioOf(seed), strings.Join(wrong, "\n"))
		}
	}
}

// outcome of an intent that nobody knows.
func unknown(err error) bool { return errors.Is(err, dao.ErrUnknown) }
