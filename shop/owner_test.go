package shop_test

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/shop"
)

var first = shop.NewPerson{Email: "ana@example.com", Name: "Ana", Password: password}

// Each process has a link of its own for the first owner. Whoever spends one first is the owner; all
// others are none from then on, and so is every one that is made at that moment.
func TestTheFirstOwnerWins(t *testing.T) {
	onEngines(t, func(t *testing.T, another process) {
		processes := []*shop.Shop{another(), another()}
		ctx := t.Context()
		links := make([]shop.OneTimeLink, 4)
		for i := range links {
			link, err := processes[i%2].NewOwnerLink(ctx)
			wants(t, "a link", err, nil)
			links[i] = link
		}
		for i, link := range links {
			wants(t, "a link of another process", processes[(i+1)%2].CheckOwnerLink(ctx, link.Token), nil)
		}
		var all sync.WaitGroup
		late := make([]shop.OneTimeLink, len(links))
		signed, errs := make([]shop.Signed, len(links)), make([]error, len(links))
		for i, link := range links {
			owner := first
			owner.Email = fmt.Sprintf("p%d@example.com", i)
			all.Go(func() { signed[i], errs[i] = processes[i%2].SetUpOwner(ctx, link.Token, owner, from) })
			all.Go(func() { late[i], _ = processes[i%2].NewOwnerLink(ctx) })
		}
		all.Wait()
		won := 0
		for i, err := range errs {
			if err == nil {
				won++
				who, err := processes[1].ByCookie(ctx, signed[i].Token)
				if wants(t, "he is signed in", err, nil); who.Role != models.RoleOwner {
					t.Errorf("he is %+v", who)
				}
			} else {
				wants(t, "who came later", err, shop.ErrUnauthorized)
			}
		}
		people, err := processes[0].People(ctx, shop.Machine)
		wants(t, "people", err, nil)
		if won != 1 || len(people) != 1 {
			t.Errorf("%d have won, and there are %+v", won, people)
		}
		_, err = processes[1].NewOwnerLink(ctx)
		wants(t, "another link", err, shop.ErrHasOwner)
		for _, link := range append(links, late...) {
			for _, s := range processes {
				wants(t, "a link after that", s.CheckOwnerLink(ctx, link.Token), shop.ErrUnauthorized)
				_, err := s.SetUpOwner(ctx, link.Token, shop.NewPerson{Email: "eva@example.com", Name: "Eva", Password: password}, from)
				wants(t, "its owner", err, shop.ErrUnauthorized)
			}
		}
	})
}

// A link is good for half an hour, what is filled in wrongly spends nothing, and a token that is none
// opens nothing, nor does one of a person.
func TestOwnerLinks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, store := open(t, cheap)
		ctx := t.Context()
		if has, err := s.HasOwner(ctx); has || err != nil {
			t.Errorf("an empty shop has an owner: %v, %v", has, err)
		}
		link, err := s.NewOwnerLink(ctx)
		wants(t, "a link", err, nil)
		eva, join, err := s.AddPerson(ctx, shop.Machine, shop.NewPerson{Email: "eva@example.com", Name: "Eva", Role: models.RoleOwner})
		wants(t, "invite another owner", err, nil)
		for _, token := range []string{"", "x", join.Token, join.Token[24:], link.Token[1:], link.Token + "A", models.OwnerLink.String() + link.Token} {
			wants(t, "a token that is none: "+token, s.CheckOwnerLink(ctx, token), shop.ErrUnauthorized)
			_, err := s.SetUpOwner(ctx, token, first, from)
			wants(t, "set up by "+token, err, shop.ErrUnauthorized)
			_, err = s.Join(ctx, models.OwnerLink.String()+link.Token, password, from)
			wants(t, "join by the owner's link", err, shop.ErrUnauthorized)
		}
		_, err = s.SetUpOwner(ctx, link.Token, shop.NewPerson{Email: "ana", Password: "1234567890"}, from)
		if got := refused(err); got != "email not_email, name required, password common" {
			t.Errorf("refused with %q", got)
		}
		time.Sleep(shop.OwnerLinkLasts - time.Minute)
		newer, err := s.NewOwnerLink(ctx)
		wants(t, "a newer link", err, nil)
		wants(t, "the older one", s.CheckOwnerLink(ctx, link.Token), nil)
		time.Sleep(time.Minute)
		wants(t, "the older one when it has expired", s.CheckOwnerLink(ctx, link.Token), shop.ErrUnauthorized)
		_, err = s.SetUpOwner(ctx, link.Token, first, from)
		wants(t, "its owner", err, shop.ErrUnauthorized)
		for range 40 {
			_, err := s.NewOwnerLink(ctx)
			wants(t, "many links", err, nil)
			time.Sleep(time.Second)
		}
		wants(t, "one before the last sixteen", s.CheckOwnerLink(ctx, newer.Token), shop.ErrUnauthorized)
		last, err := s.NewOwnerLink(ctx)
		wants(t, "a link", err, nil)
		again := first
		again.Email = "Eva@example.com" // who was invited and never came
		signed, err := s.SetUpOwner(ctx, last.Token, again, from)
		wants(t, "set up", err, nil)
		if signed.Who.Person.ID != eva.ID || signed.Who.Person.Name != "Ana" {
			t.Errorf("the owner is %+v", signed.Who)
		}
		if left := valuesOf(t, store, dao.Link.Schema); len(left) > 0 {
			t.Errorf("links are left: %s", models.JSON(left))
		}
		_, err = s.Join(ctx, join.Token, password, from)
		wants(t, "the invitation", err, shop.ErrUnauthorized)
	})
}

// countOf returns how many values of a kind a shop has.
func countOf(t *testing.T, s *shop.Shop, kind dao.Kind) int {
	t.Helper()
	n := dao.Counts{}
	if _, err := s.Dump(t.Context(), func(b dao.Batch) error { n.Add(b); return nil }); err != nil {
		t.Fatal(err)
	}
	return n[kind]
}

// An owner who is made on the machine ends the links for a first one, at once or when he joins.
func TestOwnersOfTheMachine(t *testing.T) {
	onEngines(t, func(t *testing.T, another process) {
		s, ctx := another(), t.Context()
		link, err := s.NewOwnerLink(ctx)
		wants(t, "a link", err, nil)
		_, invited, err := s.AddPerson(ctx, shop.Machine, shop.NewPerson{Email: "ana@example.com", Name: "Ana", Role: models.RoleOwner})
		wants(t, "invite", err, nil)
		wants(t, "the link while nobody has come", s.CheckOwnerLink(ctx, link.Token), nil)
		_, err = s.Join(ctx, invited.Token, password, from)
		wants(t, "join", err, nil)
		wants(t, "the link then", s.CheckOwnerLink(ctx, link.Token), shop.ErrUnauthorized)
		if left := countOf(t, s, dao.KindLink); left > 0 {
			t.Errorf("%d links are left", left)
		}
		if left, err := s.HasOwner(ctx); !left || err != nil {
			t.Errorf("has an owner: %v, %v", left, err)
		}
	})
}
