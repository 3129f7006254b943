package shop_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/shop"
)

const daily = 24 * time.Hour

// A session that nobody uses for fourteen days ends, and any after ninety. What has ended is swept.
func TestSessionsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, store := open(t, cheap)
		ctx := t.Context()
		idle := join(t, s, "ana@example.com", models.RoleOwner)
		time.Sleep(shop.SessionIdle)
		_, err := s.ByCookie(ctx, idle.Token)
		wants(t, "on the fourteenth day", err, nil) // and with that it is used
		time.Sleep(shop.SessionIdle + daily)
		_, err = s.ByCookie(ctx, idle.Token)
		wants(t, "after a day more", err, shop.ErrUnauthorized)
		used, err := s.SignIn(ctx, "ana@example.com", password, from)
		wants(t, "sign in", err, nil)
		for range 89 {
			time.Sleep(daily)
			_, err := s.ByCookie(ctx, used.Token)
			wants(t, "a session in use", err, nil)
		}
		if left := time.Until(used.Expires.Std()); left <= 0 || left > daily {
			t.Errorf("it says that it has %v left", left)
		}
		time.Sleep(daily)
		_, err = s.ByCookie(ctx, used.Token)
		wants(t, "after ninety days", err, shop.ErrUnauthorized)
		time.Sleep(shop.SessionIdle + 2*daily)
		fresh, err := s.SignIn(ctx, "ana@example.com", password, from)
		wants(t, "sign in", err, nil)
		if _, err = s.LinkPerson(ctx, shop.Machine, fresh.Who.Person.ID); err != nil {
			t.Fatal(err)
		}
		wants(t, "sweep", s.ExpireAccess(ctx), nil)
		left := valuesOf(t, store, dao.Session.Schema)
		if len(left) != 1 || left[0].GetHead().ID != fresh.Who.Session {
			t.Errorf("%d sessions are left", len(left))
		}
		time.Sleep(shop.JoinLinkLasts + 2*time.Second)
		wants(t, "sweep", s.ExpireAccess(ctx), nil)
		if links := valuesOf(t, store, dao.Link.Schema); len(links) > 0 {
			t.Errorf("%d links are left", len(links))
		}
	})
}

func valuesOf(t *testing.T, store dao.Store, kind *dao.Schema) []models.Value {
	t.Helper()
	list, _, err := store.Values.List(t.Context(), kind, models.Query{Limit: models.MaxLimit})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// Signing in gives another session, and ends the one that the browser had; the day of its use is all
// that is written while it is used.
func TestSessionIsRenewed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, store := open(t, cheap)
		ctx := t.Context()
		first := join(t, s, "ana@example.com", models.RoleOwner)
		again := from
		again.Session, again.Known = first.Token, first.Known
		second, err := s.SignIn(ctx, "ana@example.com", password, again)
		wants(t, "sign in again", err, nil)
		if second.Token == first.Token || second.Known != first.Known {
			t.Error("it is the same session, or another browser")
		}
		_, err = s.ByCookie(ctx, first.Token)
		wants(t, "the session of before", err, shop.ErrUnauthorized)
		head, _ := s.Feed.Head(ctx)
		for day := range 3 {
			for range 5 {
				_, err := s.ByCookie(ctx, second.Token)
				wants(t, "use", err, nil)
			}
			if now, _ := s.Feed.Head(ctx); now.Offset != head.Offset+int64(day) {
				t.Errorf("on day %d the feed is %d changes further", day, now.Offset-head.Offset)
			}
			time.Sleep(daily)
		}
		sessions := valuesOf(t, store, dao.Session.Schema)
		if len(sessions) != 1 || sessions[0].(*models.Session).Seen.Std().Hour() != 0 {
			t.Errorf("there are %s", models.JSON(sessions))
		}
	})
}

