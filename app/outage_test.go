package app

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pulperia/dao/dbmanagers/mongotest"
	"pulperia/dao/models"
)

// outages are the ways in which a database goes away, and comes back.
var outages = map[string]struct{ begin, end func(*mongotest.Server) }{
	"killed": {(*mongotest.Server).Kill, (*mongotest.Server).Restart},
	"paused": {(*mongotest.Server).Pause, (*mongotest.Server).Resume},
}

// The database goes away while the shop is in use: every answer says so, with a time to come back,
// in a person's language; the lines stay, and say so too. When it is back all goes on by itself:
// what was acknowledged is there, and what is sent again under its id is there once, for the
// readers of the chat and for those who listen.
func TestOutage(t *testing.T) {
	needsDatabase(t)
	for name, outage := range outages {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // most of it is waiting for deadlines
			server := mongotest.Start(t)
			s := openInside(t, server.URI(), "--messages-per-minute", "0")
			s.must(t, "POST", "/api/products", `{"_id":"`+yerba+`","title":"Yerba","description":"d","code":"Y","price":5,"stock":1,"category":"c"}`)
			since := s.post(t, "antes")
			socket := dialSocket(t, s.URL, "ana@example.com", since, "messages")
			events := dialEvents(t, s.URL, "beto@example.com", since, "messages")
			socket.welcomed()
			events.welcomed()
			crowd := startCrowd(s.URL)
			crowd.untilStored(t, 5)

			outage.begin(server)
			var all sync.WaitGroup
			for _, one := range refusedSteps() {
				all.Go(func() { s.refuses(t, one) })
			}
			socket.say(`{"type":"message","id":"` + messageID + `","message":"por el socket"}`)
			refused := socket.until("error", func(f frame) bool { return f.Type == "error" })
			if f := refused[len(refused)-1]; f.ID != messageID || f.Error != "unavailable" || f.RetryAfter == 0 {
				t.Errorf("a message by socket: %+v", f)
			}
			isAway := func(f frame) bool { return f.Type == "store" && !f.Available }
			if !slices.ContainsFunc(refused, isAway) {
				refused = append(refused, socket.until("word that the store is away", isAway)...)
			}
			told := events.until("word that the store is away", isAway)
			all.Wait()

			outage.end(server)
			s.untilReady(t)
			told = append(told, events.until("word that the store is back", func(f frame) bool { return f.Type == "store" && f.Available })...)
			want := append(crowd.stop(), "por el socket", "por la API", "por la página")
			for _, one := range againSteps() {
				if answer, text := s.send(t, visitor(), one.method, one.path, one.body); answer.StatusCode >= 400 {
					t.Errorf("again %s %s: %s %s", one.method, one.path, answer.Status, text)
				}
			}
			socket.say(`{"type":"message","id":"` + messageID + `","message":"por el socket"}`)
			refused = append(refused, socket.until("ack", func(f frame) bool { return f.Type == "ack" && f.ID == messageID })...)
			last := s.post(t, "después")
			isLast := func(f frame) bool { return f.Position == last }
			wantOnce(t, "socket", append(refused, socket.until("the last message", isLast)...), want)
			wantOnce(t, "events", append(told, events.until("the last message", isLast)...), want)
			wantOnce(t, "store", s.allMessages(t), want)
		})
	}
}

const apiID, formID = "650000000000000000000008", "650000000000000000000009"

// againSteps are writes that fail in the outage, and are sent again after it.
func againSteps() []step {
	return []step{
		{503, "POST", "/api/messages", `{"_id":"` + apiID + `","user":"ana@example.com","message":"por la API"}`, ""},
		{503, "POST", "/chat", "_id=" + formID + "&user=ana%40example.com&message=por+la+p%C3%A1gina", "es"},
	}
}

// refusedSteps are what people do in an outage. The pages are such that none of them is kept from
// before.
func refusedSteps() []step {
	return append(againSteps(), []step{
		{503, "GET", "/api/products/" + yerba, "", ""}, {503, "PUT", "/api/products/" + yerba, `{"stock":2}`, ""}, {503, "POST", "/api/carts", "", ""},
		{503, "GET", "/products/" + yerba, "", "es"}, {503, "GET", "/products/" + yerba, "", "en"}, {503, "POST", "/cart/products/" + yerba, "quantity=1", "en"},
		{503, "GET", "/products?q=yerba", "", "es"}, {503, "GET", "/readyz", "", ""}, {200, "GET", "/healthz", "", ""},
	}...)
}

// refuses fails unless a request is answered as it must be while the store is away.
func (s *inside) refuses(t *testing.T, one step) {
	answer, text := s.send(t, visitor(), one.method, one.path, one.body, "Accept-Language", one.language)
	if answer.StatusCode != one.status || one.status == 503 && answer.Header.Get("Retry-After") == "" {
		t.Errorf("%s %s: %s %v %.500s", one.method, one.path, answer.Status, answer.Header, text)
		return
	}
	words := map[string][]string{
		"":   {`"error":"unavailable"`, `"payload":"alive"`},
		"es": {"<h1>Volvemos enseguida</h1>", "<h1>No sabemos si se guardó</h1>"},
		"en": {"<h1>Back in a moment</h1>", "<h1>We do not know whether it was stored</h1>"},
	}[one.language]
	if !slices.ContainsFunc(words, func(part string) bool { return strings.Contains(text, part) }) || strings.Contains(text, "127.0.0.1") {
		t.Errorf("%s %s says %s", one.method, one.path, text)
	}
}

// untilReady waits until the shop says of itself that it is ready.
func (s *inside) untilReady(t *testing.T) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		answer, text := s.send(t, visitor(), "GET", "/readyz", "")
		if answer.StatusCode == http.StatusOK {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("the database is back, and the shop is not: %s", text)
		}
	}
}

// allMessages returns the whole chat, as changes.
func (s *inside) allMessages(t *testing.T) (all []frame) {
	t.Helper()
	for before := ""; ; {
		var page struct{ Payload []models.Message }
		if err := json.Unmarshal([]byte(s.must(t, "GET", "/api/messages?limit=200"+before, "")), &page); err != nil {
			t.Fatal(err)
		}
		if len(page.Payload) == 0 {
			return all
		}
		for _, m := range page.Payload {
			f := frame{Type: "change", Kind: "message"}
			f.Doc.Message = m.Message
			all = append(all, f)
		}
		before = "&before=" + page.Payload[0].ID.String()
	}
}

// wantOnce fails unless each of the messages is there, and none is there twice.
func wantOnce(t *testing.T, where string, frames []frame, want []string) {
	t.Helper()
	times := map[string]int{}
	for _, f := range frames {
		if f.Type == "change" && f.Kind == "message" {
			times[f.Doc.Message]++
		}
	}
	for _, text := range want {
		if times[text] != 1 {
			t.Errorf("%s: %q is there %d times", where, text, times[text])
		}
	}
	for text, n := range times {
		if n > 1 {
			t.Errorf("%s: %q is there %d times", where, text, n)
		}
	}
}
