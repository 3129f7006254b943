package app

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"pulperia/dao/dbmanagers"
	"pulperia/faults/harness"
	trade "pulperia/shop"
)

const ownersPassword = "yerba con palo 42"

// token waits for the link that is in the owner's file, and returns its token. One that is old is
// not waited for.
func (s *shop) token(t *testing.T, old ...string) string {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		text, err := os.ReadFile(s.ownerFile)
		line, _, _ := strings.Cut(string(text), "\n")
		at, token, found := strings.Cut(line, "/setup?token=")
		if err == nil && found && at == s.URL && !strings.Contains(strings.Join(old, " "), token) {
			if info, err := os.Stat(s.ownerFile); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("the file: %v, %v", info.Mode(), err)
			}
			return token
		}
		if time.Now().After(end) {
			t.Fatalf("there is no other link in %s (%v): %s\n%s", s.ownerFile, err, text, s.Log.Tail())
		}
	}
}

// setUp spends a link and returns the status of the answer, with the cookies of who is in.
func (s *shop) setUp(t *testing.T, token, email string) (int, *http.Client) {
	t.Helper()
	browser := visitor()
	browser.Jar, _ = cookiejar.New(nil)
	form := url.Values{"token": {token}, "name": {"Ana"}, "email": {email}, "password": {ownersPassword}}
	answer, err := harness.Send(browser, "POST", s.URL+"/setup", form.Encode())
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, browser
}

// wantOwner waits until the link's file is gone, and wants one owner who may sign in.
func (s *shop) wantOwner(t *testing.T, store, email string) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(s.ownerFile); errors.Is(err, fs.ErrNotExist) {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("%s stays", s.ownerFile)
		}
	}
	if got := saysOnMachine(t, store, "people", "list"); strings.Count(got, "\n") != 1 || !strings.Contains(got, email) || !strings.Contains(got, "owner") {
		t.Errorf("the staff is\n%s", got)
	}
	status, text, err := s.do(visitor(), "POST", "/signin", url.Values{"email": {email}, "password": {ownersPassword}}.Encode())
	if err != nil || status != http.StatusSeeOther {
		t.Errorf("signing in: %d %s %v", status, text, err)
	}
}

// However often a shop is killed or stopped before somebody has set it up, each link that it has
// printed is good, once, until one is used: then none is, its file goes, and no start prints another.
func TestOwnerLinkOutlivesKill(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		store := newStore()
		s := closedShop(t, store, "--demo")
		first := s.token(t)
		s.stop(t, syscall.SIGKILL)
		s = closedShop(t, store)
		second := s.token(t, first)
		if err := s.stop(t, os.Interrupt); err != nil {
			t.Error(err)
		}
		s = closedShop(t, store)
		third := s.token(t, first, second)
		for _, token := range []string{"", "x", first[:len(first)-1], strings.Repeat("A", len(first))} {
			if status, _ := s.setUp(t, token, "eva@example.com"); status < 400 {
				t.Errorf("the token %q: %d", token, status)
			}
		}
		status, ana := s.setUp(t, first, "ana@example.com")
		if status != http.StatusSeeOther {
			t.Fatalf("the first link: %d", status)
		}
		if status, _, err := s.do(ana, "GET", "/api/carts", ""); err != nil || status != http.StatusOK {
			t.Errorf("the owner sees the carts: %d, %v", status, err)
		}
		for _, token := range []string{first, second, third} {
			if status, _ := s.setUp(t, token, "eva@example.com"); status < 400 {
				t.Errorf("a link after the set-up: %d", status)
			}
		}
		s.wantOwner(t, store, "ana@example.com")
		for _, token := range []string{first, second, third} {
			if strings.Contains(s.Log.String(), token) {
				t.Error("the log has the link's secret")
			}
		}
		if err := s.stop(t, os.Interrupt); err != nil {
			t.Error(err)
		}
		s = closedShop(t, store)
		s.wantOwner(t, store, "ana@example.com")
		if err := s.stop(t, os.Interrupt); err != nil || strings.Contains(s.Log.String(), "no owner") {
			t.Errorf("with an owner: %v\n%s", err, &s.Log)
		}
	})
}

