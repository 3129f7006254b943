package app

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pulperia/dao/dbmanagers"
	"pulperia/dao/models"
	"pulperia/dose"
)

var (
	soakTime    = dose.Flag("soak", 2*time.Second, 12*time.Second, "how long a warm shop works under load while its memory, goroutines and files are watched")
	soakMongoDB = flag.Bool("soak.mongodb", false, "the soak runs on MongoDB, too, for as long")
)

// A shop under mixed load needs, once it is warm, no more memory, goroutines, descriptors and room
// for its journal with time: the line through the samples does not rise. It is warm when what is
// bounded by design is full: the hub's ring of changes and the cache of pages, 8 MiB each. What
// grows by design is taken off: messages are kept for good, with 64 bytes of memory each.
func TestSoak(t *testing.T) {
	dose.SkipSmall(t, "it watches a shop under load")
	t.Parallel() // with the tests that mostly wait
	t.Run("files", func(t *testing.T) { soak(t, t.TempDir()) })
	if *soakMongoDB {
		t.Run("mongodb", func(t *testing.T) { soak(t, engines[1].store(t)) })
	}
}

func soak(t *testing.T, store string) {
	s := openShop(t, store, append([]string{"--demo", "--keep-changes", "1000"}, noLimits...)...)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var load sync.WaitGroup
	w := &soakLoad{shop: s}
	for i := range 4 {
		load.Go(func() { w.work(ctx, t, rand.New(rand.NewPCG(uint64(i), 0))) })
	}
	load.Go(func() { w.listen(ctx, t) })
	for w.messages.Load() < untilWarm && !t.Failed() {
		time.Sleep(100 * time.Millisecond)
	}
	var warm []soakSample
	for began := time.Now(); time.Since(began) < soakTime.Get() && !t.Failed(); time.Sleep(soakTime.Get() / 80) {
		warm = append(warm, soakSample{time.Now(), s.state(t), journalSize(t, store), w.messages.Load()})
	}
	cancel()
	load.Wait()
	wantFlat(t, "goroutines", warm, 8, func(one soakSample) float64 { return one.goroutines })
	wantFlat(t, "descriptors", warm, 8, func(one soakSample) float64 { return one.files })
	wantFlat(t, "heap", warm, 8<<20, func(one soakSample) float64 { return one.heap - 2*64*float64(one.messages) })
	wantFlat(t, "resident", warm, 12<<20, func(one soakSample) float64 { return one.resident - 2*64*float64(one.messages) })
	wantFlat(t, "journal", warm, 40<<20, func(one soakSample) float64 { return one.journal }) // two files of 16 MiB and more come and go
	w.tell(t)
	if err := s.stop(t, os.Interrupt); err != nil {
		t.Error(err)
	}
	if out, code := execute(t, "check", "--store", store); code != 0 {
		t.Errorf("check: %s", out)
	}
}

// untilWarm is how many times all is done until the shop is warm: a time changes a product of 2 KB
// on average twice, so the ring of changes has been full, and the pages of as many states of the
// catalogue have been asked for.
const untilWarm = 2_500

// soakSample is what was seen at a moment.
type soakSample struct {
	at time.Time
	state
	journal  float64
	messages int64
}

// wantFlat fails if the least-squares line through a figure rises by more than the noise may be
// over the time of the samples.
func wantFlat(t *testing.T, name string, samples []soakSample, noise float64, figure func(soakSample) float64) {
	t.Helper()
	n, meanX, meanY := float64(len(samples)), 0.0, 0.0
	x := func(one soakSample) float64 { return one.at.Sub(samples[0].at).Seconds() }
	for _, one := range samples {
		meanX += x(one) / n
		meanY += figure(one) / n
	}
	above, below := 0.0, 0.0
	for _, one := range samples {
		above += (x(one) - meanX) * (figure(one) - meanY)
		below += (x(one) - meanX) * (x(one) - meanX)
	}
	rise := above / max(below, 1) * x(samples[len(samples)-1])
	t.Attr(name, fmt.Sprintf("%.4g; the line rises by %.3g", meanY, rise))
	if rise > noise {
		t.Errorf("%s rises by %.4g around %.4g; %.4g is allowed", name, rise, meanY, noise)
	}
}

