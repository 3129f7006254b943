package walk

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// answer is what a door of a shop answers.
type answer struct {
	status int
	header http.Header
	body   string
}

// epoch is the past that an answer stands in.
func (a answer) epoch() string {
	epoch, _, _ := strings.Cut(a.header.Get("X-Position"), ".")
	return epoch
}

// payload reads what an answer of the API holds.
func (a answer) payload(into any) error {
	if a.status != http.StatusOK && a.status != http.StatusCreated {
		return fmt.Errorf("status %d: %.300s", a.status, a.body)
	}
	return json.Unmarshal([]byte(a.body), &struct{ Payload any }{into})
}

// send sends a request; headers are name, value, name, value.
func (s *shop) send(method, path, body string, headers ...string) (answer, error) {
	request, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	request.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := s.client.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header, string(read)}, err
}

// api sends a write to the API, and fails the walk unless it is answered with the status.
func (w *walk) api(s *shop, status int, method, path string, body any) answer {
	w.Helper()
	sent := ""
	if body != nil {
		sent = text(body)
	}
	a, err := s.send(method, "/api"+path, sent)
	if err != nil || a.status != status {
		w.Fatalf("%s %s %s: %d, not %d: %v %.500s\n%s", method, path, sent, a.status, status, err, a.body, &s.log)
	}
	return a
}

// form posts a form of a page, which answers by sending on to another page.
func (w *walk) form(s *shop, path string, fields url.Values, headers ...string) answer {
	w.Helper()
	headers = append(headers, "Content-Type", "application/x-www-form-urlencoded")
	a, err := s.send("POST", path, fields.Encode(), headers...)
	if err != nil || a.status != http.StatusSeeOther {
		w.Fatalf("POST %s %v: %d: %v %.500s", path, fields, a.status, err, a.body)
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
	case known && a.status == http.StatusNotModified:
		return kept.body, nil
	case a.status != http.StatusOK:
		delete(s.memory, path+cookie)
		return "", fmt.Errorf("status %d", a.status)
	}
	s.memory[path+cookie] = page{a.header.Get("ETag"), a.body}
	return a.body, nil
}
