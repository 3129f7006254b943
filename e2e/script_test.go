package e2e

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
)

// eval runs a script in the page, and waits for its promise if it returns one. It works with the
// page's own scripts switched off, and the Content-Security-Policy does not apply to it.
func eval[T any](p *page, script string) T {
	p.t.Helper()
	return evalWithin[T](p, stepTimeout, script)
}

// evalWithin is eval of a script that computes for long.
func evalWithin[T any](p *page, limit time.Duration, script string) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, limit)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%v in the script %.200s", err, script)
	}
	return value
}

// js writes a text as a literal of a script.
func js(text string) string {
	literal, _ := json.Marshal(text) // a string always has a JSON form, which JavaScript reads
	return string(literal)
}

// command makes a step of a command of the browser.
func command[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, tab *chromedp.Target) (v chromedp.Void, err error) {
		_, err = cdp.Call(ctx, tab, c, params)
		return v, err
	}
}

// asJSON writes a value so that a script's value can be compared with it.
func asJSON(value any) string {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // as JavaScript does
	encoder.Encode(value)        // a test's value always has a JSON form
	return strings.TrimSuffix(text.String(), "\n")
}
