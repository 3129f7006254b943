package app

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"pulperia/dao/models"
)

// addressOf is an e-mail address of which nobody who has not the right may see more than the name.
func addressOf(name string) string { return name + ".secreta85@plantada.example" }

// leaks says where in a text something of such an address stands, or nothing.
func leaks(text string) string {
	for _, part := range []string{"secreta85", "plantada"} {
		if at := strings.Index(strings.ToLower(text), part); at >= 0 {
			return text[max(0, at-120):min(len(text), at+80)]
		}
	}
	return ""
}

// No e-mail address leaves the shop without the right to see it: by no route and no page, in no
// header, no frame of the live doors (what was missed, what happens, who is here, who types), no
// refusal and no line of the log; on both engines. Who has the right sees it.
func TestNoAddressLeaves(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		s := closedInside(t, newStore(), "--requests-per-minute=0", "--messages-per-minute=0", "--max-connections=0")
		begin := s.head(t)
		ids := s.plant(t)
		manager := s.staff(t, addressOf("gerente"), models.RoleManager)
		visit, _, err := s.trade.NewVisit(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		helper := s.staff(t, "ayudante@staff.example", models.RoleHelper)
		readers := map[string][]string{
			"nobody": nil, "visitor": {"Cookie", "visit-" + s.store.Identity() + "=" + visit},
			"helper": helper(t), "key": {"Authorization", "Bearer " + s.newKey(t, models.RoleHelper)},
		}
		lines := map[string]heardLine{}
		for name, headers := range readers {
			for door, line := range s.follow(t, begin, headers) {
				lines[name+" by "+door] = line
			}
			for _, what := range s.everything(t, ids, headers) {
				if leak := leaks(what); leak != "" {
					t.Errorf("%s is answered …%s…", name, leak)
				}
			}
		}
		few := s.follow(t, begin, manager(t))
		told := s.talk(t, lines["nobody by websocket"])
		for name, line := range lines {
			if leak := leaks(told + line.until(t, `"left":\[[^]]*"carla@`)); leak != "" {
				t.Errorf("%s is told …%s…", name, leak)
			}
			told = ""
		}
		for door, line := range few {
			if text := line.until(t, `"left":\[[^]]*"carla@`); strings.Count(text, `"email":"`+addressOf("carla")) != 1 || strings.Count(text, `"email":"`+addressOf("vieja")) != 1 {
				t.Errorf("who may see addresses is not told of them by %s: %s", door, text)
			}
		}
		for _, path := range []string{"/api/messages", "/chat", "/admin/people"} {
			if _, text := s.send(t, http.DefaultClient, "GET", path, "", manager(t)...); leaks(text) == "" {
				t.Errorf("who may see addresses sees none at %s", path)
			}
		}
		if leak := leaks(s.log.String()); leak != "" {
			t.Errorf("the log has …%s…", leak)
		}
	})
}

// plant has addresses in messages of all ways to say something, and returns their ids.
func (s *inside) plant(t *testing.T) (ids []string) {
	t.Helper()
	old, _, err := s.store.Messages.Append(t.Context(), models.Message{User: addressOf("vieja"), Message: "de antes"})
	if err != nil {
		t.Fatal(err)
	}
	visit, _, err := s.trade.NewVisit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	cookie := "visit-" + s.store.Identity() + "=" + visit
	ids = []string{old.ID.String(), models.NewID(time.Now()).String(), models.NewID(time.Now()).String()}
	for i, headers := range [][]string{nil, {"Cookie", cookie}} {
		body := fmt.Sprintf(`{"_id":%q,"user":%q,"message":"por la API"}`, ids[i+1], addressOf("ana"))
		if answer, text := s.send(t, http.DefaultClient, "POST", "/api/messages", body, headers...); answer.StatusCode != http.StatusCreated {
			t.Fatalf("%d %s", answer.StatusCode, text)
		}
	}
	form := url.Values{"user": {addressOf("beto")}, "message": {"por la página"}}.Encode()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if answer, text := s.send(t, client, "POST", "/chat", form, "Cookie", cookie, "Content-Type", "application/x-www-form-urlencoded"); answer.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d %s", answer.StatusCode, text)
	}
	return ids
}

