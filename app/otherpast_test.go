package app

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// otherPasts are the ways in which a shop comes to a feed that is empty and does not begin at 0.
// Each returns the shop as it is open then.
var otherPasts = map[string]func(t *testing.T) *shop{
	"a price edited by hand": func(t *testing.T) *shop {
		store := t.TempDir()
		closedDemo(t, store)
		editPrice(t, filepath.Join(store, "products.json"))
		return openShop(t, store)
	},
	"migrated to a database": func(t *testing.T) *shop {
		from, to := t.TempDir(), database(t)
		closedDemo(t, from)
		return migrated(t, from, to)
	},
	"migrated to files": func(t *testing.T) *shop {
		from, to := database(t), filepath.Join(t.TempDir(), "new")
		closedDemo(t, from)
		return migrated(t, from, to)
	},
	"the feed dropped under an open shop": func(t *testing.T) *shop {
		store := database(t)
		s := openShop(t, store, "--demo")
		line := dialSocket(t, s.URL, "beto@example.com", "", "messages")
		line.welcomed()
		dropFeed(t, store)
		line.until("to be sent away", func(f frame) bool { return f.Reason == "gone" })
		return s
	},
	"the feed dropped under a closed shop": func(t *testing.T) *shop {
		store := database(t)
		closedDemo(t, store)
		dropFeed(t, store)
		return openShop(t, store)
	},
}

// A shop whose past has become another one is idle: it says so in a few lines of log, whoever comes
// is live at once, and what happens then is told. It must not look for a past that is not there as
// fast as it can.
func TestShopWithAnotherPastIsIdleAndLive(t *testing.T) {
	t.Parallel()
	for name, comeTo := range otherPasts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := comeTo(t)
			line := dialSocket(t, s.URL, "ana@example.com", "", "messages")
			line.welcomed()
			before := s.Log.Lines()
			time.Sleep(2 * time.Second)
			if said := s.Log.Lines() - before; said > 10 {
				t.Errorf("%d lines of log in two seconds in which nothing happens", said)
			}
			if status, _, err := s.do(http.DefaultClient, "POST", "/api/messages", `{"user":"beto@example.com","message":"hola"}`); err != nil || status != http.StatusCreated {
				t.Fatal(status, err)
			}
			line.until("the message", func(f frame) bool { return f.Doc.Message == "hola" })
			if err := s.stop(t, os.Interrupt); err != nil {
				t.Error(err)
			}
		})
	}
}

// closedDemo makes a store that a shop has had open.
func closedDemo(t *testing.T, store string) {
	t.Helper()
	if err := openShop(t, store, "--demo").stop(t, os.Interrupt); err != nil {
		t.Fatal(err)
	}
}

func editPrice(t *testing.T, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	price := regexp.MustCompile(`"price": ?[0-9.]+`).FindString(string(text))
	if err := os.WriteFile(file, []byte(strings.Replace(string(text), price, `"price": 77`, 1)), 0o600); err != nil || price == "" {
		t.Fatal(err, price)
	}
}

func migrated(t *testing.T, from, to string) *shop {
	t.Helper()
	if out, code := execute(t, "migrate", "--from", from, "--to", to); code != 0 {
		t.Fatal(out)
	}
	return openShop(t, to)
}

func dropFeed(t *testing.T, store string) {
	t.Helper()
	if err := databaseOf(t, store).Collection("feed").Drop(t.Context()); err != nil {
		t.Fatal(err)
	}
}