// Nothing that a browser or a program brings can be read out of the store, and the labels of browsers
// are bounded.
func TestOnlyHashesAreKept(t *testing.T) {
	s, _ := open(t, cheap)
	ctx := t.Context()
	loud := from
	loud.Browser = "\x00\u202e" + strings.Repeat("Fire\nfox ", 1000)
	signed := join(t, s, "ana@example.com", models.RoleOwner)
	other, err := s.SignIn(ctx, "ana@example.com", password, loud)
	wants(t, "a browser with a long name", err, nil)
	_, key, err := s.AddKey(ctx, shop.Machine, "till", models.RoleManager, 0)
	wants(t, "a key", err, nil)
	link, err := s.LinkPerson(ctx, shop.Machine, signed.Who.Person.ID)
	wants(t, "a link", err, nil)
	secrets := []string{password, signed.Token, other.Token, signed.Known, key[len("plp_")+25:], link.Token[24:]}
	_, err = s.Dump(ctx, func(b dao.Batch) error {
		for kind, v := range b.All() {
			for _, secret := range secrets {
				if strings.Contains(string(models.JSON(v)), secret) {
					t.Errorf("%s keep %q: %s", kind, secret, models.JSON(v))
				}
			}
			if session, is := v.(*models.Session); is && len([]rune(session.Browser)) > models.MaxBrowser {
				t.Errorf("the label is %d characters long", len(session.Browser))
			}
		}
		return nil
	})
	wants(t, "dump", err, nil)
	changes, err := s.Feed.Since(ctx, dao.Position{Epoch: epochOf(t, s)}, 1000)
	wants(t, "the feed", err, nil)
	for _, change := range changes {
		for _, secret := range secrets {
			if strings.Contains(string(change.Doc), secret) {
				t.Errorf("the feed has %q", secret)
			}
		}
	}
}

func epochOf(t *testing.T, s *shop.Shop) string {
	t.Helper()
	head, err := s.Feed.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return head.Epoch
}

// Whoever is signed in sees and ends his sessions, and nobody else's; everywhere and another password
// end all of them.
func TestSessionsAreOnesOwn(t *testing.T) {
	onEngines(t, func(t *testing.T, another process) {
		s, ctx := another(), t.Context()
		ana, eva := join(t, s, "ana@example.com", models.RoleOwner), join(t, s, "eva@example.com", models.RoleOwner)
		phone, err := s.SignIn(ctx, "ana@example.com", password, shop.From{Network: "198.51.100.0", Browser: "Safari"})
		wants(t, "sign in", err, nil)
		list, err := s.Sessions(ctx, ana.Who)
		wants(t, "list", err, nil)
		if len(list) != 2 || list[0].Browser != "Safari" || list[0].Present || !list[1].Present || list[1].ID != ana.Who.Session {
			t.Errorf("she has the sessions %+v", list)
		}
		if got := refused(s.EndSession(ctx, eva.Who, phone.Who.Session)); got != "no session" {
			t.Errorf("another's session is refused with %q", got)
		}
		if got := refused(s.EndSession(ctx, ana.Who, models.ID{1})); got != "no session" {
			t.Errorf("one that there is not is refused with %q", got)
		}
		_, err = s.ByCookie(ctx, phone.Token)
		wants(t, "it stands", err, nil)
		wants(t, "end it", s.EndSession(ctx, ana.Who, phone.Who.Session), nil)
		_, err = s.ByCookie(ctx, phone.Token)
		wants(t, "it has ended", err, shop.ErrUnauthorized)
		for _, nobody := range []shop.Who{shop.Nobody, shop.Course, shop.Machine} {
			_, err := s.Sessions(ctx, nobody)
			wants(t, "sessions of nobody", err, shop.ErrUnauthorized)
			wants(t, "end one", s.EndSession(ctx, nobody, eva.Who.Session), shop.ErrUnauthorized)
			wants(t, "sign out", s.SignOut(ctx, nobody), shop.ErrUnauthorized)
			wants(t, "everywhere", s.SignOutEverywhere(ctx, nobody), shop.ErrUnauthorized)
		}
		wants(t, "everywhere", s.SignOutEverywhere(ctx, ana.Who), nil)
		for _, token := range []string{ana.Token, phone.Token} {
			_, err := s.ByCookie(ctx, token)
			wants(t, "after everywhere", err, shop.ErrUnauthorized)
		}
		_, err = s.ByCookie(ctx, eva.Token)
		wants(t, "another's", err, nil)
	})
}

