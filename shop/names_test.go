package shop_test

import (
	"strings"
	"testing"
	"time"

	"pulperia/dao/models"
	"pulperia/shop"
)

// What is shown of who writes is a name and a mark: the address is seen by who has the right, the
// author by nobody. The course sees what it always saw.
func TestShow(t *testing.T) {
	s, store := open(t, shop.Options{PasswordPasses: 1})
	ana := colleague(t, store, "Ana")
	said := models.Message{ID: models.ID{1}, User: "maria.gonzalez85@example.com", Message: "hola", CreatedAt: 1000, By: "visitor:0123abcd"}
	named := said
	named.User = "María"
	mine := said
	mine.User, mine.By = "Ana", ana.By
	const begin, end = `{"_id":"010000000000000000000000","user":`, `,"message":"hola","createdAt":"1970-01-01T00:00:01.000Z"`
	for _, tt := range []struct {
		sight shop.Sight
		m     models.Message
		want  string
	}{
		{shop.SightNames, said, `"maria","mark":"?","staff":false` + end + `}`},
		{shop.SightAddresses, said, `"maria","mark":"?","staff":false` + end + `,"email":"maria.gonzalez85@example.com"}`},
		{shop.SightCourse, said, `"maria.gonzalez85@example.com"` + end + `}`},
		{shop.SightNames, named, `"María","mark":"?","staff":false` + end + `}`},
		{shop.SightAddresses, named, `"María","mark":"?","staff":false` + end + `}`},
		{shop.SightNames, mine, `"Ana","mark":"?","staff":true` + end + `}`},
	} {
		shown, err := s.Show(t.Context(), tt.sight, tt.m)
		if err != nil {
			t.Fatal(err)
		}
		if shown.Badge != nil && len(shown.Mark) != 2 {
			t.Errorf("mark %q", shown.Mark)
		}
		want := begin + tt.want
		if shown.Badge != nil {
			want = strings.Replace(want, `"mark":"?"`, `"mark":"`+shown.Mark+`"`, 1)
		}
		if got := string(models.JSON(shown)); got != want {
			t.Errorf("got\n%s, want\n%s", got, want)
		}
		if !shown.IsBy(shop.Who{By: tt.m.By}) || shown.IsBy(shop.Who{By: "visitor:ffffffff"}) || shown.IsBy(shop.Nobody) {
			t.Errorf("%+v: whose it is", tt.m)
		}
	}
}

// Marks tell people of one name apart, and are no way to find out an address: two visits that give
// the same one have two marks, and one visit keeps its own whatever it gives.
func TestMark(t *testing.T) {
	s, _ := open(t, shop.Options{PasswordPasses: 1})
	mark := func(by, user string) string {
		shown, err := s.Show(t.Context(), shop.SightNames, models.Message{User: user, By: by})
		if err != nil {
			t.Fatal(err)
		}
		return shown.Mark
	}
	marks := map[string]bool{}
	for _, by := range []string{"visitor:00000001", "visitor:00000002", "visitor:00000003", "network:00000001", "", "person:665f1c2ab0e84d3f9a7c1e54"} {
		marks[mark(by, "ana@example.com")] = true
		if by != "" && mark(by, "ana@example.com") != mark(by, "Bea") {
			t.Errorf("%s has two marks", by)
		}
	}
	if len(marks) < 5 { // of 1,024: two of six may be the same once in 68 shops
		t.Errorf("marks of six: %v", marks)
	}
	if mark("", "ana@example.com") != mark("", "ANA@example.com") || mark("", "ana@example.com") == mark("", "ana@example.org") {
		t.Error("what nobody has signed is marked by its address")
	}
}

// Nobody takes the name of one of the staff, be it written in other letters or the first word of an
// address; the staff write under no other.
func TestStaffNames(t *testing.T) {
	s, store := open(t, shop.Options{PasswordPasses: 1})
	ines, key := colleague(t, store, "Inés Ío"), shop.Who{By: "key:665f1c2ab0e84d3f9a7c1e54", Role: models.RoleOwner}
	colleague(t, store, "Rosa")
	visit := sender(t, s, "10.0.0.1/32", time.Hour).Who
	for _, tt := range []struct {
		who  shop.Who
		user string
		want string // the handle's name, or what is refused
	}{
		{visit, "Inés Ío", "user taken"}, {visit, "INES-IO", "user taken"}, {visit, " inés  ío ", "user taken"}, {visit, "lnés lo", "user taken"}, {visit, "1nés Í0", "user taken"},
		{visit, "ROSA", "user taken"}, {visit, "Rоsа", "user taken"}, {visit, "RΟSΑ", "user taken"}, {visit, "Rosa.", "user taken"}, {visit, "R o s a", "user taken"},
		{visit, "rosa.b@example.com", "user taken"}, {key, "Rosa", "user taken"}, {shop.Nobody, "Rosa", "user taken"},
		{visit, "ʀᴏꜱᴀ", "user taken"}, {visit, "Luz La Tienda", "user taken"}, {visit, "The sh0p", "user taken"},
		{visit, "PULPERIA", "user taken"},
		{visit, "Rosalía", "Rosalía"}, {visit, "rosario@example.com", "rosario"}, {key, "Caja", "Caja"}, {visit, "日本", "日本"},
		{ines, "Rosa", "Inés Ío@staff"}, {ines, "", "Inés Ío@staff"}, {visit, "", "user required"}, {visit, "a@", "user not_email"},
		{shop.Course, "rosa@example.com", "rosa@example.com"},
	} {
		from := shop.Sender{Who: tt.who}
		handle, err := s.Presents(t.Context(), from, tt.user)
		got := handle
		if parts := strings.Split(handle, "@"); tt.who.By != "course" && len(parts) > 1 {
			got = strings.Join(append(parts[:1], parts[2:]...), "@") // without the mark
		}
		if err != nil {
			got = refused(err)
		}
		if got != tt.want {
			t.Errorf("%s as %q: %q, want %q", tt.who.By, tt.user, got, tt.want)
		}
		m, _, err := s.Say(t.Context(), from, models.Message{User: tt.user, Message: "x"})
		if (err != nil) != strings.HasPrefix(tt.want, "user ") {
			t.Errorf("%s says something as %q: %v", tt.who.By, tt.user, err)
		}
		if shown, err2 := s.Show(t.Context(), tt.who.Sight(), m); err == nil && (err2 != nil || shown.Handle() != handle) {
			t.Errorf("%s is %q here, and %q where he has written", tt.who.By, handle, shown.Handle())
		}
	}
}

// A process of before, and one that is open to a course, tells the others of addresses: they are
// shown as everybody's.
func TestAnonymous(t *testing.T) {
	s, _ := open(t, shop.Options{PasswordPasses: 1})
	for user, want := range map[string]string{
		"ana@k7": "ana@k7", "ana@k7@staff": "ana@k7@staff", "ana.p@example.com": "ana", "ana.p@example.com@staff": "ana", "a@k9": "a", "Ana María": "Ana María",
	} {
		got, err := s.Anonymous(t.Context(), user)
		if name, _, _ := strings.Cut(got, "@"); err != nil || got != want && (name != want || len(got) != len(want)+3) {
			t.Errorf("%q: %q, %v, want %q", user, got, err, want)
		}
	}
}
