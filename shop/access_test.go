package shop_test

import (
	"errors"
	"log/slog"
	"os"
	"testing"
	"time"

	"pulperia/dao"
	"pulperia/dao/dbmanagers"
	"pulperia/dao/dbmanagers/mongotest"
	"pulperia/dao/filemanagers"
	"pulperia/dao/models"
	"pulperia/dose"
	"pulperia/shop"
)

func TestMain(m *testing.M) { os.Exit(mongotest.Main(m)) }

// cheap is a shop whose passwords cost little.
var cheap = shop.Options{PasswordPasses: 1}

// password is one that nobody guesses.
const password = "tres tristes tigres"

// process opens a shop over a store, as one of the processes that have it.
type process func() *shop.Shop

// onEngines runs a test on a shop over a store of each engine. On MongoDB another process gets a store
// of its own over the same database; on files there is one process.
func onEngines(t *testing.T, test func(t *testing.T, another process)) {
	t.Run("files", func(t *testing.T) {
		s, _ := open(t, cheap)
		test(t, func() *shop.Shop { return s })
	})
	t.Run("mongodb", func(t *testing.T) {
		dose.SkipSmall(t, "it needs a database")
		url := mongotest.Emptied(t)
		test(t, func() *shop.Shop { return shop.New(openDatabase(t, url), cheap) })
	})
}

func openDatabase(t *testing.T, url string) dao.Store {
	t.Helper()
	store, err := dbmanagers.Open(t.Context(), url, dbmanagers.Options{Timeout: time.Minute, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

// openFiles is open of a folder that may have a store.
func openFiles(t *testing.T, dir string) dao.Store {
	t.Helper()
	store, err := filemanagers.Open(t.Context(), dir, filemanagers.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

// from is where the tests sign in.
var from = shop.From{Network: "192.0.2.0", Browser: "Firefox"}

// join makes somebody of the staff who has the password, and signs him in.
func join(t *testing.T, s *shop.Shop, email string, role models.Role) shop.Signed {
	t.Helper()
	_, _, err := s.AddPerson(t.Context(), shop.Machine, shop.NewPerson{
		Email: email, Name: email[:3], Role: role, Password: password,
	})
	if err != nil {
		t.Fatal(err)
	}
	signed, err := s.SignIn(t.Context(), email, password, from)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// wants fails unless an error is the one that is wanted, nil included.
func wants(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: got error %v, want %v", what, err, want)
	}
}

// soon fails unless something is so within a second: the time in which an end is to be known.
func soon(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !is(); {
		if time.Now().After(end) {
			t.Fatalf("%s: it never is", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func TestSignInAndOut(t *testing.T) {
	onEngines(t, func(t *testing.T, another process) {
		s, ctx := another(), t.Context()
		ana := join(t, s, "ana@example.com", models.RoleOwner)
		who, err := s.ByCookie(ctx, ana.Token)
		wants(t, "the cookie", err, nil)
		if !who.Can(shop.PeopleWrite) || who.Person.Email != "ana@example.com" || who.Session != ana.Who.Session {
			t.Errorf("she is %+v", who)
		}
		_, err = s.SignIn(ctx, " ANA@Example.com ", password, from)
		wants(t, "her address with large letters", err, nil)
		for what, try := range map[string][2]string{
			"a wrong password": {"ana@example.com", "no es esta"}, "an unknown address": {"eva@example.com", password},
			"nothing": {}, "no password": {"ana@example.com", ""},
		} {
			_, err := s.SignIn(ctx, try[0], try[1], from)
			wants(t, what, err, shop.ErrUnauthorized)
			if err != nil && err.Error() != shop.ErrUnauthorized.Error() {
				t.Errorf("%s is told: %v", what, err)
			}
		}
		wants(t, "sign out", s.SignOut(ctx, who), nil)
		_, err = s.ByCookie(ctx, ana.Token)
		wants(t, "the cookie of who has signed out", err, shop.ErrUnauthorized)
	})
}