// everything asks every route that reads, and some that refuse, and returns all that is answered.
func (s *inside) everything(t *testing.T, ids, headers []string) (answers []string) {
	t.Helper()
	ask := func(method, path, body string, more ...string) {
		answer, text := s.send(t, http.DefaultClient, method, path, body, append(more, headers...)...)
		answers = append(answers, fmt.Sprintf("%s %s: %d %v\n%s", method, path, answer.StatusCode, answer.Header, text))
	}
	known := strings.NewReplacer("{$}", "", "{pid}", ids[0], "{cid}", ids[0], "{id}", ids[0], "{token}", ids[0])
	for _, route := range s.site.Routes() {
		if method, path, _ := strings.Cut(route.Pattern, " "); method == "GET" {
			ask("GET", known.Replace(path), "")
		}
	}
	ask("GET", "/api/messages?limit=200", "", "Accept-Encoding", "identity")
	ask("GET", "/api/messages?before="+ids[2], "")
	ask("GET", "/chat?before="+strings.Join(ids, ","), "")
	for _, id := range ids { // the guess is right, and nobody may know
		ask("POST", "/api/messages", fmt.Sprintf(`{"_id":%q,"user":"otra","message":"por la API"}`, id))
	}
	return answers
}

func (s *inside) head(t *testing.T) string {
	t.Helper()
	at, err := s.store.Feed.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return at.String()
}

// heardLine is what is told on a live line.
type heardLine struct{ texts chan string }

// follow opens both live doors from a position on.
func (s *inside) follow(t *testing.T, since string, headers []string) map[string]heardLine {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	header := http.Header{}
	for i := 0; i < len(headers); i += 2 {
		header.Set(headers[i], headers[i+1])
	}
	socket, events := heardLine{make(chan string, 1000)}, heardLine{make(chan string, 1000)}
	line, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(s.URL, "http")+"/ws", &websocket.DialOptions{HTTPHeader: header})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { line.CloseNow() })
	hello := fmt.Sprintf(`{"type":"hello","user":"Lectora","since":%q,"topics":["messages","products","settings"]}`, since)
	if err := line.Write(ctx, websocket.MessageText, []byte(hello)); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(socket.texts)
		for {
			_, text, err := line.Read(ctx)
			if err != nil {
				return
			}
			socket.texts <- string(text)
		}
	}()
	r, err := http.NewRequestWithContext(ctx, "GET", s.URL+"/events?user=Lectora&topics=messages,products,settings&since="+since, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header = header
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	go func() {
		defer close(events.texts)
		for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
			events.texts <- lines.Text()
		}
	}()
	return map[string]heardLine{"websocket": socket, "events": events}
}

// until returns what is told until somebody is told of something.
func (l heardLine) until(t *testing.T, what string) string {
	t.Helper()
	var all strings.Builder
	for text := range l.texts {
		all.WriteString(text + "\n")
		if regexp.MustCompile(what).MatchString(text) {
			return all.String()
		}
	}
	t.Errorf("nobody told of %s: %s", what, all.String())
	return all.String()
}

// talk has somebody come, type, write and go, and returns what one line tells until he has written.
func (s *inside) talk(t *testing.T, told heardLine) (all string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	line, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(s.URL, "http")+"/ws", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer line.CloseNow()
	id := models.NewID(time.Now()).String()
	for _, step := range []struct{ says, told string }{
		{fmt.Sprintf(`{"type":"hello","user":%q,"topics":["messages"]}`, addressOf("carla")), `"joined":\[[^]]*"carla@`},
		{`{"type":"typing"}`, `"type":"typing","user":"carla@`},
		{fmt.Sprintf(`{"type":"message","id":%q,"message":"por la línea"}`, id), id},
	} {
		if err := line.Write(ctx, websocket.MessageText, []byte(step.says)); err != nil {
			t.Fatal(err)
		}
		all += told.until(t, step.told)
	}
	line.Close(websocket.StatusNormalClosure, "")
	return all
}