// Another password needs the one of before, ends all sessions and begins one anew.
func TestChangePassword(t *testing.T) {
	onEngines(t, func(t *testing.T, another process) {
		s, ctx := another(), t.Context()
		ana := join(t, s, "ana@example.com", models.RoleOwner)
		phone, err := s.SignIn(ctx, "ana@example.com", password, from)
		wants(t, "sign in", err, nil)
		const next = "el perro de san roque"
		for what, try := range map[string][2]string{
			"old wrong": {"no es esta", next}, "new too_short 10": {password, "corta"}, "new common": {password, "Contraseña2026!"},
			"new required": {password, ""},
		} {
			_, err := s.ChangePassword(ctx, ana.Who, try[0], try[1], from)
			if got := refused(err); got != what {
				t.Errorf("refused with %q, want %q", got, what)
			}
		}
		_, err = s.ChangePassword(ctx, shop.Machine, password, next, from)
		wants(t, "of nobody", err, shop.ErrUnauthorized)
		changed, err := s.ChangePassword(ctx, ana.Who, password, next, from)
		wants(t, "change", err, nil)
		for _, token := range []string{ana.Token, phone.Token} {
			_, err := s.ByCookie(ctx, token)
			wants(t, "a session of before", err, shop.ErrUnauthorized)
		}
		_, err = s.ByCookie(ctx, changed.Token)
		wants(t, "the one that has begun", err, nil)
		_, err = s.SignIn(ctx, "ana@example.com", password, from)
		wants(t, "the old password", err, shop.ErrUnauthorized)
		_, err = s.SignIn(ctx, "ana@example.com", next, from)
		wants(t, "the new one", err, nil)
	})
}

// What has ended on one process has ended on the others half a second later, be it a session, a role,
// a person or a key; what has begun on one is known on the others at once.
func TestAccessEndsOnEveryProcess(t *testing.T) {
	onEngines(t, func(t *testing.T, another process) {
		s, other, ctx := another(), another(), t.Context()
		ana := join(t, s, "ana@example.com", models.RoleOwner)
		_, err := other.ByCookie(ctx, ana.Token)
		wants(t, "a session that has begun on another process", err, nil)
		key, text, err := s.AddKey(ctx, shop.Machine, "till", models.RoleManager, 0)
		wants(t, "a key", err, nil)
		_, err = other.ByKey(ctx, text)
		wants(t, "a key that was made on another process", err, nil)
		eva := join(t, s, "eva@example.com", models.RoleOwner)
		who, err := other.ByCookie(ctx, eva.Token)
		wants(t, "another session", err, nil)

		_, err = s.ChangePerson(ctx, shop.Machine, eva.Who.Person.ID, become(models.RoleHelper))
		wants(t, "demote", err, nil)
		soon(t, "she is a helper elsewhere", func() bool {
			who, err = other.Still(ctx, who)
			return err == nil && !who.Can(shop.PeopleWrite) && who.Role == models.RoleHelper
		})
		gone := func(what string, ask func() (shop.Who, error)) {
			t.Helper()
			soon(t, what, func() bool { _, err := ask(); return errors.Is(err, shop.ErrUnauthorized) })
		}
		_, err = s.RemovePerson(ctx, shop.Machine, eva.Who.Person.ID)
		wants(t, "remove", err, nil)
		gone("a person", func() (shop.Who, error) { return other.ByCookie(ctx, eva.Token) })
		_, err = s.RevokeKey(ctx, shop.Machine, key.ID)
		wants(t, "revoke", err, nil)
		gone("a key", func() (shop.Who, error) { return other.ByKey(ctx, text) })
		wants(t, "sign out", s.SignOut(ctx, ana.Who), nil)
		gone("a session", func() (shop.Who, error) { return other.Still(ctx, ana.Who) })
	})
}