// Of two who set a shop up at the same moment, each with a link of his own and at his own process
// where there are two, one is the owner, and the other is nobody.
func TestTwoSetUpsAtOnce(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		store := newStore()
		one := closedShop(t, store)
		other, links := one, []string{one.token(t)}
		if dbmanagers.IsURL(store) {
			other = closedShop(t, store)
			links = append(links, other.token(t))
		} else {
			if err := one.stop(t, os.Interrupt); err != nil {
				t.Error(err)
			}
			one = closedShop(t, store)
			other, links = one, append(links, one.token(t, links[0]))
		}
		type outcome struct {
			status int
			email  string
		}
		outcomes := make(chan outcome)
		for i, s := range []*shop{one, other} {
			go func() {
				email := fmt.Sprintf("p%d@example.com", i)
				status, _ := s.setUp(t, links[i], email)
				outcomes <- outcome{status, email}
			}()
		}
		a, b := <-outcomes, <-outcomes
		if b.status == http.StatusSeeOther {
			a, b = b, a
		}
		if a.status != http.StatusSeeOther || b.status < 400 {
			t.Fatalf("%+v and %+v", a, b)
		}
		for _, s := range []*shop{one, other} {
			s.wantOwner(t, store, a.email)
		}
	})
}

// A copy of a shop's folder has its people, no link, and does not keep the file of one that lay in
// it.
func TestRestoredFolderHasPeople(t *testing.T) {
	t.Parallel()
	store := t.TempDir()
	s := closedShop(t, store)
	token := s.token(t)
	stale, err := os.ReadFile(s.ownerFile)
	if err != nil {
		t.Fatal(err)
	}
	if status, _ := s.setUp(t, token, "ana@example.com"); status != http.StatusSeeOther {
		t.Fatal(status)
	}
	if err := s.stop(t, os.Interrupt); err != nil {
		t.Error(err)
	}
	copied := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(copied, os.DirFS(store)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(copied, "owner-link.txt"), stale, 0o600); err != nil {
		t.Fatal(err)
	}
	again := closedShop(t, copied)
	again.wantOwner(t, copied, "ana@example.com")
	if status, _ := again.setUp(t, token, "eva@example.com"); status < 400 {
		t.Errorf("the spent link: %d", status)
	}
}

// The link that the machine makes is as good as a printed one.
func TestOwnerLinkOfMachine(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		store := newStore()
		_, token, _ := strings.Cut(strings.TrimSpace(saysOnMachine(t, store, "people", "link")), "/setup?token=")
		s := closedShop(t, store)
		s.token(t)
		if status, _ := s.setUp(t, token, "ana@example.com"); status != http.StatusSeeOther {
			t.Fatal(status)
		}
		s.wantOwner(t, store, "ana@example.com")
	})
}

// A link that cannot be put into its file is printed all the same, and one that lies where somebody
// has put a link to elsewhere leads nowhere.
func TestOwnerFileInTheWay(t *testing.T) {
	t.Parallel()
	store, outside := t.TempDir(), write(t, "somebody's")
	if err := openShop(t, store).stop(t, os.Interrupt); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(store, "owner-link.txt")
	if err := os.Symlink(outside, file); err != nil {
		t.Fatal(err)
	}
	s := closedShop(t, store)
	s.token(t)
	if err := s.stop(t, os.Interrupt); err != nil {
		t.Error(err)
	}
	if text, err := os.ReadFile(outside); err != nil || string(text) != "somebody's" {
		t.Errorf("it went through the link: %s, %v", text, err)
	}
	if err := errors.Join(os.Remove(file), os.Mkdir(file, 0o700)); err != nil {
		t.Fatal(err)
	}
	s, _ = printingShop(t, store)
	if err := s.stop(t, os.Interrupt); err != nil || !strings.Contains(s.Log.String(), "could not be written") {
		t.Errorf("%v\n%s", err, &s.Log)
	}
}

