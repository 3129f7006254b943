package models_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pulperia/dao/models"
)

// Who writes in the chat gives a name or an address. An address is a bare one: what a mail program
// may add, such as a name or a comment, would let one person show as another; and no name looks like
// an address.
func TestCheckUser(t *testing.T) {
	long := strings.Repeat("a", 64) + "@" + strings.Repeat("b", 185) + ".com"
	for _, user := range []string{
		"ana@example.com", "a@b", "ana+mate@example.com", "ANA@EXAMPLE.COM", "o'higgins@example.com", "ñandú@pampa.example", "ana.b-c_d@sub.example.com",
		"日本@example.jp", long,
		"ana", "Ana María", "ñandú", "日本", "O'Higgins (hijo)", "Ana ❤️", strings.Repeat("ñ", models.MaxName),
	} {
		wants(t, user, models.CheckUser(user))
	}
	for _, user := range []string{
		"@", "@example.com", "ana@", "ana@@example.com", "ana@example@com", "ana.@example.com", ".ana@example.com", "a..b@example.com",
		"Ana <ana@example.com>", "<ana@example.com>", `"Ana" <ana@example.com>`, `"ana"@example.com`, `"a b"@example.com`, "ana@example.com (Ana)",
		"ana(Ana)@example.com", "ana@example.com(Ana)", "ana @example.com", "ana@ example.com", "ana@exa mple.com", "ana@example.com, bea@example.com", "ana@example.com;",
		"grupo: ana@example.com;", "mailto:ana@example.com",
	} {
		wants(t, user, models.CheckUser(user), "user not_email")
	}
	for _, user := range []string{
		"ana\u200b@example.com", "ana@exam\u00adple.com", "\u202eana@example.com", "ana\u2066@example.com", "ana\u200d@example.com", "ana\ufe0f@example.com",
		"ana\u00a0@example.com", "ana\u3164@example.com", "\ufeffana@example.com", "ana@example.com\u202e>", "a\u061cna@example.com", "\u2800@example.com",
	} {
		wants(t, user, models.CheckUser(user), "user hidden")
	}
	for _, user := range []string{"ana\u200b", "\u202eana", "a\u061cna", "ana\u00ad", "\ufeffana"} {
		wants(t, user, models.CheckUser(user), "user hidden")
	}
	for _, user := range []string{"<ana>", "ana>", `"Ana"`, `Ana "la jefa"`} {
		wants(t, user, models.CheckUser(user), "user not_name")
	}
	wants(t, "61 characters", models.CheckUser(strings.Repeat("ñ", models.MaxName+1)), "user too_long 60")
	wants(t, "two lines", models.CheckUser("ana\nbea"), "user control")
	wants(t, "nothing to see", models.CheckUser("\u200b"), "user unseen")
	wants(t, "nothing", models.CheckUser(""), "user required")
	wants(t, "white space", models.CheckUser(" \n"), "user required")
	wants(t, "255 characters", models.CheckUser("a"+long), "user too_long 254")
	wants(t, "a line break", models.CheckUser("ana@example.com\nBcc: bea@example.com"), "user control")
	wants(t, "no text", models.CheckUser("ana\xff@example.com"), "user not_utf8")
}

