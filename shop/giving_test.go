package shop

import (
	"log/slog"
	"testing"

	"pulperia/dao/filemanagers"
	"pulperia/dao/models"
)

// Today whoever may write people or keys may do everything. Whoever may not, by another table of
// roles, makes nobody who can do more than he, raises nobody above himself, and does not touch who
// stands there.
func TestNobodyIsRaisedByAnyTable(t *testing.T) {
	store, err := filemanagers.Open(t.Context(), t.TempDir(), filemanagers.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	s, ctx := New(store, Options{PasswordPasses: 1}), t.Context()
	rights := []Right{PeopleWrite, KeysWrite, StockWrite, OrdersRead, OrdersWrite, OrdersPurchase} // and so a helper's
	head := Who{By: "head", Role: models.RoleManager, rights: rights}
	add := func(who Who, email string, role models.Role) (Person, error) {
		person, _, err := s.AddPerson(ctx, who, NewPerson{Email: email, Name: "Ana", Role: role})
		return person, err
	}
	owner, err := add(Machine, "ana@example.com", models.RoleOwner)
	if err != nil {
		t.Fatal(err)
	}
	helper, err := add(head, "eva@example.com", models.RoleHelper)
	if err != nil {
		t.Fatalf("he adds nobody: %v", err)
	}
	high, _, err := s.AddKey(ctx, Machine, "till", models.RoleOwner, 0)
	if err != nil {
		t.Fatal(err)
	}
	to := func(role models.Role) func(*Person) error {
		return func(p *Person) error { p.Role = role; return nil }
	}
	for what, do := range map[string]func() error{
		"add an owner":   func() error { _, err := add(head, "leo@example.com", models.RoleOwner); return err },
		"raise a helper": func() error { _, err := s.ChangePerson(ctx, head, helper.ID, to(models.RoleManager)); return err },
		"lower an owner": func() error { _, err := s.ChangePerson(ctx, head, owner.ID, to(models.RoleHelper)); return err },
		"rename an owner": func() error {
			_, err := s.ChangePerson(ctx, head, owner.ID, func(p *Person) error { p.Name = "Eva"; return nil })
			return err
		},
		"remove an owner":    func() error { _, err := s.RemovePerson(ctx, head, owner.ID); return err },
		"a link to an owner": func() error { _, err := s.LinkPerson(ctx, head, owner.ID); return err },
		"an owner's key":     func() error { _, _, err := s.AddKey(ctx, head, "mine", models.RoleOwner, 0); return err },
		"revoke one":         func() error { _, err := s.RevokeKey(ctx, head, high.ID); return err },
	} {
		if _, forbidden := do().(Forbidden); !forbidden {
			t.Errorf("%s: he is not kept from it", what)
		}
	}
	if _, err := s.LinkPerson(ctx, head, helper.ID); err != nil {
		t.Errorf("he makes no link to a helper: %v", err)
	}
}
