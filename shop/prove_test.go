package shop_test

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"pulperia/dao/models"
	"pulperia/shop"
)

// Whoever knows the password signs in as often as he likes. Who guesses ten times from a network is
// stopped there for a quarter of an hour, whatever he tries then; the owner gets in meanwhile from
// elsewhere, and from a browser in which he was before, even there. Of an address that nobody has
// the same is told.
func TestNobodyLocksTheOwnerOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := open(t, cheap)
		ctx := t.Context()
		ana := join(t, s, "ana@example.com", models.RoleOwner)
		eva := join(t, s, "eva@example.com", models.RoleOwner)
		for range 30 {
			_, err := s.SignIn(ctx, "ana@example.com", password, from)
			wants(t, "the right password", err, nil)
		}
		told := map[string]string{}
		for _, email := range []string{"ana@example.com", "nobody@example.com"} {
			for i := range 15 {
				_, err := s.SignIn(ctx, email, fmt.Sprint("guess number ", i), from)
				told[email] += fmt.Sprintln(err)
			}
		}
		if told["ana@example.com"] != told["nobody@example.com"] {
			t.Errorf("who guesses is told\n%s\nand\n%s", told["ana@example.com"], told["nobody@example.com"])
		}
		stopped := func(what string, from shop.From) {
			t.Helper()
			_, err := s.SignIn(ctx, "ana@example.com", password, from)
			if is, fast := errors.AsType[shop.TooFast](err); !fast || is.RetryAfter <= 0 {
				t.Errorf("%s: got error %v", what, err)
			}
		}
		stopped("the right password from there", from)
		for what, known := range map[string]string{
			"in a browser of another person": eva.Known, "in one that says it is hers": ana.Known[:26] + eva.Known[26:], "cut": ana.Known[:26],
		} {
			other := from
			other.Known = known
			stopped(what, other)
		}
		hers, elsewhere := from, from
		hers.Known, elsewhere.Network = ana.Known, "198.51.100.0"
		in, err := s.SignIn(ctx, "ana@example.com", password, hers)
		wants(t, "in her own browser", err, nil)
		_, err = s.SignIn(ctx, "ana@example.com", password, elsewhere)
		wants(t, "from elsewhere", err, nil)
		for i := range 15 {
			s.SignIn(ctx, "ana@example.com", fmt.Sprint("guess number ", i), hers)
		}
		stopped("in a browser of hers that somebody has taken", hers)
		_, err = s.ChangePassword(ctx, in.Who, "guess", "otra contraseña nueva", from)
		if _, fast := errors.AsType[shop.TooFast](err); !fast {
			t.Errorf("guesses at the old password are told %v", err)
		}
		time.Sleep(15 * time.Minute)
		_, err = s.SignIn(ctx, "ana@example.com", password, from)
		wants(t, "a quarter of an hour later", err, nil)
	})
}

// The store is asked the same for an address that somebody has and for one that nobody has, and a wrong
// password writes nothing.
func TestNobodyIsToldWhoThereIs(t *testing.T) {
	_, store := open(t, cheap)
	values, engine := &counted{Values: store.Values}, &stepped{Engine: store.Engine}
	store.Values, store.Engine = values, engine
	s, ctx := shop.New(store, cheap), t.Context()
	join(t, s, "ana@example.com", models.RoleOwner)
	_, _, err := s.AddPerson(ctx, shop.Machine, shop.NewPerson{Email: "eva@example.com", Name: "Eva", Role: models.RoleOwner})
	wants(t, "invite", err, nil)
	head, _ := s.Feed.Head(ctx)
	asked := map[string]string{}
	for _, email := range []string{"ana@example.com", "eva@example.com", "nobody@example.com", ""} {
		gets, steps := values.gets, engine.steps
		_, err := s.SignIn(ctx, email, "no es esta", from)
		asked[email] = fmt.Sprint(values.gets-gets, " values, ", engine.steps-steps, " steps: ", err)
		if asked[email] != asked["ana@example.com"] {
			t.Errorf("%q takes %s, and hers %s", email, asked[email], asked["ana@example.com"])
		}
	}
	if now, _ := s.Feed.Head(ctx); now != head {
		t.Error("a wrong password writes something")
	}
}

// A password that is changed, or whose person is removed, while somebody signs in by it lets nobody
// in, nor does it change the new one.
func TestPasswordMoves(t *testing.T) {
	_, store := open(t, cheap)
	engine := &stepped{Engine: store.Engine}
	other := shop.New(store, cheap)
	store.Engine = engine
	s, ctx := shop.New(store, cheap), t.Context()
	join(t, other, "leo@example.com", models.RoleOwner)
	for name, move := range map[string]func(shop.Signed) error{
		"changed": func(in shop.Signed) error {
			_, err := other.ChangePassword(ctx, in.Who, password, "otra contraseña nueva", from)
			return err
		},
		"removed": func(in shop.Signed) error {
			_, err := other.RemovePerson(ctx, shop.Machine, in.Who.Person.ID)
			return err
		},
	} {
		for what, try := range map[string]func(in shop.Signed) error{
			"signs in": func(in shop.Signed) error {
				_, err := s.SignIn(ctx, in.Who.Person.Email, password, from)
				return err
			},
			"changes it": func(in shop.Signed) error {
				_, err := s.ChangePassword(ctx, in.Who, password, "y otra más nueva", from)
				return err
			},
		} {
			in := join(t, other, fmt.Sprintf("ana%d@example.com", engine.steps), models.RoleOwner)
			last := engine.steps + 1
			if what == "signs in" {
				last++ // after the one that looks for the address
			}
			engine.before = func(step int) {
				if step == last {
					wants(t, name, move(in), nil)
				}
			}
			err := try(in)
			if wants(t, name+" while somebody "+what, err, shop.ErrUnauthorized); engine.steps != last {
				t.Fatalf("%s: it took %d steps, and not %d", what, engine.steps, last)
			}
		}
	}
}