func TestMessageCheck(t *testing.T) {
	for text, want := range map[string][]string{
		"x": nil, "dos\nlíneas\tcon tab\r\n": nil, "<b>{{x}}</b>": nil, "🧉": nil, "❤️ 👩‍👧 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f 🇦🇷 1️⃣": nil, "a\u200bb \u202ec": nil, "\u0301": nil,
		"\u202e": {"message unseen"}, "\u200b\u200d \u2060": {"message unseen"}, "\u3164": {"message unseen"}, "\u2800\n\u2800": {"message unseen"},
		"\ufe0f": {"message unseen"}, "\U000e0020": {"message unseen"}, "\u00ad": {"message unseen"},
		eñes(models.MaxMessage): nil,
		"":                      {"message required"}, " \n\t\u00a0": {"message required"}, eñes(models.MaxMessage + 1): {"message too_long 2000"},
		"a\x00": {"message control"}, "a\x1b[1m": {"message control"}, "a\xff": {"message not_utf8"},
	} {
		wants(t, text, models.Message{User: "ana@example.com", Message: text}.Check(), want...)
	}
	wants(t, "both wrong", models.Message{User: "ana@"}.Check(), "user not_email", "message required")
	for by, want := range map[string][]string{
		"visitor:0123abcd": nil, "network:0123abcd": nil, "person:665f1c2ab0e84d3f9a7c1e54": nil, "key:665f1c2ab0e84d3f9a7c1e54": nil,
		"course": {"by not_one_of visitor:, network:, person: or key:, and an id"}, "person:ana@example.com": {"by not_one_of visitor:, network:, person: or key:, and an id"}, "visitor:0123ABCD": {"by not_one_of visitor:, network:, person: or key:, and an id"}, "visitor:": {"by not_one_of visitor:, network:, person: or key:, and an id"},
	} {
		wants(t, by, models.Message{User: "ana", Message: "x", By: by}.Check(), want...)
	}
}

func TestMessageNormalize(t *testing.T) {
	m := models.Message{User: "\u00a0ana@example.com\n", Message: " hola \n\n che \t"}
	m.Normalize()
	if diff := cmp.Diff(models.Message{User: "ana@example.com", Message: "hola \n\n che"}, m); diff != "" {
		t.Errorf("normalized (-want +got):\n%s", diff)
	}
}

// What is shown of an address is its first word of letters, and never more of it, however strange it
// is or whatever another program has written around it.
func TestShownName(t *testing.T) {
	for user, want := range map[string]string{
		"ana@example.com": "ana", "maria.gonzalez85@example.com": "maria", "85maria@example.com": "maria", "José_Luis@example.com": "José",
		"1234@example.com": "?", "@example.com": "?", "a@b@c": "a", "日本@example.jp": "日本", "jose\u0301.b@example.com": "jose\u0301",
		"Ana <ana.perez@example.com>": "Ana", "Ana": "Ana", "Ana María": "Ana María", "": "",
	} {
		if got := models.ShownName(user); got != want {
			t.Errorf("%q shows as %q, want %q", user, got, want)
		}
	}
}

func TestMessageSame(t *testing.T) {
	m := models.Message{ID: models.ID{1}, User: "ana@example.com", Message: "hola", CreatedAt: 1}
	for what, other := range map[string]models.Message{
		"id": {ID: models.ID{2}, User: m.User, Message: m.Message}, "user": {ID: m.ID, User: "b@c", Message: m.Message}, "message": {ID: m.ID, User: m.User},
		"author": {ID: m.ID, User: m.User, Message: m.Message, By: "visitor:0123abcd"},
	} {
		if m.Same(other) {
			t.Errorf("another %s counts as the same content", what)
		}
	}
	if !m.Same(models.Message{ID: m.ID, User: m.User, Message: m.Message, CreatedAt: 2}) {
		t.Error("another time counts as other content")
	}
}

// Whatever passes the rules is trimmed and read back from its JSON form as it was; a
// user has no room for a second meaning, and what is shown of it is no address.
func FuzzMessage(f *testing.F) {
	f.Add("ana@example.com", "¿Tienen yerba? <b>\u2028")
	f.Add("Ana <ana@example.com>", "\xff")
	f.Add("ana(x)@[127.0.0.1]", "\u0085")
	f.Fuzz(func(t *testing.T, user, text string) {
		m := models.Message{User: user, Message: text}
		m.Normalize()
		if m.Check() != nil {
			return
		}
		var got models.Message
		if err := json.Unmarshal(models.JSON(m), &got); err != nil || got != m {
			t.Fatalf("%+v is read back as %+v, %v", m, got, err)
		}
		if strings.ContainsAny(m.User, "<>\"\n") || strings.ContainsAny(models.ShownName(m.User), "@") || models.ShownName(m.User) == "" {
			t.Fatalf("%q passes as a user", m.User)
		}
	})
}
