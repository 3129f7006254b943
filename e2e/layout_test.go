package e2e

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"
)

// No page is wider than its screen, down to 320 px: nobody has to scroll sideways to read.
func TestNoSidewaysScroll(t *testing.T) {
	t.Parallel()
	empty, full := openShop(t), openShop(t, "--demo", "--messages-per-minute", "0")
	for shop, sights := range map[*shop][]sight{empty: emptyTour(), full: full.tour()} {
		p := shop.visit(t, phone)
		for _, sight := range sights {
			sight.reach(p)
			p.unfold()
			for _, width := range []int64{320, 360, 768, 1280} {
				p.become(visitor{width: width, height: 700})
				p.wide(sight.name, width)
			}
		}
	}
}

// The names of products have room in their table on every screen, also where the form stands beside
// it: the other columns keep their widths.
func TestTableHasRoom(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--demo")
	p := shop.visit(t, desktop)
	for _, width := range []int64{320, 360, 767, 768, 1023, 1024, 1100, 1279, 1280, 1600} {
		p.become(visitor{width: width, height: 700})
		p.open("/realtimeproducts")
		if room := eval[float64](p, `document.querySelector(".table tbody th").clientWidth / parseFloat(getComputedStyle(document.documentElement).fontSize)`); room < 9 {
			t.Errorf("on a screen of %d px a name has %.1f rem", width, room)
		}
	}
}

// wide fails the test when what is shown is wider than the screen.
func (p *page) wide(name string, screen int64) {
	p.t.Helper()
	if width := eval[int64](p, `document.documentElement.scrollWidth`); width > screen {
		p.t.Errorf("%s is %d px wide on a screen of %d px: %q", name, width, screen, eval[[]string](p, fmt.Sprintf(
			`[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > %d).map(e => e.outerHTML.slice(0, 80)).slice(0, 5)`,
			screen)))
	}
}

// Nothing jumps while a page loads: pictures have their space before they come.
func TestNothingJumps(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--demo")
	yerba := shop.product("yerba mate con palo")
	onBoth(t, func(t *testing.T, v visitor) {
		v.slowNetwork = true
		p := shop.visit(t, v)
		p.open("/products/" + yerba.ID)
		p.expect("jumps", p.jumps(), []string{})
		p.buy(".buy")
		for _, path := range []string{"", "/", "/realtimeproducts", "/chat", "/docs"} {
			if path != "" { // the first is the cart, which is shown
				p.open(path)
			}
			p.expect("jumps", p.jumps(), []string{})
		}
	})
}

// Nor does anything jump where a page comes in small parts: it is shown when it is whole. Rows that
// come later make the columns of a table and the cards beside them as large as they need.
func TestNothingJumpsWhileAPageArrives(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--demo")
	target, err := url.Parse(shop.url)
	if err != nil {
		t.Fatal(err)
	}
	line := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target); r.Out.Host = r.In.Host },
		ModifyResponse: func(answer *http.Response) error {
			if strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html") {
				answer.Body = drip{answer.Body}
			}
			return nil
		},
		FlushInterval: -1,
	})
	t.Cleanup(line.Close)
	slow := *shop
	slow.url = line.URL
	onBoth(t, func(t *testing.T, v visitor) {
		p := slow.visit(t, v)
		for _, path := range []string{"/cart", "/realtimeproducts", "/", "/chat", "/docs", "/products/" + shop.product("yerba mate con palo").ID} {
			p.open(path)
			p.expect("jumps on "+path, p.jumps(), []string{})
		}
	})
}

// drip is the body of an answer that comes in small parts.
type drip struct{ io.ReadCloser }

func (d drip) Read(b []byte) (int, error) {
	time.Sleep(50 * time.Millisecond) // some frames
	return d.ReadCloser.Read(b[:min(len(b), 1024)])
}

// jumps scrolls to the end of the page, waits for all pictures, and returns what has moved since
// the page was opened.
func (p *page) jumps() []string {
	p.t.Helper()
	return eval[[]string](p, `(async () => {
		const moved = []
		new PerformanceObserver(list => moved.push(...list.getEntries())).observe({type: "layout-shift", buffered: true})
		const frame = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)))
		scrollTo(0, document.body.scrollHeight)
		await Promise.all([...document.images].map(i => { i.loading = "eager"; return i.decode().catch(() => {}) }))
		await frame(); await frame()
		return moved.map(m => m.value.toFixed(4) + " " + m.sources.map(s => (s.node?.outerHTML ?? s.node?.data)?.slice(0, 60) + JSON.stringify([s.previousRect, s.currentRect])).join(", "))
	})()`)
}

// By night the page is dark, and by day it is light: who asks for one does not get the other.
func TestDayAndNight(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--demo")
	onBoth(t, func(t *testing.T, v visitor) {
		p := shop.visit(t, v)
		p.open("/")
		const light = `(c => c[0] > 127)(getComputedStyle(document.documentElement).backgroundColor.match(/\d+/g).map(Number))`
		p.expect("light by day", eval[bool](p, light), true)
		v.dark = true
		p.become(v)
		p.expect("light by night", eval[bool](p, light), false)
	})
}