// printingShop opens a shop and returns the link that it prints.
func printingShop(t *testing.T, store string, args ...string) (s *shop, token string) {
	t.Helper()
	cmd := command(t, append([]string{"--store", store, "--listen", "127.0.0.1:0"}, args...)...)
	printed, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	s = startCommand(t, cmd).untilOpen(t)
	for in := bufio.NewScanner(printed); in.Scan(); {
		if _, token, found := strings.Cut(in.Text(), s.URL+"/setup?token="); found {
			return s, token
		}
	}
	t.Fatal("no link was printed")
	return nil, ""
}

// The README's first minute: from a shop that has just been opened for the first time, by the link
// that it prints, to a price that everybody sees.
func TestFirstMinute(t *testing.T) {
	t.Parallel()
	s, token := printingShop(t, filepath.Join(t.TempDir(), "data"), "--demo")
	page, err := harness.Send(visitor(), "GET", s.URL+"/setup?token="+token, "")
	if err != nil || page.StatusCode != http.StatusOK || !strings.Contains(page.Text, `name="password"`) {
		t.Fatalf("%v: %s %.500s", err, page.Status, page.Text)
	}
	status, ana := s.setUp(t, token, "ana@example.com")
	if status != http.StatusSeeOther {
		t.Fatal(status)
	}
	var products []struct {
		ID    string `json:"_id"`
		Price json.Number
	}
	s.get(t, "/api/products", &products)
	if shelves, err := harness.Send(ana, "GET", s.URL+"/admin/products", ""); err != nil || !strings.Contains(shelves.Text, "/admin/products/"+products[0].ID) {
		t.Errorf("her products: %v, %s", err, shelves.Status)
	}
	form := url.Values{"price": {"4321"}, "was": {products[0].Price.String()}}.Encode()
	path := "/admin/products/" + products[0].ID + "/price"
	if status, text, err := s.do(visitor(), "POST", path, form); err != nil || status != http.StatusUnauthorized {
		t.Errorf("whoever is nobody: %d %v %.300s", status, err, text)
	}
	if status, text, err := s.do(ana, "POST", path, form); err != nil || status != http.StatusSeeOther {
		t.Fatalf("%d %v %.500s", status, err, text)
	}
	if page := s.page(t, "/products/"+products[0].ID); !strings.Contains(page, "4321") && !strings.Contains(page, "4.321") {
		t.Errorf("the page has not the price:\n%.2000s", page)
	}
}

// A shop of before says once that it is closed now and what to do; a new one does not, and neither
// does one for which somebody has made a key.
func TestShopOfBefore(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		says := func(store string, want bool, what string) {
			t.Helper()
			s := closedShop(t, store)
			s.token(t)
			err := s.stop(t, os.Interrupt)
			log := s.Log.String()
			if said := strings.Contains(log, "closed now") && strings.Contains(log, "keys add") && strings.Contains(log, "--open"); err != nil || said != want {
				t.Errorf("%s: %v\n%s", what, err, log)
			}
		}
		before, keyed, fresh := newStore(), newStore(), newStore()
		for _, store := range []string{before, keyed} {
			if err := openShop(t, store, "--demo").stop(t, os.Interrupt); err != nil { // which made nobody an owner
				t.Fatal(err)
			}
		}
		addKey(t, keyed, "till", "manager")
		says(before, true, "the first time")
		says(before, false, "the second time")
		says(keyed, false, "with a key")
		says(fresh, false, "a new one")
	})
}

