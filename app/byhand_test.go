package app

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"pulperia/faults/harness"
)

// writtenByHand writes a file of a store as an editor does.
func writtenByHand(t *testing.T, store, name string, change func(text string) string) {
	t.Helper()
	path := filepath.Join(store, name)
	text, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	after := change(string(text))
	if after == string(text) {
		t.Fatalf("%s has nothing to change:\n%s", path, text)
	}
	if err := os.WriteFile(path, []byte(after), 0o600); err != nil {
		t.Fatal(err)
	}
}

// wantLives fails unless a shop sells at a price that somebody wrote by hand (or none), and is
// live: who comes is welcomed on both lines, and hears what is said then.
func (s *shop) wantLives(t *testing.T, price string) {
	t.Helper()
	if price != "" {
		answer, err := http.Get(s.URL + "/api/products?limit=100")
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		if text, err := io.ReadAll(answer.Body); err != nil || !strings.Contains(string(text), `"price":`+price+`,`) {
			t.Errorf("nothing costs %s (%v): %s", price, err, text)
		}
	}
	for _, dial := range []door{dialSocket, dialEvents} {
		line := dial(t, s.URL, "ana@example.com", "", "messages")
		line.welcomed()
		if status, _, err := s.do(http.DefaultClient, "POST", "/api/messages", `{"user":"beto@example.com","message":"vive"}`); err != nil || status != http.StatusCreated {
			t.Fatal(status, err)
		}
		line.until("the message", func(f frame) bool { return f.Doc.Message == "vive" })
	}
}

// priceTo makes the first price of a file another one.
func priceTo(price string) func(string) string {
	return func(text string) string {
		before, rest, _ := strings.Cut(text, `"price": `)
		_, after, _ := strings.Cut(rest, ",")
		return before + `"price": ` + price + "," + after
	}
}

// What somebody writes into a file of a shop that is not open is in the shop when it opens, which
// is live then; however the shop had ended, as long as nothing was left to fold, and whatever the
// editor does to the form of the file.
func TestEditByHand(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		end  os.Signal
		file string
		edit func(string) string
	}{
		"after Ctrl-C":                {os.Interrupt, "products.json", priceTo("98765")},
		"after a closed terminal":     {syscall.SIGHUP, "products.json", priceTo("98765")},
		"after a kill":                {syscall.SIGKILL, "products.json", priceTo("98765")},
		"with a byte order mark":      {os.Interrupt, "products.json", func(text string) string { return "\uFEFF" + priceTo("98765")(text) }},
		"with ends of lines in CRLF":  {os.Interrupt, "products.json", func(text string) string { return strings.ReplaceAll(priceTo("98765")(text), "\n", "\r\n") }},
		"without the last line break": {os.Interrupt, "products.json", func(text string) string { return strings.TrimSuffix(priceTo("98765")(text), "\n") }},
		"a message after a kill":      {syscall.SIGKILL, "messages.jsonl", func(string) string { return `{"user":"ana@example.com","message":"a mano"}` }},
	} {
		t.Run(name, func(t *testing.T) {
			store := t.TempDir()
			if err := openShop(t, store, "--demo").stop(t, os.Interrupt); err != nil {
				t.Fatal(err)
			}
			openShop(t, store).stop(t, test.end) // by one that wrote nothing
			writtenByHand(t, store, test.file, test.edit)
			s := openShop(t, store)
			if test.file == "products.json" {
				s.wantLives(t, "98765")
			} else {
				var said []struct{ Message string }
				if s.get(t, "/api/messages", &said); len(said) != 1 || said[0].Message != "a mano" {
					t.Errorf("it was said: %v", said)
				}
				s.wantLives(t, "")
			}
			if err := s.stop(t, os.Interrupt); err != nil {
				t.Errorf("%v\n%s", err, &s.Log)
			}
			text, err := os.ReadFile(filepath.Join(store, test.file))
			if err != nil || strings.ContainsAny(string(text), "\r\uFEFF") || !strings.HasSuffix(string(text), "\n") {
				t.Errorf("it is written anew as %q (%v)", text, err)
			}
		})
	}
}

// After a kill with changes that only the journal holds nobody can say which is right: the edit is
// refused by name, and stays.
func TestEditByHandAgainstJournal(t *testing.T) {
	t.Parallel()
	store := t.TempDir()
	s := openShop(t, store, "--demo")
	s.stop(t, syscall.SIGKILL)
	writtenByHand(t, store, "products.json", func(string) string { return "[]\n\n" })
	before := bytesOf(t, store)
	out, code := execute(t, "--store", store, "--listen", "127.0.0.1:0")
	if code == 0 || strings.Count(out, "\n") != 1 || !strings.Contains(out, "products.json") || !strings.Contains(out, "stand only in the journal") {
		t.Errorf("exit %d: %s", code, out)
	}
	if after := bytesOf(t, store); after != before {
		t.Errorf("there was\n%s, and is\n%s", before, after)
	}
}

