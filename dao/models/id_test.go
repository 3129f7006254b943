package models_test

import (
	"cmp"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"pulperia/dao/models"
)

func TestParseID(t *testing.T) {
	const text = "665f0123456789abcdef0123"
	id, err := models.ParseID(text)
	if err != nil || id.String() != text || id.IsZero() {
		t.Errorf("%s is read as %s, %v", text, id, err)
	}
	for _, upper := range []string{strings.ToUpper(text), "665F0123456789abcdef0123"} {
		if got, err := models.ParseID(upper); err != nil || got != id {
			t.Errorf("%q is read as %s, %v", upper, got, err)
		}
	}
	for _, bad := range []string{
		"", text[1:], text + "0", "665f0123456789abcdef012g",
		" " + text[1:], text[:22] + "é", "665f0123-456789abcdef012", "../../../../../etc/passwd",
	} {
		if got, err := models.ParseID(bad); err == nil || !got.IsZero() {
			t.Errorf("%q is read as %s", bad, got)
		}
	}
}

// The first four bytes are the second, as in an ObjectID; the others cannot be guessed, so no two
// are the same.
func TestNewID(t *testing.T) {
	now := time.Unix(0x665f0123, 999)
	seen := make(map[models.ID]bool)
	for range 1000 {
		id := models.NewID(now)
		if seen[id] || !strings.HasPrefix(id.String(), "665f0123") {
			t.Fatalf("made %s, after %d others", id, len(seen))
		}
		seen[id] = true
	}
}

func drawnID() *rapid.Generator[models.ID] {
	return rapid.Custom(func(t *rapid.T) (id models.ID) {
		copy(id[:], rapid.SliceOfN(rapid.Byte(), 12, 12).Draw(t, "bytes"))
		return id
	})
}

// Text, JSON and order of ids agree with one another.
func TestIDRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawnID().Draw(t, "a"), drawnID().Draw(t, "b")
		if got, err := models.ParseID(a.String()); err != nil || got != a {
			t.Errorf("%s is read as %s, %v", a, got, err)
		}
		var list []models.ID
		if err := json.Unmarshal(models.JSON([]models.ID{a, b}), &list); err != nil || list[0] != a || list[1] != b {
			t.Errorf("%s and %s are read from JSON as %v, %v", a, b, list, err)
		}
		if got, want := a.Compare(b), cmp.Compare(a.String(), b.String()); got != want {
			t.Errorf("%s and %s compare %d, their texts %d", a, b, got, want)
		}
	})
}

func FuzzParseID(f *testing.F) {
	f.Add("665f0123456789abcdef0123")
	f.Add("665F0123456789ABCDEF0123")
	f.Fuzz(func(t *testing.T, text string) {
		id, err := models.ParseID(text)
		if want := regexp.MustCompile(`^[0-9a-fA-F]{24}$`).MatchString(text); want != (err == nil) {
			t.Fatalf("%q: %v", text, err)
		}
		if err == nil && id.String() != strings.ToLower(text) {
			t.Fatalf("%q is read as %s", text, id)
		}
	})
}
