package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// stepTimeout is how long one step may take on a busy machine.
const stepTimeout = 30 * time.Second

// page is a tab of a visitor. Its methods are what a person does and sees; what does not work fails
// the test.
type page struct {
	t    *testing.T
	ctx  context.Context
	shop *shop
	seen *watcher

	scriptless bool
}

// visit opens a tab with cookies of its own. When the test ends, nothing may have gone wrong in it.
func (s *shop) visit(t *testing.T, v visitor) *page {
	t.Helper()
	return s.openTab(t, v, world.browser, chromedp.WithNewBrowserContext())
}

// tab opens another tab of the same visitor.
func (p *page) tab(v visitor) *page {
	p.t.Helper()
	return p.shop.openTab(p.t, v, p.ctx)
}

func (s *shop) openTab(t *testing.T, v visitor, from context.Context, options ...chromedp.ContextOption) *page {
	t.Helper()
	seen := &watcher{origin: s.url, documents: map[network.RequestID]bool{}}
	ctx, closeTab := chromedp.NewContext(from, append(options, chromedp.WithListener(seen.see))...)
	p := &page{t: t, ctx: ctx, shop: s, seen: seen}
	seen.dismiss = func() {
		chromedp.Call(ctx, cdppage.HandleJavaScriptDialog, cdppage.HandleJavaScriptDialogParams{})
	}
	t.Cleanup(func() {
		for _, problem := range p.problems() {
			t.Errorf("on %s: %s", p.where(), problem)
		}
		closeTab()
	})
	if err := chromedp.Do(ctx); err != nil { // opens the tab, without a deadline that would close it
		t.Fatal(err)
	}
	p.do(command(audits.Enable, cdp.Empty{}))
	p.become(v)
	return p
}

// open goes to a path of the shop.
func (p *page) open(path string) {
	p.t.Helper()
	p.do(chromedp.Navigate(p.shop.url + path))
}

// answered checks the status of the page that is shown, and takes it for what was to be seen.
func (p *page) answered(status int) {
	p.t.Helper()
	if got := p.seen.claim(); got != status {
		p.fail("%s answered %d, not %d", p.where(), got, status)
	}
}

// click presses what a selector finds, and stays on the page.
func (p *page) click(selector string) {
	p.t.Helper()
	p.ready(selector)
	p.do(clicking(selector))
}

// clicking clicks what a selector finds, also where the page puts another one in its place just then.
func clicking(selector string) chromedp.Action[chromedp.Void] {
	click := chromedp.Click(chromedp.CSS(selector))
	return func(ctx context.Context, tab *chromedp.Target) (v chromedp.Void, err error) {
		for range 5 {
			if v, err = click(ctx, tab); err == nil || !strings.Contains(err.Error(), "Could not find node") {
				break
			}
		}
		return v, err
	}
}

// follow presses what a selector finds, and waits for the page that comes.
func (p *page) follow(selector string) {
	p.t.Helper()
	p.ready(selector)
	p.leave(clicking(selector))
}

// buy presses the button of a form that adds to the cart, and goes to the cart by the line that then
// stands beside it.
func (p *page) buy(form string) {
	p.t.Helper()
	if p.scriptless {
		p.follow(form + " [type=submit]")
	} else {
		p.click(form + " [type=submit]")
		p.soon("line", `document.querySelector(".added:not(.added--not) a")?.getAttribute("href")`, "/cart")
	}
	p.follow(".added a")
}

// refused presses the button of a form that adds to the cart, and sees beside it why it does not.
func (p *page) refused(form, why string) {
	p.t.Helper()
	p.click(form + " [type=submit]")
	p.soon("why not", `document.querySelector(".added--not")?.firstChild.textContent`, why)
	p.forgive("400")
}

// ready waits until what a selector finds takes clicks: what takes something away does not as soon
// as its page comes.
func (p *page) ready(selector string) {
	p.t.Helper()
	for eval[bool](p, fmt.Sprintf(`(e => e !== null && getComputedStyle(e).pointerEvents === "none")(document.querySelector(%s))`, js(selector))) {
		time.Sleep(20 * time.Millisecond)
	}
}

// leave does something that leads to another page, and waits for it.
func (p *page) leave(action chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	acted := false
	load := chromedp.WaitEvent(cdppage.LoadEventFired, nil, func(ctx context.Context, tab *chromedp.Target) (v chromedp.Void, err error) {
		v, err = action(ctx, tab)
		acted = true
		return v, err
	})
	p.do(func(ctx context.Context, tab *chromedp.Target) (v chromedp.Void, err error) {
		if _, err = load(ctx, tab); err != nil {
			err = fmt.Errorf("waiting for the next page (done what leads there: %t): %w", acted, err)
		}
		return v, err
	})
}

