package app

import (
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pulperia/dose"
)

var (
	generatedRequests = dose.Flag("generated", 400, 1500, "how many requests are made up from the shop's OpenAPI document; on MongoDB a third of them")
	generatedSeed     = flag.Uint64("generated.seed", 0, "seed of the requests that are made up; 0 takes a new one")
)

// Requests are made up from the shop's own OpenAPI document, sound ones and spoilt ones. Every
// answer is one that the document declares; none is a failure of ours or tells of the inside; what
// the document does not allow is not taken, what it allows is; and what was stored, and nothing
// else, is there in the end.
func TestGeneratedRequests(t *testing.T) {
	t.Parallel()
	seed := seedOf(t, *generatedSeed)
	n := generatedRequests.Get()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		store := newStore()
		s := byOwner(t, store, noLimits...)
		g := &generation{t: t, inside: s, maker: &maker{Rand: rand.New(rand.NewPCG(seed, 0)), openAPI: readOpenAPI(t, s)}, there: map[string]map[string]bool{}}
		g.line.DisableKeepAlives = true // a request that is refused early ends its connection, perhaps under the next one
		for i := range n {
			g.line.DialContext = from(clientAddress(i))
			g.try(g.request())
		}
		g.wantStored()
		s.close()
		if out, code := execute(t, "check", "--store", store); code != 0 {
			t.Errorf("check: %s", out)
		}
		t.Attr("requests", strconv.Itoa(n))
		t.Attr("answers", fmt.Sprint(g.statuses))
		n /= 3
	})
}

// generation is what was made up, and what of it should be stored.
type generation struct {
	t *testing.T
	*inside
	*maker
	there    map[string]map[string]bool // ids, by the collection's path
	statuses [6]int                     // by their hundreds
	line     http.Transport
}

// leak is what an answer must not tell of.
var leak = regexp.MustCompile(`goroutine \d|\.go:\d|/tmp/|runtime error|panic|mongo|bson|E11000|\.jsonl?\b|dial tcp`)

func (g *generation) try(r request) {
	g.t.Helper()
	answer, text, err := g.answer(r)
	if err != nil && len(r.body) > 1<<20 {
		return // too large: net/http answers and soon hangs up, and who still writes by then may not see the answer
	}
	if err != nil {
		g.t.Errorf("%s %.300s: %v", r.verb, r.target, err)
		return
	}
	g.statuses[answer.StatusCode/100]++
	report := func(format string, args ...any) {
		g.t.Helper()
		g.t.Errorf("%s %.300s %q %.300q: %d %.300s: %s", r.verb, r.target, r.headers, r.body, answer.StatusCode, text, fmt.Sprintf(format, args...))
	}
	if answer.StatusCode >= 500 || answer.Header.Get("X-Request-Id") == "" {
		report("headers %v", answer.Header)
	}
	if found := leak.FindString(text); found != "" && !strings.Contains(r.target+r.body, found) && !strings.HasSuffix(r.path, "/metrics") {
		report("it tells of %s", found)
	}
	if r.verb != r.method || !g.leadsTo(r) {
		if answer.StatusCode == http.StatusMethodNotAllowed && answer.Header.Get("Allow") == "" {
			report("there is no Allow")
		}
		g.note(r.verb, r.target, answer.StatusCode, text)
		return
	}
	if problem := g.problem(r.openAPIOperation, answer, text); problem != nil {
		report("%v", problem)
	}
	if ok := answer.StatusCode < 400; r.sound && !ok && answer.StatusCode != 404 && answer.StatusCode != 409 && !isBeyondSchema(r, text) && !isAboutSessions(r) {
		report("it is sound")
	} else if ok && r.openAPIOperation.body != nil && strings.TrimSpace(r.body) != "" && !r.isForm() {
		if problem := g.fits(r.bodyAt, trimmed(r.body)); problem != nil {
			report("it was taken, and is none by its schema: %v", problem)
		}
	}
	g.note(r.verb, r.target, answer.StatusCode, text)
}

// isAboutSessions says whether an operation is for people: these requests bring a key, and no
// password that is one.
func isAboutSessions(r request) bool { return strings.HasPrefix(r.path, "/api/session") }

// isBeyondSchema says whether all that is wrong is what no schema can know: a sum, which ways there
// are, what is in a cart, or that nobody counts a stock.
func isBeyondSchema(r request, text string) bool {
	return strings.Contains(text, `"field":"amount"`) || strings.Contains(text, `"field":"cart"`) || strings.Contains(text, `.way"`) ||
		strings.Contains(text, `"field":"quantity"`) || strings.Contains(text, `.quantity"`) ||
		strings.HasSuffix(r.path, "/stock") && (strings.Contains(text, `"field":"stock"`) || strings.Contains(text, "it is not counted"))
}

