package shop_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/dose"
	"pulperia/shop"
)

func become(role models.Role) func(*shop.Person) error {
	return func(p *shop.Person) error { p.Role = role; return nil }
}

// Of two who take the last two owners away at the same moment one is refused, however they do it and
// on whatever process; and who is left then cannot go.
func TestTwoTakeTheLastOwnersAway(t *testing.T) {
	onEngines(t, func(t *testing.T, another process) {
		s, other, ctx := another(), another(), t.Context()
		take := func(s *shop.Shop, person shop.Who, remove bool) (err error) {
			if remove {
				_, err = s.RemovePerson(ctx, shop.Machine, person.Person.ID)
			} else {
				_, err = s.ChangePerson(ctx, shop.Machine, person.Person.ID, become(models.RoleHelper))
			}
			return err
		}
		ana := join(t, s, "ana@example.com", models.RoleOwner).Who
		for round := range 6 {
			eva := join(t, s, fmt.Sprintf("eva%d@example.com", round), models.RoleOwner).Who
			var errs [2]error
			var both sync.WaitGroup
			both.Go(func() { errs[0] = take(s, ana, round%2 == 0) })
			both.Go(func() { errs[1] = take(other, eva, round%3 == 0) })
			both.Wait()
			left, refused := eva, errs[1]
			if refused == nil {
				left, refused = ana, errs[0]
			}
			if errs[0] != nil && errs[1] != nil {
				t.Fatalf("round %d: both are told %v", round, errs)
			}
			wants(t, "the later of two", refused, shop.ErrLastOwner)
			has, err := s.HasOwner(ctx)
			if wants(t, "has an owner", err, nil); !has {
				t.Fatalf("round %d: nobody is left", round)
			}
			wants(t, "the last one removed", take(s, left, true), shop.ErrLastOwner)
			wants(t, "the last one demoted", take(s, left, false), shop.ErrLastOwner)
			ana = left
		}
	})
}

// staff is a model of the staff: who there is, by his address.
type staff map[string]struct {
	id     models.ID
	role   models.Role
	joined bool
}

func (s staff) owners() (n int) {
	for _, one := range s {
		if one.role == models.RoleOwner && one.joined {
			n++
		}
	}
	return n
}

// Whatever is done to people, one owner at least can sign in from the first one on, and an act is
// refused for that only when it would take the last.
func TestAShopKeepsAnOwner(t *testing.T) {
	dose.Checks(t, 20)
	rapid.Check(t, func(rt *rapid.T) {
		store := openFiles(t, t.TempDir())
		defer store.Close()
		s := shop.New(store, cheap)
		ctx, model, links := t.Context(), staff{}, map[string]string{}
		hash := password
		pick := func() string {
			return rapid.SampledFrom([]string{"ana@example.com", "eva@example.com", "leo@example.com"}).Draw(rt, "who")
		}
		role := func() models.Role { return rapid.SampledFrom(models.Roles()).Draw(rt, "role") }
		takes := func(was models.Role, joined bool, err error, last bool) bool {
			is := was == models.RoleOwner && joined && last
			if errors.Is(err, shop.ErrLastOwner) != is {
				rt.Fatalf("told %v of %v", err, model)
			}
			return is
		}
		rt.Repeat(map[string]func(*rapid.T){
			"add": func(rt *rapid.T) {
				email, given := pick(), shop.NewPerson{Role: role()}
				given.Email, given.Name = email, "Ana"
				if rapid.Bool().Draw(rt, "with a password") {
					given.Password = hash
				}
				made, link, err := s.AddPerson(ctx, shop.Machine, given)
				if _, there := model[email]; there {
					if !errors.Is(err, dao.ErrConflict) {
						rt.Fatalf("%s again: %v", email, err)
					}
					return
				}
				if err != nil {
					rt.Fatal(err)
				}
				one := model[email]
				one.id, one.role, one.joined = made.ID, given.Role, given.Password != ""
				model[email], links[email] = one, link.Token
			},
			"change": func(rt *rapid.T) {
				email, to := pick(), role()
				one, there := model[email]
				if !there {
					return
				}
				_, err := s.ChangePerson(ctx, shop.Machine, one.id, become(to))
				if !takes(one.role, one.joined, err, to != models.RoleOwner && model.owners() == 1) {
					if one.role != to {
						links[email] = ""
					}
					one.role = to
					model[email] = one
				}
			},
			"remove": func(rt *rapid.T) {
				email := pick()
				one, there := model[email]
				if !there {
					return
				}
				_, err := s.RemovePerson(ctx, shop.Machine, one.id)
				if !takes(one.role, one.joined, err, model.owners() == 1) {
					delete(model, email)
					delete(links, email)
				}
			},
			"link": func(rt *rapid.T) {
				email := pick()
				if one, there := model[email]; there {
					link, err := s.LinkPerson(ctx, shop.Machine, one.id)
					if err != nil {
						rt.Fatal(err)
					}
					links[email] = link.Token
				}
			},
			"join": func(rt *rapid.T) {
				email := pick()
				_, err := s.Join(ctx, links[email], hash, from)
				if (err == nil) != (links[email] != "") {
					rt.Fatalf("%s joins by %q: %v", email, links[email], err)
				}
				if err == nil {
					one := model[email]
					one.joined, links[email] = true, ""
					model[email] = one
				}
			},
			"": func(rt *rapid.T) {
				has, err := s.HasOwner(ctx)
				if err != nil || has != (model.owners() > 0) {
					rt.Fatalf("has an owner: %v, %v; there are %v", has, err, model)
				}
			},
		})
	})
}