// journalSize adds up the journal's files; a database has none.
func journalSize(t *testing.T, store string) (bytes float64) {
	if dbmanagers.IsURL(store) {
		return 0
	}
	names, err := filepath.Glob(filepath.Join(store, "journal*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if info, err := os.Stat(name); err == nil { // it may have gone meanwhile
			bytes += float64(info.Size())
		}
	}
	return bytes
}

// soakLoad is people who do everything that one can do.
type soakLoad struct {
	shop               *shop
	requests, messages atomic.Int64
	heard              atomic.Int64

	mu   sync.Mutex
	took []time.Duration // of the last 100,000
}

// work makes a product, changes it, looks for it, buys it, talks of it and removes it, again and
// again: the catalogue stays small.
func (w *soakLoad) work(ctx context.Context, t *testing.T, random *rand.Rand) {
	client := &http.Client{Timeout: patience, Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	cart := models.NewID(time.Now()).String()
	w.ask(t, client, 201, "POST", "/api/carts", `{"_id":"`+cart+`"}`)
	for ctx.Err() == nil {
		id := models.NewID(time.Now()).String()
		product := fmt.Sprintf(`{"_id":%q,"title":"Yerba %s","description":%q,"code":%q,"price":1.5,"stock":9,"category":"almacén"}`,
			id, id[18:], strings.Repeat("x", 1+random.IntN(4000)), id)
		w.ask(t, client, 201, "POST", "/api/products", product)
		w.ask(t, client, 200, "PUT", "/api/products/"+id, fmt.Sprintf(`{"price":%d}`, random.IntN(1000)))
		w.ask(t, client, 200, "GET", "/api/products?limit=100&sort=desc&q="+id[18:], "")
		w.ask(t, client, 200, "GET", "/?page=1", "")
		w.ask(t, client, 200, "POST", "/api/carts/"+cart+"/products/"+id, "")
		w.ask(t, client, 200, "GET", "/carts/"+cart, "")
		w.ask(t, client, 200, "DELETE", "/api/carts/"+cart, "")
		w.ask(t, client, 201, "POST", "/api/messages", fmt.Sprintf(`{"user":"ana%d@example.com","message":"¿Queda %s?"}`, random.IntN(10_000), id))
		w.messages.Add(1)
		w.ask(t, client, 200, "GET", "/chat", "")
		w.ask(t, client, 200, "GET", "/api/messages?limit=20", "")
		w.ask(t, client, 200, "DELETE", "/api/products/"+id, "")
	}
}

func (w *soakLoad) ask(t *testing.T, client *http.Client, want int, method, path, body string) {
	began := time.Now()
	status, _, err := w.shop.do(client, method, path, body)
	if err != nil || status != want {
		t.Errorf("%s %s: %d, %v", method, path, status, err)
	}
	w.requests.Add(1)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.took = append(w.took, time.Since(began)); len(w.took) > 200_000 {
		w.took = append(w.took[:0], w.took[100_000:]...)
	}
}

// listen follows all that happens, on one line after the other, over both doors.
func (w *soakLoad) listen(ctx context.Context, t *testing.T) {
	for i := 0; ctx.Err() == nil; i++ {
		l, err := openLine(w.shop.URL, clientAddress(i), `{"type":"hello","user":"ana@example.com","topics":["messages","products"]}`)
		if err != nil {
			t.Error(err)
			return
		}
		events, err := http.Get(w.shop.URL + "/events?" + url.Values{"topics": {"messages"}, "user": {"beto@example.com"}}.Encode())
		if err != nil {
			t.Error(err)
			return
		}
		l.SetDeadline(time.Now().Add(patience))
		for range 200 {
			if _, err := l.hear(); err != nil || ctx.Err() != nil {
				break
			}
			w.heard.Add(1)
		}
		events.Body.Close()
		reset(l)
	}
}

func (w *soakLoad) tell(t *testing.T) {
	if w.heard.Load() == 0 || w.messages.Load() == 0 {
		t.Error("nothing happened")
	}
	t.Attr("duration", soakTime.Get().String())
	t.Attr("requests", strconv.FormatInt(w.requests.Load(), 10))
	t.Attr("messages", strconv.FormatInt(w.messages.Load(), 10))
	tellTimes(t, w.took)
}
