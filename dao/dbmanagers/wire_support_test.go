package dbmanagers

import (
	"fmt"
	"io"
	"net/url"
	"runtime/pprof"
	"strings"
	"testing"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"

	"pulperia/dao/dbmanagers/mongotest"
)

// wire is a line to the server that can be made bad, also under the connections that there are.
type wire struct {
	testing.TB
	url   string // of the database, over this line
	proxy *toxiproxy.Proxy
	toxic string // its name, while there is one
}

// newWire lays a line to the server of a URL.
func (p *place) newWire() *wire {
	p.Helper()
	u, err := url.Parse(p.url)
	p.ok("parse", err)
	api := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.New(io.Discard))
	w := &wire{TB: p.T, proxy: toxiproxy.NewProxy(api, "wire", mongotest.Address(p), u.Host)}
	w.mend()
	u.Host = w.proxy.Listen
	q := u.Query()
	q.Set("directConnection", "true") // a replica set would tell addresses around the line
	u.RawQuery = q.Encode()
	w.url = u.String()
	p.Cleanup(func() { w.proxy.Stop() })
	return w
}

// cut breaks all connections and lets none in.
func (w *wire) cut() { w.proxy.Stop() }

// mend makes the line a good one.
func (w *wire) mend() {
	w.Helper()
	if w.toxic != "" {
		w.ok(w.proxy.Toxics.RemoveToxic(w.Context(), w.toxic))
		w.toxic = ""
	}
	if !w.proxy.Enabled {
		w.ok(w.proxy.Start())
	}
}

// spoil makes the line bad. The toxics are those of toxiproxy.
func (w *wire) spoil(kind, stream, attributes string) {
	w.Helper()
	w.mend()
	w.toxic = kind + stream
	_, err := w.proxy.Toxics.AddToxicJson(strings.NewReader(fmt.Sprintf(`{"name":%q,"type":%q,"stream":%q,"attributes":{%s}}`, w.toxic, kind, stream, attributes)))
	w.ok(err)
}

// delay lets everything come so many milliseconds later, more or less.
func (w *wire) delay(ms int) {
	w.spoil("latency", "downstream", fmt.Sprintf(`"latency":%d,"jitter":%d`, ms, ms/2))
}

// deafen lets connections in and passes nothing on to the server.
func (w *wire) deafen() { w.spoil("timeout", "upstream", `"timeout":0`) }

// mute passes everything on to the server and drops the answers.
func (w *wire) mute() { w.spoil("timeout", "downstream", `"timeout":0`) }

func (w *wire) ok(err error) {
	w.Helper()
	if err != nil {
		w.Errorf("proxy: %v", err)
	}
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