// Whoever was let in by one process, or has another password since, signs in at another at once,
// however lately that has looked.
func TestWhoHasJustJoinedSignsInOnEveryProcess(t *testing.T) {
	onEngines(t, func(t *testing.T, another process) {
		const next = "el perro de san roque"
		s, other, ctx := another(), another(), t.Context()
		for i := range 3 {
			email := []string{"eva", "leo", "mar"}[i] + "@example.com"
			_, err := other.SignIn(ctx, email, password, from)
			wants(t, "somebody who is nobody yet", err, shop.ErrUnauthorized)
			eva := join(t, s, email, models.RoleHelper)
			_, err = other.SignIn(ctx, email, password, from)
			wants(t, "who was let in elsewhere", err, nil)
			_, err = s.ChangePassword(ctx, eva.Who, password, next, from)
			wants(t, "another password", err, nil)
			_, err = other.SignIn(ctx, email, next, from)
			wants(t, "whose password is another one since", err, nil)
			_, err = other.SignIn(ctx, email, password, from)
			wants(t, "with the old one", err, shop.ErrUnauthorized)
		}
	})
}

// counted is a store's values, with how often one was asked for, and what happens before it arrives.
type counted struct {
	dao.Values
	gets int
	late func()
}

func (c *counted) Get(ctx context.Context, s *dao.Schema, id models.ID) (models.Value, error) {
	c.gets++
	v, err := c.Values.Get(ctx, s, id)
	if c.late != nil {
		c.late()
	}
	return v, err
}

// stepped is an engine, with how many steps it was asked for, and what happens before each.
type stepped struct {
	dao.Engine
	steps  int
	before func(step int)
}

func (e *stepped) Update(ctx context.Context, do func(dao.Tx) error) (dao.Receipt, error) {
	e.steps++
	if e.before != nil {
		e.before(e.steps)
	}
	return e.Engine.Update(ctx, do)
}

// On a store that is shared, a request with a credential reads nothing of the store that it has read
// before, whatever else changes, and writes nothing once its day is noted; and it never shows what a
// change has made old.
func TestRequestsReadNothing(t *testing.T) {
	_, store := open(t, cheap)
	values, engine := &counted{Values: store.Values}, &stepped{Engine: store.Engine}
	store.Values, store.Engine, store.Shared = values, engine, true
	s, ctx := shop.New(store, cheap), t.Context()
	ana := join(t, s, "ana@example.com", models.RoleOwner)
	_, text, err := s.AddKey(ctx, shop.Machine, "till", models.RoleManager, 0)
	wants(t, "a key", err, nil)
	ask := func() {
		t.Helper()
		_, err := s.ByCookie(ctx, ana.Token)
		wants(t, "the session", err, nil)
		_, err = s.ByKey(ctx, text)
		wants(t, "the key", err, nil)
		_, err = s.Settings(ctx)
		wants(t, "the settings", err, nil)
	}
	ask()
	ask() // the key's day is written at its first use, so that it is read once more
	read, steps := values.gets, engine.steps
	for i := range 200 {
		if i%2 == 0 {
			stocked(t, s, time.Duration(i).String(), 1)
		}
		ask()
	}
	if values.gets != read || engine.steps != steps {
		t.Errorf("they have read %d values and made %d steps", values.gets-read, engine.steps-steps)
	}
	// Of a value that changes while somebody fetches it, what he got is not kept.
	var name string
	values.late = func() {
		if name == "" {
			name = "Lo de Ana"
			_, _, err := s.ChangeSettings(ctx, ana.Who, func(v *models.Settings) error { v.Name = name; return nil })
			wants(t, "change", err, nil)
			_, err = s.ByCookie(ctx, ana.Token) // sees that the feed has moved
			wants(t, "the session", err, nil)
		}
	}
	s = shop.New(store, cheap)
	s.Settings(ctx)
	if got, err := s.Settings(ctx); err != nil || got.Name != name || name == "" {
		t.Errorf("after a change to %q it is %q, %v", name, got.Name, err)
	}
}
