package e2e

import (
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// The tests rest on this: whatever goes wrong in a page is seen. So each thing is made to go wrong.
func TestWatcherSeesWhatGoesWrong(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--demo")
	for name, c := range map[string]struct{ script, want string }{
		"console":   {`console.warn("careful")`, "console.warn"},
		"exception": {`setTimeout(() => { throw new Error("broken") }); new Promise(done => setTimeout(done))`, "exception"},
		"policy":    {`document.body.append(Object.assign(document.createElement("script"), {textContent: "1"}))`, "Content-Security-Policy"},
		"style":     {`document.body.setAttribute("style", "color: red")`, "Content-Security-Policy"},
		"dialog":    {`alert("hello")`, "alert dialog"},
		"elsewhere": {`new Promise(done => Object.assign(new Image(), {onerror: done, src: "http://127.0.0.1:1/x.png"}))`, "a request left the shop"},
		"missing":   {`new Promise(done => Object.assign(new Image(), {onerror: done, src: "/public/none.png"}))`, "came with status 404"},
	} {
		t.Run(name, func(t *testing.T) {
			p := shop.visit(t, desktop)
			p.open("/")
			eval[chromedp.Void](p, c.script)
			noted := p.problems()
			if !slices.ContainsFunc(noted, func(s string) bool { return strings.Contains(s, c.want) }) {
				t.Errorf("%s: the watcher noted %q, nothing about %q", c.script, noted, c.want)
			}
		})
	}
	t.Run("error page", func(t *testing.T) {
		p := shop.visit(t, desktop)
		p.open("/nowhere")
		p.expect("what the watcher noted", p.problems(), []string{"a Document came with status 404"})
	})
}