// An address is one person's, however it is written, and in the same breath the trade of addresses
// between two is seen: no account is made with another's.
func TestAnAddressIsOnePersons(t *testing.T) {
	onEngines(t, func(t *testing.T, another process) {
		s, ctx := another(), t.Context()
		join(t, s, "ana@example.com", models.RoleOwner)
		leo := join(t, s, "leo@example.com", models.RoleHelper).Who
		for _, email := range []string{"ana@example.com", "ANA@example.com", " Ana@Example.Com\u00a0"} {
			_, _, err := s.AddPerson(ctx, shop.Machine, shop.NewPerson{Email: email, Name: "Eva", Role: models.RoleHelper})
			wants(t, email, err, dao.ErrConflict)
			_, err = s.ChangePerson(ctx, shop.Machine, leo.Person.ID, func(p *shop.Person) error { p.Email = email; return nil })
			wants(t, "changed to "+email, err, dao.ErrConflict)
		}
		for email, want := range map[string]string{
			"": "email required", "ana": "email not_email", "ana@exa\u200bmple.com": "email hidden", "<ana@example.com>": "email not_email",
		} {
			_, _, err := s.AddPerson(ctx, shop.Machine, shop.NewPerson{Email: email, Name: "Eva", Role: models.RoleHelper})
			if got := refused(err); got != want {
				t.Errorf("%q is refused with %q, want %q", email, got, want)
			}
		}
	})
}

// A link gives one password, once, until it expires or another one takes its place; what was there
// before is good until then, and ends then.
func TestLinksOfPeople(t *testing.T) {
	onEngines(t, func(t *testing.T, another process) {
		s, ctx := another(), t.Context()
		join(t, s, "ana@example.com", models.RoleOwner)
		eva, first, err := s.AddPerson(ctx, shop.Machine, shop.NewPerson{Email: "eva@example.com", Name: "Eva", Role: models.RoleManager})
		wants(t, "invite", err, nil)
		_, err = s.SignIn(ctx, "eva@example.com", "", from)
		wants(t, "sign in without a password", err, shop.ErrUnauthorized)
		second, err := s.LinkPerson(ctx, shop.Machine, eva.ID)
		wants(t, "invite again", err, nil)
		for _, token := range []string{first.Token, "", second.Token[:len(second.Token)-1], second.Token[24:], models.OwnerLink.String() + second.Token[24:]} {
			_, err := s.Join(ctx, token, password, from)
			wants(t, "join by "+token, err, shop.ErrUnauthorized)
		}
		whose, err := s.Invited(ctx, second.Token)
		if wants(t, "look", err, nil); whose.Email != eva.Email {
			t.Errorf("it is %+v's", whose)
		}
		_, err = s.Join(ctx, second.Token, "corta", from)
		if got := refused(err); got != "password too_short 10" {
			t.Errorf("a short one is refused with %q", got)
		}
		var signed [8]shop.Signed
		var errs [8]error
		var all sync.WaitGroup
		for i := range signed {
			all.Go(func() { signed[i], errs[i] = s.Join(ctx, second.Token, fmt.Sprint(password, i), from) })
		}
		all.Wait()
		won := -1
		for i, err := range errs {
			if err == nil && won >= 0 {
				t.Errorf("%d and %d have spent one link", won, i)
			}
			if err == nil {
				won = i
			}
		}
		if won < 0 {
			t.Fatalf("nobody could join: %v", errs)
		}
		reset, err := s.LinkPerson(ctx, shop.Machine, eva.ID)
		wants(t, "reset", err, nil)
		_, err = s.ByCookie(ctx, signed[won].Token)
		wants(t, "her session while she has not used it", err, nil)
		_, err = s.Join(ctx, reset.Token, password, from)
		wants(t, "join again", err, nil)
		_, err = s.ByCookie(ctx, signed[won].Token)
		wants(t, "her session of before", err, shop.ErrUnauthorized)
		_, err = s.SignIn(ctx, eva.Email, fmt.Sprint(password, won), from)
		wants(t, "her password of before", err, shop.ErrUnauthorized)
		for field, change := range map[string]func(*shop.Person){
			"address": func(p *shop.Person) { p.Email = "eva.b@example.com" },
			"role":    func(p *shop.Person) { p.Role = models.RoleHelper },
		} {
			sent, err := s.LinkPerson(ctx, shop.Machine, eva.ID)
			wants(t, "send a link", err, nil)
			_, err = s.ChangePerson(ctx, shop.Machine, eva.ID, func(p *shop.Person) error { p.Name += "!"; return nil })
			wants(t, "change her name", err, nil)
			_, err = s.Invited(ctx, sent.Token)
			wants(t, "the link of who has another name", err, nil)
			_, err = s.ChangePerson(ctx, shop.Machine, eva.ID, func(p *shop.Person) error { change(p); return nil })
			wants(t, "change her "+field, err, nil)
			_, err = s.Join(ctx, sent.Token, password, from)
			wants(t, "the link of who has another "+field, err, shop.ErrUnauthorized)
		}
		last, err := s.LinkPerson(ctx, shop.Machine, eva.ID)
		wants(t, "reset again", err, nil)
		_, err = s.RemovePerson(ctx, shop.Machine, eva.ID)
		wants(t, "remove", err, nil)
		_, err = s.Join(ctx, last.Token, password, from)
		wants(t, "the link of who is gone", err, shop.ErrUnauthorized)
		if left := countOf(t, s, dao.KindLink); left > 0 {
			t.Errorf("%d links are left", left)
		}
	})
}
