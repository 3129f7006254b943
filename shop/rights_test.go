package shop_test

import (
	"slices"
	"testing"

	"pulperia/dao/models"
	"pulperia/shop"
)

// Each role that can be given has rights, from the most to the fewest, and the owner has all there
// are. Nobody gives what he does not have.
func TestNobodyGivesWhatHeDoesNotHave(t *testing.T) {
	s, _ := open(t, cheap)
	has := map[models.Role][]shop.Right{}
	givers := map[string]shop.Who{"nobody": shop.Nobody, "the course": shop.Course, "the machine": shop.Machine}
	for _, role := range models.Roles() {
		who := join(t, s, string(role)+"@example.com", role).Who
		has[role], givers[string(role)] = who.Rights(), who
	}
	if !slices.Equal(has[models.RoleOwner], shop.Rights()) {
		t.Errorf("the owner may do %v of %v", has[models.RoleOwner], shop.Rights())
	}
	above := shop.Rights()
	for _, role := range models.Roles() {
		for _, right := range has[role] {
			if !slices.Contains(above, right) {
				t.Errorf("%s has %s, which who stands above has not", role, right)
			}
		}
		if above = has[role]; len(above) == 0 {
			t.Errorf("%s has no rights", role)
		}
	}
	for name, giver := range givers {
		for _, role := range models.Roles() {
			may := true
			for _, right := range has[role] {
				may = may && slices.Contains(giver.Rights(), right)
			}
			if err := giver.MayGive(role); (err == nil) != may {
				t.Errorf("%s gives the role %s: %v", name, role, err)
			}
		}
	}
	for _, right := range shop.Rights() {
		if shop.Nobody.Can(right) || (shop.Who{Role: models.RoleOwner, By: "person:1"}).Can(right) {
			t.Errorf("who was let in by nobody has %s", right)
		}
	}
	wants(t, "nobody", shop.Nobody.Must(shop.StockWrite), shop.ErrUnauthorized)
	wants(t, "the course", shop.Course.Must(shop.PeopleRead), shop.Forbidden{Right: shop.PeopleRead})
}

// What is to be made has at most the role of who makes it, whatever verb makes or changes it, and who
// stands higher is not touched.
func TestNobodyIsRaised(t *testing.T) {
	onEngines(t, func(t *testing.T, another process) {
		s, ctx := another(), t.Context()
		owner := join(t, s, "owner@example.com", models.RoleOwner).Who
		for _, role := range []models.Role{models.RoleManager, models.RoleHelper} {
			who := join(t, s, string(role)+"@example.com", role).Who
			_, _, err := s.AddPerson(ctx, who, shop.NewPerson{Email: "new@example.com", Name: "New", Role: models.RoleHelper})
			wants(t, "add a person", err, shop.Forbidden{Right: shop.PeopleWrite})
			_, err = s.ChangePerson(ctx, who, who.Person.ID, func(p *shop.Person) error { p.Role = models.RoleOwner; return nil })
			wants(t, "raise himself", err, shop.Forbidden{Right: shop.PeopleWrite})
			_, err = s.RemovePerson(ctx, who, owner.Person.ID)
			wants(t, "remove the owner", err, shop.Forbidden{Right: shop.PeopleWrite})
			_, err = s.LinkPerson(ctx, who, owner.Person.ID)
			wants(t, "a link to the owner", err, shop.Forbidden{Right: shop.PeopleWrite})
			_, _, err = s.AddKey(ctx, who, "till", models.RoleHelper, 0)
			wants(t, "a key", err, shop.Forbidden{Right: shop.KeysWrite})
			_, err = s.Keys(ctx, who)
			wants(t, "the keys", err, shop.Forbidden{Right: shop.KeysWrite})
		}
		for _, role := range []models.Role{"course", "boss", ""} {
			_, _, err := s.AddPerson(ctx, owner, shop.NewPerson{Email: "new@example.com", Name: "New", Role: role})
			if refused(err) == "" {
				t.Errorf("the role %q can be given", role)
			}
		}
	})
}

// Who has lost his role does nothing with it any more, though his request was let in before.
func TestRightsAreThoseOfTheStep(t *testing.T) {
	onEngines(t, func(t *testing.T, another process) {
		s, ctx := another(), t.Context()
		ana, eva := join(t, s, "ana@example.com", models.RoleOwner).Who, join(t, s, "eva@example.com", models.RoleOwner).Who
		_, text, err := s.AddKey(ctx, eva, "till", models.RoleOwner, 0)
		wants(t, "a key", err, nil)
		key, err := s.ByKey(ctx, text)
		wants(t, "the key", err, nil)
		_, err = s.ChangePerson(ctx, ana, eva.Person.ID, func(p *shop.Person) error { p.Role = models.RoleHelper; return nil })
		wants(t, "demote", err, nil)
		_, err = s.RemovePerson(ctx, eva, ana.Person.ID)
		wants(t, "the demoted one removes", err, shop.Forbidden{Right: shop.PeopleWrite})
		_, err = s.RevokeKey(ctx, ana, key.Key)
		wants(t, "revoke", err, nil)
		_, err = s.RemovePerson(ctx, key, ana.Person.ID)
		wants(t, "the revoked key removes", err, shop.ErrUnauthorized)
		_, err = s.RemovePerson(ctx, ana, eva.Person.ID)
		wants(t, "remove", err, nil)
		_, _, err = s.ChangeSettings(ctx, eva, func(v *models.Settings) error { v.Name = "Eva"; return nil })
		wants(t, "the removed one names the shop", err, shop.ErrUnauthorized)
	})
}
