package walk

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"pulperia/faults/harness"
)

// epochOf is the past that an answer stands in.
func epochOf(a harness.Answer) string {
	epoch, _, _ := strings.Cut(a.Header.Get("X-Position"), ".")
	return epoch
}

// send sends a request; headers are name, value, name, value.
func (s *shop) send(method, path, body string, headers ...string) (harness.Answer, error) {
	return harness.Send(s.client, method, s.URL+path, body, headers...)
}

// api sends a write to the API, and fails the walk unless it is answered with the status.
func (w *walk) api(s *shop, status int, method, path string, body any) harness.Answer {
	w.Helper()
	sent := ""
	if body != nil {
		sent = text(body)
	}
	a, err := s.send(method, "/api"+path, sent)
	if err != nil || a.StatusCode != status {
		w.Fatalf("%s %s %s: %d, not %d: %v %.500s\n%s", method, path, sent, a.StatusCode, status, err, a.Text, s.Log.Tail())
	}
	return a
}

// form posts a form of a page, which answers by sending on to another page.
func (w *walk) form(s *shop, path string, fields url.Values, headers ...string) harness.Answer {
	w.Helper()
	a, err := s.send("POST", path, fields.Encode(), headers...)
	if err != nil || a.StatusCode != http.StatusSeeOther {
		w.Fatalf("POST %s %v: %d: %v %.500s", path, fields, a.StatusCode, err, a.Text)
	}
	return a
}

// page is a page as a browser keeps it.
type page struct{ tag, body string }

// open gets a page as a browser does that was there before: what it has kept is good if the shop
// says so.
func (s *shop) open(path, cookie string) (string, error) {
	headers := []string{"Cookie", cookie, "Accept-Language", "en"}
	kept, known := s.memory[path+cookie]
	if known {
		headers = append(headers, "If-None-Match", kept.tag)
	}
	a, err := s.send("GET", path, "", headers...)
	switch {
	case err != nil:
		return "", err
	case known && a.StatusCode == http.StatusNotModified:
		return kept.body, nil
	case a.StatusCode != http.StatusOK:
		delete(s.memory, path+cookie)
		return "", fmt.Errorf("status %d", a.StatusCode)
	}
	s.memory[path+cookie] = page{a.Header.Get("ETag"), a.Text}
	return a.Text, nil
}