// --open is for this machine and for a store in which nobody has been let in; it makes no link.
func TestOpenIsRefused(t *testing.T) {
	t.Parallel()
	kept := t.TempDir()
	addKey(t, kept, "till", "helper")
	for _, test := range []struct{ want, args string }{
		{"--listen 127.0.0.1:8080", "--open --listen 0.0.0.0:0 --store " + t.TempDir()},
		{"--listen 127.0.0.1:8080", "--open --listen [::]:0 --store " + t.TempDir()},
		{"--open-anyway", "--open --listen 127.0.0.1:0 --store " + kept},
		{"goes with --open", "--open-anyway --listen 127.0.0.1:0 --store " + kept},
		{"--trusted-proxy", "--open --trusted-proxy 127.0.0.1 --listen 127.0.0.1:0 --store " + kept},
	} {
		if out, err := untilEnd(t, strings.Fields(test.args)...); err == nil || strings.Count(out, "\n") != 1 || !strings.Contains(out, test.want) {
			t.Errorf("%s ends with %v and says %s", test.args, err, out)
		}
	}
	for _, listen := range []string{"localhost:0", "[::1]:0", "127.0.0.2:0"} {
		s := openShop(t, kept, "--open-anyway", "--listen", listen)
		status, _, err := s.do(visitor(), "POST", "/api/products", `{"title":"Yerba","description":"d","code":"`+listen+`","price":1,"stock":1,"category":"c"}`)
		if listen != "127.0.0.2:0" && (err != nil || status != http.StatusCreated) { // no browser calls that one localhost
			t.Errorf("%s: %d, %v", listen, status, err)
		}
		if err := s.stop(t, os.Interrupt); err != nil || !strings.Contains(s.Log.String(), "--open: whoever uses this machine") {
			t.Errorf("%s: %v\n%s", listen, err, &s.Log)
		}
		if _, err := os.Stat(filepath.Join(kept, "owner-link.txt")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: there is a link", listen)
		}
	}
}

// Another link is printed when one is due, beside which the one before is good; when there is an
// owner the file goes, but not that of another shop which has the same working folder.
func TestOwnerLinkIsRenewed(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	looksAfter := func() (*trade.Shop, *firstOwner, *strings.Builder) {
		store, err := (&globals{}).openStore(t.Context(), t.TempDir(), storeOptions{log: quiet})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { store.Close() })
		var printed strings.Builder
		shop := trade.New(store, trade.Options{})
		f := newFirstOwner(shop, folder, "http://127.0.0.1:8080", &printed, quiet)
		return shop, f, &printed
	}
	look := func(f *firstOwner, want bool) {
		t.Helper()
		if done, err := f.look(t.Context()); err != nil || done != want {
			t.Fatal(done, err)
		}
	}
	tokens := func(printed *strings.Builder) (tokens []string) {
		for _, part := range strings.Split(printed.String(), "?token=")[1:] {
			tokens = append(tokens, strings.Fields(part)[0])
		}
		return tokens
	}
	shop, f, printed := looksAfter()
	look(f, false)
	look(f, false)
	if n := len(tokens(printed)); n != 1 || time.Until(f.renew) > 25*time.Minute || time.Until(f.renew) < 24*time.Minute {
		t.Fatalf("%d links, the next at %v", n, f.renew)
	}
	f.renew = time.Now().Add(-time.Second)
	look(f, false)
	both := tokens(printed)
	if len(both) != 2 || both[0] == both[1] {
		t.Fatalf("the links are %v", both)
	}
	for _, token := range both {
		if err := shop.CheckOwnerLink(t.Context(), token); err != nil {
			t.Errorf("%s: %v", token, err)
		}
	}
	_, other, _ := looksAfter()
	look(other, false)
	if _, err := shop.SetUpOwner(t.Context(), both[0], trade.NewPerson{Email: "ana@example.com", Name: "Ana", Password: ownersPassword}, trade.From{}); err != nil {
		t.Fatal(err)
	}
	look(f, true)
	if text, err := os.ReadFile(f.file); err != nil || !strings.Contains(string(text), other.shop.Identity()) {
		t.Errorf("the file of another shop: %s, %v", text, err)
	}
	other.renew = time.Time{}
	look(other, false)
	os.Remove(f.file)
	f.tell(trade.OneTimeLink{Token: "x"})
	look(f, true)
	if _, err := os.Stat(f.file); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("its own: %v", err)
	}
}
