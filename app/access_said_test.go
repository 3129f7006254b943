package app

import (
	"path/filepath"
	"strings"
	"testing"

	"pulperia/dao/models"
)

// Whoever brings an export into a shop is told, before by a dry run and then, by name whom that lets in
// and as what, that nobody's session comes along, and field by field what the shop has otherwise; and
// of no secret more than that it is another one.
func TestAccessIsSaid(t *testing.T) {
	t.Parallel()
	with := func(change func(v models.Value)) string {
		batch := staffed()
		for _, v := range batch.Others {
			change(v)
		}
		return exportFile(t, exportedWithin(t, fillFiles(t, t.TempDir(), batch)))
	}
	file := with(func(models.Value) {})
	other := with(func(v models.Value) {
		switch v := v.(type) {
		case *models.Settings:
			v.Name, v.Hours = "Lo de Eva", "9 a 20"
		case *models.Person:
			v.Role, v.PasswordHash = models.RoleOwner, strings.Replace(v.PasswordHash, "t=2", "t=3", 1)
		case *models.Key:
			v.SecretHash = strings.Repeat("ef", 32)
		case *models.Secrets:
			v.ShopKey = strings.Repeat("ab", 32)
		}
	})
	lets := []string{`the shop lets in Ana 1 p1@example.com, as helper`, `the shop lets in the key "till 1" (`, `, as manager`,
		"access is given to 1 people and 1 keys", "everybody signs in anew", "the other shop has signed visits"}
	differs := []string{`another setting, which is left as it is: hours "" → "9 a 20"; name "Lo de Ana 1" → "Lo de Eva"`,
		`another person, which is left as it is: passwordHash is another one; role "helper" → "owner"`,
		"another key, which is left as it is: secretHash is another one", "visits that the other one has signed begin anew here"}
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		store := newStore()
		for _, args := range [][]string{{"--dry-run"}, nil} {
			wantSays(t, lets, append([]string{"import", file, "--store", store}, args...)...)
		}
		for _, args := range [][]string{{"--dry-run"}, nil} {
			wantSays(t, differs, append([]string{"import", other, "--store", store}, args...)...)
		}
		there := filepath.Join(t.TempDir(), "there")
		wantSays(t, []string{"there lets in Ana 1 p1@example.com, as helper", "as manager", "access is given to 1 people and 1 keys"},
			"migrate", "--from", store, "--to", there)
	})
}

// wantSays runs a command, and wants it to say texts, and no secret.
func wantSays(t *testing.T, texts []string, args ...string) {
	t.Helper()
	out, _ := runMain(t, args...)
	for _, text := range texts {
		if !strings.Contains(out, text) {
			t.Errorf("%v does not say %q:\n%s", args, text, out)
		}
	}
	for _, secret := range []string{strings.Repeat("cd", 32), strings.Repeat("ef", 32), strings.Repeat("ab", 32), strings.Repeat("0000000000000001", 4)} {
		if strings.Contains(out, secret) {
			t.Errorf("%v says a secret:\n%s", args, out)
		}
	}
}
