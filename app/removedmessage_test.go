package app

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao/dbmanagers"
)

var (
	olderLink = regexp.MustCompile(`href="(/chat\?before=[^"]+)"`)
	bubble    = regexp.MustCompile(`class="bubble__text">([^<]*)<`)
)

// A page of the chat is open, and somebody removes messages that it shows, the oldest among them:
// in the database, or in the file of a shop that is stopped. Its link to older ones goes on from
// its place, and leaves none out.
func TestOlderMessagesBehindRemovedOnes(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		store := newStore()
		s := openShop(t, store, noLimits...)
		const all, shown = 70, 50
		for i := range all {
			body := fmt.Sprintf(`{"user":"ana@example.com","message":"m%d."}`, i)
			if status, _, err := s.do(http.DefaultClient, "POST", "/api/messages", body); err != nil || status != http.StatusCreated {
				t.Fatal(status, err)
			}
		}
		link := olderLink.FindStringSubmatch(s.page(t, "/chat"))
		if link == nil {
			t.Fatal("the page has no link to older messages")
		}
		s = s.withoutMessages(t, store, fmt.Sprintf("m%d.", all-shown), fmt.Sprintf("m%d.", all-shown+1))
		texts := bubble.FindAllStringSubmatch(s.page(t, html.UnescapeString(link[1])), -1)
		if len(texts) != all-shown || texts[0][1] != "m0." || texts[len(texts)-1][1] != fmt.Sprintf("m%d.", all-shown-1) {
			t.Errorf("the older messages are %q", texts)
		}
		if status, _, err := s.do(http.DefaultClient, "GET", "/api/messages?before=650000000000000000000000", ""); err != nil || status != http.StatusNotFound {
			t.Errorf("before a message that never was: %d %v", status, err)
		}
	})
}

// page returns a page of the shop.
func (s *shop) page(t *testing.T, path string) string {
	t.Helper()
	answer, err := http.Get(s.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s %v", path, answer.Status, err)
	}
	return string(text)
}

// withoutMessages removes messages behind the shop's back, and returns the shop as it is open then.
func (s *shop) withoutMessages(t *testing.T, store string, texts ...string) *shop {
	t.Helper()
	if dbmanagers.IsURL(store) {
		result, err := databaseOf(t, store).Collection("messages").DeleteMany(t.Context(), bson.M{"message": bson.M{"$in": texts}})
		if err != nil || int(result.DeletedCount) != len(texts) {
			t.Fatal(result, err)
		}
		return s
	}
	if err := s.stop(t, os.Interrupt); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(store, "messages.jsonl")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var kept strings.Builder
	for line := range strings.Lines(string(text)) {
		isNone := true
		for _, one := range texts {
			isNone = isNone && !strings.Contains(line, `"`+one+`"`)
		}
		if isNone {
			kept.WriteString(line)
		}
	}
	if err := os.WriteFile(file, []byte(kept.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return openShop(t, store, noLimits...)
}