// press presses one key, such as kb.Tab.
func (p *page) press(key string) {
	p.t.Helper()
	p.do(chromedp.KeyEvent(key))
}

// fill replaces what a field holds, by typing.
func (p *page) fill(selector, text string) {
	p.t.Helper()
	p.do(chromedp.Focus(chromedp.CSS(selector)))
	eval[chromedp.Void](p, `document.activeElement.select()`)
	p.do(command(input.InsertText, input.InsertTextParams{Text: text}))
}

// put sets a field in spite of what the browser would refuse there: its length, its type, its being
// empty.
func (p *page) put(selector, text string) {
	p.t.Helper()
	eval[chromedp.Void](p, fmt.Sprintf(`(e => { e.form.noValidate = true; e.value = %s })(document.querySelector(%s))`, js(text), js(selector)))
}

// unfold shows what is folded away.
func (p *page) unfold() {
	p.t.Helper()
	eval[chromedp.Void](p, `document.querySelectorAll("details").forEach(d => { d.open = true })`)
}

// choose takes an option of a list.
func (p *page) choose(selector, value string) {
	p.t.Helper()
	p.do(chromedp.SetValue(chromedp.CSS(selector), value))
}

// text returns the text of the first element that a selector finds, with single spaces.
func (p *page) text(selector string) string {
	p.t.Helper()
	texts := p.texts(selector)
	if len(texts) == 0 {
		p.fail("%s has no %s", p.where(), selector)
	}
	return texts[0]
}

// texts returns the texts of all elements that a selector finds, with single spaces.
func (p *page) texts(selector string) (texts []string) {
	p.t.Helper()
	for _, text := range p.raw(selector) {
		texts = append(texts, strings.Join(strings.Fields(text), " "))
	}
	return texts
}

// raw returns the texts of all elements that a selector finds, to the letter.
func (p *page) raw(selector string) []string {
	p.t.Helper()
	return eval[[]string](p, fmt.Sprintf(`[...document.querySelectorAll(%s)].map(e => e.textContent)`, js(selector)))
}

// value returns what a field holds.
func (p *page) value(selector string) string {
	p.t.Helper()
	return eval[string](p, fmt.Sprintf(`document.querySelector(%s).value`, js(selector)))
}

// count returns how many elements a selector finds.
func (p *page) count(selector string) int {
	p.t.Helper()
	return eval[int](p, fmt.Sprintf(`document.querySelectorAll(%s).length`, js(selector)))
}

// has says whether a selector finds anything.
func (p *page) has(selector string) bool {
	p.t.Helper()
	return p.count(selector) > 0
}

// where returns the path and the query of the page that is shown.
func (p *page) where() string {
	p.t.Helper()
	return eval[string](p, `location.pathname + location.search`)
}

// expect compares something on the page with what it should be.
func (p *page) expect(what string, got, want any) {
	p.t.Helper()
	if got, want := fmt.Sprintf("%#v", got), fmt.Sprintf("%#v", want); got != want {
		p.fail("on %s, %s: got %s, want %s", p.where(), what, got, want)
	}
}

// problems returns all that went wrong in the page since it was last asked.
func (p *page) problems() []string {
	p.where() // what happened before the answer to this, the watcher has seen
	return p.seen.take()
}

// do runs steps, each within its time.
func (p *page) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	for _, step := range steps {
		ctx, cancel := context.WithTimeout(p.ctx, stepTimeout)
		err := chromedp.Do(ctx, step)
		cancel()
		if err != nil {
			p.fail("on %s: %v", p.where(), err)
		}
	}
}

// fail ends the test and leaves a picture of the page.
func (p *page) fail(format string, args ...any) {
	p.t.Helper()
	picture := filepath.Join(os.TempDir(), "pulperia-e2e-"+strings.ReplaceAll(p.t.Name(), "/", "-")+".png")
	ctx, cancel := context.WithTimeout(p.ctx, stepTimeout)
	defer cancel()
	if png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot()); err != nil || os.WriteFile(picture, png, 0o600) != nil {
		picture = "none could be taken"
	}
	p.t.Fatalf("%s\na picture of the page: %s", fmt.Sprintf(format, args...), picture)
}
