package app

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"pulperia/faults/harness"
)

// patron is a browser that comes back to one address, whatever shop is behind it.
type patron struct {
	t   *testing.T
	jar http.CookieJar
}

func newPatron(t *testing.T) *patron {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &patron{t, jar}
}

// goes asks a shop for something, and returns what the page shows after redirects.
func (p *patron) goes(s *shop, method, path string, form url.Values) string {
	p.t.Helper()
	status, text := p.tries(s, method, path, form)
	if status != http.StatusOK {
		p.t.Fatalf("%s %s: %d %s", method, path, status, text)
	}
	return text
}

// tries asks for something that may be refused. Cookies are those of the machine: a browser does not
// tell its ports apart.
func (p *patron) tries(s *shop, method, path string, form url.Values) (status int, text string) {
	p.t.Helper()
	answer, err := harness.Send(&http.Client{Jar: p.jar}, method, s.URL+path, form.Encode(), "Content-Type", "application/x-www-form-urlencoded", "Accept-Language", "es")
	if err != nil {
		p.t.Fatal(err)
	}
	return answer.StatusCode, answer.Text
}

var storeOfPage = regexp.MustCompile(`<body[^>]* data-store="([0-9a-f]{16})"`)

// wantAt fails unless a shop knows the visitor by name and has the cart with a thing in it; or
// neither. It returns the store that the page names.
func (p *patron) wantAt(s *shop, what string, known bool) string {
	p.t.Helper()
	text := p.goes(s, "GET", "/chat", nil)
	if has := strings.Contains(text, "ana@example.com"); has != known {
		p.t.Errorf("%s: whether the chat knows the name is %v", what, has)
	}
	if has := strings.Contains(p.goes(s, "GET", "/cart", nil), "line__title"); has != known {
		p.t.Errorf("%s: whether the cart has its line is %v", what, has)
	}
	found := storeOfPage.FindStringSubmatch(text)
	if found == nil {
		p.t.Fatalf("%s: the page names no store", what)
	}
	return found[1]
}

// A store stays the same one for its visitors over kills, edits by hand, and migrations there and
// back, and where its backup is brought into an empty store. What is made of the files of an export is
// another one, and so is any other shop of the machine, whose visitors keep what they have in this
// one.
func TestIdentity(t *testing.T) {
	t.Parallel()
	files, database, back, other := t.TempDir(), database(t), filepath.Join(t.TempDir(), "back"), t.TempDir()
	s := openShop(t, files, "--demo")
	ana := newPatron(t)
	var products []struct {
		ID string `json:"_id"`
	}
	s.get(t, "/api/products?q=yerba&limit=1", &products)
	ana.goes(s, "POST", "/cart/products/"+products[0].ID, url.Values{"quantity": {"1"}})
	ana.goes(s, "POST", "/chat/user", url.Values{"user": {"ana@example.com"}})
	store := ana.wantAt(s, "at first", true)
	again := func(what, dir string, end os.Signal, meanwhile func()) {
		t.Helper()
		s.stop(t, end)
		meanwhile()
		s = openShop(t, dir)
		if now := ana.wantAt(s, what, true); now != store {
			t.Errorf("%s it is store %s, and was %s", what, now, store)
		}
	}
	again("after a kill", files, syscall.SIGKILL, func() {})
	again("after an edit by hand", files, os.Interrupt, func() { writtenByHand(t, files, "products.json", priceTo("98765")) })
	again("on the database", database, os.Interrupt, func() { migrate(t, files, database) })
	again("on the database after a kill", database, syscall.SIGKILL, func() {})
	again("in files again", back, os.Interrupt, func() { migrate(t, database, back) })

	for _, backup := range []struct {
		target, flag string
		same         bool
	}{{filepath.Join(t.TempDir(), "all.jsonl.gz"), "", true}, {filepath.Join(t.TempDir(), "all.jsonl"), "--dry-run", false}, {t.TempDir(), "", false}} {
		into := t.TempDir()
		for _, args := range [][]string{{"export", backup.target, "--store", files}, {"import", backup.target, "--store", into, backup.flag}} {
			if out, code := execute(t, slices.DeleteFunc(args, func(arg string) bool { return arg == "" })...); code != 0 {
				t.Fatal(out)
			}
		}
		restored := openShop(t, into)
		what := fmt.Sprint("in the shop of ", filepath.Base(backup.target), backup.flag)
		if is := ana.wantAt(restored, what, backup.same); (is == store) != backup.same {
			t.Errorf("%s it is store %s; it was %s", what, is, store)
		}
		restored.ends(t)
	}

	fillGoods(t, other)
	full := openShop(t, other)
	its := newPatron(t).wantAt(full, "in a shop of its own", false)
	full.ends(t)
	backup := filepath.Join(t.TempDir(), "all.jsonl")
	for _, args := range [][]string{{"export", backup, "--store", files}, {"import", backup, "--store", other}} {
		if out, code := execute(t, args...); code != 0 {
			t.Fatal(out)
		}
	}
	says(t, "", "check", "--store", other)
	beside := openShop(t, other)
	if is := ana.wantAt(beside, "in a shop that had something", false); is != its {
		t.Errorf("an import into a shop made it store %s; it was %s", is, its)
	}
	ana.goes(beside, "POST", "/chat/user", url.Values{"user": {"otra@example.com"}})
	ana.wantAt(s, "after a visit to another shop", true)
	s.ends(t)
	beside.ends(t)
}
