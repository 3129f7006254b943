package e2e

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
)

// watcher notes what goes wrong in a page. The browser tells it every event in order.
type watcher struct {
	origin  string // where requests may go
	dismiss func() // closes a dialog

	mu        sync.Mutex
	documents map[network.RequestID]bool
	status    int      // of the document shown
	problems  []string // all that no visitor should see
}

// see takes one event. It runs where the browser's messages are read, so it only notes.
func (w *watcher) see(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		w.request(e)
	case *network.EventWebSocketCreated:
		w.leaves(strings.Replace(e.URL, "ws", "http", 1))
	case *network.EventResponseReceived:
		w.response(e)
	case *network.EventLoadingFailed:
		if !e.Canceled || e.BlockedReason != "" { // to leave a page cancels what it still loads
			w.note("a request failed: %s %s", e.ErrorText, e.BlockedReason)
		}
	case *log.EventEntryAdded:
		if !w.documents[e.Entry.NetworkRequestID] { // an error page is noted by its status
			if strings.HasPrefix(e.Entry.Text, "Clear-Site-Data header on") && strings.Contains(e.Entry.Text, `Cleared data types: "cache"`) {
				break // whoever signs out is to leave nothing behind, and the browser says that it obeys
			}
			w.note("%s of %s: %s %s", e.Entry.Level, e.Entry.Source, e.Entry.Text, e.Entry.URL)
		}
	case *runtime.EventConsoleAPICalled:
		w.note("console.%s: %s", e.Type, words(e.Args))
	case *runtime.EventExceptionThrown:
		w.note("exception: %s %s", e.ExceptionDetails.Text, words([]*runtime.RemoteObject{e.ExceptionDetails.Exception}))
	case *audits.EventIssueAdded:
		if e.Issue.Code == audits.InspectorIssueCodeContentSecurityPolicyIssue {
			violation := e.Issue.Details.ContentSecurityPolicyIssueDetails
			w.note("Content-Security-Policy: %s %s", violation.ViolatedDirective, violation.BlockedURL)
		}
	case *cdppage.EventJavascriptDialogOpening:
		w.note("%s dialog: %s", e.Type, e.Message)
		go w.dismiss()
	case *inspector.EventTargetCrashed:
		w.note("the page crashed")
	}
}

func (w *watcher) request(e *network.EventRequestWillBeSent) {
	if e.Type == network.ResourceTypeDocument {
		w.documents[e.RequestID] = true
	}
	w.leaves(e.Request.URL)
}

// leaves notes a request to another place than the shop.
func (w *watcher) leaves(url string) {
	if !strings.HasPrefix(url, w.origin+"/") && !strings.HasPrefix(url, "data:") {
		w.note("a request left the shop: %s", url)
	}
}

func (w *watcher) response(e *network.EventResponseReceived) {
	if e.Type == network.ResourceTypeDocument {
		w.status = int(e.Response.Status)
	}
	if e.Response.Status >= 400 {
		w.note("%s", answer(e.Response.Status, e.Type))
	}
}

func answer(status int64, kind network.ResourceType) string {
	return fmt.Sprintf("a %s came with status %d", kind, status)
}

func (w *watcher) note(format string, args ...any) {
	w.problems = append(w.problems, fmt.Sprintf(format, args...))
}

// claim takes the error page that is shown for what was to be seen, and says what its status is.
func (w *watcher) claim() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	expected := answer(int64(w.status), network.ResourceTypeDocument)
	if i := slices.Index(w.problems, expected); i >= 0 {
		w.problems = slices.Delete(w.problems, i, i+1)
	}
	return w.status
}

// take returns what was noted, and forgets it.
func (w *watcher) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	noted := w.problems
	w.problems = nil
	return noted
}

func words(values []*runtime.RemoteObject) string {
	var said []string
	for _, v := range values {
		if v != nil {
			said = append(said, strings.TrimSpace(v.Description+" "+string(v.Value)))
		}
	}
	return strings.Join(said, " ")
}