// A folder in which somebody has put only messages is a shop: it opens, shows them and is live.
func TestFolderOfMessages(t *testing.T) {
	t.Parallel()
	store := t.TempDir()
	writtenByHand(t, store, "messages.jsonl", func(string) string {
		return `{"user":"ana@ejemplo.test","message":"Hola"}` + "\n" + `{"user":"beto@ejemplo.test","message":"Chau"}`
	})
	s := openShop(t, store)
	var said []struct{ User, Message string }
	if s.get(t, "/api/messages", &said); len(said) != 2 || said[0].User != "ana@ejemplo.test" || said[1].Message != "Chau" {
		t.Errorf("it was said: %v", said)
	}
	s.wantLives(t, "")
	if err := s.stop(t, os.Interrupt); err != nil {
		t.Errorf("%v\n%s", err, &s.Log)
	}
	if s = openShop(t, store); s.stop(t, os.Interrupt) != nil {
		t.Errorf("again:\n%s", &s.Log)
	}
}

// Bytes that are no UTF-8, as an editor in windows-1252 writes them, and halves of characters are
// refused by file, line and field, by whoever reads the folder; nothing becomes U+FFFD, and nothing
// is changed.
func TestEditNotUTF8(t *testing.T) {
	t.Parallel()
	product := "[\n" + `{"title":"%s","description":"d","code":"C","price":1500,"stock":5,"category":"c"}` + "\n]\n"
	for name, test := range map[string]struct{ file, text, want string }{
		"products":           {"products.json", fmt.Sprintf(product, "Ca\xf1a"), `products.json: line 2: title must be valid UTF-8; got "Ca\xf1a"`},
		"half a character":   {"products.json", fmt.Sprintf(product, `Ca\ud83e`), "products.json: line 2: title must be valid UTF-8"},
		"field of a product": {"products.json", strings.Replace(fmt.Sprintf(product, "A"), "code", "c\xf3digo", 1), "products.json: line 2: field "},
		"carts":              {"carts.json", "[\n" + `{"_id":"65000000000000000000000` + "\xf1" + `","products":[]}` + "\n]\n", "carts.json: line 2: _id must be valid UTF-8"},
		"messages":           {"messages.jsonl", `{"user":"a@b","message":"Hola"}` + "\n" + `{"user":"a@b","message":"Qu` + "\xe9" + `"}` + "\n", "messages.jsonl: line 2: message must be valid UTF-8"},
		"store.json":         {"store.json", "{\"format\":1,\"epoch\":\"\xf1\"}\n", "store.json: checksum does not match"},
	} {
		t.Run(name, func(t *testing.T) {
			store := t.TempDir()
			writtenByHand(t, store, test.file, func(string) string { return test.text })
			before := bytesOf(t, store)
			for _, args := range [][]string{{"check"}, {"export", filepath.Join(t.TempDir(), "out")}, {"--listen", "127.0.0.1:0"}} {
				if t.Failed() {
					return // a shop that opens does not end
				}
				out, code := execute(t, append(args, "--store", store)...)
				if code == 0 || strings.Count(out, "\n") != 1 || !strings.Contains(out, test.want) {
					t.Errorf("%v: exit %d: %s", args, code, out)
				}
				if after := bytesOf(t, store); after != before {
					t.Errorf("%v: there was\n%s, and is\n%s", args, before, after)
				}
			}
		})
	}
}

// A program that was told to outlive its terminal does, and so does one whose log nobody reads any
// more.
func TestOutlivesTerminal(t *testing.T) {
	t.Parallel()
	cmd := command(t, "--open", "--store", t.TempDir(), "--listen", "127.0.0.1:0", "--demo")
	cmd.Args = append([]string{"sh", "-c", `trap '' HUP; exec "$0" "$@"`, cmd.Path}, cmd.Args[1:]...)
	cmd.Path = "/bin/sh"
	s := startCommand(t, cmd).untilOpen(t)
	if err := s.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	s.wantLives(t, "")
	if err := s.stop(t, os.Interrupt); err != nil {
		t.Error(err)
	}

	store := t.TempDir()
	quiet := command(t, "--store", store, "--listen", "127.0.0.1:0", "--demo")
	log, err := quiet.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := quiet.Start(); err != nil {
		t.Fatal(err)
	}
	var said [4 << 10]byte
	n, err := log.Read(said[:])
	url := harness.URLIn(string(said[:n]))
	if err != nil || url == "" {
		t.Fatalf("%s (%v)", said[:n], err)
	}
	log.Close()
	s = &shop{Process: &harness.Process{URL: url}}
	s.wantLives(t, "")
	quiet.Process.Signal(syscall.SIGHUP)
	if err := quiet.Wait(); err != nil {
		t.Errorf("without a reader of its log it ended with %v", err)
	}
	writtenByHand(t, store, "products.json", priceTo("98765"))
	openShop(t, store).wantLives(t, "98765")
}

// Who has seen a value before somebody edited its file by hand may not write over the edit with the
// revision that he has seen.
func TestEditByHandMakesRevisionsStale(t *testing.T) {
	t.Parallel()
	store := t.TempDir()
	s := openShop(t, store, "--demo")
	var seen []struct {
		ID  string `json:"_id"`
		Rev int64
	}
	s.get(t, "/api/products?limit=1", &seen)
	if err := s.stop(t, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	writtenByHand(t, store, "products.json", priceTo("77"))
	s = openShop(t, store)
	defer s.stop(t, syscall.SIGTERM)
	stale := fmt.Sprintf(`{"rev":%d,"price":9300}`, seen[0].Rev)
	if status, _, err := s.do(http.DefaultClient, "PUT", "/api/products/"+seen[0].ID, stale); err != nil || status != http.StatusConflict {
		t.Errorf("%d, %v", status, err)
	}
}