// answer sends a request. One that net/http cannot send is none.
func (g *generation) answer(r request) (*http.Response, string, error) {
	sent, err := http.NewRequest(r.verb, g.URL+r.target, strings.NewReader(r.body))
	if err != nil {
		return nil, "", err
	}
	headers := append(g.credentials(), r.headers...)
	for i := 0; i < len(headers); i += 2 {
		sent.Header.Set(headers[i], headers[i+1])
	}
	answer, err := g.line.RoundTrip(sent)
	if err != nil {
		return nil, "", err
	}
	defer answer.Body.Close()
	body := io.Reader(answer.Body)
	if answer.Header.Get("Content-Encoding") == "gzip" && r.verb != "HEAD" {
		if body, err = gzip.NewReader(body); err != nil {
			return nil, "", err
		}
	}
	text, err := io.ReadAll(body)
	return answer, string(text), err
}

// leadsTo says whether the request's path is one of its operation: a spoilt id may make another of
// it.
func (g *generation) leadsTo(r request) bool {
	path, _, _ := strings.Cut(r.target, "?")
	want := strings.Split(r.path, "/")
	got := strings.Split(path, "/")
	return len(want) == len(got) && !slices.ContainsFunc(got[1:], func(part string) bool {
		return part == "." || part == ".." || strings.Contains(part, "%2") || part == ""
	})
}

// trimmed is a body as the shop reads it: without the space around texts, without the second
// spelling where the first is there, and what is meant in the place of what is tolerated (ADR 0028):
// a number that is a code, a figure that is a text.
func trimmed(body string) []byte {
	var value map[string]any
	decoder := json.NewDecoder(strings.NewReader(body))
	decoder.UseNumber()
	if decoder.Decode(&value) != nil {
		return []byte(body)
	}
	if _, both := value["thumbnails"]; both {
		delete(value, "thumbnail")
	}
	if code, is := value["code"].(json.Number); is {
		value["code"] = code.String()
	}
	for name, field := range value {
		text, ok := field.(string)
		if !ok {
			continue
		}
		value[name] = strings.TrimSpace(text)
		if isFigure := slices.Contains([]string{"price", "stock", "compareAt", "quantity"}, name); isFigure && json.Valid([]byte(text)) {
			value[name] = json.Number(text)
		}
	}
	text, err := json.Marshal(value)
	if err != nil {
		return []byte(body)
	}
	return text
}

// note keeps what was stored and removed.
func (g *generation) note(verb, target string, status int, text string) {
	place, err := url.Parse(target)
	if err != nil {
		return // no such request leaves
	}
	var answer struct{ Payload json.RawMessage }
	var one struct {
		ID string `json:"_id"`
	}
	if status >= 300 || json.Unmarshal([]byte(text), &answer) != nil || json.Unmarshal(answer.Payload, &one) != nil || one.ID == "" {
		return
	}
	collection := "/" + strings.Join(strings.Split(path.Clean(place.Path), "/")[1:3], "/") // as the shop tidies it
	if g.there[collection] == nil {
		g.there[collection] = map[string]bool{}
	}
	if verb == "DELETE" && collection == "/api/products" {
		delete(g.there[collection], one.ID)
		return
	}
	g.there[collection][one.ID] = true
	if g.ids = append(g.ids, one.ID); len(g.ids) > 30 {
		g.ids = g.ids[1:]
	}
}

// wantStored compares what is there with what the answers said.
func (g *generation) wantStored() {
	g.t.Helper()
	for _, collection := range []string{"/api/products", "/api/carts"} {
		var got []string
		for page := 1; ; page++ {
			var list struct {
				Payload []struct {
					ID string `json:"_id"`
				}
				HasNextPage bool
			}
			text := g.must(g.t, "GET", fmt.Sprint(collection, "?limit=1000&page=", page), "")
			if err := json.Unmarshal([]byte(text), &list); err != nil {
				g.t.Fatal(err)
			}
			for _, one := range list.Payload {
				got = append(got, one.ID)
			}
			if !list.HasNextPage {
				break
			}
		}
		slices.Sort(got)
		if diff := cmp.Diff(slices.Sorted(maps.Keys(g.there[collection])), got); diff != "" {
			g.t.Errorf("%s (-answers +there): %s", collection, diff)
		}
		if g.there[collection] == nil && !dose.Small() { // of few requests all may be refused
			g.t.Errorf("%s: nothing was ever stored", collection)
		}
	}
}
